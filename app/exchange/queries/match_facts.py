"""The legs of a three-way match: orders with Kontor's own invoices, call-offs with what suppliers sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select

from app.accounts.queries.companies import operator_party
from app.billing.models.invoices import Invoice
from app.catalog.models.articles import Article, ArticleUnit
from app.catalog.models.suppliers import SupplierArticle
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.quantity import Factor
from app.core.tenancy import visible
from app.documents.model.stored import from_json
from app.exchange.domain.match import Charges
from app.exchange.domain.match_assignment import Delivered, Invoiced, Ordered
from app.exchange.domain.match_documents import charges_of, delivered_from, invoiced_from, invoiced_lines
from app.exchange.domain.match_facts import CALL_OFF, ORDER, MatchFacts, Paper
from app.exchange.models.match import MatchDocument
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.sourcing.models.contracts import CallOff, CallOffLine, CallOffReceipt, ContractPrice, SupplyContract

_ZERO = Decimal(0)
_CLAIMS = ("invoice", "credit-note")


def order_facts(actor: Actor, number: str, company_id: int | None = None) -> MatchFacts:
    """A placed order with what was delivered and invoiced. Raises NotFound. Six statements."""
    statement = visible(actor, select(Order).where(Order.number == number), Order)
    if company_id is not None:
        statement = statement.where(Order.company_id == company_id)
    order = db.session.scalar(statement.limit(1))
    if order is None:
        raise NotFound
    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    ordered = tuple(_order_line(line) for line in lines)
    seller = operator_party(actor)
    invoices = db.session.scalars(
        select(Invoice)
        .where(Invoice.company_id == order.company_id, Invoice.order_id == order.id, Invoice.state != "held")
        .where(Invoice.kind.in_(("invoice", "corrective", "credit_note")))
        .order_by(Invoice.id)
    ).all()
    documents = _documents(order.company_id, ORDER, order.id)
    claims: list[Invoiced] = []
    papers = [Paper(_paper_kind(row.kind), row.number, row.issued_on, row.net_total) for row in invoices]
    asked = _ZERO
    for row in invoices:
        document = from_json(row.document)
        claims += invoiced_lines(document)
        asked += charges_of(document)
    return MatchFacts(
        ORDER, order.id, order.company_id, order.number, order.placed_at.date(), None, seller.name, order.currency,
        ordered, _deliveries(documents), tuple(claims), Charges(_charges(order.id), asked),
        (*papers, *_papers(documents)),
    )  # fmt: skip


def _paper_kind(kind: str) -> str:
    return "credit-note" if kind == "credit_note" else "invoice"


def _order_line(line: OrderLine) -> Ordered:
    """In the unit of the price, as the invoice has it."""
    is_priced = line.unit == line.price_unit
    quantity = line.quantity if is_priced else line.base_quantity
    units = {line.price_unit: Factor(1)}
    if not is_priced and line.quantity:
        per = Fraction(line.base_quantity) / Fraction(line.quantity)
        units[line.unit] = Factor(per.numerator, per.denominator)
    return Ordered(
        str(line.position), quantity, line.price_unit, line.unit_price / line.price_base_quantity, line.sku,
        line.customer_number, line.gtin, line.name, units,
    )  # fmt: skip


def _charges(order_id: int) -> Decimal:
    added = select(func.coalesce(func.sum(OrderCharge.amount), 0)).where(OrderCharge.order_id == order_id)
    taken = select(func.coalesce(func.sum(OrderAllowance.amount), 0)).where(OrderAllowance.order_id == order_id)
    found = db.session.execute(select(added.scalar_subquery(), taken.scalar_subquery())).one()
    return Decimal(found[0]) - Decimal(found[1])


def call_off_facts(actor: Actor, number: str, company_id: int | None = None) -> MatchFacts:
    """A call-off from a contract with what came in and what the supplier asks for. Raises NotFound. Six statements."""
    statement = (
        select(CallOff, SupplyContract.supplier_name)
        .join(SupplyContract, SupplyContract.id == CallOff.contract_id)
        .where(CallOff.number == number)
    )
    if company_id is not None:
        statement = statement.where(CallOff.company_id == company_id)
    found = db.session.execute(visible(actor, statement, CallOff).limit(1)).one_or_none()
    if found is None:
        raise NotFound
    row, supplier_name = found
    lines = _call_off_lines(row.id)
    documents = _documents(row.company_id, CALL_OFF, row.id)
    received = tuple(
        Delivered(number, Decimal(came) - Decimal(faulty), line.unit, str(line.position))
        for line, _article, came, faulty in lines
        if came
    )
    claims = [document for document in documents if document.document in _CLAIMS]
    asked = sum((document.charges for document in claims), _ZERO)
    return MatchFacts(
        CALL_OFF, row.id, row.company_id, row.number, row.placed_at.date(), row.supplier_id, supplier_name,
        row.currency, _call_off_ordered([(line, article) for line, article, _came, _faulty in lines], row.supplier_id),
        received or _deliveries(documents), tuple(_claims(claims)), Charges(_ZERO, asked), _papers(documents),
    )  # fmt: skip


def _call_off_lines(call_off_id: int) -> list[tuple[CallOffLine, int | None, Decimal, Decimal]]:
    rows = db.session.execute(
        select(
            CallOffLine, ContractPrice.article_id, func.coalesce(func.sum(CallOffReceipt.quantity), 0),
            func.coalesce(func.sum(CallOffReceipt.faulty), 0),
        )
        .join(ContractPrice, ContractPrice.id == CallOffLine.price_id)
        .outerjoin(CallOffReceipt, CallOffReceipt.line_id == CallOffLine.id)
        .where(CallOffLine.call_off_id == call_off_id)
        .group_by(CallOffLine.id, ContractPrice.article_id)
        .order_by(CallOffLine.position)
    )  # fmt: skip
    return [(line, article_id, Decimal(came), Decimal(faulty)) for line, article_id, came, faulty in rows]


def _call_off_ordered(lines: Sequence[tuple[CallOffLine, int | None]], supplier_id: int) -> tuple[Ordered, ...]:
    """With the numbers the supplier knows the articles by, and the units they are packed in."""
    ids = {article_id for _line, article_id in lines if article_id}
    articles = {row.id: row for row in db.session.scalars(select(Article).where(Article.id.in_(ids)))}
    known = select(SupplierArticle.article_id, SupplierArticle.number).where(
        SupplierArticle.company_id == supplier_id, SupplierArticle.article_id.in_(ids)
    )
    theirs: dict[int | None, str] = dict(iter(db.session.execute(known)))
    units: dict[int, dict[str, Factor]] = {key: {row.base_unit: Factor(1)} for key, row in articles.items()}
    for unit in db.session.scalars(select(ArticleUnit).where(ArticleUnit.article_id.in_(ids))):
        units[unit.article_id][unit.unit] = Factor(unit.numerator, unit.denominator)
    return tuple(
        Ordered(
            str(line.position), line.quantity - line.cancelled, line.unit, line.unit_price / line.base_quantity,
            theirs.get(key, ""), articles[key].sku if key else "", articles[key].gtin if key else "", line.text,
            units.get(key or 0, {}),
        )
        for line, key in lines
    )  # fmt: skip


def _documents(company_id: int, kind: str, subject_id: int) -> Sequence[MatchDocument]:
    return db.session.scalars(
        select(MatchDocument)
        .where(
            MatchDocument.company_id == company_id, MatchDocument.kind == kind, MatchDocument.subject_id == subject_id
        )
        .order_by(MatchDocument.id)
    ).all()


def _deliveries(documents: Iterable[MatchDocument]) -> tuple[Delivered, ...]:
    """What was received where that was told, else what was sent."""
    found = list(documents)
    received = [one for one in found if one.document == "receipt-advice"]
    told = received or [one for one in found if one.document == "despatch-advice"]
    return tuple(line for one in told for line in delivered_from(one.lines))


def _claims(documents: Iterable[MatchDocument]) -> list[Invoiced]:
    return [line for one in documents for line in invoiced_from(one.lines)]


def _papers(documents: Iterable[MatchDocument]) -> tuple[Paper, ...]:
    return tuple(
        Paper(
            one.document, one.number, one.issued_on,
            sum((line.net for line in invoiced_from(one.lines)), _ZERO) + one.charges if one.document in _CLAIMS else None,
            one.message_id,
        )
        for one in documents
    )  # fmt: skip
