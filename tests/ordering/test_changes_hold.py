"""Whatever happens to an order, and in whatever order: what is held equals what stands."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.cart import priced_cart
from app.ordering.service.amendments import start_amendment
from app.ordering.service.cancelling import cancel
from app.ordering.service.cart import set_quantities
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import budget, cost_centre, credit, customer
from tests.factories.ordering import article, buyer, fill_cart, ref, sales, ship_to
from tests.factories.promotions import promotion

STEPS = st.lists(
    st.tuples(st.sampled_from(["cancel", "desk", "amend", "confirm", "reject"]), st.integers(0, 2), st.integers(1, 12)),
    min_size=1,
    max_size=5,
)
_HELD = text("""
SELECT l.id FROM order_lines l LEFT JOIN (
    SELECT order_line_id, sum(quantity) AS held FROM reservations WHERE released_at IS NULL GROUP BY 1) r
    ON r.order_line_id = l.id
WHERE l.base_quantity <> coalesce(r.held, 0)""")
_STOCK = text("""
SELECT s.id FROM stock s LEFT JOIN (
    SELECT article_id, sum(quantity) AS held FROM reservations WHERE released_at IS NULL GROUP BY 1) r USING (article_id)
WHERE s.reserved <> coalesce(r.held, 0)""")
_PARTS = text("""
SELECT l.id FROM order_lines l LEFT JOIN (
    SELECT order_line_id, sum(quantity) AS quantity, sum(net) AS net FROM order_line_parts GROUP BY 1) p
    ON p.order_line_id = l.id
WHERE l.quantity <> coalesce(p.quantity, 0) OR (l.quantity > 0 AND l.net <> p.net)""")
_CREDIT = text("SELECT coalesce(-sum(amount), 0) FROM credit_entries WHERE order_id = :order")
_BUDGET = text("SELECT coalesce(sum(amount), 0) FROM budget_entries WHERE source_kind = 'order' AND source_id = :order")


def check(order_id: int) -> None:
    with system_scope("test"):
        order = db.session.scalars(
            select(Order).where(Order.id == order_id).execution_options(populate_existing=True)
        ).one()
        for statement in (_HELD, _STOCK, _PARTS):
            assert db.session.execute(statement).all() == []
        assert db.session.scalar(_CREDIT, {"order": order_id}) == order.gross_total
        assert db.session.scalar(_BUDGET, {"order": order_id}) == order.net_total
        nets = db.session.scalar(select(func.sum(OrderLine.net)).where(OrderLine.order_id == order_id))
        assert order.net_total <= nets


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_what_is_held_equals_what_stands(ctx, steps):
    desk, company = sales(), customer()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=60))
    goods = [article(ref()[:12].upper(), price, stock=40) for price in ("3.33", "10", "0.07")]
    if not db.session.scalar(text("SELECT count(*) FROM promotions")):
        promotion("SEVEN", effect="percent", value="7", min_net="60")
    ann = buyer(company)
    centre = cost_centre(company)
    budget(centre, 100_000)
    credit(company, 100_000)
    cart_id, address_id = fill_cart(ann, [(good, 9) for good in goods]), ship_to(ann)
    wishes = Wishes(address_id, po_number="PO-1", cost_centre_id=centre.id)
    with acting_as(ann):
        check_prices(ann, cart_id)
        placed = submit(ann, cart_id, wishes, client_ref=ref()).order
    check(placed.id)
    for what, place, amount in steps:
        with suppress(Conflict, Invalid):  # refused: then nothing may have moved either
            step(what, place, Decimal(amount), ann, desk, placed.id, wishes)
        check(placed.id)


def step(what, place, amount, ann, desk, order_id, wishes) -> None:
    with system_scope("test"):
        ids = list(
            db.session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
        )
    line = ids[place % len(ids)]
    if what == "cancel":
        with acting_as(ann):
            cancel(ann, order_id, {line: amount}, reason="", client_ref=ref())
    elif what == "desk":
        with acting_as(desk):
            cancel(desk, order_id, {line: amount}, reason="Lost", client_ref=ref())
    elif what == "amend":
        with acting_as(ann):
            cart_id = start_amendment(ann, order_id, list(PriceChoice)[place])
            rows = priced_cart(ann, cart_id).rows
            set_quantities(ann, cart_id, {rows[place % len(rows)].line_id: (amount, None)})
            check_prices(ann, cart_id)
            submit(ann, cart_id, wishes, client_ref=ref())
    else:
        answer = (
            LineAnswer(AnswerKind.AS_ORDERED) if what == "confirm" else LineAnswer(AnswerKind.REJECTED, reason="No")
        )
        with acting_as(desk):
            confirm(desk, order_id, {line: answer}, client_ref=ref())
