"""A plugin that asks for an argument which the hook does not have."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context, documents):
    return []
