"""An independent trading partner (mock-edi, in this process) as the buyer: its orders in, our answers into it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core import storage
from app.core.tenancy import acting_as
from app.exchange.domain.partners import Scheme
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.partners import identifiers
from app.exchange.service import partners as commands
from tests.exchange.test_inbox import found_rows, orders, sent
from tests.factories import accounts, ordering, partners

mockedi = pytest.importorskip("mockedi.testing", reason="mock-edi is not installed")
pytestmark = pytest.mark.usefixtures("ctx")
FAMILIES = {
    "X12": ("NORDLICHT", "ZZ", "004010", "x12"),
    "EDIFACT": (partners.OUR_GLN, "14", "D:96A:UN", "edifact"),
}


def known(dialect: str, family: str) -> Any:
    """The mock as a partner of an account; it calls the account's address by its own name."""
    found = partners.partner(family, company=accounts.customer(), acknowledge="always")
    actor = partners.system()
    scheme, value = (Scheme.X12, "ZZ:MOCKEDI") if dialect == "X12" else (Scheme.EDIFACT, "MOCKEDI")
    with acting_as(actor):
        commands.save_identifier(actor, found.id, scheme, value)
        commands.save_code(actor, found.id, "ship_to", "MOCKEDI", "Main")
        if dialect == "X12":
            for one in identifiers(actor, found.id):
                if one.side == "theirs" and one.scheme == Scheme.X12 and one.value != value:
                    commands.remove(actor, "identifier", one.id)
    return found


def given(message: ExchangeMessage) -> str:
    actor = partners.system()
    with acting_as(actor):
        return storage.load(storage.find(actor, message.stored_id)).decode("latin-1")


@pytest.mark.parametrize("dialect", FAMILIES)
def test_an_order_of_a_strange_system_is_taken_and_understood_back(isolated, dialect):
    our_id, qualifier, version, family = FAMILIES[dialect]
    ordering.article("A-1", "10.25")
    ordering.article("A-2", "4")
    found = known(dialect, family)
    with mockedi.Mock.start() as mock:
        mock.expect("POST", "/_mock/partners", {
            "id": our_id, "name": "Nordlicht", "role": "supplier", "dialect": dialect, "qualifier": qualifier,
            "version": version, "test": 0,
        }, status=201)  # fmt: skip
        lines = [{"sku": "A-1", "quantity": 3, "price": "10.25"}, {"sku": "A-2", "quantity": 7, "price": "3.90"}]
        wanted = {"partner": our_id, "po_number": "4500012345", "currency": "EUR", "lines": lines}
        mock.expect("POST", "/_mock/purchase", wanted, status=201)
        (document,) = mock.get("/_mock/documents").body
        payload = mock.get(f"/_mock/documents/{document['id']}").body["payload"]

        (message,) = partners.arrive(payload.encode("latin-1"))
        assert (message.partner_id, message.state, message.reason) == (found.id, "answered", None), message.report[
            "plan"
        ]
        (order,) = orders()
        assert (order.po_number, str(order.net_total.normalize())) == ("4500012345", "58.75")

        for kind in ("acknowledgement", "order-response", "invoice"):
            (ours,) = [one for one in sent(isolated, kind) if one.partner_id == found.id]
            assert ours.state == "sent", ours.reason
            reply = mock.post("/edi", given(ours), headers={"Content-Type": "text/plain"})
            assert reply.status < 300, reply.body
            if kind == "order-response":
                said = mockedi.Document(given(ours)).as_response()
                assert said.po_number == "4500012345"
                assert [str(line.quantity) for line in said.lines] == ["3", "7"]
            if kind == "invoice":
                bill = mockedi.Document(given(ours)).as_invoice()
                assert [str(line.quantity) for line in bill.lines] == ["3", "7"]
        asked = mock.get(f"/_mock/documents/{document['id']}").body
        assert asked["ack_status"] == "accepted", asked
        told = mock.get("/_mock/documents").body
        assert all(one["accepted"] for one in told if one["direction"] == "in"), told
    states = {one.state for one in found_rows(select(ExchangeMessage).where(ExchangeMessage.direction == "out"))}
    assert states == {"sent"}
