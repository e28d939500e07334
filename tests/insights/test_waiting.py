"""What waits in the warehouse and in accounting stands on the first page of those who work on it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.billing.models.invoices import Invoice
from app.billing.service.disputes import open_dispute
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced
from tests.factories.cases import claimed, received, requested
from tests.factories.ordering import article, order
from tests.factories.shipments import delivered, packed
from tests.support.queries import counted


def figures(page) -> dict[str, str]:
    found = {}
    for tag in page.soup.select(".k-figure"):
        label, value, _note = (" ".join(part.get_text(" ").split()) for part in tag.find_all("p"))
        found[label] = value
    return found


def waiting_work(cast) -> None:
    ann = cast.actor("customer.buyer")
    bought = order(ann, [(article(f"N-{bought_so_far()}", "10", stock=100), 10)])
    shipment_id = delivered(bought.id, {1: 6})
    packed(bought.id, {1: 2})
    requested(ann, shipment_id, {1: 1})
    received(ann, shipment_id, {1: 1})
    claimed(ann, bought.id, bought.number, {1: 1})
    _order, number = invoiced(ann)
    with system_scope("test"):
        invoice_id = db.session.scalars(select(Invoice.id).where(Invoice.number == number)).one()
    with acting_as(ann):
        open_dispute(ann, invoice_id, 1, Decimal(1), reason="price", client_ref=number)


def bought_so_far() -> int:
    with system_scope("test"):
        return len(db.session.scalars(select(Invoice.id)).all())


def test_each_sees_what_waits_for_him_in_a_constant_number_of_statements(client, isolated, world, cast):
    expected = {
        "warehouse": {"Shipments": "1", "To be inspected": "1"},
        "sales": {"Returns": "1", "Claims": "1"},
        "accountant": {"Contested lines": "1"},
    }
    with world():
        waiting_work(cast)
    for name, found in expected.items():
        sign_in(client, cast.people[name])
        page = client.get("/start")
        seen = figures(page)
        assert {label: seen.get(label) for label in found} == found
        others = {label for other, labels in expected.items() if other != name for label in labels}
        assert not others & set(seen)
        for tag in page.soup.select(".k-figure a"):
            assert client.get(tag["href"]).status == 200
    sign_in(client, cast.people["operator_admin"])
    client.get("/start")
    costs = []
    for _time in range(2):
        with counted(isolated) as statements:
            client.get("/start")
        costs.append(len(statements))
        with world():
            waiting_work(cast)
    assert costs[0] == costs[1]
    assert figures(client.get("/start"))["Claims"] == "3"
    sign_in(client, cast.people["customer.buyer"])
    assert not {"Claims", "Returns", "Contested lines"} & set(figures(client.get("/start")))
