"""Orders that come back from 1C: taken, changed, cancelled, shipped, paid. Each is decided by the same services as by hand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lxml import etree
from sqlalchemy import or_, select

from app.core import audit, storage
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import DomainError
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.core.xml import parse
from app.documents.commerceml.order import documents_in, read_document
from app.documents.model.order import Order as OrderDocument
from app.documents.model.payment_notice import PaymentNotice
from app.exchange.mapping.one_c_orders import DELIVERY, Told, told_of
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCKey, OneCOrder
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.domain.lifecycle import LineState, OrderState
from app.ordering.domain.revision import Line
from app.ordering.models.orders import Order
from app.ordering.service.cancelling import cancel
from app.ordering.service.confirming import confirm
from app.ordering.service.revising import lines_of

_AT_ONCE = 25
_MAX_NOTES = 100
_REASON = N_("Changed in 1C.")


def take_documents(actor: Actor, file_id: int) -> None:
    """Go on with the documents of a file, some of them; each is stored with the place to go on at. Raises XmlError."""
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    root = parse(storage.load(storage.find(actor, file.file_id or 0)))
    elements = list(documents_in(root))
    start = file.next_item
    for position in range(start, min(start + _AT_ONCE, len(elements))):
        _take(actor, file_id, position, elements[position])
    if start + _AT_ONCE >= len(elements):
        _note_end(actor, file_id, len(elements))


@command
def _note_end(actor: Actor, file_id: int, count: int) -> None:
    for file in lock_rows(OneCFile, [file_id]):
        if file.state == "working" and file.next_item >= count:
            file.figures = {**file.figures, "is_read": True, "documents": count}


@command
def _take(actor: Actor, file_id: int, position: int, element: etree._Element) -> None:
    (file,) = lock_rows(OneCFile, [file_id])
    if file.state != "working" or file.next_item != position:
        return
    file.next_item = position + 1
    reading = read_document(element, position + 1)
    if reading is None or not reading.is_usable:
        fault = reading.faults[0].message if reading is not None else N_("Documents of this kind are not read.")
        _note(file, N_("Document {n}: {problem}", n=position + 1, problem=fault))
        return
    connection = db.session.get_one(OneCConnection, file.connection_id)
    document = reading.document
    if isinstance(document, OrderDocument):
        _take_order(actor, file, connection, document)
    else:
        _take_payment(actor, file, connection, document)


def _take_order(actor: Actor, file: OneCFile, connection: OneCConnection, document: OrderDocument) -> None:
    order = _order(document.record_id, document.number)
    if order is None:
        _note(file, N_("Order {number} is not known here.", number=document.number))
        return
    known, told = _row(connection, order.id), told_of(document)
    differences: list[Message] = []
    try:
        with transaction():
            differences = _decide(actor, connection, order, document, f"1c:{connection.id}:{file.id}:{order.id}")
    except DomainError as error:
        differences = [error.message]
    for one in differences:
        _note(file, N_("Order {number}: {problem}", number=order.number, problem=one))
    before = _facts(known)
    _remember(known, told, differences)
    changes = {
        name: [old, new] for (name, old), new in zip(before.items(), _facts(known).values(), strict=True) if old != new
    }
    if changes:
        audit.record(actor, "order", order.id, "told_by_1c", changes, company_id=order.company_id)


def _decide(actor: Actor, connection: OneCConnection, order: Order, document: OrderDocument, ref: str) -> list[Message]:
    """What 1C's word does to the order; what it cannot do is returned for people to read."""
    told = told_of(document)
    if told.is_deleted or told.is_cancelled:
        if order.state != OrderState.CANCELLED:
            cancel(actor, order.id, {}, reason=str(_REASON), client_ref=ref)
        return []
    lines = [line for line in lines_of(order.id) if line.stands]
    answers, differences = _answers(connection, lines, document)
    if not told.is_taken:
        return differences
    if order.state == OrderState.PLACED:
        wanted = {line.id: answers[line.id] for line in lines if line.state is LineState.PLACED}
        if wanted:
            confirm(actor, order.id, wanted, client_ref=ref)
        return differences
    changed = [line for line in lines if answers[line.id].kind is not AnswerKind.AS_ORDERED]
    if changed:
        differences.append(
            N_("Quantities differ in lines {lines}, but the order is confirmed already.",
               lines=", ".join(str(line.position) for line in changed))
        )  # fmt: skip
    return differences


