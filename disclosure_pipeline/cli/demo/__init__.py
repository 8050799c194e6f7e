"""`disclosure demo`: the whole way on the samples, walked by sample officers."""

from disclosure_pipeline.cli.demo.command import demo

__all__ = ["demo"]
