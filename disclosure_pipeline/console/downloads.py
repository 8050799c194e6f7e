"""Tables that a person takes out of the console: as CSV or XLSX, noted in the audit log before they leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from disclosure_pipeline.console.answers import Ask, Export
from disclosure_pipeline.model.clock import today_in_shanghai
from disclosure_pipeline.model.route import Role
from disclosure_pipeline.pipeline import exports
from disclosure_pipeline.pipeline.exports import Form, Table

_TYPES = {
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export(ask: Ask, unit: str, what: str, tables: Sequence[Table], *, roles: Iterable[Role]) -> Export:
    """The tables in the form that was asked for (``form``).

    Args:
        ask: the request.
        unit: unit code.
        what: code of the table; also the beginning of the file's name.
        tables: what is exported; CSV takes the first one only.
        roles: the roles that read the tables.
    """
    form = Form(ask.form.chosen("form", set(Form), Form.CSV))
    file = exports.take(ask.core, ask.me.person, unit, what, tables, form=form, roles=roles)
    return Export(file, _TYPES[form], f"{what}-{unit}-{today_in_shanghai():%Y%m%d}.{form}")
