"""Before an order is made: the cart under lock, everything that speaks against ordering it, and what it will be.

`prepare` is the one way from a cart to `orders.place`: checkout, approvals and amendments all come through it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from sqlalchemy import select, text

from app.accounts.domain.budget import BudgetClaim
from app.accounts.domain.company import BuyingTerms, PostalAddress, demand_may_buy
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.cost_centres import demand_usable
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.locks import lock_rows
from app.core.texts import N_
from app.ordering.domain.approval_request import NOTHING_HELD, HeldPrice
from app.ordering.domain.cart import AllowanceChange, LineProblem, PriceChange, allowance_changes, sums
from app.ordering.domain.charges import OrderChargeRow
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.domain.order_costs import confirmation
from app.ordering.domain.sharing import Right
from app.ordering.domain.splits import Part, Whole, claims_of
from app.ordering.domain.terms import DeliveryMethod, PaymentMethod, PoRepeats
from app.ordering.domain.wishes import FieldProblem, Placed, Wishes, request_hash
from app.ordering.models.carts import Cart
from app.ordering.models.changes import OrderAmendment
from app.ordering.models.orders import Order
from app.ordering.queries.amendment import amended_before, demand_amendable
from app.ordering.queries.cart import CartHead, cart_head, price_rows
from app.ordering.queries.own_fields import entered_for_order
from app.ordering.queries.placing import PlacedLine, effects_to_place, fingerprint, lines_to_place
from app.ordering.queries.plans import Plan, plan
from app.pricing.domain.promotions import NO_EFFECTS, Effects
from app.pricing.domain.totals import Totals

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One delivery of the order to be; `cost` is net, `position` counts from 1."""

    position: int
    ship_to: PostalAddress
    requested_on: date | None
    cost: Decimal


@dataclass(slots=True)
class Ready:
    """A cart that may become an order now: locked, checked, priced. `today` is the operator's day.

    `budget_claims` is what has to be taken from budgets: of an amendment what it costs more; `claims` the whole.
    `parts` name lines and deliveries by their places in `lines` and `deliveries`. `reserved`: what an approval has
    reserved of budgets for it; the same claims keep the periods they were reserved in. `held_keys`: under which keys
    it has held stock.
    """

    actor: Actor
    head: CartHead
    cart: Cart
    wishes: Wishes
    client_ref: str
    request_hash: str
    today: date
    terms: BuyingTerms
    lines: list[PlacedLine]
    effects: Effects
    parts: tuple[Part, ...]
    deliveries: tuple[PlannedDelivery, ...]
    ship_to: PostalAddress
    bill_to: PostalAddress | None
    charges: tuple[OrderChargeRow, ...]
    totals: Totals
    budget_claims: tuple[BudgetClaim, ...]
    payment: PaymentMethod
    delivery_method: DeliveryMethod | None
    fingerprint: str
    claims: Mapping[int, Decimal] = field(default_factory=dict)
    approval_id: int | None = None
    reserved: tuple[BudgetClaim, ...] = field(default=())
    held_keys: tuple[int, ...] = ()

    @property
    def delivery_method_code(self) -> str:
        return self.delivery_method.code if self.delivery_method else ""

    @property
    def payment_days(self) -> int:
        """Days to pay in; nothing but what is on account waits."""
        if not self.payment.is_on_account:
            return self.payment.net_days or 0
        return self.terms.payment_days if self.payment.net_days is None else self.payment.net_days


