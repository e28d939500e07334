"""An account reads of the stock what it may: the number, the band or the light, on every page and in every message."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from app.core import clock
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.inventory.domain.promise import Want
from app.inventory.service.reservations import reserve
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines
from tests.factories import ordering as shop
from tests.factories.accounts import customer
from tests.factories.inventory import coming

SECRET = "1733"  # in stock; no other number of these pages holds these digits
DRAWN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{16,}")  # references and hashes hold any digits
SOON = clock.today() + timedelta(days=12)


@pytest.fixture
def shopping(client, world):
    """Sign in a buyer of an account that is shown the stock so; returns him."""

    def enter(display):
        with world():
            shop.article("SAW", name="Saw", stock=SECRET)
            shop.article("GONE", name="Gone", stock=0)
            coming("GONE", 50, SOON)
            actor = shop.buyer(customer(stock_display=display))
        shop.sign_in(client, actor)
        return actor

    return enter


def pages(client, actor, world):
    """Everything a buyer can open or ask that tells of the stock, as raw text."""
    yield "shop", client.get("/shop")
    yield "article", client.get("/articles/SAW")
    yield "article that is gone", client.get("/articles/GONE")
    for quantity in ("5", "9000"):
        yield f"pad {quantity}", client.flask.post("/quick-order/judge", data={"rows": f"1\tSAW\t{quantity}\t\t"})
        page = client.post("/quick-order", {"text": f"SAW {quantity}\nGONE 1"})
        yield f"preview {quantity}", page
        yield f"problems {quantity}", client.post("/quick-order/problems", {"rows": page.form()["rows"]})
        with world():
            cart_id = shop.fill_cart(actor, [(shop._found(shop.Article, sku="SAW"), quantity)])
        yield f"cart {quantity}", client.get("/cart")
        yield "checkout", client.get("/checkout")
        form = client.get("/checkout").form()
        yield "review", client.post("/checkout", form | {"po_number": "PO-7"}, follow=True)
        yield (
            "placed",
            client.post(f"/checkout/{cart_id}/review", {"client_ref": shop.ref()}) if quantity == "9000" else page,
        )


@pytest.mark.parametrize(
    ("display", "there", "short"),
    [("band", "100+ pcs", "100+ pcs in stock, not enough for what you want."),
     ("light", "in stock", "There is not enough in stock.")],
)  # fmt: skip
def test_no_page_tells_the_number(client, shopping, world, display, there, short):
    actor = shopping(display)
    seen = dict(pages(client, actor, world))
    for place, page in seen.items():
        text = page.data.decode()
        shown = DRAWN.sub("", text).replace(",", "").replace("\N{NO-BREAK SPACE}", "")
        assert SECRET not in shown, place
    assert there in seen["shop"].text
    assert there in seen["article"].text
    assert short in seen["pad 9000"].text
    assert short in seen["preview 9000"].text
    assert short in seen["cart 9000"].text
    assert "on order, expected" in seen["article that is gone"].text


def test_numbers_are_shown_to_whom_they_may(client, shopping, world):
    actor = shopping("number")
    seen = dict(pages(client, actor, world))
    assert "1,733 pcs" in seen["shop"].text
    assert "Only 1,733 pcs in stock." in seen["cart 9000"].text
    assert "1,733" in seen["pad 9000"].text


@pytest.mark.parametrize("display", ["band", "light"])
def test_errors_of_services_carry_no_number(shopping, world, display):
    actor = shopping(display)
    with world(actor):
        made = shop._found(shop.Article, sku="SAW")
    with world(), acting_as(actor):
        with pytest.raises(Conflict) as refused:
            reserve(actor, actor.company_id, [Want(1, made.id, Decimal(9000))])
        (shortage,) = refused.value.details
        assert (shortage.asked, shortage.available) == (9000, None)
        cart_id = add_lines(actor, None, [shop.wanted(made, 9000)], client_ref=shop.ref()).page.cart_id
        (row,) = priced_cart(actor, cart_id).rows
        (problem,) = row.problems
        assert SECRET not in str(problem)
        assert problem.quantities == ()
