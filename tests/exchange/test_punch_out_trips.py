"""Our own people in shops of others: out by cXML or OCI, back with a basket that becomes a request for a quote."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.documents.cxml.basket import write_basket
from app.documents.cxml.punch_out import SetupRequest, read_setup, write_response
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.reference import ItemIds
from app.documents.oci.fields import form_fields
from app.exchange.service.punch_out_trips import ShopEntry, save_shop
from tests.factories import accounts
from tests.factories.ordering import buyer, sign_in
from tests.factories.punch_out import code_of
from tests.support.counterparts import machine, web_server

SECRET = "the shop's secret"


ASKED: list[SetupRequest] = []


def opens(call):
    """A supplier's shop: answers a setup request as cXML asks for."""
    request = read_setup(call.body)
    ASKED.append(request)
    right = request.envelope.proves(SECRET)
    start = "https://shop.example/start?t=1" if right else ""
    answer = write_response(
        200 if right else 401, "" if right else "who are you", payload_id="1@shop", timestamp="t", start_url=start
    )
    return 200, answer, {"Content-Type": "text/xml"}


@pytest.fixture
def shop_url(tmp_path):
    ASKED.clear()
    with machine(tmp_path), web_server(answer=opens) as server:
        yield f"{server.address}/cxml"


@pytest.fixture
def ann(isolated, world, client):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


def shop(world, actor, url, **changes):
    with world():
        code = code_of(actor)
    admin = accounts.actor_for
    with world():
        house = accounts.operator()
        desk = admin(accounts.person(house, "operator_admin"), house)
        values = {"company": code, "name": "Werkzeug AG", "protocol": "cxml", "url": url, "our_domain": "DUNS", "our_identity": "77",
                  "identity": "88", "secret": SECRET}  # fmt: skip
    with world(desk):
        return save_shop(desk, None, ShopEntry(**(values | changes)))


def basket(cookie):
    return Basket(
        cookie=cookie, currency="EUR",
        lines=(
            BasketLine(position="1", quantity=Decimal(3), unit="C62", ids=ItemIds(sku="W-1"), name="Hammer", unit_price=Decimal("12.5"),
                       price_base_quantity=Decimal(10), currency="EUR", auxiliary_id="cfg-9"),
            BasketLine(position="2", quantity=Decimal("0.5"), unit="KGM", ids=ItemIds(sku="W-2"), name="Wax", unit_price=Decimal(4),
                       currency="USD"),
        ),
    )  # fmt: skip


def test_there_and_back_by_cxml(client, world, ann, shop_url):
    shop_id = shop(world, ann, shop_url)
    assert "Werkzeug AG" in client.get("/punch-out/shops").text
    page = client.post(f"/punch-out/shops/{shop_id}/go")
    assert page.link("Go to the shop") == "https://shop.example/start?t=1"
    (asked,) = ASKED
    assert asked.envelope.senders[0].identity == "77"
    assert asked.said("UserEmail").startswith("buyer")
    back = asked.return_url.removeprefix("http://localhost")
    data = write_basket(basket(asked.cookie)).decode()
    answer = client.post(back, {"cxml-urlencoded": data})
    page = client.get(answer.location)
    assert "Hammer" in page.text
    taken = client.post(f"{answer.location}/take")
    page = client.get(taken.location)
    assert "W-1 Hammer" in page.text
    with world(), system_scope("test"):
        rows = db.session.execute(
            text("SELECT text, quantity, unit, target_price, note FROM quote_lines ORDER BY position")
        ).all()
    assert rows == [
        ("W-1 Hammer", Decimal(3), "C62", Decimal("1.25"), "cfg-9"), ("W-2 Wax", Decimal("0.5"), "KGM", None, "4 USD"),
    ]  # fmt: skip
    assert client.post(f"{answer.location}/take").location == taken.location
    assert client.post(back, {"cxml-urlencoded": data}).status == 409


def test_a_shop_that_refuses_is_named(client, world, ann, shop_url):
    shop_id = shop(world, ann, shop_url, secret="another one entirely")
    page = client.post(f"/punch-out/shops/{shop_id}/go")
    assert page.status == 422
    assert "401" in page.text
    assert "who are you" in page.text


def test_there_and_back_by_oci(client, world, ann):
    shop_id = shop(world, ann, "https://shop.example/oci", protocol="oci")
    page = client.post(f"/punch-out/shops/{shop_id}/go")
    form = page.soup.find("form", attrs={"action": "https://shop.example/oci"})
    fields = {one["name"]: one["value"] for one in form.find_all("input")}
    assert (fields["USERNAME"], fields["PASSWORD"]) == ("77", SECRET)
    assert "form-action 'self' https://shop.example" in page.headers["Content-Security-Policy"]
    back = fields["HOOK_URL"].removeprefix("http://localhost")
    answer = client.post(back, dict(form_fields(basket("")).fields))
    assert "Hammer" in client.get(answer.location).text


def test_baskets_of_others_and_empty_ones(client, world, ann, shop_url):
    shop_id = shop(world, ann, shop_url)
    client.post(f"/punch-out/shops/{shop_id}/go")
    (asked,) = ASKED
    back = asked.return_url.removeprefix("http://localhost")
    assert client.post("/punch-out/back/nobody", {"cxml-urlencoded": write_basket(basket("x")).decode()}).status == 404
    assert client.post(back, {"cxml-urlencoded": write_basket(basket("another visit")).decode()}).status == 422
    assert client.post(back, {"cxml-urlencoded": "<cXML"}).status == 422
    answer = client.post(
        back, {"cxml-urlencoded": write_basket(Basket(lines=(), cookie=asked.cookie, currency="EUR")).decode()}
    )
    page = client.get(answer.location)
    assert "Came back without a basket" in page.text
    assert client.post(f"{answer.location}/take").status == 409
    with world():
        other = buyer()
    sign_in(client, other)
    assert client.get(answer.location).status == 404
    assert client.post(f"/punch-out/shops/{shop_id}/go").status == 404


def test_secrets_are_sealed(world, ann, shop_url):
    shop(world, ann, shop_url)
    with world(), acting_as(ann):
        stored = db.session.execute(text("SELECT secrets FROM punch_out_shops")).scalar()
    assert SECRET.encode() not in bytes(stored)
