"""A buyer's bulk order as a story over HTTP: sign in, upload, correct, check out, place, look at the order."""

from __future__ import annotations

import io

from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import system_scope
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock
from app.ordering.models.orders import Order
from tests.factories.accounts import PASSWORD, customer, person
from tests.factories.ordering import article, shop

ARTICLES = 40
ROWS = 200


def order_file() -> bytes:
    """Each article five times, in the buyer's own columns; five rows are wrong, one is a subtotal."""
    lines = ["Bestellung Brandt;;;", "Pos;Artikelnummer;Menge;Bemerkung"]
    lines += [f"{row};a-{row % ARTICLES:02};{row % 5 + 1};Regal {row}" for row in range(ROWS)]
    lines[20], lines[40] = "18;A-18;zwölf;", "38;UNKNOWN;1;"
    lines[60], lines[80] = "58;PACK;7;", ";;;Zwischensumme"
    lines[100], lines[120] = "98;OLD;2;", "118;A-38;0;"
    return "\r\n".join(lines).encode("cp1252")


def test_a_bulk_order_becomes_an_order(client, world):
    with world():
        shop()
        for number in range(ARTICLES):
            article(f"A-{number:02}", f"{number + 1}.10", breaks={20: f"{number}.90"} if number else None)
        article("PACK", "5", step=6)
        article("OLD", "1", successor=article("NEW", "3"))
        company = customer("BRANDT", name="Brandt Maschinenbau")
        ann = person(company, name="Ann Buyer")

    page = client.get("/")
    page = client.post(
        "/sign-in", data=client.get(page.location).form() | {"email": ann.email, "password": PASSWORD}, follow=True
    )
    assert "Ann Buyer" in page.text

    # The file is read, nothing is stored yet; every row that needs a person is named.
    page = client.post("/quick-order", data={"file": (io.BytesIO(order_file()), "bestellung.csv")})
    assert page.h1 == "Check the order"
    words = page.text
    for said in ("“zwölf” is no quantity", "There is no article UNKNOWN", "7 does not fit the packs. Take 6 or 12 pcs.",
                 "No longer sold. The successor is NEW.", "The quantity must be above zero.", "Artikelnummer"):  # fmt: skip
        assert said in words, said
    assert not placed(world)

    # Corrections go back with the page, the buyer takes what is offered, and leaves two rows out.
    page = client.post("/quick-order", data=page.form() | {"quantity-21": "12"})
    page = client.post("/quick-order", data=page.form() | {"fix": "up"})
    page = client.post("/quick-order", data=page.form() | {"fix": "successor"})
    page = client.post("/quick-order", data=page.form() | {"drop": "41"})
    page = client.post("/quick-order", data=page.form() | {"drop": "121"})
    assert "Rows that need you" not in page.text
    answer = client.post("/quick-order/add", data=page.form())
    assert (answer.status, answer.location) == (303, "/cart")

    page = client.get("/cart")
    assert f"{ARTICLES + 2} lines, net" in page.text
    answer = client.post(
        "/checkout", data=client.get("/checkout").form() | {"po_number": "4500012345", "note": "Tor 3"}
    )
    here = answer.location
    page = client.get(here)
    assert f"Place order of {ARTICLES + 2} lines" in page.text
    answer = client.post(here, data=page.form(here))
    page = client.get(answer.location)

    (order,) = placed(world)
    assert page.h1 == order.number
    assert page.banners == [f"Order {order.number} is placed. Thank you."]
    assert (order.po_number, order.note, order.line_count) == ("4500012345", "Tor 3", ARTICLES + 2)
    assert client.get("/orders?q=4500012345").link(order.number) == f"/orders/{order.number}"
    assert "Nothing here yet" in client.get("/cart").text
    with world(), system_scope("test"):
        held = sum(db.session.scalars(select(Reservation.quantity)))
        assert held == sum(db.session.scalars(select(Stock.reserved))) > 0


def placed(world) -> list[Order]:
    with world(), system_scope("test"):
        found = list(db.session.scalars(select(Order)))
        db.session.expunge_all()
        return found
