"""The work list: what a person does with messages that are held; and crashes between the transactions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.jobs import sender
from app.core.tenancy import acting_as
from app.documents.model.party import Address, Party
from app.exchange.domain.arrivals import Arrival
from app.exchange.models.messages import ExchangeFile, ExchangeMessage
from app.exchange.queries.messages import events, overdue
from app.exchange.service import repair, working
from app.exchange.service.inbox import receive
from app.exchange.service.working import work_message
from tests.exchange.test_inbox import found_rows, orders, read_again, sent
from tests.factories import accounts, ordering, partners
from tests.support.work import drain

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def found():
    ordering.article("A-1", "10")
    return partners.partner("edifact")


def came(found, lines, *, control=1, number="PO-1", **facts):
    document = partners.order_document(found, number, lines, **facts)
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=control))
    return message


def state(message_id: int) -> str:
    return partners.messages([message_id])[0].state


def test_a_code_is_added_and_the_message_goes_on(isolated, found):
    stranger = Party(name="Store 9", address=Address(country="DE"), gln="4099999000003")
    message = came(found, [("A-1", 3)], ship_to=stranger)
    assert (message.state, message.reason["parameters"]["name"]) == ("parked", "4099999000003")
    with acting_as(partners.system()):
        repair.add_code(partners.system(), message.id, "ship_to", "4099999000003", "Main")
    drain(isolated)
    assert state(message.id) == "answered"
    assert len(orders()) == 1
    with acting_as(partners.system()):
        steps = [one.action for one in events(partners.system(), message.id)]
    assert steps[steps.index("parked") :] == [
        "parked", "code_added", "read", "checked", "mapped", "executed", "answered",
    ]  # fmt: skip


def test_an_unknown_sender_is_named_by_a_person(isolated, found):
    other = partners.partner("edifact", company=accounts.customer())
    data = partners.written(other, partners.order_document(other, "PO-5", [("A-1", 1)]), "edifact-orders", control=1)
    strange = data.replace(partners.names(other)["gln"].encode(), b"4088888000005")
    (message,) = partners.arrive(strange)
    assert (message.state, message.partner_id) == ("parked", None)
    with acting_as(partners.system()):
        repair.set_partner(partners.system(), message.id, found.id)
    drain(isolated)
    assert state(message.id) == "answered"
    assert orders()[0].company_id == found.company_id


def test_a_mended_copy_takes_the_place_of_the_original(isolated, found):
    data = partners.written(found, partners.order_document(found, "PO-1", [("A-1", 1)]), "edifact-orders", control=1)
    (message,) = partners.arrive(data.replace(b"QTY+21:1", b"QTY+21:X"))
    assert message.state == "refused", "the sender was told by CONTRL"
    with acting_as(partners.system()):
        copy_id = repair.edit(partners.system(), message.id, data.decode("latin-1"))
    drain(isolated)
    assert (state(message.id), state(copy_id)) == ("ignored", "answered")
    (copy,) = partners.messages([copy_id])
    assert (copy.edited_from_id, copy.stored_id == message.stored_id) == (message.id, False)


def test_a_refusal_is_told_with_its_reason(isolated, found):
    stranger = Party(name="Nowhere", address=Address(country="DE"))
    message = came(found, [("A-1", 3)], ship_to=stranger)
    with acting_as(partners.system()):
        with pytest.raises(Invalid):
            repair.refuse(partners.system(), message.id, " ")
        repair.refuse(partners.system(), message.id, "we do not deliver there")
    answer = read_again(sent(isolated, "order-response")[-1])
    assert (answer.answer.value, answer.lines[0].answer.value) == ("rejected", "rejected")
    assert "we do not deliver there" in [note.text for note in answer.notes]
    assert (state(message.id), orders()) == ("refused", [])


def test_only_who_may_repair_does(isolated, found):
    message = came(found, [("A-1", 3)], ship_to=Party(name="Nowhere", address=Address(country="DE")))
    nobody = partners.system().with_permissions([])
    with acting_as(partners.system()):
        with pytest.raises(Forbidden):
            repair.ignore(nobody, message.id, "no")
        repair.ignore(partners.system(), message.id, "a mistake")
        assert message.state == "parked"
        repair.replay(partners.system(), message.id)
    drain(isolated)
    assert state(message.id) == "parked"
    (good,) = partners.arrive(
        partners.written(found, partners.order_document(found, "PO-8", [("A-1", 1)]), "edifact-orders", control=9)
    )
    with acting_as(partners.system()), pytest.raises(Conflict):
        repair.replay(partners.system(), good.id)


@pytest.mark.parametrize("at", ["_carried_out", "_finish"])
def test_a_worker_that_dies_is_followed_and_the_order_is_made_once(isolated, found, monkeypatch, at):
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    data = partners.written(found, partners.order_document(found, "PO-1", [("A-1", 3)]), "edifact-orders", control=1)
    with monkeypatch.context() as broken:
        broken.setattr(working, at, dies)
        with pytest.raises(KeyboardInterrupt):
            partners.arrive(data)
    (message,) = found_rows(select(ExchangeMessage).where(ExchangeMessage.direction == "in"))
    assert message.state == "mapped"
    assert len(orders()) == (1 if at == "_finish" else 0)
    drain(isolated)
    assert state(message.id) == "mapped", "its time is not over"
    with clock.frozen(clock.now() + timedelta(minutes=6)), acting_as(partners.system()):
        assert overdue(clock.now())[1] == [message.id]
        work_message(partners.system(), message.id)
    assert state(message.id) == "answered"
    assert [one.net_total for one in orders()] == [Decimal(30)]
    assert len(sent(isolated, "order-response")) == 1


def test_bytes_are_kept_before_anything_else_and_a_lost_job_is_found(isolated, found):
    data = partners.written(found, partners.order_document(found, "PO-1", [("A-1", 3)]), "edifact-orders", control=1)
    actor: Actor = partners.system()
    with acting_as(actor):
        receive(actor, Arrival("order.edi", data))
    sender().sent.clear()
    (file,) = found_rows(select(ExchangeFile))
    assert (file.state, file.size) == ("kept", len(data))
    with acting_as(actor):
        assert overdue(clock.now())[0] == [file.id]


def test_rubbish_is_parked_with_its_reason(isolated, found):
    for data in (b"", b"hello", b"<?xml version='1.0'?><a", b"UNB+", b"\x00" * 50, b"%PDF-1.4 nothing"):
        (message,) = partners.arrive(data, partner_id=found.id)
        assert (message.state, bool(message.reason)) == ("parked", True), data
