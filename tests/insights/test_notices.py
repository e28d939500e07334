"""Who is told of a cart left behind, and that nobody is chased for one just ordered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.insights.models.carts import AbandonedCart
from app.insights.service.carts import dismiss, watch
from app.notifications.models import Notice
from app.notifications.tasks import sweep
from app.ordering.service.cart import visit_cart
from tests.factories.accounts import person
from tests.factories.ordering import article, change_price, fill_cart, order
from tests.support.mail import tray
from tests.support.work import drain

# after the database's own clock, which dates outbox rows
NOON = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
SYSTEM = Actor.system()


@pytest.fixture
def mails(app):
    with tray() as kept:
        yield kept


@pytest.fixture
def left(isolated, world, cast, sent):
    """A cart of seven articles, noticed at noon; returns the buyer's actor and the cart's id."""
    with world(), clock.frozen(NOON - timedelta(hours=24)):
        articles = [article(f"A-{place}", "10.00", name=f"Ring <{place}>") for place in range(7)]
        buyer = cast.actor("customer.buyer")
        cart_id = fill_cart(buyer, [(one, place + 1) for place, one in enumerate(articles)])
        change_price(articles[0], "20.00")
    return buyer, cart_id


def look(isolated, world) -> None:
    """Notice the cart at noon and deliver what that causes."""
    with clock.frozen(NOON):
        with world():
            assert watch(SYSTEM) == 1
        drain(isolated)


def an_hour_later(isolated, world) -> None:
    with clock.frozen(NOON + timedelta(hours=1)):
        with world():
            sweep()
        drain(isolated)


def told(world, code: str) -> list[Notice]:
    with world():
        rows = list(db.session.scalars(select(Notice).where(Notice.code == code).order_by(Notice.id)))
        db.session.expunge_all()
    return rows


def state(world) -> str:
    with world():
        return db.session.scalars(select(AbandonedCart.state)).one()


def test_sales_hears_at_once_on_the_page(mails, isolated, world, cast, left):
    with world():
        second = person(cast.house, Role.SALES)
        former = person(cast.house, Role.SALES)
        with transaction():
            db.session.execute(update(Membership).where(Membership.user_id == former.id).values(is_active=False))
    look(isolated, world)
    rows = told(world, "abandoned_cart")
    assert {row.user_id for row in rows} == {cast.people["sales"].id, second.id}
    assert {(row.way, row.state, row.company_id) for row in rows} == {("page", "sent", cast.house.id)}
    assert rows[0].subject == "Möller left a cart behind"
    assert rows[0].text_body == f"290.00\xa0EUR net in 7 lines, filled by {cast.people['customer.buyer'].name}."
    with world():
        assert rows[0].link == f"/abandoned-carts/{db.session.scalars(select(AbandonedCart.id)).one()}"
    assert mails == [], "the buyer's mail has time"


def test_the_accounts_own_manager_alone_is_told(mails, isolated, world, cast, left):
    with world(), transaction():
        manager = cast.people["operator_admin"].id
        db.session.execute(update(Company).where(Company.id == cast.customer.id).values(manager_id=manager))
    look(isolated, world)
    assert [row.user_id for row in told(world, "abandoned_cart")] == [manager]


def test_without_sales_people_the_administrators_are_told(mails, isolated, world, cast, left):
    with world(), transaction():
        gone = update(Membership).where(Membership.user_id == cast.people["sales"].id)
        db.session.execute(gone.values(is_active=False))
    look(isolated, world)
    assert [row.user_id for row in told(world, "abandoned_cart")] == [cast.people["operator_admin"].id]


@pytest.mark.parametrize(
    ("locale", "expected"), [("en", ("Your cart is waiting", "290.00 EUR")), ("ru", (None, "290,00\xa0EUR"))]
)
def test_buyer_gets_one_mail_an_hour_later_in_the_own_language(mails, isolated, world, cast, left, locale, expected):
    with world(), transaction():
        buyer = update(User).where(User.id == left[0].user_id)
        db.session.execute(buyer.values(locale=locale))
    look(isolated, world)
    an_hour_later(isolated, world)
    an_hour_later(isolated, world)
    (mail,) = mails
    assert mail["To"] == cast.people["customer.buyer"].email
    assert mail["Content-Language"] == locale
    if expected[0]:
        assert mail["Subject"] == expected[0]
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert expected[1] in text.replace("290.00\xa0EUR", "290.00 EUR")
    assert "Ring <4>" in text
    assert "Ring <5>" not in text
    assert "Ring &lt;4&gt;" in page
    assert any(line.endswith("/cart") for line in text.splitlines())
    assert state(world) == "reminded"
    with world(), clock.frozen(NOON + timedelta(hours=2)):
        assert watch(SYSTEM) == 0


@pytest.mark.parametrize("what", ["ordered", "touched", "declined", "dismissed", "blocked"])
def test_nobody_is_chased_in_vain(mails, isolated, world, cast, left, what):
    look(isolated, world)
    buyer, cart_id = left
    with clock.frozen(NOON + timedelta(minutes=30)):
        if what == "ordered":
            with world(buyer):
                order(buyer, [(article("A-99"), 1)])
        elif what == "touched":
            with world(buyer):
                visit_cart(buyer, cart_id, "/cart")
        elif what == "dismissed":
            with world():
                dismiss(SYSTEM, db.session.scalars(select(AbandonedCart.id)).one(), "called", reason="other")
        else:
            model, values = (
                (User, {"may_be_contacted": False}) if what == "declined" else (Company, {"is_blocked": True})
            )
            with world(), transaction():
                db.session.execute(update(model).values(**values))
    an_hour_later(isolated, world)
    assert [mail for mail in mails if mail["To"] == cast.people["customer.buyer"].email] == []
    assert [row.state for row in told(world, "cart_waiting")] == ["dropped"]
    assert state(world) != "reminded"


def test_who_declined_before_is_not_even_noted(mails, isolated, world, cast, left):
    with world(), transaction():
        db.session.execute(update(User).values(may_be_contacted=False))
    look(isolated, world)
    assert told(world, "cart_waiting") == []
    assert len(told(world, "abandoned_cart")) == 1, "sales hears all the same"
