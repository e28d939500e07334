"""Delivery note and packing list: the same shipment for who receives the goods and for who opens the packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.core.units import unit_name
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package
from app.documents.paper.closing import Block
from app.documents.paper.first_page import Line, party_lines, set_facts
from app.documents.paper.letter import NOBODY, Letter, Voice, compose, notes, signatures
from app.documents.paper.pages import Measured
from app.documents.paper.tables import Cells, Heading, Role, Table, table
from app.documents.paper.typeset import Align, clean


def delivery_note_paper(document: DespatchAdvice, voice: Voice) -> dict[str, Any]:
    """All values `documents/letter.html` asks for; no prices."""
    _ = voice.words
    blocks = [
        *notes([*_weights(document, voice), *(note.text for note in document.notes)]),
        *notes([_("Received in full and undamaged unless noted here:")]),
        *signatures(_("Handed over"), _("Received, name and signature"), _("Day and time")),
    ]
    rows = [_cells(line, line.quantity, line.unit, voice) for line in document.lines]
    return compose(_letter(document, voice, _("Delivery note"), _note_table(rows, voice), blocks), voice)


def packing_list_paper(document: DespatchAdvice, voice: Voice) -> dict[str, Any]:
    """The same lines by package; what lies in no package comes last."""
    _ = voice.words
    lines = {line.position: line for line in document.lines}
    packed: dict[str, Decimal] = {}
    rows: list[Cells] = []
    for number, package in enumerate(document.packages, 1):
        rows.append(Cells((_package(package, number, voice),), is_group=True))
        for part in package.contents:
            line = lines.get(part.position)
            if line is not None:
                packed[part.position] = packed.get(part.position, Decimal(0)) + (part.quantity or Decimal(0))
                rows.append(_cells(line, part.quantity, part.unit or line.unit, voice))
    loose = list(_loose(document.lines, packed, voice))
    if loose and document.packages:
        rows.append(Cells((_("Without a package"),), is_group=True))
    blocks = notes([*_weights(document, voice), *(note.text for note in document.notes)])
    return compose(_letter(document, voice, _("Packing list"), _note_table([*rows, *loose], voice), blocks), voice)


def _loose(lines: Sequence[DespatchLine], packed: dict[str, Decimal], voice: Voice) -> Iterator[Cells]:
    for line in lines:
        rest = None if line.quantity is None else line.quantity - packed.get(line.position, Decimal(0))
        if (rest is None and line.position not in packed) or (rest is not None and rest > 0):
            yield _cells(line, rest, line.unit, voice)


def _letter(document: DespatchAdvice, voice: Voice, title: str, rows: Table, blocks: list[Measured[Block]]) -> Letter:
    buyer, place = document.buyer or NOBODY, document.ship_to or document.buyer or NOBODY
    address = party_lines(place, voice.figures, voice.words)
    if place.name != buyer.name and buyer.name:
        address += [Line(""), Line(voice.words("Ordered by"), is_strong=True), Line(clean(buyer.name))]
    return Letter(
        title=title,
        number=document.number,
        date=voice.figures.day(document.issue_date) if document.issue_date else "",
        seller=document.seller or NOBODY,
        address=address,
        facts=set_facts(_facts(document, voice)),
        table=rows,
        blocks=blocks,
    )


def _facts(document: DespatchAdvice, voice: Voice) -> Iterator[tuple[str, str]]:
    _, figures = voice.words, voice.figures
    yield _("Number"), document.number
    if document.issue_date:
        yield _("Date"), figures.day(document.issue_date)
    yield _("Your order"), "\n".join(dict.fromkeys(order.number for order in document.orders if order.number))
    sales = dict.fromkeys(order.sales_number for order in document.orders)
    yield _("Our order"), "\n".join(number for number in sales if number)
    if document.despatched_on:
        yield _("Despatched on"), figures.day(document.despatched_on)
    if document.expected_on:
        yield _("Expected on"), figures.day(document.expected_on)
    yield _("Carrier"), document.carrier.name if document.carrier else ""
    yield _("Tracking"), "\n".join(document.tracking)
    count = document.package_count or len(document.packages)
    yield _("Packages"), figures.quantity(Decimal(count)) if count else ""


def _weights(document: DespatchAdvice, voice: Voice) -> Iterator[str]:
    _, figures = voice.words, voice.figures
    unit = _(unit_name(document.weight_unit or "KGM").text)
    if document.gross_weight is not None:
        yield _("Gross weight: {weight}", weight=f"{figures.quantity(document.gross_weight)} {unit}")
    if document.net_weight is not None:
        yield _("Net weight: {weight}", weight=f"{figures.quantity(document.net_weight)} {unit}")
    if document.delivery_terms:
        yield _("Delivery terms: {terms}", terms=document.delivery_terms)


def _package(package: Package, number: int, voice: Voice) -> str:
    _, figures = voice.words, voice.figures
    parts = [_("Package {number}", number=number)]
    if package.sscc:
        parts.append(f"SSCC {package.sscc}")
    if package.gross_weight is not None:
        parts.append(f"{figures.quantity(package.gross_weight)} {_(unit_name(package.weight_unit or 'KGM').text)}")
    return " · ".join((*parts, *package.marks))


def _note_table(rows: Sequence[Cells], voice: Voice) -> Table:
    _ = voice.words
    headings = (
        Heading(_("No."), Align.RIGHT),
        Heading(_("Article"), Align.LEFT, Role.CODE),
        Heading(_("Description"), Align.LEFT, Role.TEXT),
        Heading(_("Ordered"), Align.DECIMAL),
        Heading(_("Quantity"), Align.DECIMAL),
        Heading(_("Unit"), Align.LEFT),
    )
    return table(headings, rows, voice.figures.decimal)


def _cells(line: DespatchLine, quantity: Decimal | None, unit: str, voice: Voice) -> Cells:
    figures = voice.figures
    return Cells(
        texts=(
            clean(line.position),
            clean(line.ids.sku),
            line.name,
            "" if line.ordered is None else figures.quantity(line.ordered),
            "" if quantity is None else figures.quantity(quantity),
            voice.words(unit_name(unit).text),
        ),
        remarks=tuple(_remarks(line, voice)),
    )


def _remarks(line: DespatchLine, voice: Voice) -> Iterator[str]:
    _, figures = voice.words, voice.figures
    if line.ids.buyer_sku:
        yield _("Your article number: {number}", number=line.ids.buyer_sku)
    batch = [_("Batch {number}", number=line.batch)] if line.batch else []
    if line.best_before:
        batch.append(_("Best before {date}", date=figures.day(line.best_before)))
    if batch:
        yield ", ".join(batch)
    if line.serials:
        yield _("Serial numbers: {numbers}", numbers=", ".join(line.serials))
    if line.outstanding:
        text = _("{quantity} will not follow") if line.is_closed else _("{quantity} will follow later")
        yield text.format(quantity=figures.quantity(line.outstanding))
    if line.reason:
        yield line.reason
    yield from (note.text for note in line.notes)
