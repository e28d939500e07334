"""The price manager's pages of promotions, and the buyer who enters a coupon."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.ordering import article, buyer, fill_cart, order
from tests.factories.ordering import sign_in as sign_in_as
from tests.factories.promotions import coupon, promotion


@pytest.fixture
def manager(client, world):
    with world():
        user = person(operator(), Role.PRICING)
    sign_in(client, user)
    return client


def value(world, statement):
    with world():
        return db.session.scalar(text(statement))


def test_a_promotion_is_made_tried_and_switched(manager, world):
    assert "No promotions yet" in manager.get("/prices/promotions").text
    with world():
        nut = article("NUT", "10")
        order(buyer(customer("10001")), [(nut, 20)])
    form = manager.get("/prices/promotions/new").form()
    form |= {
        "code": "AUTUMN", "name": "Autumn", "kind": "line", "effect": "percent", "value": "5", "currency": "eur",
        "min_quantity": "10", "starts_at": "2026-10-01T08:00", "target_kind": ["article", "article", "article"],
        "target": ["NUT", "", ""], "part": ["", "", ""], "quantity": ["", "", ""],
    }  # fmt: skip
    form.pop("is_active", None)
    page = manager.post("/prices/promotions/new", form, follow=True)
    assert page.h1 == "Autumn"
    assert "not in use" in page.text
    assert value(world, "SELECT starts_at = '2026-10-01 06:00+00' FROM promotions")
    tried = manager.get("/prices/promotions/AUTUMN?try=1").text.replace("\xa0", " ")
    assert "It would have given 10.00 EUR, net." in tried
    manager.post("/prices/promotions/AUTUMN/switch", {"to": "on"}, follow=True)
    assert value(world, "SELECT is_active FROM promotions")
    edit = manager.get("/prices/promotions/AUTUMN/edit").form()
    assert (edit["value"], edit["starts_at"]) == ("5", "2026-10-01T08:00")
    goods = {name: form[name] for name in ("target_kind", "target", "part", "quantity")}
    again = manager.post("/prices/promotions/AUTUMN/edit", edit | goods, follow=True)
    assert again.h1 == "Autumn"
    assert value(world, "SELECT count(*) FROM promotion_targets") == 1
    assert manager.post("/prices/promotions/new", form).status == 409


def test_wrong_goods_and_numbers_are_said_at_the_form(manager):
    form = manager.get("/prices/promotions/new").form() | {"code": "X", "name": "X", "value": "5", "currency": "EUR"}
    page = manager.post("/prices/promotions/new", form | {"target": ["GHOST", "", ""]})
    assert page.status == 422
    assert "There is no article GHOST." in page.text
    assert manager.post("/prices/promotions/new", form | {"effect": "fixed_price"}).status == 422


def test_coupons_are_made_listed_and_exported(manager, world):
    with world():
        promotion("WELCOME", needs_coupon=True)
    form = manager.get("/prices/promotions/WELCOME/coupons").form()
    page = manager.post("/prices/promotions/WELCOME/coupons", form | {"count": "3", "prefix": "w-"}, follow=True)
    assert len(page.rows()) == 3
    assert manager.post("/prices/promotions/WELCOME/coupons", form | {"account": "GHOST"}).status == 422
    lines = manager.flask.get("/prices/promotions/WELCOME/coupons.csv").get_data(as_text=True).splitlines()
    assert lines[0].endswith("in_use")
    assert [line.split(",")[0][:2] for line in lines[1:]] == ["W-"] * 3


def test_a_buyer_enters_a_coupon_reads_why_and_takes_it_out(client, world):
    with world():
        ann = buyer(customer("10001"))
        fill_cart(ann, [(article("NUT", "10"), 4)])
        coupon(promotion("WELCOME", "5", effect="amount", needs_coupon=True, min_net="50"), "WELCOME5")
    sign_in_as(client, ann)
    page = client.post("/cart/coupons", {"coupon": "nope"}, follow=True)
    assert "There is no coupon NOPE." in page.text
    page = client.post("/cart/coupons", {"coupon": "welcome5"}, follow=True)
    assert "10.00 EUR more and 5.00 EUR off: Promotion WELCOME" in page.text.replace("\xa0", " ")
    line = value(world, "SELECT id FROM cart_lines")
    client.post("/cart/lines", {f"quantity-{line}": "5"})
    page = client.get("/cart")
    assert "−5.00 EUR" in page.text.replace("\xa0", " ")
    review = client.post("/checkout", client.get("/checkout").form() | {"po_number": "1"}, follow=True)
    assert "Promotion WELCOME (WELCOME5)" in review.text
    form = review.form()
    cart = value(world, "SELECT id FROM carts")
    placed = client.post(f"/checkout/{cart}/review", form, follow=True)
    assert "Promotion WELCOME (WELCOME5)" in placed.text
    assert value(world, "SELECT uses FROM coupons") == 1


def test_a_budget_that_ended_is_shown_with_the_difference(client, world):
    with world():
        ann, bob = buyer(customer("10001")), buyer(customer("10002"))
        nut = article("NUT", "10")
        promotion("ONE", "10", budget_uses=1)
        fill_cart(ann, [(nut, 4)])
    sign_in_as(client, ann)
    review = client.post("/checkout", client.get("/checkout").form() | {"po_number": "1"}, follow=True)
    with world():
        order(bob, [(nut, 1)])
        cart = db.session.scalar(text(f"SELECT id FROM carts WHERE company_id = {ann.company_id}"))
    refused = client.post(f"/checkout/{cart}/review", review.form())
    assert refused.status == 409
    assert "has ended or no longer applies" in refused.text
    assert "−4.00" in refused.text
    placed = client.post(f"/checkout/{cart}/review", refused.form(), follow=True)
    assert "40.00" in placed.text


def test_lists_cost_the_same_for_two_and_twenty(manager, world):
    counts = []
    for many in (2, 20):
        with world():
            for n in range(many):
                coupon(promotion(f"P{many}-{n}"), f"C{many}-{n}")
        with manager.app.app_context(), statements() as seen:
            manager.get("/prices/promotions")
        counts.append(len(seen))
    assert counts[0] == counts[1]
