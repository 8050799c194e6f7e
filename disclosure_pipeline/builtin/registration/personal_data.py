"""Detectors of numbers and addresses that identify a person."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Resident id, mobile, bank card and e-mail."""
    from disclosure_pipeline.builtin.detectors.numbers.bank_card import BankCard
    from disclosure_pipeline.builtin.detectors.numbers.email import Email
    from disclosure_pipeline.builtin.detectors.numbers.mobile import Mobile
    from disclosure_pipeline.builtin.detectors.numbers.resident_id import ResidentId

    return [kind(context.rulebook) for kind in (ResidentId, Mobile, BankCard, Email)]