def _answers(
    connection: OneCConnection, lines: list[Line], document: OrderDocument
) -> tuple[dict[int, LineAnswer], list[Message]]:
    """Less of a line is a change, none of it a refusal. More, other prices and further lines are told, not done."""
    numbers = _numbers(connection, document)
    given: dict[str, Decimal] = {}
    differences: list[Message] = []
    for one in document.lines:
        number = numbers.get(one.record_id) or one.sku or one.record_id
        if not one.record_id.startswith(DELIVERY) and one.quantity is not None:
            given[number] = given.get(number, Decimal(0)) + one.quantity
    answers: dict[int, LineAnswer] = {}
    for line in lines:
        left = given.get(line.sku, Decimal(0))
        is_last = sum(other.sku == line.sku for other in lines if other.id not in answers) == 1
        base = left if is_last else min(left, line.base_quantity)
        given[line.sku] = left - base
        if base > line.base_quantity:
            differences.append(N_("Line {position}: 1C has more than was ordered.", position=line.position))
            given[line.sku], base = Decimal(0), line.base_quantity
        answers[line.id] = _answer(line, base)
    known = {line.sku for line in lines}
    differences += [
        N_("1C has added the article {sku}.", sku=number)
        for number, left in given.items()
        if left and number not in known
    ]
    return answers, differences


def _answer(line: Line, base: Decimal) -> LineAnswer:
    if base == line.base_quantity:
        return LineAnswer(AnswerKind.AS_ORDERED)
    if base <= 0:
        return LineAnswer(AnswerKind.REJECTED, reason=str(_REASON))
    quantity = (line.quantity * base / line.base_quantity).quantize(Decimal("0.000001")).normalize() + 0
    return LineAnswer(AnswerKind.CHANGED, quantity=quantity, reason=str(_REASON))


def _numbers(connection: OneCConnection, document: OrderDocument) -> Mapping[str, str]:
    statement = select(OneCKey.theirs, OneCKey.code).where(
        OneCKey.connection_id == connection.id, OneCKey.kind == "article",
        OneCKey.theirs.in_([line.record_id for line in document.lines]),
    )  # fmt: skip
    return {row.theirs: row.code for row in db.session.execute(statement)}


def _take_payment(actor: Actor, file: OneCFile, connection: OneCConnection, document: PaymentNotice) -> None:
    """Noted with the order it is for; money itself is booked where payments are."""
    found = [order for ref in document.orders if (order := _order(ref.number, ref.number)) is not None]
    if not found or document.is_refund:
        _note(file, N_("Payment {number} is for no order known here.", number=document.number))
        return
    for order in found:
        known = _row(connection, order.id)
        known.paid_number, known.paid_on = document.number[:60], document.issue_date
        changes = {"paid": document.number, "amount": document.amount, "currency": document.currency}
        audit.record(actor, "order", order.id, "told_by_1c", changes, company_id=order.company_id)


def _order(key: str, number: str) -> Order | None:
    """Ours by the number we gave; order numbers of the portal are one of a kind."""
    rows = db.session.scalars(
        select(Order)
        .where(or_(Order.number == key, Order.number == number), Order.source != "history")
        .order_by(Order.number == key, Order.id)
        .limit(2)
    ).all()
    return rows[-1] if rows else None


def _row(connection: OneCConnection, order_id: int) -> OneCOrder:
    known = db.session.scalar(
        select(OneCOrder).where(OneCOrder.connection_id == connection.id, OneCOrder.order_id == order_id)
    )
    if known is None:
        known = OneCOrder(company_id=connection.company_id, connection_id=connection.id, order_id=order_id)
        db.session.add(known)
        db.session.flush()
        db.session.refresh(known)
    return known


def _facts(row: OneCOrder) -> dict[str, str]:
    names = (
        "number",
        "dated_on",
        "status",
        "is_posted",
        "is_deleted",
        "shipped_number",
        "shipped_on",
        "paid_number",
        "paid_on",
    )
    return {name: str(getattr(row, name)) for name in names}


def _remember(row: OneCOrder, told: Told, differences: list[Message]) -> None:
    """What 1C leaves out stays as it was."""
    row.number, row.dated_on = told.number or row.number, told.dated_on or row.dated_on
    row.status, row.is_posted = told.status or row.status, bool(told.is_posted)
    row.is_deleted = told.is_deleted or told.is_cancelled
    row.shipped_number, row.shipped_on = told.shipped_number or row.shipped_number, told.shipped_on or row.shipped_on
    row.paid_number, row.paid_on = told.paid_number or row.paid_number, told.paid_on or row.paid_on
    row.differences = [one.as_json() for one in differences]


def _note(file: OneCFile, message: Message) -> None:
    file.notes = [*file.notes, message.as_json()][:_MAX_NOTES]
