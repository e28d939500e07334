"""Each action about a cart left behind, end to end; who may not be written to; each form sent twice acts once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.accounts.queries.credit import credit_terms
from app.accounts.service.credit import set_limits
from app.catalog.models.kits import RelatedArticle
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.core.tenancy import acting_as
from app.insights.models.carts import AbandonedCart
from app.insights.queries.carts import abandoned_row
from app.insights.service.carts import note_reminder, watch
from app.notifications.models import Notice
from app.ordering.models.carts import Cart
from app.ordering.models.deliveries import CartLinePart
from app.ordering.queries.cart import priced_cart
from app.sales.models.cart_actions import CartAction
from app.sales.models.tasks import SalesTask
from app.sales.service.cart_actions import ask_for_limit, plan_call, write_message
from app.sales.service.cart_offers import make_quote, offer_parts, offer_substitutes
from app.sourcing.models.quotes import Quote
from tests.factories.ordering import article, buyer, fill_cart, order, ref, sales
from tests.support.work import drain

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


@pytest.fixture
def seller(ctx) -> Actor:
    return sales()


def left(actor: Actor, lines) -> int:
    """A cart of these lines, noticed a day later; the id of the row about it."""
    with clock.frozen(clock.now() - timedelta(hours=25)):
        cart_id = fill_cart(actor, lines)
    watch(Actor.system())
    return db.session.scalars(select(AbandonedCart.id).where(AbandonedCart.cart_id == cart_id)).one()


def change(model, **values) -> None:
    with transaction():
        db.session.execute(update(model).values(**values))
    db.session.expire_all()


def actions() -> list[CartAction]:
    return list(db.session.scalars(select(CartAction).order_by(CartAction.id)))


def letters(isolated) -> list[Notice]:
    drain(isolated)
    return list(db.session.scalars(select(Notice).where(Notice.code == "cart_message").order_by(Notice.id)))


def test_message_goes_out_once_and_ends_the_reminder(seller, isolated):
    ann = buyer(locale="ru")
    found = left(ann, [(article("A-1"), 3)])
    key = ref()
    with acting_as(seller):
        first = write_message(seller, found, " Можем помочь? ", client_ref=key)
        assert write_message(seller, found, "other", client_ref=key) == first
    (letter,) = letters(isolated)
    assert (letter.state, letter.locale, letter.user_id) == ("sent", "ru", ann.user_id)
    assert "Можем помочь?" in letter.text_body
    row = abandoned_row(seller, found)
    assert (row.contacts, row.notice_due_at) == (1, None)
    assert row.contacted_at is not None
    (action,) = actions()
    assert (action.kind, action.who, action.facts["text"]) == ("message", seller.name, "Можем помочь?")
    with acting_as(seller), pytest.raises(Invalid):
        write_message(seller, found, "  ", client_ref=ref())


def test_who_may_not_be_written_to_is_not(seller, isolated):
    ann = buyer()
    found = left(ann, [(article("A-1"), 3)])
    rows = [
        (AbandonedCart, {"is_held_out": True}, {"is_held_out": False}, "held out"),
        (AbandonedCart, {"state": "dismissed"}, {"state": "open"}, "closed"),
        (Cart, {"state": "awaiting_approval"}, {"state": "open"}, "gone on"),
        (User, {"may_be_contacted": False}, {"may_be_contacted": True}, "does not want"),
        (Company, {"is_on_credit_hold": True}, {"is_on_credit_hold": False}, "may not order"),
    ]
    for model, values, back, words in rows:
        change(model, **values)
        with acting_as(seller), pytest.raises(Conflict) as refused:
            write_message(seller, found, "Hello", client_ref=ref())
        assert words in str(refused.value.message), words
        change(model, **back)
    assert actions() == []
    with acting_as(seller):
        write_message(seller, found, "Hello", client_ref=ref())
        write_message(seller, found, "Hello again", client_ref=ref())
        with pytest.raises(Conflict):
            write_message(seller, found, "And again", client_ref=ref())
    assert [letter.state for letter in letters(isolated)] == ["sent", "sent"]


def test_message_is_dropped_when_the_account_orders_before_it_leaves(seller, isolated):
    ann = buyer()
    found = left(ann, [(article("A-1"), 3)])
    with acting_as(seller):
        write_message(seller, found, "Hello", client_ref=ref())
    order(ann, [(article("A-9"), 1)])
    assert [letter.state for letter in letters(isolated)] == ["dropped"]


def test_reminder_counts_as_a_message(seller):
    found = left(buyer(), [(article("A-1"), 3)])
    note_reminder(Actor.system(), found)
    with acting_as(seller):
        write_message(seller, found, "Hello", client_ref=ref())
        with pytest.raises(Conflict):
            write_message(seller, found, "Hello", client_ref=ref())


def test_call_stands_on_the_list_of_tasks(seller):
    found = left(buyer(), [(article("A-1"), 3)])
    with acting_as(seller):
        plan_call(seller, found, "Ask about the bolts", TOMORROW, client_ref=ref())
    task = db.session.scalars(select(SalesTask)).one()
    assert (task.kind, task.due_on, task.subject_kind, task.subject_id) == ("call", TOMORROW, "cart", found)
    (action,) = actions()
    assert (action.subject_kind, action.subject_id) == ("task", task.id)


def test_higher_limit_is_asked_of_accounting(seller):
    ann = buyer()
    with acting_as(Actor.system()):
        set_limits(Actor.system(), {ann.company_id: Decimal(10)})
    found = left(ann, [(article("A-1", "10.00"), 3)])
    assert abandoned_row(seller, found).reason == "credit_limit"
    with acting_as(seller):
        ask_for_limit(seller, found, Decimal(500), "Good customer", client_ref=ref())
    terms = credit_terms(seller, ann.company_id)
    assert (terms.asked_limit, terms.asked_note) == (500, "Good customer")
    assert seller.name in terms.asked_by


def test_quote_with_discount_inside_the_right_is_sent(seller, isolated):
    ann = buyer()
    found = left(ann, [(article("A-1", "10.00"), 10), (article("A-2", "5.00"), 4)])
    key = ref()
    with acting_as(seller):
        with pytest.raises(Invalid):
            make_quote(seller, found, Decimal("10.01"), client_ref=ref())
        number = make_quote(seller, found, Decimal(5), client_ref=key)
        assert make_quote(seller, found, Decimal(5), client_ref=key) == number
    quote = db.session.scalars(select(Quote)).one()
    assert (quote.number, quote.state, quote.net_total, quote.company_id) == (number, "offered", 114, ann.company_id)
    assert abandoned_row(seller, found).contacts == 1


def test_quote_below_the_floor_waits_for_release(seller):
    found = left(buyer(), [(article("A-1", None), 10)])
    with acting_as(seller):
        make_quote(seller, found, Decimal(0), client_ref=ref())
    assert db.session.scalars(select(Quote.state)).one() == "in_preparation"
    assert (actions()[0].facts["is_sent"], abandoned_row(seller, found).contacts) == (False, 0)


def test_other_goods_are_prepared_and_offered(seller, isolated):
    ann = buyer()
    gone, there = article("A-1", "10.00", stock=1), article("B-1", "9.00")
    with transaction():
        db.session.add(RelatedArticle(article_id=gone.id, other_id=there.id, kind="substitute", position=1))
    found = left(ann, [(gone, 5), (article("C-1", "1.00"), 7)])
    row = abandoned_row(seller, found)
    assert row.reason == "out_of_stock"
    line = next(one for one in priced_cart(seller, row.cart_id).rows if one.article.sku == "A-1")
    with acting_as(seller):
        with pytest.raises(Invalid):
            offer_substitutes(seller, found, {line.line_id: ""}, "Take these", client_ref=ref())
        with pytest.raises(Invalid):
            offer_substitutes(seller, found, {line.line_id: "NO-SUCH"}, "Take these", client_ref=ref())
        offer_substitutes(seller, found, {line.line_id: "B-1"}, "Take these", client_ref=ref())
    prepared = db.session.scalars(select(Cart).where(Cart.kind == "prepared")).one()
    assert (prepared.user_id, prepared.staff_id) == (ann.user_id, seller.user_id)
    lines = [(one.article.sku, one.quantity) for one in priced_cart(seller, prepared.id).rows]
    assert lines == [("B-1", 5), ("C-1", 7)]
    (letter,) = letters(isolated)
    assert f"/carts/take/{prepared.id}." in letter.text_body
    assert [one.code for one in db.session.scalars(select(Notice).where(Notice.code == "cart_prepared"))] == []


def test_account_that_wants_to_be_asked_gets_no_prepared_cart(seller):
    ann = buyer()
    late = article("A-1", stock=0, stock_policy="backorder", lead_time_days=30)
    found = left(ann, [(late, 5), (article("C-1"), 7)])
    change(Company, staff_access="ask")
    with acting_as(seller), pytest.raises(Conflict):
        offer_parts(seller, found, "In parts", client_ref=ref())
    assert db.session.scalars(select(Cart).where(Cart.kind == "prepared")).all() == []


def test_late_goods_are_offered_as_a_delivery_of_their_own(seller, isolated):
    late = article("A-1", stock=0, stock_policy="backorder", lead_time_days=30)
    found = left(buyer(), [(late, 5), (article("C-1"), 7)])
    assert abandoned_row(seller, found).reason == "late_date"
    with acting_as(seller):
        offer_parts(seller, found, "In parts", client_ref=ref())
    (part,) = db.session.scalars(select(CartLinePart)).all()
    assert part.quantity == 5
    assert part.requested_on is not None
    assert len(letters(isolated)) == 1
    other = left(buyer(), [(article("D-1"), 7)])
    with acting_as(seller), pytest.raises(Conflict):
        offer_parts(seller, other, "In parts", client_ref=ref())
