"""A plugin that wraps a hook, to change what others answer."""

from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl(wrapper=True)
def register_detectors(context):
    answers = yield
    return answers[:0]
