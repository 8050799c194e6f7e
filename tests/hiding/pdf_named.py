"""Single ASCII words where programs put names of their own: destinations, fields, labels, ids, operands."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.hiding.pdf_paper import annotate, changed, drawn, orphaned
from tests.hiding.place import Hiding


def _destination(document: Pdf, marker: str) -> None:
    names = Array([String(marker), Array([document.pages[0].obj, Name.Fit])])
    document.Root.Names = Dictionary(Dests=document.make_indirect(Dictionary(Names=names)))


def _apart_destination(document: Pdf, marker: str) -> None:
    names = document.make_indirect(Array([String(marker), Array([document.pages[0].obj, Name.Fit])]))
    document.Root.Names = Dictionary(Dests=Dictionary(Names=names))


def _old_destination(document: Pdf, marker: str) -> None:
    document.Root.Dests = Dictionary({"/" + marker: Array([document.pages[0].obj, Name.Fit])})


def _goal(document: Pdf, marker: str) -> None:
    annotate(document, Subtype=Name.Link, Dest=String(marker))


def _field(document: Pdf, marker: str) -> None:
    field = annotate(document, Subtype=Name.Widget, FT=Name.Tx, T=String(marker))
    document.Root.AcroForm = Dictionary(Fields=[field])


def _label(document: Pdf, marker: str) -> None:
    document.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.D, P=String(marker))])


def _note_name(document: Pdf, marker: str) -> None:
    annotate(document, Subtype=Name.Text, NM=String(marker))


def _element(key: str) -> Hiding:
    def change(document: Pdf, marker: str) -> None:
        item = document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P))
        item[Name("/" + key)] = String(marker)
        document.Root.StructTreeRoot = document.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=item))

    return Hiding(
        f"ascii {key} of an element",
        ".pdf",
        ("name",) if key == "ID" else ("alt",),
        changed(change),
        narrow=True,
    )


def _layer(document: Pdf, marker: str) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String(marker)))
    document.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary())


NAMED: tuple[Hiding, ...] = (
    *(
        Hiding(f"ascii {name}", ".pdf", ("name",), make, narrow=True)
        for name, make in (
            ("named destination", changed(_destination)),
            ("named destination apart", changed(_apart_destination)),
            ("destination of pdf 1.1", changed(_old_destination)),
            ("goal of a link", changed(_goal)),
            ("field name", changed(_field)),
            ("page label", changed(_label)),
            ("name of a note", changed(_note_name)),
            ("layer name", changed(_layer)),
            ("lost operand", drawn(lambda m: f"({m}) pop\n".encode())),
            ("orphan string", orphaned(lambda _, m: String(m))),
        )
    ),
    _element("ID"),
    _element("T"),
)
