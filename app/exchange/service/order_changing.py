"""A partner changes or cancels its order: by the services and the rules by which its people would do it by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.texts import N_, Message
from app.documents.model.order_change import ChangeKind, OrderChange
from app.exchange.mapping.order_plan import OrderPlan
from app.exchange.queries.order_facts import FactLine, OrderFacts, order_facts
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.models.carts import Cart, CartLine
from app.ordering.service.amendments import return_to_cart, start_amendment
from app.ordering.service.cancelling import ask_to_cancel, cancel
from app.ordering.service.cart import add_lines, remove_lines, set_quantities
from app.ordering.service.checkout import check_prices, submit

_DELETED, _ADDED, _SAME = frozenset({"2", "DI"}), frozenset({"1", "AI"}), frozenset({"5", "NC"})
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Changed:
    """`is_asked`: the account may only ask for it, and has; the answer follows when that is decided."""

    words: Message | None = None
    is_asked: bool = False


@dataclass(slots=True)
class _Targets:
    """What the lines shall be: by our line the new quantity, and what is new."""

    quantities: dict[int, Decimal] = field(default_factory=dict)
    added: list[WantedLine] = field(default_factory=list)


def change_order(
    actor: Actor, order_id: int, change: OrderChange, plan: OrderPlan, before: OrderPlan, *, client_ref: str
) -> Changed:
    """Cancel, cut or amend; where the rules let the account only ask, it is asked."""
    facts = order_facts(actor, order_id)
    reason = change.reason or N_("Changed by {number}.", number=change.number).text.format(number=change.number)
    if change.what is ChangeKind.CANCELLATION:
        return _cancelled(actor, order_id, {}, reason, client_ref)
    targets = _targets(change, facts, plan, before)
    by_id = {line.id: line for line in facts.lines.values()}
    cuts = {key: by_id[key].quantity - new for key, new in targets.quantities.items() if new < by_id[key].quantity}
    is_more = any(new > by_id[key].quantity for key, new in targets.quantities.items())
    if is_more or targets.added:
        _amended(actor, order_id, facts, targets, client_ref)
        return Changed()
    if not cuts:
        return Changed(N_("Nothing of the order changes by it."))
    return _cancelled(actor, order_id, cuts, reason, client_ref)


def _targets(change: OrderChange, facts: OrderFacts, plan: OrderPlan, before: OrderPlan) -> _Targets:
    known = {line.position: line for line in before.lines}
    meant = {line.position: line for line in plan.lines}
    found = _Targets()
    for line in change.content.lines:
        new, old = meant[line.position], known.get(line.position)
        source = old if old is not None and (new.article_id is None or line.action not in _ADDED) else new
        ours = facts.lines.get((source.article_id or 0, source.unit))
        if line.action in _SAME:
            continue
        if line.action in _DELETED or (line.quantity is not None and line.quantity == 0):
            if ours is not None:
                found.quantities[ours.id] = _ZERO
        elif ours is not None and line.action not in _ADDED:
            if line.quantity is not None:
                found.quantities[ours.id] = new.quantity if new.article_id is not None else line.quantity
        elif new.problem is not None or new.article_id is None:
            raise Conflict(N_("Line {position}: {problem}", position=line.position, problem=new.problem or ""))
        else:
            found.added.append(WantedLine(new.article_id, new.quantity, new.unit))
    if change.what is ChangeKind.REPLACEMENT:
        kept = {(line.article_id or 0, line.unit) for line in plan.lines}
        for key, gone in facts.lines.items():
            if key not in kept:
                found.quantities.setdefault(gone.id, _ZERO)
    return found


def _cancelled(
    actor: Actor, order_id: int, cuts: dict[int, Decimal], reason: str, client_ref: str
) -> Changed:  # fmt: skip
    try:
        cancel(actor, order_id, cuts, reason=reason, client_ref=client_ref)
    except Conflict as error:
        ask_to_cancel(actor, order_id, cuts, reason=reason, client_ref=f"{client_ref}:ask"[:80])
        return Changed(N_("{reason} The cancellation was asked for.", reason=error.message), is_asked=True)
    return Changed()


@command
def _amended(actor: Actor, order_id: int, facts: OrderFacts, targets: _Targets, client_ref: str) -> None:
    """The order as a cart, changed and sent again; the account's approval rules hold for it."""
    cart_id = start_amendment(actor, order_id, PriceChoice.ORDERED)
    rows = db.session.execute(
        select(CartLine.id, CartLine.article_id, CartLine.unit).where(CartLine.cart_id == cart_id)
    )
    in_cart = {(row.article_id, row.unit): row.id for row in rows}
    by_id: dict[int, FactLine] = {line.id: line for line in facts.lines.values()}
    wanted: dict[int, Decimal] = {}
    for key, quantity in targets.quantities.items():
        line_id = in_cart.get((by_id[key].article_id, by_id[key].unit))
        if line_id is not None:
            wanted[line_id] = quantity
    gone = [line_id for line_id, quantity in wanted.items() if not quantity]
    if gone:
        remove_lines(actor, cart_id, gone)
    kept: dict[int, tuple[Decimal, str | None]] = {key: (value, None) for key, value in wanted.items() if value}
    if kept:
        set_quantities(actor, cart_id, kept)
    if targets.added:
        add_lines(actor, cart_id, targets.added, client_ref=f"{client_ref}:lines"[:80])
    check_prices(actor, cart_id)
    submit(actor, cart_id, _wishes(cart_id, facts), client_ref=client_ref)
    return_to_cart(actor, cart_id)


def _wishes(cart_id: int, facts: OrderFacts) -> Wishes:
    """As the order has them."""
    draft = db.session.scalars(select(Cart.draft).where(Cart.id == cart_id)).one()
    ship_to = draft.get("ship_to") or facts.ship_to.get("id")
    if ship_to is None:
        raise Conflict(N_("The delivery address is not known."))
    known = {
        name: draft[name] for name in ("requested_on", "note", "delivery_method", "payment_method") if draft.get(name)
    }
    values = {"ship_to_id": int(ship_to), "po_number": facts.po_number, **known}
    if draft.get("bill_to"):
        values["bill_to_id"] = int(draft["bill_to"])
    if draft.get("cost_centre"):
        values["cost_centre_id"] = int(draft["cost_centre"])
    return Wishes.from_json(values)
