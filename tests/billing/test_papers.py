"""Papers made on the spot: who gets them, in whose language, only the forms of his country."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.billing.models.invoices import Invoice
from app.core.db import db, transaction
from app.ordering.models.orders import Order
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced

READERS = ("accountant", "sales", "customer.buyer", "customer.bookkeeper")


@pytest.fixture
def scene(cast, world):
    """An order with its invoice, not held."""
    with world():
        order_number, number = invoiced(cast.actor("customer.buyer"), lines=2)
        order_id = db.session.scalar(select(Order.id).where(Order.number == order_number))
    return {"order": order_id, "number": number, "order_number": order_number}


def words(page) -> str:
    return " ".join(part.extract_text() for part in PdfReader(BytesIO(page.data)).pages)


def test_the_confirmation_of_an_order(client, cast, scene):
    address = f"/orders/{scene['order']}/confirmation.pdf"
    for name in READERS:
        sign_in(client, cast.people[name])
        page = client.get(address)
        assert page.status == 200, name
    said = words(page)
    assert "Order confirmation" in said
    assert scene["order_number"] in said
    assert address in client.get(f"/orders/{scene['order_number']}").html
    sign_in(client, cast.people["stranger.buyer"])
    assert client.get(address).status == 404
    sign_in(client, cast.people["warehouse"])
    assert client.get(address).status == 403


def test_forms_are_those_of_the_customers_country(client, world, cast, scene):
    address = f"/invoices/{scene['number']}/form"
    sign_in(client, cast.people["customer.bookkeeper"])
    assert client.get(f"{address}/upd").status == 404
    assert "Forms of the country" not in client.get(f"/invoices/{scene['number']}").html
    with world(), transaction():  # the document of a held invoice may be made anew
        row = db.session.scalars(select(Invoice).where(Invoice.number == scene["number"])).one()
        row.state = "held"
        db.session.flush()
        buyer = row.document["buyer"] | {"address": row.document["buyer"]["address"] | {"country": "RU"}}
        row.document = row.document | {"buyer": buyer}
        db.session.flush()
        row.state = "issued"
    assert f"{address}/torg12" in client.get(f"/invoices/{scene['number']}").html
    assert "УПД" in client.get(f"/invoices/{scene['number']}").html
    page = client.get(f"{address}/bill_ru")
    assert page.status == 200
    assert f"Счёт на оплату № {scene['number']}" in words(page).replace("\xa0", " ")
    assert client.get(f"{address}/bill_ua").status == 404
    sign_in(client, cast.people["stranger.bookkeeper"])
    assert client.get(f"{address}/bill_ru").status == 404
