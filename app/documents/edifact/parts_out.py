"""Groups that several messages write alike: parties, notes, references, allowances, articles, quantities, prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.documents.edifact.writer import Body, Element, clean, number
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds

_GLN = "9"
_AGENCY = "91"  # assigned by the seller: what a number without a scheme of its own is taken for
NAME = 35


def party(body: Body, role: str, value: Party | None, *, has_numbers: bool = True) -> None:
    """NAD with its references, contact and numbers to reach it; some messages have no references of parties."""
    if value is None:
        return
    path = f"NAD+{role}"
    code: Element = ""
    others = value.identifiers
    if value.gln:
        code = (value.gln, "", _GLN)
    elif others:
        code, others = (others[0].value, "", others[0].scheme[:3] if others[0].scheme else ""), others[1:]
    address = value.address
    streets: list[str] = []
    if address:
        streets = [address.street, address.additional, address.third_line]
        streets = [part for street in streets for part in body.pack(path, street, NAME, 1) or [""]]
    place = (address.city, address.region, address.postal_code, address.country) if address else ("", "", "", "")
    city, region, postal, country = place
    body.add(
        "NAD", role, code, "", body.fit(path, value.name, NAME, 5), streets, city, region, postal, country
    )  # fmt: skip
    for name, given in (
        ("trading_name", value.trading_name), ("legal_form", value.legal_form),
        ("endpoint", value.endpoint.value if value.endpoint else ""), *(("identifier", other.value) for other in others),
    ):  # fmt: skip
        body.lose(f"{path}/{name}", given)
    registration = value.registration.value if value.registration else ""
    for kind, given in (("VA", value.vat_id), ("FC", value.tax_number), ("XA", registration)):
        if given and has_numbers:
            body.add("RFF", (kind, given))
        elif given:
            body.lose(f"{path}/{kind}", given)
    contact = value.contact
    if contact is None or not any((contact.name, contact.phone, contact.email)):
        return
    body.add("CTA", "OC", ("", contact.name))
    for means, given in (("TE", contact.phone), ("EM", contact.email)):
        if given:
            body.add("COM", (given, means))


def parties(
    body: Body,
    named: Iterable[tuple[str, Party | None]],
    others: Iterable[OtherParty] = (),
    *,
    has_numbers: bool = True,
) -> None:
    for role, value in named:
        party(body, role, value, has_numbers=has_numbers)
    for other in others:
        party(body, other.role[:3], other.party, has_numbers=has_numbers)


def notes(body: Body, items: Iterable[Note]) -> None:
    width = 70 if body.directory.is_old else 512
    for note in items:
        body.add("FTX", note.subject[:3] or "AAI", "", "", body.fit("FTX", note.text, width, 5))


def references(body: Body, items: Iterable[Reference], qualifier: str = "171") -> None:
    for item in items:
        body.add("RFF", (item.kind, item.number, item.line))
        body.day(qualifier, item.date)


def delivery(body: Body, dates: DeliveryDates, requested: str = "2", earliest: str = "64", latest: str = "63") -> None:
    body.day(requested, dates.requested)
    body.day(earliest, dates.earliest)
    body.day(latest, dates.latest)


def terms(body: Body, tag: str, code: str, text: str) -> None:
    """PAT and TOD: each part between semicolons a segment, a code first where the text begins with one."""
    for part in filter(None, (piece.strip() for piece in text.split("; "))):
        head, _, rest = part.partition(" ")
        is_code = tag == "TOD" and 0 < len(head) <= 3 and head.isalnum()
        words = body.fit(tag, rest if is_code else part, NAME, 2)
        body.add(tag, code, *([""] if tag == "TOD" else []), (head if is_code else "", "", "", *words))


def allowances(body: Body, items: Iterable[AllowanceCharge], amount: str = "8") -> None:
    for item in items:
        reason = body.pack("ALC", item.reason, NAME, 2)
        body.add("ALC", "C" if item.is_charge else "A", "", "", "", (item.reason_code, "", "", *reason))
        if item.percent is not None:
            body.add("PCD", ("1", number(item.percent)))
        if item.amount:
            body.add("MOA", (amount, number(item.amount)))
        if item.base is not None:
            body.add("MOA", ("25", number(item.base)))
        tax(body, item.vat_rate, item.vat_category or "")


def tax(body: Body, rate: Decimal | None, category: str) -> None:
    if rate is not None or category:
        body.add("TAX", "7", "VAT", "", "", ("", "", "", number(rate)), category)


def article(body: Body, position: str, ids: ItemIds, action: str = "", substitute: ItemIds | None = None) -> None:
    """LIN and PIA: the GTIN as EN, or SRV from D97A on."""
    scheme = "EN" if body.directory.is_old else "SRV"
    body.add("LIN", position, action, (ids.gtin, scheme) if ids.gtin else "")
    numbers(body, "5", ids)
    if substitute is not None:
        given = [(substitute.gtin, scheme)] if substitute.gtin else []
        body.add("PIA", "3", *given, *_numbers(substitute))


def numbers(body: Body, kind: str, ids: ItemIds) -> None:
    found = _numbers(ids)
    if found:
        body.add("PIA", kind, *found)


def _numbers(ids: ItemIds) -> list[Element]:
    pairs = ((ids.sku, "SA"), (ids.buyer_sku, "IN"), (ids.manufacturer_sku, "MF"))
    return [(value, scheme) for value, scheme in pairs if value]


def texts(body: Body, name: str, description: str = "") -> None:
    """Name, then description, of which each has as many IMD as it needs."""
    width = NAME if body.directory.is_old else 256
    for at, text in enumerate((name, description)):
        if not text and not (at == 0 and description):
            continue
        if at == 0:
            body.add("IMD", "F", "", ("", "", "", *body.pack("IMD", text or "-", width, 2)))
            continue
        for part in _in_lines(text, width * 2):
            body.add("IMD", "F", "", ("", "", "", *body.pack("IMD", part, width, 2)))


def _in_lines(text: str, width: int) -> list[str]:
    """Parts that the reader joins with blanks again."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and len(lines[-1]) + len(word) + 1 <= width - 2:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def quantity(body: Body, qualifier: str, value: Decimal | None, unit: str = "") -> None:
    if value is not None:
        body.add("QTY", (qualifier, number(value), unit))


def price(body: Body, kind: str, amount: Decimal | None, base: Decimal | None = None, unit: str = "") -> None:
    if amount is not None:
        body.add("PRI", (kind, number(amount), "", "", number(base), unit))


def money(body: Body, qualifier: str, amount: Decimal | None) -> None:
    if amount is not None:
        body.add("MOA", (qualifier, number(amount)))


def vat(body: Body, rate: Decimal | None, category: str, base: Decimal | None, amount: Decimal | None) -> None:
    """One rate of the summary."""
    tax(body, rate, category)
    money(body, "125", base)
    money(body, "124", amount)
