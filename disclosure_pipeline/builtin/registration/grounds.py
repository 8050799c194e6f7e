"""Detectors of what the legal grounds protect and only its form shows."""

from __future__ import annotations

from collections.abc import Sequence

from disclosure_pipeline.hooks.contracts import Detector, PluginContext
from disclosure_pipeline.hooks.hookspecs import hookimpl


@hookimpl
def register_detectors(context: PluginContext) -> Sequence[Detector]:
    """Credentials, internal addresses, coordinates, maps, contact lists, small counts, forms of paper."""
    from disclosure_pipeline.builtin.detectors.grounds.contact_list import ContactList
    from disclosure_pipeline.builtin.detectors.grounds.credential import Credential
    from disclosure_pipeline.builtin.detectors.grounds.geography import Coordinates, MapNumber
    from disclosure_pipeline.builtin.detectors.grounds.internal_address import InternalAddress
    from disclosure_pipeline.builtin.detectors.grounds.paper_form import PaperForm
    from disclosure_pipeline.builtin.detectors.grounds.small_cells import SmallCells

    kinds = (Credential, InternalAddress, Coordinates, MapNumber, ContactList, SmallCells, PaperForm)
    return [kind(context.rulebook) for kind in kinds]
