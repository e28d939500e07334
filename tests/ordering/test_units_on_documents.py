"""A line ordered in boxes and priced by the piece is the same amount on the order and on the invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.billing.documents.invoice import line as invoice_line
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import OrderLine
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from tests.factories.ordering import article, buyer, ref, ship_to, wanted

pytestmark = pytest.mark.usefixtures("ctx")


def test_quantity_times_price_is_the_net_of_the_line():
    nut = article("NUT", "0.50", units={"XBX": 12})
    ann = buyer()
    address_id = ship_to(ann)
    with acting_as(ann):
        cart_id = add_lines(ann, None, [wanted(nut, 2, "XBX")], client_ref=ref()).page.cart_id
        check_prices(ann, cart_id)
        submit(ann, cart_id, Wishes(address_id), client_ref=ref())
    with system_scope("test"):
        row = db.session.scalars(select(OrderLine)).one()
    assert (row.quantity, row.unit, row.net) == (Decimal(2), "XBX", Decimal("12.00"))
    line = invoice_line(row, "EUR")
    assert (line.quantity, line.unit, line.unit_price, line.net) == (
        Decimal(24),
        "H87",
        Decimal("0.5"),
        Decimal("12.00"),
    )
