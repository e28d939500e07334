"""A neutral invoice or credit note as 810."""

from __future__ import annotations

from decimal import Decimal

from app.documents.model.invoice import CreditNote, Invoice
from app.documents.model.line import Line
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds
from app.documents.model.totals import VatCategory
from app.documents.x12 import parts_out as out
from app.documents.x12.invoice import GLN, PRECEDING, REFERENCES, SUMS
from app.documents.x12.writer import Body, cut_at_blanks, day, implied, number

_LOST = ("tax_currency", "payee", "tax_representative", "payment_means", "tax_point_date")


def write_invoice(invoice: Invoice | CreditNote) -> Body:
    body = Body("810")
    is_credit = isinstance(invoice, CreditNote)
    body.add(
        "BIG", day(invoice.issue_date), invoice.number, "", invoice.order_reference, "", "", "CR" if is_credit else "DI", "00"
    )  # fmt: skip
    for note in invoice.notes:
        for part in cut_at_blanks(note.text, 80):
            body.add("NTE", note.subject or "GEN", part)
    if invoice.currency:
        body.add("CUR", "SE", invoice.currency)
    for name, kind in REFERENCES.items():
        if value := getattr(invoice, name):
            body.add("REF", kind, value)
    for item in invoice.preceding:
        if item.issue_date is None:
            body.add("REF", PRECEDING, item.number)
    place = invoice.delivery
    ship_to = None
    if place is not None and (place.name or place.location or place.address):
        there = place.location
        gln = there.value if there and there.scheme == GLN else ""
        ids = (there,) if there and not gln else ()
        ship_to = Party(name=place.name, address=place.address, gln=gln, identifiers=ids)
    for role, party in (("SE", invoice.seller), ("BY", invoice.buyer), ("ST", ship_to)):
        if party != Party(name="", address=None):
            out.party(body, role, party)
    _terms(body, invoice)
    if place is not None:
        body.day("035", place.date)
    if invoice.period is not None:
        body.day("186", invoice.period.start)
        body.day("187", invoice.period.end)
    for item in invoice.preceding:
        if item.issue_date is not None:
            body.add("N9", PRECEDING, item.number, "", day(item.issue_date))
    is_taxed = any(item.rate is not None or item.category is not VatCategory.OUT_OF_SCOPE for item in invoice.vat)
    for line in invoice.lines:
        _line(body, line, is_taxed=is_taxed)
    _summary(body, invoice, is_taxed=is_taxed)
    for name in _LOST:
        body.lose(name, getattr(invoice, name) or None)
    return body


def _terms(body: Body, invoice: Invoice | CreditNote) -> None:
    terms = invoice.payment_terms
    if terms is None:
        return
    due, parts = day(terms.due_date), cut_at_blanks(terms.text, 80)
    for discount in terms.discounts:
        body.add("ITD", "08", "3", number(discount.percent), "", str(discount.days), due, *[""] * 5, *parts[:1])
        due, parts = "", parts[1:]
    if due:
        body.add("ITD", "01", "3", "", "", "", due, *[""] * 5, *parts[:1])
        parts = parts[1:]
    for part in parts:
        body.add("ITD", *[""] * 11, part)


def _line(body: Body, line: Line, *, is_taxed: bool) -> None:
    ids = ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin)
    amount, basis = out.price(line.unit_price, line.price_base_quantity)
    body.add("IT1", line.position, number(line.quantity), out.unit(line.unit), amount, basis, *out.id_pairs(ids))
    if is_taxed:
        out.tax(body, line.vat_rate, line.vat_category)
    if line.list_price is not None:
        body.add("CTP", "", "LPR", number(line.list_price))
    body.add("PAM", "", "", "", "1", number(line.net))
    out.texts(body, line.name, line.description)
    if line.order_line:
        body.add("REF", "LI", line.order_line)
    for part in cut_at_blanks(line.note, 80):
        body.add("REF", "L1", "TXT", part)
    out.allowances(body, line.allowances_charges)
    where = f"line {line.position}"
    for name in ("accounting_reference", "period", "country_of_origin", "classifications", "attributes"):
        body.lose(f"{where}/{name}", getattr(line, name) or None)


def _summary(body: Body, invoice: Invoice | CreditNote, *, is_taxed: bool) -> None:
    totals = invoice.totals
    body.add("TDS", implied(totals.gross))
    for item in invoice.vat if is_taxed else ():
        base, rate = number(item.base), number(item.rate)
        body.add("TXI", "VA", number(item.tax), rate, "", "", "", "", base, "", item.category)
        body.lose("vat/exemption", " ".join(filter(None, (item.exemption_code, item.exemption_reason))))
    for name, code in SUMS.items():
        value = getattr(totals, name)
        if name == "tax" and is_taxed and value == sum((item.tax for item in invoice.vat), Decimal(0)):
            continue
        if value is not None:
            body.add("AMT", code, number(value))
    out.allowances(body, invoice.allowances_charges)
    body.add("CTT", str(len(invoice.lines)))
    body.lose("totals/tax_in_tax_currency", totals.tax_in_tax_currency)
