"""What transaction sets write alike: parties, references, notes, days, article numbers, allowances."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds
from app.documents.x12.units import to_x12
from app.documents.x12.writer import Body, clean, cut_at_blanks, day, implied, number

_SCHEMES = {"0060": "1"}
_UPC, _EAN, _GTIN14 = 12, 13, 14
_REASONS = 4


def party(body: Body, role: str, one: Party | None) -> None:
    if one is None:
        return
    first = one.identifiers[0] if one.identifiers and not one.gln else None
    qualifier, code = (
        ("UL", one.gln)
        if one.gln
        else (_SCHEMES.get(first.scheme, first.scheme or "92"), first.value)
        if first
        else ("", "")
    )
    name = cut_at_blanks(one.name, 60)
    body.add("N1", role, name[0] if name else "", qualifier, code)
    if name[1:]:
        body.add("N2", *name[1:3])
    if (where := one.address) is not None:
        streets = (where.street, where.additional, where.third_line)
        if any(streets):
            body.add("N3", *streets[:2])
        if where.third_line:
            body.add("N3", where.third_line)
        if where.city or where.region or where.postal_code or where.country:
            body.add("N4", where.city, where.region, where.postal_code, where.country)
    if one.vat_id:
        body.add("REF", "VX", one.vat_id)
    if one.contact is not None:
        means = [part for pair in (("TE", one.contact.phone), ("EM", one.contact.email)) if pair[1] for part in pair]
        body.add("PER", "IC", one.contact.name, *means)
    for path, value in (
        ("identifiers", [item.value for item in one.identifiers[0 if one.gln else 1 :]]), ("trading_name", one.trading_name),
        ("tax_number", one.tax_number), ("registration", one.registration), ("legal_form", one.legal_form),
        ("endpoint", one.endpoint), ("name", name[3:]),
    ):  # fmt: skip
        body.lose(f"{role}/{path}", value or None)


def parties(body: Body, named: Iterable[tuple[str, Party | None]], others: Iterable[OtherParty]) -> None:
    for role, one in named:
        party(body, role, one)
    for other in others:
        party(body, other.role, other.party)


def references(body: Body, items: Iterable[Reference]) -> None:
    """REF; from the first one with a day on N9, which keeps their order."""
    dated = False
    for item in items:
        dated = dated or item.date is not None
        if dated:
            body.add("N9", item.kind, item.number, "", day(item.date))
        else:
            body.add("REF", item.kind, item.number)
        body.lose(f"reference {item.kind}/line", item.line)


def notes(body: Body, items: Iterable[Note], reason: str = "") -> None:
    """Each in an N9 loop of its own: L1 announces a text."""
    pairs = [(note.subject or "TXT", note.text) for note in items]
    if reason:
        pairs.insert(0, ("REASON", reason))
    for subject, text in pairs:
        body.add("N9", "L1", subject)
        for part in cut_at_blanks(text, 264):
            body.add("MSG", part)


def delivery(body: Body, dates: DeliveryDates, requested: str = "002") -> None:
    for qualifier, value in ((requested, dates.requested), ("064", dates.earliest), ("063", dates.latest)):
        body.day(qualifier, value)


def texts(body: Body, name: str, description: str) -> None:
    for kind, text in (("08", name), ("GEN", description)):
        for part in cut_at_blanks(text, 80):
            body.add("PID", "F", kind, "", "", part)


def id_pairs(ids: ItemIds) -> tuple[str, ...]:
    gtin = {_UPC: "UP", _EAN: "EN", _GTIN14: "UK"}.get(len(ids.gtin), "UA")
    pairs = ((gtin, ids.gtin), ("VP", ids.sku), ("BP", ids.buyer_sku), ("MG", ids.manufacturer_sku))
    return tuple(part for pair in pairs if pair[1] for part in pair)


def price(unit_price: Decimal | None, base: Decimal | None) -> tuple[str, str]:
    """PO104 and PO105: the price, and the quantity it is for where X12 has a code for that."""
    codes = {Decimal(1): "PE", Decimal(100): "HP", Decimal(1000): "TP"}
    if unit_price is None or base is None:
        return number(unit_price), ""
    if base in codes:
        return number(unit_price), codes[base]
    return number((unit_price / base).quantize(Decimal("0.000001")).normalize()), "PE"


def terms(body: Body, payment: str, delivered: str) -> None:
    for part in cut_at_blanks(payment, 80):
        body.add("ITD", *[""] * 11, part)
    if delivered:
        head, _, rest = delivered.partition(" ")
        pays, named = (head, rest) if len(head) == 2 else ("DF", delivered)
        body.add("FOB", pays, "", "", "01" if named else "", named)


def allowances(body: Body, items: Iterable[AllowanceCharge]) -> None:
    for item in items:
        code = item.reason_code
        is_own = len(code) == _REASONS and code[0].isalpha() and code[1:].isdecimal()
        coded = (code, "", "") if is_own or not code else ("", "ZZ", code)
        rate = number(item.percent)
        body.add(
            "SAC", "C" if item.is_charge else "A", *coded, implied(item.amount), "Z" if rate else "", rate,
            *[""] * 7, item.reason,
        )  # fmt: skip
        body.lose("allowance base", item.base)


def tax(body: Body, rate: Decimal | None, category: str) -> None:
    if rate is not None or category:
        body.add("TXI", "VA", "" if rate is not None else "0", number(rate), *[""] * 6, category)


def unit(code: str) -> str:
    return to_x12(clean(code))
