"""The built-in channels."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Channel, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_channels(context: PluginContext) -> Sequence[Channel]:
    """The static site, its search, and the private register of what is not published."""
    from disclosure_pipeline.builtin.channels.register import RegisterChannel
    from disclosure_pipeline.builtin.channels.search.channel import SearchChannel
    from disclosure_pipeline.builtin.channels.site.channel import SiteChannel

    return [SiteChannel(context), SearchChannel(context), RegisterChannel(context)]
