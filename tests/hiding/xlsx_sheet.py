"""Places inside the sheets of a workbook and in its list of sheets, names, styles and strings."""

from __future__ import annotations

from collections.abc import Callable

from tests.hiding.opc import Relation, core
from tests.hiding.place import Hiding
from tests.hiding.workbooks import Book, Sheet, cell, row, styles

Make = Callable[[str], Book]
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM = "http://schemas.microsoft.com/office/excel/2006/main"
_WHITE = '<font><sz val="11"/><color rgb="FFFFFFFF"/><name val="等线"/></font>'
_RED = '<fill><patternFill patternType="solid"><fgColor rgb="FFC00000"/><bgColor indexed="64"/></patternFill></fill>'


def place(
    name: str, kinds: str, make: Make, *, visible: bool = False, narrow: bool = False, suffix: str = ".xlsx"
) -> Hiding:
    """A hiding place of workbooks; ``kinds`` by name, the best one first."""
    return Hiding(name, suffix, tuple(kinds.split()), lambda m: make(m).data(), visible, narrow)


def _b3(marker: str, style: int = 0) -> str:
    return row(3, cell("A3", "王芳") + cell("B3", marker, style))


def _styled(xf: str, **more: str) -> Make:
    """The marker in a cell of this format."""
    return lambda m: Book(rows=_b3(m, 1), styles=styles(cells=xf, **more))


def _whitened(rule: str, look: str = '<font><color rgb="FFFFFFFF"/></font>') -> Make:
    return lambda m: Book(
        rows=_b3(m), styles=styles(dxfs=f"<dxf>{look}</dxf>"),
        after=f'<conditionalFormatting sqref="B2:B9">{rule}</conditionalFormatting>',
    )  # fmt: skip


def _columns(attributes: str) -> Make:
    return lambda m: Book(
        rows=row(3, cell("C3", m)), before=f'<cols><col min="3" max="3" {attributes}/></cols>'
    )


def _string(item: str) -> Make:
    """A cell that shows a shared string of its own (index 4)."""
    return lambda m: Book(
        rows=row(3, '<c r="B3" t="s"><v>4</v></c>'), strings=f"<si>{item.replace('@', m)}</si>"
    )


def _after(xml: str) -> Make:
    return lambda m: Book(after=xml.replace("@", m))


def _before(xml: str) -> Make:
    return lambda m: Book(before=xml.replace("@", m))


def _book_before(xml: str) -> Make:
    return lambda m: Book(workbook_before=xml.replace("@", m))


def _book_after(xml: str) -> Make:
    return lambda m: Book(workbook_after=xml.replace("@", m))


def _names(xml: str) -> Make:
    return _book_after(f"<definedNames>{xml}</definedNames>")


def _extension(xml: str) -> Make:
    uri = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
    return _after(f'<extLst><ext uri="{uri}" xmlns:x14="{_X14}" xmlns:xm="{_XM}">{xml}</ext></extLst>')


def _linked(attributes: str) -> Make:
    return _after(f'<hyperlinks><hyperlink ref="A2" {attributes}/></hyperlinks>')


def _macro_sheet(m: str) -> Book:
    rows = row(1, f'<c r="A1" t="b"><f>ALERT("{m}")</f><v>1</v></c>')
    return Book(sheets=[Sheet("Macro1", rows, "hidden", "macrosheets", "macrosheet")])


