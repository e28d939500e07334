"""What counts as recovered, which carts never count, limits of accounts, and honest results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.tenancy import acting_as
from app.insights.domain.cart_odds import Arm
from app.insights.models.carts import AbandonedCart
from app.insights.queries.cart_results import cart_currencies, recovery
from app.insights.queries.carts import AbandonedFilters, abandoned_carts, abandoned_sums
from app.insights.service.cart_recovery import note_order
from app.insights.service.carts import dismiss, set_cart_limit, watch
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import make_active, new_cart
from app.ordering.service.saved_lines import save_for_later
from app.sourcing.domain.quote import LineAsk, Request
from app.sourcing.service.quotes import start
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, buyer, fill_cart, order, ref

SYSTEM = Actor.system()


def left(actor: Actor, lines, hours: int = 25) -> int:
    with clock.frozen(clock.now() - timedelta(hours=hours)):
        return fill_cart(actor, lines)


def row_of(cart_id: int) -> AbandonedCart:
    statement = select(AbandonedCart).where(AbandonedCart.cart_id == cart_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def aside(actor: Actor) -> None:
    """From now on the buyer fills another cart."""
    with acting_as(actor):
        from_now = new_cart(actor, "Other")
        make_active(actor, from_now)


def test_half_of_the_value_in_other_orders_is_recovered_also_after_closing(ctx):
    ann, a, b = buyer(), article("A-1", "10.00"), article("B-1", "10.00")
    cart_id = left(ann, [(a, 6), (b, 4)])
    watch(SYSTEM)
    row = row_of(cart_id)
    dismiss(SYSTEM, row.id, reason="orders_later")
    aside(ann)
    note_order(SYSTEM, order(ann, [(b, 9)]).id)
    assert row_of(cart_id).recovered_at is None, "four of nine count: 40 of 100"
    aside(ann)
    note_order(SYSTEM, order(ann, [(a, 1)]).id)
    row = row_of(cart_id)
    assert (row.state, row.recovered_how, row.recovered_value) == ("dismissed", "elsewhere", Decimal("50.00"))


def test_quoted_ordered_and_saved_carts_do_not_count(ctx):
    ann, ben, eve, a = buyer(), buyer(), buyer(), article("A-1", "10.00")
    quoted, ordered, saved = (left(one, [(a, 6)]) for one in (ann, ben, eve))
    with acting_as(ann):
        start(ann, Request((LineAsk(a.id, "", Decimal(6), "H87"),)), client_ref=ref())
    aside(ben)
    order(ben, [(a, 3)])
    with acting_as(eve), clock.frozen(clock.now() - timedelta(hours=25)):
        save_for_later(eve, saved, [one.line_id for one in priced_cart(eve, saved).rows])
    assert watch(SYSTEM) == 0
    found = {row.cart_id: (row.state, row.close_reason) for row in db.session.scalars(select(AbandonedCart))}
    assert found == {quoted: ("left_out", "quoted"), ordered: ("left_out", "ordered_elsewhere")}
    assert watch(SYSTEM) == 0
    assert abandoned_sums(SYSTEM, AbandonedFilters()) == []
    assert len(abandoned_carts(SYSTEM, AbandonedFilters(view="left_out"))) == 2


def test_account_may_have_a_limit_of_its_own(ctx):
    ann, ben = buyer(), buyer()
    set_cart_limit(SYSTEM, ann.company_id, 2)
    set_cart_limit(SYSTEM, ben.company_id, 48)
    soon, late = left(ann, [(article("A-1"), 1)], hours=3), left(ben, [(article("A-2"), 1)], hours=30)
    assert watch(SYSTEM) == 1
    assert row_of(soon).limit_hours == 2
    set_cart_limit(SYSTEM, ben.company_id, None)
    assert watch(SYSTEM) == 1
    assert row_of(late).limit_hours == 24
    with pytest.raises(Invalid):
        set_cart_limit(SYSTEM, ann.company_id, 0)


def test_results_count_carts_whose_two_weeks_are_over_once(ctx):
    ann = buyer()
    now = datetime.now(UTC)
    old, won = {"noticed_at": now - timedelta(days=20)}, {"recovered_at": now, "recovered_value": Decimal(80)}
    for facts in (
        old | {"reason": "price_rose"}, old | won | {"reason": "price_rose", "worked_by_id": ann.user_id},
        old | {"reason": "none"}, old | {"is_held_out": True, "reason": "none"}, old | {"state": "left_out"},
        old | {"currency": "USD"}, {"noticed_at": now - timedelta(days=3)} | won,
    ):  # fmt: skip
        bare_abandonment(ann, "100.00", **facts)
    twice = bare_abandonment(ann, "100.00", **old, reason="none", state="resumed")
    bare_abandonment(ann, "100.00", **(old | {"cart_id": twice.cart_id, "reason": "none"}))
    values = {"since": now - timedelta(days=90), "until": now, "currency": "EUR"}
    found = recovery(SYSTEM, **values)
    assert found.worked == Arm(4, 1, Decimal(400), Decimal(80))
    assert found.held_out == Arm(1, 0, Decimal(100), Decimal(0))
    assert {row.key: row.arm.count for row in found.rows} == {"price_rose": 2, "none": 2}
    assert found.effect is not None
    assert (found.effect.difference, found.effect.gained) == (25, 80)
    people = recovery(SYSTEM, **values, by="person").rows
    assert {row.name: row.arm.recovered for row in people} == {ann.name: 1, "": 0}
    assert cart_currencies(SYSTEM) == ["EUR", "USD"]
    with acting_as(ann), pytest.raises(NotFound):
        recovery(ann, **values)
