"""Detectors of numbers and addresses that identify a person."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Identity numbers and papers, telephones, cards, addresses and accounts on the net, plates."""
    from disclosure_pipeline.builtin.detectors.numbers.bank_card import BankCard
    from disclosure_pipeline.builtin.detectors.numbers.email import Email
    from disclosure_pipeline.builtin.detectors.numbers.labelled import IdentityPaper, OnlineAccount
    from disclosure_pipeline.builtin.detectors.numbers.landline import Landline
    from disclosure_pipeline.builtin.detectors.numbers.mobile import Mobile
    from disclosure_pipeline.builtin.detectors.numbers.plate import Plate
    from disclosure_pipeline.builtin.detectors.numbers.resident_id import ResidentId

    kinds = (ResidentId, Mobile, Landline, BankCard, Email, OnlineAccount, Plate, IdentityPaper)
    return [kind(context.rulebook) for kind in kinds]