def prepare(
    actor: Actor,
    cart_id: int,
    wishes: Wishes,
    *,
    client_ref: str,
    seen: str | None = None,
    approval_id: int | None = None,
    held: Mapping[int, HeldPrice] = NOTHING_HELD,
) -> Ready | Placed:
    """Lock the cart and find out what the order would be; the order that the same request has made before, if it has.

    Runs inside a command. `seen` is the fingerprint of the page the buyer confirms; a cart that waits for approval is
    opened by its `approval_id` only, at the prices `held` for it by line where those of now are higher. Raises Conflict
    or Invalid with all that speaks against it at once: `details` of a Conflict are FieldProblem, (sku, LineProblem),
    PriceChange and AllowanceChange.
    """
    wishes = wishes.tidy()
    head = cart_head(actor, cart_id, Right.ORDER)
    (cart,) = lock_rows(Cart, [head.id])
    asked = request_hash(cart_id, wishes)
    known = known_order(cart.company_id, client_ref, asked)
    if known is None and head.kind == CartKind.AMENDMENT:
        known = _amended_before(cart.company_id, client_ref, asked)
    if known is not None:
        return known
    if wishes.own:
        wishes = replace(wishes, own=entered_for_order(actor, wishes.own))
    _demand_open(cart, approval_id)
    paid = demand_amendable(cart_id) if head.kind == CartKind.AMENDMENT else {}
    buyer = buying_terms(actor, cart.company_id)
    demand_may_buy(buyer, on_account=False)
    today = clock.today(buyer.operator_zone)
    lines = lines_to_place(actor, head, today, held)
    if not lines:
        raise Conflict(N_("The cart is empty."))
    is_fine = all(line.is_fine for line in lines)
    effects = effects_to_place(actor, head, lines) if is_fine else NO_EFFECTS
    found = plan(actor, head, buyer, wholes(lines), wishes, taken_off=effects.total)
    if not found.costs.payments:
        demand_may_buy(buyer)
    wrong = [*wishes.problems(clock.today(buyer.time_zone)), *_field_problems(actor, head, found, wishes)]
    if wrong or found.problems or not is_fine:
        problems, prices = ([], []) if is_fine else _line_problems(actor, head, today)
        _refuse(wrong, [*problems, *found.problems], prices)
    moved = allowance_changes(head.allowances_seen, effects)
    if moved:
        refuse_promotions(moved)
    code = confirmation(fingerprint(lines, head.currency, effects), found.costs, found.deliveries, found.parts)
    if seen is not None and seen != code:
        raise Conflict(N_("The cart has changed since you opened this page. Look at it and confirm."))
    return _ready(
        found, actor=actor, head=head, cart=cart, wishes=wishes, client_ref=client_ref, request_hash=asked,
        today=today, terms=buyer, lines=lines, effects=effects, fingerprint=code, approval_id=approval_id, paid=paid,
    )  # fmt: skip


def _amended_before(company_id: int, client_ref: str, asked: str) -> Placed | None:
    known = amended_before(company_id, client_ref, asked)
    return Placed(known.order_id, known.number, is_repeat=True) if known else None


def _ready(found: Plan, *, paid: Mapping[int, Decimal], **facts: Any) -> Ready:
    """All of it together: sums with what is charged, and what each cost centre pays beyond what it has `paid`."""
    costs, head, effects, wishes = found.costs, facts["head"], facts["effects"], facts["wishes"]
    if costs.payment is None:
        raise ValueError("a way of payment was refused and then taken")
    totals = sums((line.price for line in facts["lines"]), head.currency, effects, [row.taxed for row in costs.rows])
    claims = claims_of(found.parts, totals.net_total, head.currency)
    shares = costs.chosen.quoted.costs if costs.chosen else (ZERO,) * len(found.deliveries)
    return Ready(
        **facts,
        parts=tuple(found.parts),
        deliveries=tuple(
            PlannedDelivery(place, found.addresses[where.ship_to_id], where.requested_on, cost)
            for place, (where, cost) in enumerate(zip(found.deliveries, shares, strict=True), 1)
        ),
        ship_to=found.addresses[wishes.ship_to_id],
        bill_to=found.addresses[wishes.bill_to_id] if wishes.bill_to_id is not None else None,
        charges=costs.rows,
        totals=totals,
        budget_claims=tuple(
            BudgetClaim(centre, amount - paid.get(centre, ZERO))
            for centre, amount in sorted(claims.items())
            if amount > paid.get(centre, ZERO) or not paid
        ),
        claims=claims,
        payment=costs.payment,
        delivery_method=costs.chosen.method if costs.chosen else None,
    )


def wholes(lines: Sequence[PlacedLine]) -> list[Whole]:
    """The lines as splitting and costs see them; one without a price counts nothing."""
    return [
        Whole(
            line.line_id, line.article_id, line.quantity, line.unit, line.base_quantity, line.price.net or ZERO,
            line.price.vat_category, line.price.vat_rate,
        )
        for line in lines
    ]  # fmt: skip


_SAME_PO = text("SELECT pg_advisory_xact_lock(hashtext('po:' || :company || ':' || :number))")


