"""What a person does with a message that waits, over HTTP, down to the order that comes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.exchange.models.messages import ExchangeMessage
from app.exchange.models.partners import PartnerCode
from app.ordering.models.orders import Order
from tests.factories import accounts, ordering, partners
from tests.factories import messages as make
from tests.support.work import drain


@pytest.fixture
def staff(isolated, world, client):
    with world():
        user = accounts.person(accounts.operator(), Role.SALES)
    accounts.sign_in(client, user)


@pytest.fixture
def parked(staff, world):
    """An order whose article nobody knows: (message id, partner)."""
    with world():
        ordering.article("A-1", "10")
        found = partners.partner("edifact", options={"unknown": "park"})
        document = partners.order_document(found, "PO-9", [("THEIR-1", 3)])
        (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=7))
        assert message.state == "parked", message.reason
        return message.id, found


def rows(statement: Any) -> list[Any]:
    with acting_as(partners.system()):
        found = list(db.session.scalars(statement.execution_options(populate_existing=True)))
        for one in found:
            db.session.expunge(one)
        return found


def state_of(message_id: int) -> str:
    return rows(select(ExchangeMessage).where(ExchangeMessage.id == message_id))[0].state


def test_a_code_is_mapped_and_the_order_comes(parked, client, world, isolated):
    message_id, _found = parked
    page = client.get(f"/messages/{message_id}")
    assert "There is no article THEIR-1." in page.text
    assert page.html.count("m-marked") == 2  # the number and the text of the line
    form = page.form(f"/messages/{message_id}/code")
    assert (form["kind"], form["theirs"]) == ("article", "THEIR-1")
    assert client.post(f"/messages/{message_id}/code", form | {"ours": ""}).status == 422
    assert client.post(f"/messages/{message_id}/code", form | {"ours": "A-1"}).status == 303
    drain(isolated)
    with world():
        assert state_of(message_id) == "answered"
        (order,) = rows(select(Order))
        assert (order.po_number, order.source, order.net_total) == ("PO-9", "edi", Decimal(30))
    shown = client.get(f"/messages/{message_id}")
    assert "code added" in shown.text
    assert shown.link(order.number).endswith(f"/{order.number}")
    assert "Nothing to do" in client.get("/messages/to-do").text


def test_a_mended_copy_is_worked_on_and_the_original_stays(parked, client, world, isolated):
    message_id, _found = parked
    original = client.flask.get(f"/messages/{message_id}/original").data
    form = client.get(f"/messages/{message_id}/edit").form()
    done = client.post(f"/messages/{message_id}/edit", form | {"text": form["text"].replace("THEIR-1", "A-1")})
    new_id = int(done.location.rsplit("/", 1)[1])
    drain(isolated)
    with world():
        assert (state_of(message_id), state_of(new_id)) == ("ignored", "answered")
        assert len(rows(select(Order))) == 1
    assert client.flask.get(f"/messages/{message_id}/original").data == original
    assert "m-depth-1" in client.get(f"/messages/{message_id}").html


def test_many_are_replayed_at_once(parked, client, world, isolated):
    message_id, found = parked
    with world(), system_scope("test"), db.session.begin():
        db.session.add(PartnerCode(partner_id=found.id, kind="article", theirs="THEIR-1", ours="A-1"))
    with world():
        done = make.message(found)
    answer = client.post("/messages/replay", {"id": [str(message_id), str(done.id)]}, follow=True)
    assert "1 message is replayed." in answer.text
    assert "Not replayed: 1." in answer.text
    drain(isolated)
    with world():
        assert state_of(message_id) == "answered"
    assert "Select messages first." in client.post("/messages/replay", {}, follow=True).text


def test_a_refusal_needs_a_reason_and_tells_the_partner(parked, client, world, isolated):
    message_id, _found = parked
    assert client.post(f"/messages/{message_id}/refuse", {"reason": ""}).status == 422
    assert client.post(f"/messages/{message_id}/refuse", {"reason": "Not our goods."}).status == 303
    drain(isolated)
    with world():
        assert state_of(message_id) == "refused"
        (answer,) = rows(select(ExchangeMessage).where(ExchangeMessage.document == "order-response"))
        assert answer.state == "sent", answer.reason
    assert "Not our goods." in client.get(f"/messages/{message_id}").text


def test_ignoring_tells_nobody(parked, client, world, isolated):
    message_id, _found = parked
    assert client.post(f"/messages/{message_id}/ignore", {"reason": "A joke."}).status == 303
    drain(isolated)
    with world():
        assert state_of(message_id) == "ignored"
        assert rows(select(ExchangeMessage).where(ExchangeMessage.document == "order-response")) == []
    assert client.post(f"/messages/{message_id}/ignore", {"reason": "Again."}).status == 409


def test_a_message_of_an_unknown_sender_is_assigned(staff, client, world, isolated):
    with world():
        ordering.article("A-1", "10")
        found = partners.partner("edifact")
        document = partners.order_document(found, "PO-9", [("A-1", 3)])
        data = partners.written(found, document, "edifact-orders", control=7)
        with system_scope("test"), db.session.begin():
            db.session.execute(text("DELETE FROM exchange_identifiers WHERE side = 'theirs'"))
        (message,) = partners.arrive(data)
        assert (message.state, message.partner_id) == ("parked", None)
    page = client.get(f"/messages/{message.id}")
    form = page.form(f"/messages/{message.id}/partner")
    assert client.post(f"/messages/{message.id}/partner", form | {"partner": ""}).status == 422
    assert client.post(f"/messages/{message.id}/partner", form | {"partner": found.code}).status == 303
    drain(isolated)
    with world():
        assert state_of(message.id) == "answered"
        assert len(rows(select(Order))) == 1


def test_what_went_out_is_sent_again(parked, client, world, isolated):
    message_id, _found = parked
    client.post(f"/messages/{message_id}/refuse", {"reason": "No."})
    drain(isolated)
    with world():
        (answer,) = rows(select(ExchangeMessage).where(ExchangeMessage.document == "order-response"))
    assert client.post(f"/messages/{answer.id}/resend", {}).status == 303
    drain(isolated)
    with world():
        assert partners.attempts_of(answer.id) == ["sent", "sent"]
    assert client.post(f"/messages/{message_id}/resend", {}).status == 409
