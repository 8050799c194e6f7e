"""The public copy (公开件): built from approved content, proved before it is frozen."""

from disclosure_pipeline.builtin.public.build import build
from disclosure_pipeline.builtin.public.proof import Problem, compare, prove
from disclosure_pipeline.builtin.public.selection import MARK, Redaction

__all__ = ["MARK", "Problem", "Redaction", "build", "compare", "prove"]