SHEET_PLACES: tuple[Hiding, ...] = (
    place("cell", "table", lambda m: Book(rows=_b3(m)), visible=True),
    place("letters written as codes", "table", lambda m: Book(rows=_b3("".join(f"_x{ord(letter):04X}_" for letter in m))), visible=True),
    place("hidden sheet", "hidden", lambda m: Book(sheets=[Sheet("附表", _b3(m), "hidden")])),
    place("very hidden sheet", "hidden", lambda m: Book(sheets=[Sheet("附表", _b3(m), "veryHidden")])),
    place("hidden row", "hidden", lambda m: Book(rows=row(3, cell("A3", m), 'hidden="1"'))),
    place("row of no height", "hidden", lambda m: Book(rows=row(3, cell("A3", m), 'ht="0" customHeight="1"'))),
    place("row where others are hidden by default", "table", lambda m: Book(before='<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>', rows=_b3(m)), visible=True),
    place("collapsed outline row", "hidden", lambda m: Book(rows=row(3, cell("A3", m), 'outlineLevel="1" hidden="1"') + row(4, "", 'collapsed="1"'))),
    place("column too narrow to read", "hidden", _columns('width="0.08" customWidth="1"')),
    place("hidden column", "hidden", _columns('width="9" hidden="1" customWidth="1"')),
    place("column of no width", "hidden", _columns('width="0" customWidth="1"')),
    place("collapsed outline column", "hidden", _columns('width="9" outlineLevel="1" hidden="true"')),
    place("filtered row", "hidden", lambda m: Book(rows=row(3, cell("A3", m), 'hidden="1"'), after='<autoFilter ref="A1:B3"><filterColumn colId="0"><filters><filter val="李明"/></filters></filterColumn></autoFilter>')),
    place("filter value of a deleted row", "cache", _after('<autoFilter ref="A1:B2"><filterColumn colId="0"><filters><filter val="@"/></filters></filterColumn></autoFilter>')),
    place("outside the print area", "hidden", lambda m: Book(rows=row(3, cell("F3", m)), workbook_after="<definedNames><definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\">'名单'!$A$1:$C$9</definedName></definedNames>")),
    place("white letters", "hidden", _styled('<xf fontId="1" applyFont="1"/>', fonts=_WHITE)),
    place("white by theme", "hidden", _styled('<xf fontId="1"/>', fonts='<font><color theme="0"/></font>')),
    place("white by index", "hidden", _styled('<xf fontId="1"/>', fonts='<font><color indexed="9"/></font>')),
    place("white on red", "table", _styled('<xf fontId="1" fillId="2"/>', fonts=_WHITE, fills=_RED), visible=True),
    place("letters coloured as their fill", "hidden", _styled('<xf fontId="1" fillId="2"/>', fonts='<font><color rgb="FFC00001"/></font>', fills=_RED)),
    place("tiny letters", "hidden", _styled('<xf fontId="1"/>', fonts='<font><sz val="1"/></font>')),
    place("format that shows nothing", "hidden", _styled('<xf numFmtId="176" applyNumberFormat="1"/>', formats='<numFmt numFmtId="176" formatCode=";;;"/>')),
    place("format that shows other words", "hidden", _styled('<xf numFmtId="176"/>', formats='<numFmt numFmtId="176" formatCode="0;0;0;&quot;保密&quot;"/>')),
    place("number behind a format of stars", "hidden", lambda m: Book(rows=row(3, f'<c r="B3" s="1"><v>{m[-5:]}{m[-5:]}</v></c><c r="C3" s="1" t="str"><v>{m}</v></c>'), styles=styles(cells='<xf numFmtId="176"/>', formats='<numFmt numFmtId="176" formatCode="&quot;******&quot;;;;"/>'))),
    place("words of a number format", "table", lambda m: Book(rows=row(3, '<c r="B3" s="1"><v>7</v></c>'), styles=styles(cells='<xf numFmtId="176"/>', formats=f'<numFmt numFmtId="176" formatCode="&quot;{m}&quot;0"/>')), visible=True),
    place("number format of no cell", "field", lambda m: Book(styles=styles(formats=f'<numFmt numFmtId="176" formatCode="0&quot;{m}&quot;"/>'))),
    place("whitened by a condition", "hidden", _whitened('<cfRule type="expression" dxfId="0" priority="1"><formula>LEN(B2)&gt;0</formula></cfRule>')),
    place("whitened when not blank", "hidden", _whitened('<cfRule type="notContainsBlanks" dxfId="0" priority="1"><formula>LEN(TRIM(B2))&gt;0</formula></cfRule>')),
    place("emptied by a condition's format", "hidden", _whitened('<cfRule type="cellIs" operator="notEqual" dxfId="0" priority="1"><formula>0</formula></cfRule>', '<numFmt numFmtId="180" formatCode=";;;"/>')),
    place("condition that does not hold", "table", _whitened('<cfRule type="containsErrors" dxfId="0" priority="1"><formula>ISERROR(B2)</formula></cfRule>'), visible=True),
    place("words in a condition", "formula", _after('<conditionalFormatting sqref="B2:B9"><cfRule type="containsText" operator="containsText" text="@" priority="1"><formula>NOT(ISERROR(SEARCH("@",B2)))</formula></cfRule></conditionalFormatting>')),
    place("covered by a merge", "hidden", lambda m: Book(rows=row(3, cell("A3", "合计") + cell("B3", m)), after='<mergeCells count="1"><mergeCell ref="A3:C3"/></mergeCells>')),
    place("first cell of a merge", "table", lambda m: Book(rows=row(3, cell("A3", m)), after='<mergeCells count="1"><mergeCell ref="A3:C3"/></mergeCells>'), visible=True),
    place("far-away cell", "table", lambda m: Book(rows=row(1048576, cell("XFD1048576", m))), visible=True),
    place("inline rich text", "table", lambda m: Book(rows=row(3, f'<c r="B3" t="inlineStr"><is><r><rPr><b/></rPr><t>{m[:3]}</t></r><r><t>{m[3:]}</t></r></is></c>')), visible=True),
    place("rich text run", "table", lambda m: _string(f"<r><t>{m[:2]}</t></r><r><rPr><b/></rPr><t>{m[2:]}</t></r>")(m), visible=True),
    place("white run of rich text", "hidden", _string('<r><t>看得见</t></r><r><rPr><color rgb="FFFFFFFF"/></rPr><t>@</t></r>')),
    place("white run in a cell of text format", "hidden", lambda m: Book(rows=row(3, f'<c r="B3" s="1" t="inlineStr"><is><r><t>看得见</t></r><r><rPr><color rgb="FFFFFFFF"/></rPr><t>{m}</t></r></is></c>'), styles=styles(cells='<xf numFmtId="49"/>'))),
    place("reading of a string", "hidden", _string('<t>王芳</t><rPh sb="0" eb="2"><t>@</t></rPh>')),
    place("string of no cell", "cache deletion", lambda m: Book(strings=f"<si><t>{m}</t></si>")),
    place("result of a formula", "table", lambda m: Book(rows=row(3, f'<c r="B3" t="str"><f>A3</f><v>{m}</v></c>')), visible=True),
    place("words of a formula", "formula", lambda m: Book(rows=row(3, f'<c r="B3" t="str"><f>IF(A2="","{m}","")</f><v></v></c>'))),
    place("array formula", "formula", lambda m: Book(rows=row(3, f'<c r="B3" t="str"><f t="array" ref="B3:B4">{{"{m}";"x"}}</f><v>x</v></c>'))),
    place("shared formula", "formula", lambda m: Book(rows=row(3, f'<c r="B3" t="str"><f t="shared" ref="B3:B4" si="0">T("")&amp;"{m}"</f><v>x</v></c>'))),
    place("formula with N()", "formula", lambda m: Book(rows=row(3, f'<c r="B3"><f>SUM(1,2)+N("{m}")</f><v>3</v></c>'))),
    place("text beside the value of a cell", "hidden", lambda m: Book(rows=row(3, f'<c r="B3"><v>3</v><is><t>{m}</t></is></c>'))),
    place("error that is none", "table", lambda m: Book(rows=row(3, f'<c r="B3" t="e"><v>{m}</v></c>')), visible=True),
    place("formula of a macro sheet", "script formula", _macro_sheet, suffix=".xlsm"),
    place("dialog sheet", "header", lambda m: Book(sheets=[Sheet("Dialog1", "", "visible", "dialogsheets", "dialogsheet", f"<headerFooter><oddHeader>&amp;C{m}</oddHeader></headerFooter>")]), visible=True),
    place("name of a sheet", "name", lambda m: Book(sheets=[Sheet(m, "")])),
    place("code name of a sheet", "name", _before('<sheetPr codeName="@"/>'), narrow=True),
    place("code name of the workbook", "name", _book_before('<workbookPr codeName="@"/>'), narrow=True),
    place("defined name", "name", _names("<definedName name=\"@\">'名单'!$A$1</definedName>")),
    place("string in a defined name", "name formula", _names('<definedName name="口径">"@"</definedName>')),
    place("hidden defined name", "name", _names('<definedName name="_h" hidden="1">"@"</definedName>')),
    place("local defined name", "name", _names('<definedName name="范围" localSheetId="0">"@"</definedName>')),
    place("comment of a defined name", "name comment", _names('<definedName name="范围" comment="@" description="d">1</definedName>')),
    place("prompt of a defined name", "form name", _names('<definedName name="范围" customMenu="@">1</definedName>')),
    place("list of a validation", "form", _after('<dataValidations count="1"><dataValidation type="list" sqref="C2"><formula1>"甲,@"</formula1></dataValidation></dataValidations>')),
    place("prompt of a validation", "form", _after('<dataValidations count="1"><dataValidation type="whole" sqref="C2" promptTitle="注意" prompt="@"/></dataValidations>')),
    place("error of a validation", "form", _after('<dataValidations count="1"><dataValidation type="whole" sqref="C2" errorTitle="错" error="@"/></dataValidations>')),
    place("validation in an extension", "form", _extension('<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1><xm:f>"甲,@"</xm:f></x14:formula1><xm:sqref>C2</xm:sqref></x14:dataValidation></x14:dataValidations>')),
    place("condition in an extension", "formula", _extension('<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression"><xm:f>A1="@"</xm:f></x14:cfRule><xm:sqref>A1:B9</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>')),
    place("source of a sparkline", "formula", _extension('<x14:sparklineGroups><x14:sparklineGroup displayEmptyCellsAs="gap"><x14:sparklines><x14:sparkline><xm:f>@!A1:A3</xm:f><xm:sqref>D2</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups>')),
    place("sheet of a sparkline in ASCII", "formula", _extension('<x14:sparklineGroups><x14:sparklineGroup displayEmptyCellsAs="gap"><x14:sparklines><x14:sparkline><xm:f>@!A1:A3</xm:f><xm:sqref>D2</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups>'), narrow=True),
    place("name beside codes of characters", "formula", lambda m: Book(rows=row(3, f'<c r="B3"><f>CONCAT("{m}",UNICHAR(24352))</f></c>')), narrow=True),
    place("target of a link in the book", "link", _linked("location=\"'@'!A1\"")),
    place("tip of a link", "link", _linked('location="名单!A1" tooltip="@"')),
    place("name of a link", "link", _linked('location="名单!A1" display="@"')),
    place("address of a link", "link", lambda m: Book(after='<hyperlinks><hyperlink ref="A2" r:id="rId1"/></hyperlinks>', relations={"xl/worksheets/sheet1.xml": [Relation("hyperlink", f"https://example.org/{m}", external=True)]})),
    place("header", "header", _after("<headerFooter><oddHeader>&amp;L&amp;8@&amp;R&amp;P</oddHeader></headerFooter>"), visible=True),
    place("footer", "footer", _after('<headerFooter><oddFooter>&amp;C&amp;"宋体,常规"@</oddFooter></headerFooter>'), visible=True),
    place("header of even pages, unused", "header", _after("<headerFooter><oddHeader>页眉</oddHeader><evenHeader>&amp;C@</evenHeader></headerFooter>")),
    place("header of even pages", "header", _after('<headerFooter differentOddEven="1"><evenHeader>&amp;C@</evenHeader></headerFooter>'), visible=True),
    place("footer of the first page, unused", "footer", _after("<headerFooter><firstFooter>&amp;C@</firstFooter></headerFooter>")),
    place("scenario", "hidden cache", _after('<scenarios current="0"><scenario name="测算" count="1" user="李明" comment="备注"><inputCells r="A2" val="@"/></scenario></scenarios>')),
    place("comment of a scenario", "comment", _after('<scenarios current="0"><scenario name="测算" count="1" user="李明" comment="@"><inputCells r="A2" val="1"/></scenario></scenarios>')),
    place("header of another's view", "header", _after('<customSheetViews><customSheetView guid="{AB1234CD-0001-4000-8000-000000000001}"><headerFooter><oddHeader>&amp;C@</oddHeader></headerFooter></customSheetView></customSheetViews>')),
    place("name of another's view", "name metadata", _book_after('<customWorkbookViews><customWorkbookView name="@" guid="{AB1234CD-0001-4000-8000-000000000001}" windowWidth="1" windowHeight="1" activeSheetId="1"/></customWorkbookViews>')),
    place("name of an unlocked range", "name", _after('<protectedRanges><protectedRange sqref="A1:B2" name="@"/></protectedRanges>'), narrow=True),
    place("title of a published web page", "metadata", _after('<webPublishItems count="1"><webPublishItem id="1" divId="d" sourceType="sheet" destinationFile="a.htm" title="@"/></webPublishItems>')),
    place("who reserved the file", "metadata", _book_before('<fileSharing readOnlyRecommended="1" userName="@"/>'), narrow=True),
    place("path where it was saved", "metadata link", _book_before('<mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath url="C:\\Users\\@\\" xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'), narrow=True),
    place("name of a cell style", "name", lambda m: Book(styles=styles(named=f'<cellStyle name="{m}" xfId="0"/>'))),
    place("keyword property", "metadata", lambda m: Book(parts={"docProps/core.xml": core(keywords=m)})),
    place("XML comment between rows", "comment unplaced", lambda m: Book(rows=f"<!-- {m} -->")),
    place("XML comment in a cell", "comment unplaced", lambda m: Book(rows=row(3, f'<c r="B3"><!--{m}--><v>1</v></c>'))),
    place("XML comment of the workbook", "comment unplaced", _book_after("<!-- @ -->")),
    place("unknown element of a row", "unplaced", lambda m: Book(rows=row(3, f'{cell("A3", "王芳")}<extLst><ext uri="x"><z>{m}</z></ext></extLst>'))),
    place("unknown attribute of a cell", "unplaced", lambda m: Book(rows=row(3, f'<c r="B3" x14ac:note="{m}"><v>1</v></c>'))),
    place("unknown attribute of a row", "unplaced", lambda m: Book(rows=row(3, cell("A3", "王芳"), f'x14ac:note="{m}"'))),
    place("comment behind the zip", "metadata", lambda m: Book(comment=m.encode())),
)  # fmt: skip
