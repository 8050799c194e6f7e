"""Writes presentations by hand, part by part, as PowerPoint would: the ground that the hiding places stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.hiding.opc import DRAWING, OFFICE, PREFIX, Relation, content_types, core, relation_parts, zipped

P = "http://schemas.openxmlformats.org/presentationml/2006/main"
NAMES = (
    f'xmlns:p="{P}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main" '
    'xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_PML = "application/vnd.openxmlformats-officedocument.presentationml."
_DML = "application/vnd.openxmlformats-officedocument.drawingml."
_TYPES = (
    (r"ppt/presentation\.xml", f"{_PML}presentation.main+xml"),
    (r"ppt/slides/slide\d+\.xml", f"{_PML}slide+xml"),
    (r"ppt/slideLayouts/.*\.xml", f"{_PML}slideLayout+xml"),
    (r"ppt/slideMasters/.*\.xml", f"{_PML}slideMaster+xml"),
    (r"ppt/notesSlides/.*", f"{_PML}notesSlide+xml"),
    (r"ppt/notesMasters/.*", f"{_PML}notesMaster+xml"),
    (r"ppt/handoutMasters/.*", f"{_PML}handoutMaster+xml"),
    (r"ppt/comments/comment\d+\.xml", f"{_PML}comments+xml"),
    (r"ppt/comments/modernComment.*", "application/vnd.ms-powerpoint.comments+xml"),
    (r"ppt/authors\.xml", "application/vnd.ms-powerpoint.authors+xml"),
    (r"ppt/commentAuthors\.xml", f"{_PML}commentAuthors+xml"),
    (r"ppt/tags/.*", f"{_PML}tags+xml"),
    (r"ppt/presProps\.xml", f"{_PML}presProps+xml"),
    (r"ppt/viewProps\.xml", f"{_PML}viewProps+xml"),
    (r"ppt/tableStyles\.xml", f"{_PML}tableStyles+xml"),
    (r"ppt/theme/.*", "application/vnd.openxmlformats-officedocument.theme+xml"),
    (r"ppt/charts/chart.*\.xml", f"{_DML}chart+xml"),
    (r"ppt/diagrams/data.*\.xml", f"{_DML}diagramData+xml"),
    (r"ppt/changesInfos/.*", "application/vnd.ms-powerpoint.changesinfo+xml"),
    (r"docProps/core\.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    (r"docProps/app\.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"),
)
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml", "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "wav": "audio/wav",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "bin": "application/vnd.openxmlformats-officedocument.oleObject",
}  # fmt: skip
_TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_COLORS = (
    '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1><a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    '<a:dk2><a:srgbClr val="44546A"/></a:dk2><a:lt2><a:srgbClr val="E7E6E6"/></a:lt2>'
    + "".join(f'<a:accent{at}><a:srgbClr val="4472C4"/></a:accent{at}>' for at in range(1, 7))
    + '<a:hlink><a:srgbClr val="0563C1"/></a:hlink><a:folHlink><a:srgbClr val="954F72"/></a:folHlink>'
)
THEME = (
    f'{PREFIX}<a:theme xmlns:a="{DRAWING}" name="Office 主题"><a:themeElements><a:clrScheme name="Office">{_COLORS}</a:clrScheme>'
    '<a:fontScheme name="Office"><a:majorFont><a:latin typeface="Calibri"/><a:ea typeface="宋体"/><a:cs typeface=""/></a:majorFont>'
    '<a:minorFont><a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/></a:minorFont></a:fontScheme>'
    '<a:fmtScheme name="Office"><a:fillStyleLst/><a:lnStyleLst/><a:effectStyleLst/><a:bgFillStyleLst/></a:fmtScheme></a:themeElements></a:theme>'
)
_MAP = (
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
    'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
)


@dataclass
class Deck:
    """A presentation: one ordinary slide with a title and a text box, and whatever a place needs.

    Args:
        shapes: more shapes of the slide. attributes: of its root. slide_name: of its ``cSld``. after: XML behind its ``cSld``.
        background: of the slide. layout: shapes of its layout. master: shapes of the master.
        presentation: XML at the end of the presentation part. slides: whole further slides' shapes.
        show: numbers of the slides that the presentation lists; all when empty.
        parts: more parts. relations: of a part, by its name. comment: behind the zip directory.
    """

    shapes: str = ""
    attributes: str = ""
    slide_name: str = ""
    after: str = ""
    background: str = ""
    layout: str = ""
    master: str = ""
    presentation: str = ""
    slides: Sequence[str] = ()
    show: Sequence[int] = ()
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    relations: Mapping[str, Sequence[Relation]] = field(default_factory=dict)
    comment: bytes = b""

    def data(self) -> bytes:
        """The zip package."""
        parts = self._parts()
        return zipped({"[Content_Types].xml": content_types(parts, _TYPES, _DEFAULTS), **parts}, self.comment)

    def _parts(self) -> dict[str, str | bytes]:
        count = 1 + len(self.slides)
        prompts = placeholder("title", "标题占位符 1", "单击此处编辑母版标题样式") + placeholder(
            "body", "文本占位符 2", "单击此处编辑母版文本样式"
        )
        parts: dict[str, str | bytes] = {
            "ppt/presentation.xml": self._presentation(count),
            "ppt/slides/slide1.xml": self._slide(),
            "ppt/slideLayouts/slideLayout1.xml": f'{PREFIX}<p:sldLayout {NAMES} type="title"><p:cSld name="标题幻灯片">{_tree(prompts + self.layout)}</p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>',
            "ppt/slideMasters/slideMaster1.xml": f'{PREFIX}<p:sldMaster {NAMES}><p:cSld><p:bg><p:bgRef idx="1001"><a:schemeClr val="bg1"/></p:bgRef></p:bg>{_tree(prompts + self.master)}</p:cSld>{_MAP}<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>',
            "ppt/theme/theme1.xml": THEME,
            "docProps/core.xml": core(),
        }
        relations: dict[str, list[Relation]] = {
            "": [Relation("officeDocument", "ppt/presentation.xml"), Relation("metadata/core-properties", "docProps/core.xml")],
            "ppt/presentation.xml": [
                *(Relation("slide", f"slides/slide{at}.xml") for at in range(1, count + 1)),
                Relation("slideMaster", "slideMasters/slideMaster1.xml"),
                Relation("theme", "theme/theme1.xml"),
            ],
            "ppt/slideMasters/slideMaster1.xml": [Relation("slideLayout", "../slideLayouts/slideLayout1.xml"), Relation("theme", "../theme/theme1.xml")],
            "ppt/slideLayouts/slideLayout1.xml": [Relation("slideMaster", "../slideMasters/slideMaster1.xml")],
        }  # fmt: skip
        for at in range(1, count + 1):
            relations[f"ppt/slides/slide{at}.xml"] = [
                Relation("slideLayout", "../slideLayouts/slideLayout1.xml")
            ]
        for at, shapes in enumerate(self.slides, 2):
            parts[f"ppt/slides/slide{at}.xml"] = slide(shapes)
        parts.update(self.parts)
        for source, more in self.relations.items():
            relations.setdefault(source, []).extend(more)
        return {**parts, **relation_parts(relations)}

    def _slide(self) -> str:
        ordinary = placeholder("title", "标题 1", "年度工作报告") + box("办公室编制", at=(100, 100))
        return slide(ordinary + self.shapes, self.attributes, self.slide_name, self.background, self.after)

    def _presentation(self, count: int) -> str:
        listed = self.show or range(1, count + 1)
        slides = "".join(f'<p:sldId id="{255 + at}" r:id="rId{at}"/>' for at in listed)
        return (
            f'{PREFIX}<p:presentation {NAMES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId{count + 1}"/></p:sldMasterIdLst>'
            f'<p:sldIdLst>{slides}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
            f"{self.presentation}</p:presentation>"
        )


def slide(shapes: str, attributes: str = "", name: str = "", background: str = "", after: str = "") -> str:
    """A slide part."""
    return (
        f'{PREFIX}<p:sld {NAMES} {attributes}><p:cSld name="{name}">{background}{_tree(shapes)}</p:cSld>'
        f"<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>{after}</p:sld>"
    )


def sheet_of(root: str, shapes: str) -> str:
    """A notes page, or one of the masters beside the slides."""
    return f"{PREFIX}<p:{root} {NAMES}><p:cSld>{_tree(shapes)}</p:cSld>{_MAP if 'Master' in root else ''}</p:{root}>"


def box(
    text: str, *, at: tuple[int, int] = (100, 200), size: tuple[int, int] = (300, 40), run: str = "", size_of: str = "",
    properties: str = "", attributes: str = "", name: str = "文本框 3", inside: str = "",
) -> str:  # fmt: skip
    """A text box; its place in points."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="4" name="{name}" {attributes}>{inside}</p:cNvPr><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr>{_form(at, size)}{properties}</p:spPr><p:txBody><a:bodyPr/><a:p><a:r>"
        f'<a:rPr lang="zh-CN" {size_of}>{run}</a:rPr><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def placeholder(kind: str, name: str, text: str) -> str:
    """A placeholder that takes its place from the layout."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="2" name="{name}"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f'<p:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="zh-CN"/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>'
    )


def picture(
    relation: str,
    *,
    at: tuple[int, int],
    size: tuple[int, int],
    name: str = "图片 5",
    descr: str = "",
    inside: str = "",
) -> str:
    """A picture; its place in points."""
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="6" name="{name}" descr="{descr}"/><p:cNvPicPr/><p:nvPr>{inside}</p:nvPr></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{relation}"/><a:stretch/></p:blipFill><p:spPr>{_form(at, size)}</p:spPr></p:pic>'
    )


def frame(uri: str, inner: str, attributes: str = "") -> str:
    """A table, chart, diagram or object."""
    return (
        f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="7" name="内容占位符 6" {attributes}/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        f'<p:xfrm><a:off x="1270000" y="2540000"/><a:ext cx="3810000" cy="1270000"/></p:xfrm><a:graphic><a:graphicData uri="{uri}">{inner}</a:graphicData></a:graphic></p:graphicFrame>'
    )


def _form(at: tuple[int, int], size: tuple[int, int]) -> str:
    return (
        f'<a:xfrm><a:off x="{at[0] * 12700}" y="{at[1] * 12700}"/><a:ext cx="{size[0] * 12700}" cy="{size[1] * 12700}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _tree(shapes: str) -> str:
    return f"<p:spTree>{_TREE}{shapes}</p:spTree>"
