"""An order confirmation: what comes, when and at what price, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.core.units import unit_name
from app.documents.model.order import DeliveryDates
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.paper.first_page import party_lines, place_lines, postal_lines, set_facts
from app.documents.paper.letter import NOBODY, Letter, Voice, compose, named, notes
from app.documents.paper.tables import Cells, Heading, Role, Table, table
from app.documents.paper.typeset import Align, clean

_LEFT, _RIGHT, _DECIMAL = Align.LEFT, Align.RIGHT, Align.DECIMAL


def order_confirmation_paper(document: OrderResponse, voice: Voice) -> dict[str, Any]:
    """All values `documents/letter.html` asks for; prices and sums are net unless the totals say a tax."""
    _, figures = voice.words, voice.figures
    seller, buyer = document.seller or NOBODY, document.buyer or NOBODY
    place = document.ship_to
    elsewhere = place is not None and place.address is not None and place.address != buyer.address
    where = ", ".join((place.name, *postal_lines(place.address, figures))) if place and elsewhere else ""
    letter = Letter(
        title=_("Order declined") if document.answer is Answer.REJECTED else _("Order confirmation"),
        number=document.number,
        date=figures.day(document.issue_date) if document.issue_date else "",
        seller=seller,
        address=[*party_lines(buyer, figures, _), *place_lines(_("Deliver to"), where)],
        facts=set_facts(_facts(document, voice)),
        table=_table(document, voice),
        intro=(_intro(document, voice),),
        blocks=[*_sums(document, voice), *notes([note.text for note in document.notes])],
        currency=document.currency,
    )
    return compose(letter, voice)


def _intro(document: OrderResponse, voice: Voice) -> str:
    _ = voice.words
    if document.answer is Answer.REJECTED:
        return _("We are sorry that we cannot take this order.")
    changed = {LineAnswer.CHANGED, LineAnswer.BACKORDERED, LineAnswer.REJECTED, LineAnswer.SUBSTITUTED}
    if document.answer is Answer.CHANGED or any(line.answer in changed for line in document.lines):
        return _("Thank you for your order. We confirm it with the changes named at the lines.")
    return _("Thank you for your order. We confirm it as follows.")


def _facts(document: OrderResponse, voice: Voice) -> Iterator[tuple[str, str]]:
    _, figures, order = voice.words, voice.figures, document.order
    yield _("Number"), document.number
    if document.issue_date:
        yield _("Date"), figures.day(document.issue_date)
    yield _("Your order"), order.number
    yield _("Our order"), order.sales_number if order.sales_number not in (document.number, order.number) else ""
    if order.date:
        yield _("Ordered on"), figures.day(order.date)
    yield _("Delivery"), promised(document.promised, voice)
    yield _("Currency"), document.currency


def promised(dates: DeliveryDates, voice: Voice) -> str:
    """The day, or the days between which goods come."""
    if dates.requested:
        return voice.figures.day(dates.requested)
    return " – ".join(voice.figures.day(day) for day in (dates.earliest, dates.latest) if day)


def _table(document: OrderResponse, voice: Voice) -> Table:
    _ = voice.words
    headings = (
        Heading(_("No."), _RIGHT),
        Heading(_("Article"), _LEFT, Role.CODE),
        Heading(_("Description"), _LEFT, Role.TEXT),
        Heading(_("Quantity"), _DECIMAL),
        Heading(_("Unit"), _LEFT),
        Heading(_("Delivery"), _LEFT),
        Heading(_("Unit price"), _DECIMAL),
        Heading(_("Net, {currency}", currency=document.currency), _RIGHT),
    )
    rows = [_cells(line, document, voice) for line in document.lines]
    return table(headings, rows, voice.figures.decimal)


def _cells(line: OrderResponseLine, document: OrderResponse, voice: Voice) -> Cells:
    _, figures, currency = voice.words, voice.figures, document.currency
    is_coming = line.answer is not LineAnswer.REJECTED
    price = "" if line.unit_price is None else figures.price(line.unit_price, currency)
    per = line.price_base_quantity
    if price and per not in (None, 1):
        price = f"{price} / {figures.quantity(per or Decimal(1))}"
    net = line.net if is_coming else None
    return Cells(
        texts=(
            clean(line.position),
            clean(line.ids.sku),
            line.name or line.substitute_name,
            figures.quantity(line.quantity) if line.quantity is not None else "",
            _(unit_name(line.unit).text) if line.quantity is not None else "",
            promised(line.promised, voice) if is_coming else "–",
            price,
            "" if net is None else figures.amount(net, currency),
        ),
        remarks=tuple(_remarks(line, voice)),
        amount=net or Decimal(0),
    )


def _remarks(line: OrderResponseLine, voice: Voice) -> Iterator[str]:
    _, figures = voice.words, voice.figures
    if line.answer is LineAnswer.REJECTED:
        yield _("Not delivered")
    if line.ordered is not None and line.quantity is not None and line.ordered != line.quantity:
        yield _("You ordered {quantity}", quantity=figures.quantity(line.ordered))
    if line.backordered:
        yield _("{quantity} will follow later", quantity=figures.quantity(line.backordered))
    if line.substitute is not None:
        name = " ".join(part for part in (line.substitute.sku, line.substitute_name) if part)
        yield _("In its place: {name}", name=name)
    if line.ids.buyer_sku:
        yield _("Your article number: {number}", number=line.ids.buyer_sku)
    if line.reason:
        yield line.reason
    yield from (note.text for note in line.notes)


def _sums(document: OrderResponse, voice: Voice) -> list[Any]:
    _, figures, totals = voice.words, voice.figures, document.totals
    pairs = [
        (label, figures.amount(amount, document.currency))
        for label, amount in ((_("Total without VAT"), totals.net), (_("VAT"), totals.tax))
        if amount is not None
    ]
    if totals.total is not None:
        label = _("Total with VAT")
        pairs.append((f"{label}, {document.currency}", figures.amount(totals.total, document.currency)))
    return named(pairs)
