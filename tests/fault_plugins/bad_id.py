"""A plugin whose object has an id with other characters than a-z, 0-9 and _."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


class Loud:
    id = "../Loud"
    version = "1"

    def notify(self, event, letter):
        return None


@hookimpl
def register_notifiers():
    return [Loud()]
