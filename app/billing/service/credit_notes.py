"""Credit notes: what is taken back of an invoice, by lines or as a whole, and the cancellation that lets it be issued anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import select, text, update

from app.billing.documents.claim import Claim, ClaimAmount, ClaimLine, Deduction, Rate
from app.billing.documents.invoice import plain
from app.billing.domain.crediting import Credited, Invoiced, credited
from app.billing.domain.numbers import Kind
from app.billing.domain.shares import allowance_share
from app.billing.models.deposits import PackagingMove
from app.billing.models.invoices import Invoice
from app.billing.models.lines import Billable, InvoiceAmount, InvoiceLine, PrepaymentUse
from app.billing.queries.entities import seller
from app.billing.service.issuing import known, put
from app.billing.service.prepaid import tell_open
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.money import round_amount
from app.core.texts import N_, Message
from app.documents.model.invoice import BillingDocument, InvoiceReference
from app.documents.model.line import AllowanceCharge, Line
from app.documents.model.stored import from_json
from app.documents.model.totals import VatCategory
from app.ordering.models.orders import Order
from app.ordering.service.progress import record_line_invoiced
from app.pricing.domain.vat import Reason

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
_CREDITABLE = ("invoice", "prepayment", "corrective")


@dataclass(frozen=True, slots=True)
class Wanted:
    """So much of a line at so many per cent of its price; `is_value`: the goods stay, only the price goes down."""

    quantity: Decimal
    percent: Decimal = _HUNDRED
    is_value: bool = False


@dataclass(slots=True)
class _Taken:
    lines: list[ClaimLine] = field(default_factory=list)
    nets: dict[int, Decimal] = field(default_factory=dict)
    by_order: dict[int, dict[int, Decimal]] = field(default_factory=dict)


@command
def credit_invoice(
    actor: Actor, invoice_id: int, lines: Mapping[int, Decimal | Wanted] | None, *, reason: str, client_ref: str
) -> int:
    """Credit quantities (unit of the order line) by id of the invoice's line, or (None) all that is left; returns its id.

    Allowances of the document go back with their goods, charges only with the whole. A repeat returns the first credit
    note. Raises Conflict beyond what is left.
    """
    invoice = held_invoice(invoice_id)
    before = known(invoice.company_id, client_ref)
    if before is not None:
        return before.id
    return put(actor, prepared(actor, invoice, lines, reason=reason, client_ref=client_ref)).id


@command
def cancel_invoice(actor: Actor, invoice_id: int, *, reason: str, client_ref: str) -> int:
    """Take an invoice back as if it had never been: a credit note over all of it, and its goods can be invoiced anew.

    Raises Conflict for one that was credited in part or whose prepayment was deducted.
    """
    invoice = held_invoice(invoice_id)
    before = known(invoice.company_id, client_ref)
    if before is not None:
        return before.id
    rows = _rows(invoice)
    if any(row.credited_quantity or row.credited_net for row in rows):
        raise Conflict(N_("{number} is credited in part: credit the rest instead.", number=invoice.number))
    used = select(PrepaymentUse.id).join(Invoice, Invoice.id == PrepaymentUse.invoice_id).where(
        PrepaymentUse.prepayment_id == invoice.id, Invoice.cancelled_by_id.is_(None)
    )  # fmt: skip
    if db.session.scalar(used.limit(1)) is not None:
        raise Conflict(N_("An invoice has deducted {number}: cancel that one first.", number=invoice.number))
    claim = prepared(actor, invoice, None, reason=reason, client_ref=client_ref)
    note = put(actor, replace(claim, deductions=_deducted(invoice)))
    invoice.cancelled_by_id = note.id
    if invoice.kind == "prepayment" and invoice.order_id is not None:
        db.session.flush()
        tell_open(actor, invoice.order_id)
    for model in (Billable, PackagingMove):
        db.session.execute(update(model).where(model.invoice_id == invoice.id).values(invoice_id=None))
    return note.id


def held_invoice(invoice_id: int) -> Invoice:
    """The invoice under lock, if anything of it may be credited."""
    invoices = lock_rows(Invoice, [invoice_id])
    if not invoices:
        raise NotFound
    invoice = invoices[0]
    if invoice.kind not in _CREDITABLE:
        raise Conflict(N_("{number} is no invoice: there is nothing to credit.", number=invoice.number))
    return invoice


def _rows(invoice: Invoice) -> Sequence[InvoiceLine]:
    asked = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
    return db.session.scalars(asked).all()


def prepared(
    actor: Actor, invoice: Invoice, wanted: Mapping[int, Decimal | Wanted] | None, *, reason: str, client_ref: str
) -> Claim:
    """The claim of a credit note, with all counted that it takes back, for a command that holds the invoice.

    Several are prepared before the first is numbered: the orders are locked here, the number comes last.
    """
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    if invoice.cancelled_by_id is not None:
        raise Conflict(N_("{number} is cancelled.", number=invoice.number))
    document = from_json(invoice.document)
    rows = _rows(invoice)
    lock_rows(Order, {row.order_id for row in rows if row.order_id is not None and row.kind == "goods"})
    taken = _taken(invoice, document, rows, wanted)
    amounts = _amounts(invoice, rows, taken, is_whole=wanted is None)
    if not taken.lines:
        raise Conflict(N_("All of {number} is credited.", number=invoice.number))
    for order_id, quantities in sorted(taken.by_order.items()):
        record_line_invoiced(actor, order_id, quantities)
    claim = note_claim(actor, invoice, document, Kind.CREDIT_NOTE, reason=reason, client_ref=client_ref)
    db.session.flush()
    return replace(claim, lines=tuple(taken.lines), amounts=amounts)


def note_claim(
    actor: Actor, invoice: Invoice, document: BillingDocument, kind: Kind, *, reason: str, client_ref: str
) -> Claim:
    """The head of a document that corrects an invoice: the same parties, references and rate."""
    rate = None
    if invoice.exchange_rate is not None and invoice.rate_on is not None:
        rate = Rate(invoice.exchange_rate, invoice.rate_on, invoice.rate_source)
    return Claim(
        kind=kind,
        company_id=invoice.company_id,
        client_ref=client_ref,
        seller=seller(actor, invoice.entity_id),
        buyer=document.buyer,
        currency=invoice.currency,
        language=invoice.locale,
        lines=(),
        reasons=_reasons(document),
        order_id=invoice.order_id,
        order_number=invoice.order_number,
        po_number=invoice.po_number,
        buyer_reference=document.buyer_reference,
        delivery=document.delivery,
        period=document.period,
        preceding=(InvoiceReference(invoice.number, invoice.issued_on),),
        rate=rate,
        corrects_id=invoice.id,
        reason=reason.strip()[:300],
    )


def _reasons(document: BillingDocument) -> dict[str, Reason]:
    return {
        str(vat.category): (vat.exemption_code, Message(vat.exemption_reason) if vat.exemption_reason else None)
        for vat in document.vat
    }


def facts_of(row: InvoiceLine, line: Line) -> Invoiced:
    return Invoiced(
        row.position, row.quantity, row.credited_quantity, row.net, row.credited_net, line.quantity, line.unit_price,
        line.price_base_quantity or Decimal(1),
    )  # fmt: skip


def _taken(
    invoice: Invoice, document: BillingDocument, rows: Sequence[InvoiceLine],
    wanted: Mapping[int, Decimal | Wanted] | None,
) -> _Taken:  # fmt: skip
    """The lines of the credit note; counts on the rows what they take."""
    lines = {int(line.position): line for line in document.lines}
    unknown = set(wanted or ()) - {row.id for row in rows}
    if unknown:
        raise NotFound
    found = _Taken()
    for row in rows:
        facts = facts_of(row, lines[row.position])
        asked = facts.left if wanted is None else wanted.get(row.id, _ZERO)
        want = asked if isinstance(asked, Wanted) else Wanted(asked)
        rest = row.net - row.credited_net
        if not want.quantity or (wanted is None and not rest):
            continue
        part = credited(facts, want.quantity, want.percent, invoice.currency)
        found.lines.append(_line(row, lines[row.position], part, is_value=want.is_value))
        found.nets[row.id] = part.net
        row.credited_net += part.net
        if want.is_value:
            continue
        row.credited_quantity += abs(part.quantity)
        if row.kind == "goods" and row.order_id is not None and row.order_line_id is not None:
            mine = found.by_order.setdefault(row.order_id, {})
            mine[row.order_line_id] = mine.get(row.order_line_id, _ZERO) - part.quantity
    return found


def _line(row: InvoiceLine, line: Line, part: Credited, *, is_value: bool) -> ClaimLine:
    return ClaimLine(
        line=replace(line, quantity=plain(part.priced), net=part.net, allowances_charges=part.allowances),
        quantity=part.quantity, unit=row.unit, kind="value" if is_value else row.kind, order_id=row.order_id,
        order_line_id=row.order_line_id, shipment_id=row.shipment_id, credits_line_id=row.id,
    )  # fmt: skip


def _amounts(
    invoice: Invoice, rows: Sequence[InvoiceLine], taken: _Taken, *, is_whole: bool
) -> tuple[ClaimAmount, ...]:
    """The allowances that go back with their goods, and with the whole the charges; counted on the rows."""
    asked = select(InvoiceAmount).where(InvoiceAmount.invoice_id == invoice.id).order_by(InvoiceAmount.position)
    found = []
    for amount in db.session.scalars(asked):
        group = [row for row in rows if (row.vat_category, row.vat_rate) == (amount.vat_category, amount.vat_rate)]
        whole = sum((row.net for row in group), _ZERO)
        net = sum((row.credited_net for row in group), _ZERO)
        if is_whole:
            share = round_amount(amount.amount - amount.credited, invoice.currency)
        elif amount.is_charge or not any(row.id in taken.nets for row in group):
            continue
        else:
            share = round_amount(
                allowance_share(amount.amount, amount.credited, net, whole, invoice.currency), invoice.currency
            )
        if share > 0:
            amount.credited += share
            found.append(ClaimAmount(_item(amount, share), f"amount:{amount.id}"))
    return tuple(found)


def _item(amount: InvoiceAmount, share: Decimal) -> AllowanceCharge:
    return AllowanceCharge(
        amount=share, is_charge=amount.is_charge, reason=amount.reason, reason_code=amount.reason_code,
        vat_category=VatCategory(amount.vat_category), vat_rate=None if amount.vat_rate is None else plain(amount.vat_rate),
    )  # fmt: skip


def _deducted(invoice: Invoice) -> tuple[Deduction, ...]:
    rows = db.session.execute(
        text("""
        SELECT u.prepayment_id, p.number, p.issued_on, u.amount, u.vat FROM prepayment_uses u
        JOIN invoices p ON p.id = u.prepayment_id WHERE u.invoice_id = :invoice ORDER BY u.id"""),
        {"invoice": invoice.id},
    )
    return tuple(Deduction(*row) for row in rows)
