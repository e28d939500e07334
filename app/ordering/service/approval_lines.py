"""What an approver changes in an order he decides on: fewer of a line, or none of it. The total only falls."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import delete, select, text

from app.accounts.queries.people import person_actor
from app.catalog.queries.articles import articles_by_id
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.ordering.domain.cart import quantity_problem
from app.ordering.domain.wishes import Wishes
from app.ordering.events import ApprovalChanged
from app.ordering.models.approvals import Approval, ApprovalLine
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.deliveries import CartLinePart
from app.ordering.queries.cart import cart_head, price_day
from app.ordering.queries.placing import effects_to_place, lines_to_place
from app.ordering.service.approval_decisions import LINE_REASON_LENGTH, line_of, locked, seats_for
from app.ordering.service.approval_placing import held_prices, lines_of, take_as_seen
from app.ordering.service.preparing import Ready, prepare


@command
def change_line(actor: Actor, approval_id: int, line_id: int, quantity: Decimal, reason: str) -> None:
    """Cut a line to fewer, or to 0: strike it. What was approved before stays approved, as the total only falls.

    Raises Invalid: no reason, not fewer, not a quantity of the article (the neighbours are named), the last line, or
    the order would cost more, because fewer cost more each.
    """
    approval = locked(actor, approval_id)
    if not seats_for(actor, approval):
        raise Forbidden(N_("Nothing of this request waits for you."))
    line = line_of(approval, line_id)
    reason = reason.strip()
    if not reason or len(reason) > LINE_REASON_LENGTH:
        raise Invalid("reason", N_("Say why, in at most {most} characters.", most=LINE_REASON_LENGTH))
    if line.is_struck:
        raise Conflict(N_("This line is struck already."))
    before = line.quantity
    _check(actor, approval, line, quantity)
    if quantity:
        _cut(approval, line, quantity)
    else:
        _strike(approval, line)
    line.reason, line.changed_by = reason, actor.name
    approval.changes += 1
    db.session.flush()
    _price_again(actor, approval)
    audit.record(
        actor, "approval", approval.id, "line_changed",
        {"number": approval.number, "sku": line.sku, "quantity": [before, quantity], "unit": line.unit, "note": reason},
    )  # fmt: skip
    publish(ApprovalChanged(approval.id, approval.changes))


@command
def note_line(actor: Actor, approval_id: int, line_id: int, reason: str) -> None:
    """A word to a line without changing it: when the request is rejected, the buyer finds it there."""
    approval = locked(actor, approval_id)
    if not seats_for(actor, approval):
        raise Forbidden(N_("Nothing of this request waits for you."))
    line = line_of(approval, line_id)
    if not reason.strip() or len(reason.strip()) > LINE_REASON_LENGTH:
        raise Invalid("reason", N_("Say why, in at most {most} characters.", most=LINE_REASON_LENGTH))
    line.reason, line.changed_by = reason.strip(), actor.name
    audit.record(
        actor, "approval", approval.id, "line_noted",
        {"number": approval.number, "sku": line.sku, "note": line.reason},
    )  # fmt: skip


def _check(actor: Actor, approval: Approval, line: ApprovalLine, quantity: Decimal) -> None:
    if quantity < 0 or quantity >= line.quantity:
        raise Invalid("quantity", N_("Take fewer than {quantity}, or 0 to strike the line.", quantity=line.quantity))
    if quantity:
        article = articles_by_id(actor, {line.article_id}, company_id=approval.company_id)[line.article_id]
        problem = quantity_problem(article, quantity, line.unit)
        if problem is not None:
            raise Invalid("quantity", problem.message)
    elif all(one.is_struck or one.id == line.id for one in lines_of(approval)):
        raise Invalid("quantity", N_("This is the last line. Reject the request instead."))


_CUT = text("""
UPDATE cart_lines SET base_quantity = round(base_quantity * :quantity / quantity, 6), quantity = :quantity
WHERE id = :line AND cart_id = :cart RETURNING id""")


def _cut(approval: Approval, line: ApprovalLine, quantity: Decimal) -> None:
    """Fewer in the cart, too; of a line that goes to several places the last parts are cut first."""
    values = {"quantity": quantity, "line": line.cart_line_id, "cart": approval.cart_id}
    if db.session.execute(_CUT, values).one_or_none() is None:
        raise Conflict(N_("The cart was changed after it was submitted: what was approved is not in it any more."))
    too_many = line.quantity - quantity
    parts = db.session.scalars(
        select(CartLinePart)
        .where(CartLinePart.cart_line_id == line.cart_line_id)
        .order_by(CartLinePart.position.desc())
    )
    for part in parts.all():
        taken = min(part.quantity, too_many)
        too_many -= taken
        if taken == part.quantity:
            db.session.delete(part)
        elif taken:
            part.quantity -= taken
    line.quantity = quantity


def _strike(approval: Approval, line: ApprovalLine) -> None:
    db.session.execute(
        delete(CartLine).where(CartLine.id == line.cart_line_id, CartLine.cart_id == approval.cart_id)
    )  # fmt: skip
    line.is_struck = True


def _price_again(actor: Actor, approval: Approval) -> None:
    """The order as it is now, at the prices of now or those held, becomes what is asked for; it must cost no more."""
    buyer = person_actor(approval.company_id, approval.user_id)
    cart = db.session.get_one(Cart, approval.cart_id)
    held = held_prices(approval)
    head = cart_head(buyer, cart.id)
    lines = lines_to_place(buyer, head, price_day(buyer), held)
    effects = effects_to_place(buyer, head, lines)
    take_as_seen(cart.id, lines, effects)
    cart.version += 1
    cart.line_count = len(lines)
    db.session.flush()
    ready = prepare(
        buyer, cart.id, Wishes.from_json(approval.wishes), client_ref=approval.client_ref, approval_id=approval.id,
        held=held,
    )  # fmt: skip
    if not isinstance(ready, Ready):
        raise Conflict(N_("This cart was ordered already."))
    if ready.totals.gross_total > approval.gross_total:
        raise Invalid("quantity", N_("With so few the order would cost more than before. Choose another quantity."))
    _take_over(approval, ready, cart.version)


def _take_over(approval: Approval, ready: Ready, version: int) -> None:
    """Sums, prices and promotions of the smaller order."""
    known = {line.cart_line_id: line for line in lines_of(approval)}
    for placed in ready.lines:
        line, price = known[placed.line_id], placed.price
        if price.unit_price is not None and price.net is not None:
            line.unit_price, line.price_base, line.net = price.unit_price, price.base_quantity, price.net
    approval.cart_version = version
    approval.net_total, approval.gross_total = ready.totals.net_total, ready.totals.gross_total
    approval.line_count = len(ready.lines)
    approval.allowances = ready.effects.seen
    approval.charges = [[one.code, one.name, str(one.amount)] for one in ready.charges]
    db.session.flush()
