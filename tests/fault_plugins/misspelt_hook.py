"""A plugin with a misspelt hook: pluggy alone would silently never call it."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detector(context):
    return []
