"""cXML that leaves: under the names that were agreed, naming the message that brought the order."""

from __future__ import annotations

import pytest
from lxml import etree

from app.core import storage
from app.core.tenancy import acting_as
from app.exchange.domain.partners import Scheme
from app.exchange.service import partners as commands
from tests.exchange.test_inbox import orders, sent
from tests.factories import accounts, ordering, partners, shipments

pytestmark = pytest.mark.usefixtures("ctx")
_FORMATS = {
    "order": "cxml-order", "order-response": "cxml-confirmation", "invoice": "cxml-invoice",
    "despatch-advice": "cxml-ship-notice",
}  # fmt: skip


def test_answers_name_both_sides_and_the_message_that_brought_the_order(isolated):
    ordering.article("A-1", "10.25")
    found = partners.partner_with(_FORMATS, accounts.customer())
    actor = partners.system()
    with acting_as(actor):
        commands.save_identifier(actor, found.id, Scheme.CXML, "NetworkId:AN01-BUYER")
        commands.save_identifier(actor, found.id, Scheme.CXML, "DUNS:123456789", side="ours")
    order = partners.order_document(found, "PO-1", [("A-1", 2)])
    data = partners.written(found, order, "cxml-order", control=1)
    assert b"AN01-BUYER" in data
    (came,) = partners.arrive(data)
    assert (came.partner_id, came.state) == (found.id, "answered"), came.reason
    payload = etree.fromstring(data).get("payloadID")
    shipments.shipped(orders()[0].id)
    for kind in ("order-response", "invoice", "despatch-advice"):
        (left,) = sent(isolated, kind)
        assert left.state == "sent", left.reason
        with acting_as(actor):
            root = etree.fromstring(storage.load(storage.find(actor, left.stored_id)))
        said = {
            role: [(one.get("domain"), one.findtext("Identity")) for one in root.iterfind(f"Header/{role}/Credential")]
            for role in ("From", "To", "Sender")
        }
        ours, theirs = [("DUNS", "123456789")], [("NetworkId", "AN01-BUYER")]
        assert said == {"From": ours, "To": theirs, "Sender": ours}, kind
        assert {one.get("payloadID") for one in root.iterfind(".//OrderReference/DocumentReference")} == {payload}
