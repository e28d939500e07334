"""What is recommended at which place: found at night from orders, narrowed to what an account may see and have."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from app.core.db import db, transaction
from app.core.errors import NotFound
from app.core.models import Activity
from app.core.tenancy import acting_as, system_scope
from app.insights.models.recommendations import ArticlePair, ArticleSuggestion
from app.insights.queries.recommendations import recommendations
from app.insights.service.recommendations import refresh, refresh_if_due
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.history import ordered
from tests.factories.ordering import article, buyer, category, change_article, fill_cart
from tests.support.queries import counted


@pytest.fixture
def house(world, cast):
    with world():
        return actor_for(person(operator(), "operator_admin"), operator())


@pytest.fixture
def goods(world, cast, house):
    """Bolt and nut are bought together by four accounts, the pin with other things; a washer stands for another."""
    with world():
        metal, paper = category("METAL", "Metal"), category("PAPER", "Paper")
        made = {sku: article(sku, "1", category_id=metal.id) for sku in ("BOLT", "NUT", "PIN")}
        made["PAD"] = article("PAD", "2", category_id=paper.id)
        for sku, name in (("W-1", "Washer zinc plated flat"), ("W-2", "Washer zinc plated spring")):
            made[sku] = article(sku, "1", category_id=metal.id)
            change_article(made[sku], name=name)
        made["TAPE"] = article("TAPE", "3")
        others = [buyer() for _n in range(4)]
        ann = cast.actor("customer.buyer")
        for place, who in enumerate(others):
            ordered(who, [(made["BOLT"], 10), (made["NUT"], 10), (made["PAD"], 1)], 40 + place)
            ordered(who, [(made["PIN"], 1), (made["W-1"], 5)], 30 + place)
            ordered(who, [(made["BOLT"], 20), (made["NUT"], 20), (made["PAD"], 1), (made["TAPE"], 2)], 20 + place)
        for days in (90, 60, 30):
            ordered(ann, [(made["BOLT"], 100), (made["NUT"], 50)], days)
    with world(), acting_as(house):
        assert refresh(house) > 0
    return made


def found(actor, kind, ids=(), company=None, limit=10):
    rows = recommendations(actor, company or actor.company_id, kind, ids, limit)
    skus = dict(db.session.execute(text("SELECT id, sku FROM articles")).all())
    return {skus[row.article_id]: str(row.reason) for row in rows}


def test_what_goes_together_and_what_can_stand_in(ctx, cast, goods):
    ann = cast.actor("customer.buyer")
    with acting_as(ann):
        together = found(ann, "together", [goods["BOLT"].id])
        assert next(iter(together)) == "NUT"
        assert together["NUT"].startswith("Bought together with ")
        assert together["NUT"].endswith(" in 11 orders")
        assert "PIN" not in together
        assert set(found(ann, "complement", [goods["BOLT"].id])) == set()  # half of all baskets hold it: no lift
        assert found(ann, "substitute", [goods["W-1"].id]) == {"W-2": "Of the same kind as Washer zinc plated flat"}
        assert found(ann, "together") == {}


def test_what_is_missing_in_a_cart_follows_own_orders_first(ctx, cast, goods):
    ann = cast.actor("customer.buyer")
    with acting_as(ann):
        rows = recommendations(ann, ann.company_id, "missing", [goods["BOLT"].id])
        assert rows[0].article_id == goods["NUT"].id
        assert rows[0].usual == 50
        assert str(rows[0].reason) == "Every 4 weeks, last time 4 weeks ago"
        assert goods["BOLT"].id not in {row.article_id for row in rows}
        assert "PAD" in found(ann, "missing", [goods["BOLT"].id])


def test_what_comes_next_was_never_bought_and_each_company_sees_its_own(ctx, cast, goods, house):
    ann, eve = cast.actor("customer.buyer"), cast.actor("stranger.buyer")
    with acting_as(ann):
        new = found(ann, "next")
        assert new["PAD"] == "4 similar companies order it"
        assert "BOLT" not in new
        with pytest.raises(NotFound):
            recommendations(ann, eve.company_id, "next")
    with acting_as(eve):  # without orders: what all buy
        assert found(eve, "next")["BOLT"] == "Many companies order it"
        assert set(db.session.scalars(select(ArticleSuggestion.company_id))) == {eve.company_id}
    with acting_as(house):
        assert found(house, "next", company=ann.company_id) == new


def test_what_is_gone_or_out_of_the_assortment_is_not_recommended(ctx, cast, goods):
    ann = cast.actor("customer.buyer")
    change_article(goods["NUT"], status="discontinued")
    change_article(goods["PAD"], status="run_out")
    with system_scope("test"), transaction() as session:
        session.execute(text("UPDATE stock SET on_hand = 0 WHERE article_id = :id"), {"id": goods["PAD"].id})
        session.execute(
            text(
                "WITH s AS (INSERT INTO assortments (code, name) VALUES ('NO', 'No tape') RETURNING id),"
                " r AS (INSERT INTO assortment_rules (assortment_id, effect, article_id) SELECT id, 'deny', :tape FROM s)"
                " INSERT INTO assortment_assignments (assortment_id, company_id) SELECT id, :company FROM s"
            ),
            {"tape": goods["TAPE"].id, "company": ann.company_id},
        )
    with acting_as(ann):
        for kind in ("together", "missing", "next"):
            assert not found(ann, kind, [goods["BOLT"].id]).keys() & {"NUT", "PAD", "TAPE"}


def test_few_companies_behind_a_pair_are_not_told(ctx, cast, goods, house):
    with acting_as(house):
        least = db.session.scalar(select(func.min(ArticlePair.accounts)).where(ArticlePair.source == "orders"))
        assert least >= 3
        again = db.session.scalar(select(func.count()).select_from(ArticlePair))
        refresh(house)
        assert db.session.scalar(select(func.count()).select_from(ArticlePair)) == again
        assert refresh_if_due(house) == 0  # once a night


def test_one_click_puts_it_into_the_cart(client, world, cast, goods):
    with world():
        fill_cart(cast.actor("customer.buyer"), [(goods["BOLT"], 5)])
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/cart")
    assert page.rows("You usually also order")[0][0].startswith("NUT")
    form = page.soup.select_one("form[id^=f-missing-]")
    data = {one["name"]: one["value"] for one in page.soup.select(f"[form={form['id']}], #{form['id']} input[name]")}
    assert client.post(form["action"], data=data).location.startswith("/cart")
    assert client.post(form["action"], data=data).status == 303  # sent twice, added once
    lines = {row[1].split()[0]: row for row in client.get("/cart").rows("Lines of the cart")}
    assert "NUT" in lines
    with world(), system_scope("test"):
        kinds = db.session.scalars(select(Activity.kind)).all()
        assert kinds.count("recommendation_added") == 1
        assert "recommendation_shown" in kinds
    data[f"quantity-{goods['NUT'].id}"] = "many"
    client.post(form["action"], data=data)
    assert "is not a number" in client.get("/cart").text


def test_the_product_page_shows_it_at_a_constant_number_of_statements(client, isolated, world, cast, goods, house):
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/articles/BOLT")
    assert page.rows("Often bought together")
    assert "W-2" in client.get("/articles/W-1").rows("Similar articles")[0][0]
    with counted(isolated) as few:
        client.get("/articles/BOLT")
    with world():
        more = [article(f"M-{n}") for n in range(6)]
        for place in range(4):
            ordered(buyer(), [(goods["BOLT"], 1), *((one, 1) for one in more)], 10 + place)
        with acting_as(house):
            refresh(house)
    client.get("/articles/BOLT")
    with counted(isolated) as many:
        client.get("/articles/BOLT")
    assert len(many) == len(few)


@pytest.mark.parametrize(("name", "status"), [("customer.buyer", 303), ("customer.bookkeeper", 403), ("sales", 403)])
def test_who_may_add(client, cast, goods, name, status):
    sign_in(client, cast.people[name])
    assert client.post(f"/recommended/add/{goods['NUT'].id}").status == status
