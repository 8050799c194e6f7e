"""The search channel: an index of the published documents that ``/search`` of the daemon asks."""
