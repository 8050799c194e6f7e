"""A plugin that forgot the marker beside a hook that has it."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


def register_detectors(context):
    return []


@hookimpl
def register_notifiers(context):
    return []
