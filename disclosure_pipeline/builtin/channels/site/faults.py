"""What can be wrong with the site's own files."""

from __future__ import annotations

from disclosure_pipeline.errors import ChannelFault


class ListingBroken(ChannelFault):
    """A listing of the site is not what it was written as."""

    code = "listing.broken"
    advice = "Nothing to do: the next order makes the listings anew from the records."
