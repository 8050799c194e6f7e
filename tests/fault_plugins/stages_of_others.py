"""A third-party plugin that wants to be a stage of the pipeline."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_stages(context):
    return []
