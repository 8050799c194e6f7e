"""The public copy (公开件): built from approved content, proved before it is frozen."""

from disclosure_pipeline.builtin.public.build import Beside, Paper, build
from disclosure_pipeline.builtin.public.comparison import Problem, compare
from disclosure_pipeline.builtin.public.proof import prove
from disclosure_pipeline.builtin.public.selection import MARK, Redaction

__all__ = ["MARK", "Beside", "Paper", "Problem", "Redaction", "build", "compare", "prove"]
