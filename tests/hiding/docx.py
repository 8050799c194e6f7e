"""Every hiding place of Word documents: in the text, and in all that a package holds beside it."""

from __future__ import annotations

from tests.hiding.docx_parts import PART_PLACES
from tests.hiding.docx_text import TEXT_PLACES
from tests.hiding.place import Hiding

PLACES: tuple[Hiding, ...] = (*TEXT_PLACES, *PART_PLACES)