def _field_problems(actor: Actor, head: CartHead, found: Plan, wishes: Wishes) -> list[FieldProblem]:
    """What the account's own rules, the thresholds and the methods say to what was entered."""
    wrong = list(found.costs.problems)
    terms = found.terms
    if terms.needs_po and not wishes.po_number:
        wrong.append(FieldProblem("po_number", N_("Enter your order number: your company orders under one only.")))
    if terms.po_repeats is PoRepeats.BLOCK and wishes.po_number:
        wrong += _used_before(head, wishes.po_number)
    centres = {part.cost_centre_id for part in found.parts}
    if terms.needs_cost_centre and None in centres:
        wrong.append(FieldProblem("cost_centre_id", N_("Choose a cost centre: your company books every line to one.")))
    return wrong + _centre_problems(actor, head.company_id, {one for one in centres if one is not None})


def _used_before(head: CartHead, po_number: str) -> list[FieldProblem]:
    """Other orders of the account under the same number; two at once wait for each other."""
    db.session.execute(_SAME_PO, {"company": str(head.company_id), "number": po_number})
    amended = select(OrderAmendment.order_id).where(OrderAmendment.cart_id == head.id)
    other = db.session.scalar(
        select(Order.number)
        .where(Order.company_id == head.company_id, Order.po_number == po_number, Order.id.not_in(amended))
        .limit(1)
    )
    if other is None:
        return []
    used = N_(
        "You have used {po_number} for {number} already. Enter another number.", po_number=po_number, number=other
    )
    return [FieldProblem("po_number", used)]


def _centre_problems(actor: Actor, company_id: int, centres: Collection[int]) -> list[FieldProblem]:
    try:
        demand_usable(actor, company_id, centres)
    except Invalid as error:
        return [FieldProblem("cost_centre_id", error.message)]
    return []


def known_order(company_id: int, client_ref: str, asked: str) -> Placed | None:
    """The order the same request has made before; Conflict when the reference was used for something else."""
    row = db.session.execute(
        select(Order.id, Order.number, Order.request_hash).where(
            Order.company_id == company_id, Order.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return Placed(row.id, row.number, is_repeat=True)


def _demand_open(cart: Cart, approval_id: int | None) -> None:
    if cart.state == CartState.ORDERED:
        raise Conflict(N_("This cart was ordered already."))
    wanted = CartState.OPEN if approval_id is None else CartState.AWAITING_APPROVAL
    if cart.state == wanted:
        return
    if cart.state == CartState.AWAITING_APPROVAL:
        raise Conflict(N_("This cart waits for approval. It cannot be ordered before."))
    raise Conflict(N_("This cart cannot be ordered now."))


def _line_problems(
    actor: Actor, head: CartHead, on: date
) -> tuple[list[tuple[str, LineProblem]], list[PriceChange]]:  # fmt: skip
    """What keeps lines from being ordered, and whose prices have moved."""
    page = price_rows(actor, head, on)
    problems = [(row.article.sku, problem) for row in page.problem_rows for problem in row.problems]
    return problems, [change for row in page.rows if (change := row.change)]


def _refuse(
    wrong: Sequence[FieldProblem], problems: Sequence[tuple[str, LineProblem]], moved: Sequence[PriceChange]
) -> NoReturn:
    """Say everything that speaks against the order, in one answer."""
    details: list[Any] = [*wrong, *problems, *moved]
    if len(wrong) == 1 == len(details):
        raise Invalid(wrong[0].field, wrong[0].message, details=details)
    if wrong:
        raise Conflict(N_("What keeps this order from being placed: {n}. All of it is listed.", n=len(details)),
                       details=details)  # fmt: skip
    if problems:
        count = len({sku for sku, _ in problems})
        raise Conflict(N_("Lines that cannot be ordered as they are: {n}.", n=count), details=list(problems))
    raise Conflict(
        N_("Prices that have changed since you saw them: {n}. Look at them and confirm.", n=len(moved)),
        details=list(moved),
    )


def refuse_promotions(moved: list[AllowanceChange]) -> NoReturn:
    raise Conflict(
        N_("Promotions that have changed since you saw them: {n}. Look at the sums and confirm.", n=len(moved)),
        details=moved,
    )
