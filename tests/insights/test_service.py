"""Noticing carts left behind, what becomes of them, and who may still be written to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, NotFound
from app.core.settings import settings, use_settings
from app.core.tenancy import acting_as
from app.insights.models.carts import AbandonedCart
from app.insights.queries.carts import AbandonedFilters, abandoned_cart, abandoned_sums
from app.insights.service.cart_contacts import reminder_wanted
from app.insights.service.carts import dismiss, note_reminder, resume, watch
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, visit_cart
from app.pricing.models.lists import PriceEntry
from tests.factories.accounts import actor_for, customer, person
from tests.factories.ordering import article, buyer, change_price, fill_cart, order, ref, shop, wanted
from tests.factories.pricing import buys_by, chain, price_list
from tests.support.work import drain

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
LIMIT = timedelta(hours=24)
SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def at_noon():
    with clock.frozen(NOW):
        yield


def left(actor: Actor, lines=None, *, ago: timedelta = LIMIT) -> int:
    """A cart that its buyer touched last so long ago; returns its id."""
    with clock.frozen(NOW - ago):
        return fill_cart(actor, lines or [(article(f"A-{ref()[:8]}", "10.00"), 3)])


def rows() -> list[AbandonedCart]:
    statement = select(AbandonedCart).order_by(AbandonedCart.id).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def change(model, **values) -> None:
    with transaction():
        db.session.execute(update(model).values(**values))


@pytest.mark.parametrize(("ago", "expected"), [(LIMIT, 1), (LIMIT - timedelta(seconds=1), 0), (timedelta(days=400), 1)])
def test_cart_is_noticed_from_the_limit_on(ctx, ago, expected):
    cart_id = left(buyer(), ago=ago)
    assert watch(SYSTEM) == expected
    assert [row.cart_id for row in rows()] == [cart_id] * expected


def test_limit_of_no_hours_notices_at_once(ctx):
    former = settings()
    use_settings(former.changed(ABANDONED_CART_HOURS=0))
    try:
        left(buyer(), ago=timedelta(0))
        assert watch(SYSTEM) == 1
    finally:
        use_settings(former)


def test_what_is_noticed_holds_value_lines_age_and_page(ctx):
    actor = buyer()
    made = article("A-1", "10.00", breaks={10: "8.00"})
    with clock.frozen(NOW - LIMIT), acting_as(actor):
        lines = [wanted(made, 12), wanted(article("A-2", "0.333", units={"CT": 12}), 2, "CT")]
        add_lines(actor, None, lines, client_ref=ref(), page="/quick-order")
    assert watch(SYSTEM) == 1
    (row,) = rows()
    assert (row.value, row.currency, row.line_count) == (Decimal("103.99"), "EUR", 2)
    assert (row.idle_since, row.noticed_at, row.last_page) == (NOW - LIMIT, NOW, "/quick-order")
    assert (row.company_id, row.user_id, row.state) == (actor.company_id, actor.user_id, "open")
    assert row.notice_due_at == NOW + timedelta(hours=1)


def test_value_is_at_the_accounts_own_prices(ctx):
    shop()
    made = article("A-1", "10.00")
    price_list("OWN", {"A-1": "7.50"})
    own, plain = buyer(), buyer()
    buys_by(own.company_id, chain("OWN-CHAIN", "OWN"))
    for actor in (own, plain):
        left(actor, [(made, 2)])
    watch(SYSTEM)
    assert {row.company_id: row.value for row in rows()} == {own.company_id: 15, plain.company_id: 20}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Cart, {"state": "awaiting_approval"}),
        (Cart, {"state": "ordered"}),
        (Cart, {"state": "discarded"}),
        (Company, {"is_blocked": True}),
        (Company, {"state": "inactive"}),
        (Company, {"state": "pending"}),
    ],
)
def test_carts_that_nobody_left_behind_are_not_noticed(ctx, model, values):
    left(buyer())
    change(model, **values)
    assert watch(SYSTEM) == 0
    assert rows() == []


def test_empty_cart_is_not_noticed(ctx):
    left(buyer())
    with transaction():
        db.session.execute(CartLine.__table__.delete())
    assert watch(SYSTEM) == 0


def test_account_on_credit_hold_is_not_noticed(ctx):
    left(buyer(customer(is_on_credit_hold=True)))
    assert watch(SYSTEM) == 0


def test_second_look_notices_nothing_twice(ctx):
    left(buyer())
    assert [watch(SYSTEM), watch(SYSTEM)] == [1, 0]
    assert len(rows()) == 1


def test_buyer_who_goes_on_closes_it_and_may_leave_again(ctx):
    actor = buyer()
    cart_id = left(actor)
    watch(SYSTEM)
    with acting_as(actor):
        visit_cart(actor, cart_id, "/cart")
    with clock.frozen(NOW + timedelta(minutes=1)):
        with acting_as(actor):
            visit_cart(actor, cart_id, "/checkout")
        assert watch(SYSTEM) == 0
        assert [(row.state, row.closed_at) for row in rows()] == [("resumed", clock.now())]
    with clock.frozen(NOW + timedelta(minutes=1) + LIMIT):
        assert watch(SYSTEM) == 1
    assert [row.state for row in rows()] == ["resumed", "open"]
    assert rows()[1].last_page == "/checkout"


def test_ordered_cart_is_recovered_with_its_order(isolated, world, sent):
    with world():
        actor = buyer()
        made = article("A-1", "10.00")
        left(actor, [(made, 3)])
        watch(SYSTEM)
    with world(actor):
        placed = order(actor, [(made, 1)])  # goes into the same cart
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=1)):
        drain(isolated)
    with world():
        (row,) = rows()
        assert row.state == "recovered"
        page = abandoned_cart(SYSTEM, row.id)
        assert (page.order_number, page.cart) == (placed.number, None)
        history = audit.history(SYSTEM, "abandoned_cart", row.id)
        assert [(entry.action, entry.changes.get("order")) for entry in history] == [
            ("noticed", None), ("recovered", placed.number),
        ]  # fmt: skip
        assert watch(SYSTEM) == 0


def test_ordered_cart_is_recovered_also_before_the_event_comes(ctx):
    actor = buyer()
    made = article("A-1", "10.00")
    left(actor, [(made, 3)])
    watch(SYSTEM)
    order(actor, [(made, 1)])
    assert resume(SYSTEM) == 1
    assert [row.state for row in rows()] == ["recovered"]


def test_dismissed_cart_stays_closed_until_its_buyer_acts(ctx):
    actor = buyer()
    cart_id = left(actor)
    watch(SYSTEM)
    (row,) = rows()
    dismiss(SYSTEM, row.id, "  bought elsewhere ", reason="other")
    assert (rows()[0].state, rows()[0].note) == ("dismissed", "bought elsewhere")
    assert watch(SYSTEM) == 0
    with pytest.raises(Conflict):
        dismiss(SYSTEM, row.id, "again", reason="other")
    with pytest.raises(NotFound):
        dismiss(SYSTEM, row.id + 1, "never there", reason="other")
    with acting_as(actor):
        visit_cart(actor, cart_id, "/cart")
    with clock.frozen(NOW + LIMIT):
        assert watch(SYSTEM) == 1


def test_one_cart_that_makes_trouble_does_not_stop_the_others(ctx, caplog):
    """A value that no column holds fails on writing; the cart before it and the one after it are noticed."""
    first = left(buyer(), ago=LIMIT * 3)
    huge = article("A-HUGE", "1", stock=0, stock_policy="backorder")
    left(buyer(), [(huge, 99_999_999)], ago=LIMIT * 2)
    change_price(huge, "999999999999")
    last = left(buyer(), ago=LIMIT)
    assert watch(SYSTEM) == 2
    assert [row.cart_id for row in rows()] == [first, last]
    assert "could not be noted" in caplog.text


def test_cart_that_cannot_be_priced_is_noticed_with_what_the_buyer_saw_last(ctx, caplog):
    """A price for a millionth of a piece makes a sum that exact arithmetic refuses."""
    made = article("A-1", "10.00", stock=0, stock_policy="backorder")
    cart_id = left(buyer(), [(made, 9_999_999_999)])
    other = left(buyer(), ago=LIMIT - timedelta(seconds=-1))
    with transaction():
        broken = update(PriceEntry).where(PriceEntry.article_id == made.id)
        db.session.execute(broken.values(price=Decimal(999_999_999_999), base_quantity=Decimal("0.000001")))
    with pytest.raises(ArithmeticError):
        priced_cart(SYSTEM, cart_id)
    assert watch(SYSTEM) == 2
    by_cart = {row.cart_id: row for row in rows()}
    assert (by_cart[cart_id].value, by_cart[cart_id].line_count) == (Decimal("99999999990.00"), 1)
    assert by_cart[other].value == 30
    assert "could not be looked at" in caplog.text
    (noticed,) = audit.history(SYSTEM, "abandoned_cart", by_cart[cart_id].id)
    assert noticed.changes["is_priced"] is False


def test_sums_are_told_by_currency_for_those_that_wait(ctx):
    for price in ("10", "20"):
        left(buyer(), [(article(f"A-{price}", price), 1)])
    watch(SYSTEM)
    assert abandoned_sums(SYSTEM, AbandonedFilters()) == [("EUR", 2, Decimal(30))]
    dismiss(SYSTEM, rows()[0].id, "done", reason="other")
    assert abandoned_sums(SYSTEM, AbandonedFilters()) == [("EUR", 1, Decimal(20))]
    assert abandoned_sums(SYSTEM, AbandonedFilters(view="closed")) == [("EUR", 1, Decimal(10))]
    assert abandoned_sums(SYSTEM, AbandonedFilters(manager_id=1)) == []


def may_remind(row_id: int) -> bool:
    with transaction():
        return reminder_wanted(SYSTEM, row_id)


class TestStillAbandoned:
    @pytest.fixture
    def noticed(self, ctx):
        """The buyer, his cart and the row about it."""
        actor = buyer()
        cart_id = left(actor)
        watch(SYSTEM)
        return actor, cart_id, rows()[0].id

    def test_nothing_has_happened(self, noticed):
        assert may_remind(noticed[2])

    def test_cart_was_touched(self, noticed):
        actor, cart_id, row_id = noticed
        with acting_as(actor):
            visit_cart(actor, cart_id, "/cart")
        assert not may_remind(row_id)

    def test_cart_was_ordered(self, noticed):
        order(noticed[0], [(article("A-9"), 1)])
        assert not may_remind(noticed[2])

    def test_colleague_has_ordered_meanwhile(self, noticed):
        actor, _cart_id, row_id = noticed
        company = db.session.get_one(Company, actor.company_id)
        colleague = actor_for(person(company, Role.BUYER), company)
        order(colleague, [(article("A-9"), 1)])
        assert not may_remind(row_id)
        change(Order, source="history")
        assert may_remind(row_id), "imported history is no order of today"

    def test_another_account_has_ordered(self, noticed):
        order(buyer(), [(article("A-9"), 1)])
        assert may_remind(noticed[2])

    @pytest.mark.parametrize(
        ("model", "values"),
        [
            (User, {"may_be_contacted": False}),
            (User, {"is_active": False}),
            (Membership, {"is_active": False}),
            (Company, {"is_blocked": True}),
            (Company, {"is_on_credit_hold": True}),
            (Company, {"state": "inactive"}),
            (Cart, {"state": "awaiting_approval"}),
        ],
    )
    def test_nobody_to_write_to_or_nothing_to_write_about(self, noticed, model, values):
        change(model, **values)
        assert not may_remind(noticed[2])

    def test_sales_desk_has_closed_it(self, noticed):
        dismiss(SYSTEM, noticed[2], "called", reason="other")
        assert not may_remind(noticed[2])

    def test_buyer_was_reminded_already(self, noticed):
        note_reminder(SYSTEM, noticed[2])
        note_reminder(SYSTEM, noticed[2])
        assert not may_remind(noticed[2])
        (row,) = rows()
        assert (row.state, row.notice_sent_at) == ("reminded", NOW)
        reminders = [entry for entry in audit.history(SYSTEM, "abandoned_cart", row.id) if entry.action == "reminded"]
        assert len(reminders) == 1


@pytest.mark.races
def test_two_watchers_at_once_notice_each_cart_once(committing, world):
    with world():
        for place in range(12):
            left(buyer(), [(article(f"A-{place}"), 1)])
    noted, start = [], threading.Barrier(2)

    def look() -> None:
        with world(), clock.frozen(NOW):
            start.wait()
            noted.append(watch(SYSTEM))

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert sum(noted) == 12
    with world():
        assert sorted(row.cart_id for row in rows()) == sorted(db.session.scalars(select(Cart.id)))
        assert db.session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'noticed'")) == 12
