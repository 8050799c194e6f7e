"""What the daemon shows to everybody: the static site under ``/site/``, and its search under ``/search``."""
