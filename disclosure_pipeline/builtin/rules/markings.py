"""A document that is to go out and still bears the characters of a secrecy marking (保守国家秘密法 第二十二条; A2.12).

Whoever bears a marking is quarantined before its attribute is asked for. What two secrecy officers have released
comes back: the marking is then none, but what is no secret must not be marked as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from disclosure_pipeline.builtin.rules.evidence import title_place
from disclosure_pipeline.errors import ConfigError
from disclosure_pipeline.hooks.contracts import Case
from disclosure_pipeline.hooks.stages import Toolbox
from disclosure_pipeline.model.document import Attribute
from disclosure_pipeline.model.finding import Finding


def released_markings(case: Case, attribute: Attribute, tools: Toolbox) -> Iterator[Finding]:
    """A finding at the title of a released document that is not exempt.

    Raises:
        ConfigError: there is no rule for it.
        StoreFault: the releases cannot be read.
    """
    rules = tools.rulebook.of_form("released_marking")
    if not rules:
        raise ConfigError("rules: there is no [[rule]] with form 'released_marking'")
    if attribute is Attribute.EXEMPT or not tools.released():
        return
    if place := title_place(case, tools.rulebook):
        found = place.finding(rules[0])
        # Points at the document, not at words that could be struck out with it.
        yield replace(found.without_text(), end=found.start)
