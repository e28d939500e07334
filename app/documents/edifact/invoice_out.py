"""A neutral invoice or credit note as INVOIC."""

from __future__ import annotations

from datetime import timedelta

from app.documents.edifact import parts_out as out
from app.documents.edifact.invoice import EXEMPTION
from app.documents.edifact.writer import D96A, Body, Directory, number
from app.documents.model.invoice import BillingDocument, Note
from app.documents.model.line import Line, Period
from app.documents.model.order import Reference
from app.documents.model.party import Identifier, Party
from app.documents.model.reference import ItemIds

_REFERENCES = (
    ("ON", "order_reference"), ("VN", "sales_order_reference"), ("CT", "contract_reference"), ("AEP", "project_reference"),
    ("AAK", "despatch_reference"), ("ALO", "receipt_reference"), ("CR", "buyer_reference"),
)  # fmt: skip
_GLN = "0088"


def write_invoice(value: BillingDocument, directory: Directory = D96A) -> Body:
    body = Body("INVOIC", directory)
    body.add("BGM", value.type_code, value.number, "9")
    body.day("137", value.issue_date)
    body.day("131", value.tax_point_date)
    body.day("35", value.delivery.date if value.delivery else None)
    _period(body, value.period)
    for means in value.payment_means[:1]:
        body.add("PAI", ("", "", means.code))
    out.notes(body, value.notes)
    reasons = [Note(item.exemption_reason, EXEMPTION) for item in value.vat if item.exemption_reason]
    out.notes(body, reasons)
    _references(body, value)
    _parties(body, value)
    body.add("CUX", ("2", value.currency, "4"))
    _terms(body, value)
    out.allowances(body, value.allowances_charges)
    for line in value.lines:
        _line(body, line, value.order_reference)
    _summary(body, value)
    for name in ("language", "tax_currency", "tender_reference", "accounting_reference"):
        body.lose(name, getattr(value, name))
    for item in value.vat:
        body.lose("vat/exemption_code", item.exemption_code)
    return body


def _period(body: Body, period: Period | None) -> None:
    if period is not None:
        body.day("167", period.start)
        body.day("168", period.end)


def _references(body: Body, value: BillingDocument) -> None:
    for kind, name in _REFERENCES:
        given = getattr(value, name)
        if given:
            body.add("RFF", (kind, given))
    out.references(body, [Reference("IV", item.number, "", item.issue_date) for item in value.preceding])
    if value.payment_means and value.payment_means[0].reference:
        body.add("RFF", ("PQ", value.payment_means[0].reference))


def _parties(body: Body, value: BillingDocument) -> None:
    out.party(body, "BY", value.buyer)
    start = len(body.segments)
    out.party(body, "SU", value.seller)
    accounts = []
    for means in value.payment_means:
        if means.account or means.bic:
            accounts.append(
                ("FII", "RB", (means.account, *body.pack("FII", means.account_name, out.NAME, 2)), means.bic)
            )
        for name in ("text", "mandate", "creditor_id", "debited_account"):
            body.lose(f"payment_means/{name}", getattr(means, name))
    for means in value.payment_means[1:]:
        if means.code != value.payment_means[0].code:
            body.lose("payment_means/code", means.code)
    body.segments[start + 1 : start + 1] = accounts
    delivery = value.delivery
    if delivery is not None and (delivery.name or delivery.location or delivery.address):
        out.party(body, "DP", _party(delivery.name, delivery.location, delivery))
    payee = value.payee
    if payee is not None:
        there = _party(payee.name, payee.identifier, None)
        out.party(body, "PE", Party(name=there.name, address=None, gln=there.gln, identifiers=there.identifiers,
                                    registration=payee.registration))  # fmt: skip
    agent = value.tax_representative
    if agent is not None:
        out.party(body, "LC", Party(name=agent.name, address=agent.address, vat_id=agent.vat_id))


def _party(name: str, identifier: Identifier | None, delivery: object) -> Party:
    address = getattr(delivery, "address", None)
    if identifier is None:
        return Party(name=name, address=address)
    if identifier.scheme == _GLN:
        return Party(name=name, address=address, gln=identifier.value)
    return Party(name=name, address=address, identifiers=(identifier,))


def _terms(body: Body, value: BillingDocument) -> None:
    terms = value.payment_terms
    if terms is None:
        return
    if terms.text:
        out.terms(body, "PAT", "1", terms.text)
    elif terms.due_date:
        body.add("PAT", "1")
    body.day("13", terms.due_date)
    for discount in terms.discounts:
        body.add("PAT", "22", "", ("5", "3", "D", str(discount.days)))
        body.day("12", value.issue_date + timedelta(days=discount.days))
        body.add("PCD", ("12", number(discount.percent)))
        body.lose("payment_terms/discount/base", discount.base)


def _line(body: Body, line: Line, order: str) -> None:
    ids = ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin)
    out.article(body, line.position, ids)
    out.texts(body, line.name, line.description)
    out.quantity(body, "47", line.quantity, line.unit)
    if line.country_of_origin:
        body.add("ALI", line.country_of_origin)
    _period(body, line.period)
    if line.note:
        out.notes(body, [Note(line.note, "LIN")])
    out.money(body, "203", line.net)
    out.price(body, "AAA", line.unit_price, line.price_base_quantity)
    out.price(body, "AAB", line.list_price)
    if line.order_line:
        body.add("RFF", ("ON", order, line.order_line))
    out.tax(body, line.vat_rate, line.vat_category)
    out.allowances(body, line.allowances_charges)
    path = f"LIN {line.position}"
    body.lose(f"{path}/accounting_reference", line.accounting_reference)
    for item in line.classifications:
        body.lose(f"{path}/classification", item.code)
    for attribute in line.attributes:
        body.lose(f"{path}/{attribute.name}", attribute.value)


def _summary(body: Body, value: BillingDocument) -> None:
    body.add("UNS", "S")
    body.add("CNT", ("2", str(len(value.lines))))
    totals = value.totals
    for qualifier, amount in (
        ("79", totals.line_net), ("260", totals.allowances), ("259", totals.charges), ("125", totals.net),
        ("176", totals.tax), ("77", totals.gross), ("113", totals.prepaid), ("165", totals.rounding), ("9", totals.payable),
    ):  # fmt: skip
        out.money(body, qualifier, amount)
    body.lose("totals/tax_in_tax_currency", totals.tax_in_tax_currency)
    for item in value.vat:
        out.vat(body, item.rate, item.category, item.base, item.tax)
