"""Workbooks put together part by part, so that tests can write what no library would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx(
    *sheets: str,
    names: Sequence[str] = (),
    shared: str = "",
    styles: str = "",
    workbook: str = "",
    namespace: str = _MAIN,
    after: str = "",
    extra: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An XLSX file. Each sheet is the XML inside its sheetData; `shared` the XML of the si elements, `styles` of the style sheet."""
    names = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, start=1))
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_DOCUMENT}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{namespace}" xmlns:r="{_DOCUMENT}">{workbook}<sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}">{relations}'
            f'<Relationship Id="rIdS" Type="{_DOCUMENT}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
            f'<Relationship Id="rIdT" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>',
    }
    for number, rows in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData>{after}</worksheet>'
        )
    return zipped({**parts, **(extra or {})})


def row(number: int, *cells: str | int | None, first: int = 0) -> str:
    """A row of XLSX: texts are inline strings, numbers are numbers, XML that starts with `<c` stands as it is."""
    written = []
    for index, cell in enumerate(cells, start=first):
        place = f"{chr(65 + index)}{number}"
        if isinstance(cell, int):
            written.append(f'<c r="{place}"><v>{cell}</v></c>')
        elif isinstance(cell, str) and cell.startswith("<c"):
            written.append(cell.replace("<c", f'<c r="{place}"', 1))
        elif cell is not None:
            written.append(f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>')
    return f'<row r="{number}">{"".join(written)}</row>'


def ods(*tables: str, extra: Mapping[str, str | bytes] | None = None, before: str = "") -> bytes:
    """An ODS file; each table is a whole table:table element, `before` stands in front of the first."""
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:table="{_ODF}:table:1.0" '
        f'xmlns:text="{_ODF}:text:1.0" xmlns:draw="{_ODF}:drawing:1.0" office:version="1.3">'
        f"<office:body><office:spreadsheet>{before}{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            **(extra or {}),
        }
    )


def table(name: str, *rows: str) -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def ods_row(*cells: str | int | None, repeated: int = 1) -> str:
    """A row of ODS: texts, numbers, None for an empty cell; XML that starts with `<` stands as it is."""
    written = []
    for cell in cells:
        if cell is None:
            written.append("<table:table-cell/>")
        elif isinstance(cell, int):
            written.append(
                f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
            )
        elif cell.startswith("<"):
            written.append(cell)
        else:
            written.append(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>')
    many = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{many}>{''.join(written)}</table:table-row>"
