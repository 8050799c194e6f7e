"""A plugin that registers two objects of one id."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


class Twin:
    id = "twin"
    version = "1"

    def notify(self, event, letter):
        return None


@hookimpl
def register_notifiers():
    return [Twin(), Twin()]
