"""Due to reorder: at once from own orders, ranked at night, taken off the list and put back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.tenancy import acting_as, system_scope
from app.insights.models.reorder import ReorderDismissal, ReorderSuggestion
from app.insights.queries.reorder import due
from app.insights.service.reorder import dismiss, suggest, suggest_again, suggest_if_due
from app.ordering.models.orders import Order
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.ordering import article, order
from tests.support.queries import counted


def ordered(actor, lines, days):
    """An order placed so many days ago."""
    made = order(actor, lines)
    with system_scope("test"), transaction() as session:
        moment = clock.now() - timedelta(days=days)
        session.execute(update(Order).where(Order.number == made.number).values(placed_at=moment))
    return made


@pytest.fixture
def nuts(world, cast):
    """A nut every five weeks, a pin once, a bolt that is gone."""
    with world():
        ann = cast.actor("customer.buyer")
        nut, pin, bolt = article("NUT", "0.20"), article("PIN", "3"), article("BOLT", "1")
        for days in (112, 77, 42):
            ordered(ann, [(nut, 100)], days)
        ordered(ann, [(pin, 2), (bolt, 1)], 200)
        with system_scope("test"), transaction() as session:
            session.execute(text("UPDATE articles SET status = 'discontinued' WHERE sku = 'BOLT'"))
    return nut, pin, bolt


def test_without_a_ranking_own_orders_are_enough(client, cast, nuts):
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/reorder")
    rows = page.rows("Due to reorder")
    assert ["NUT" in " ".join(row) for row in rows] == [True, False]
    assert "Every 5 weeks, last time 6 weeks ago" in rows[0]
    assert page.soup.select_one(f"[name=quantity-{nuts[0].id}]")["value"] == "100"
    assert "BOLT" not in page.text


def test_a_stranger_sees_nothing_of_it(client, cast, nuts):
    sign_in(client, cast.people["stranger.buyer"])
    assert "Nothing is due" in client.get("/reorder").text


def test_ticked_articles_go_into_the_cart(client, cast, nuts):
    sign_in(client, cast.people["customer.buyer"])
    nut = nuts[0].id
    form = {"pick": str(nut), f"quantity-{nut}": "250", f"unit-{nut}": "H87", "client_ref": "one", "next": "/reorder"}
    assert client.post("/reorder/add", data=form).location == "/cart"
    assert client.post("/reorder/add", data=form).location == "/cart"  # sent twice, added once
    assert client.get("/cart").soup.select_one("input[name^=quantity-]")["value"] == "250"
    assert client.post("/reorder/add", data={"client_ref": "two", "next": "/reorder"}).location == "/reorder"
    assert "Tick what you want to order" in client.get("/reorder").text


def test_not_any_more_and_back(client, cast, nuts):
    sign_in(client, cast.people["customer.buyer"])
    client.post(f"/reorder/dismiss/{nuts[0].id}")
    page = client.get("/reorder")
    assert "NUT" not in [cell for row in page.rows("Due to reorder") for cell in row[1].split()]
    client.post(f"/reorder/again/{nuts[0].id}")
    assert "NUT" in client.get("/reorder").rows("Due to reorder")[0][1]


def test_only_what_was_bought_can_be_dismissed_and_each_company_for_itself(ctx, cast, nuts):
    ann, eve = cast.actor("customer.buyer"), cast.actor("stranger.buyer")
    with acting_as(eve):
        dismiss(eve, nuts[0].id)
        assert db.session.scalar(select(func.count()).select_from(ReorderDismissal)) == 0
        with pytest.raises(NotFound):
            suggest_again(eve, nuts[0].id)
    with acting_as(ann):
        dismiss(ann, nuts[0].id)
        dismiss(ann, nuts[0].id)
        assert [row.today.article.sku for row in due(ann)] == ["PIN"]


def test_the_night_ranks_accounts_that_order(ctx, cast, nuts):
    house = actor_for(person(operator(), "operator_admin"), operator())
    with acting_as(house):
        assert suggest(house) == 1
        rows = db.session.execute(
            select(ReorderSuggestion.article_id, ReorderSuggestion.rank).order_by(ReorderSuggestion.rank)
        ).all()
        assert rows[0].article_id == nuts[0].id
        assert [row.rank for row in rows] == [1, 2, 3]
        assert suggest_if_due(house) == 0  # once a night
    ann = cast.actor("customer.buyer")
    with acting_as(ann):
        assert [row.today.article.sku for row in due(ann)] == ["NUT", "PIN"]
    eve = cast.actor("stranger.buyer")
    with acting_as(eve):
        assert db.session.scalar(select(func.count()).select_from(ReorderSuggestion)) == 0


def test_the_ranking_of_the_night_goes_before_own_counting(ctx, cast, nuts):
    house = actor_for(person(operator(), "operator_admin"), operator())
    with acting_as(house):
        suggest(house)
        with transaction() as session:
            session.execute(text("UPDATE reorder_suggestions SET rank = 4 - rank"))
    ann = cast.actor("customer.buyer")
    with acting_as(ann):
        assert [row.today.article.sku for row in due(ann)] == ["PIN", "NUT"]


def test_two_and_twenty_rows_cost_the_same(client, isolated, world, cast, nuts):
    sign_in(client, cast.people["customer.buyer"])
    client.get("/reorder")
    with counted(isolated) as few:
        client.get("/reorder")
    with world():
        made = [(article(f"M-{n}"), 1) for n in range(20)]
        ordered(cast.actor("customer.buyer"), made, 10)
    client.get("/reorder")
    with counted(isolated) as many:
        assert len(client.get("/reorder").rows("Due to reorder")) == 22
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("name", "status"),
    [("customer.company_admin", 200), ("customer.buyer", 200), ("customer.bookkeeper", 403), ("sales", 403),
     ("operator_admin", 403)],
)  # fmt: skip
def test_who_may(client, cast, nuts, name, status):
    sign_in(client, cast.people[name])
    assert client.get("/reorder").status == status
    for action in ("dismiss", "again"):
        expected = status if status == 403 else 303
        assert client.post(f"/reorder/{action}/{nuts[1].id}").status == expected
