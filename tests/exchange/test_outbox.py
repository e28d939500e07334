"""Documents that go: delivered, tried again, given up, acknowledged, sent again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.documents.edifact.acknowledgement import acknowledge as contrl_of
from app.documents.edifact.envelope import EdifactFile
from app.documents.model.acknowledgement import Acknowledgement, Verdict
from app.exchange.domain.arrivals import Subject
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import attempts, events, overdue
from app.exchange.service import sending
from app.exchange.service.outbox import cancel, plan, resend
from app.exchange.service.sending import BACK_OFF, send_message
from app.exchange.transports import Sent, TransportError
from tests.exchange.test_inbox import found_rows, sent
from tests.factories import ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")


class Way:
    """A channel that does as it is told, and remembers what it got."""

    def __init__(self) -> None:
        self.faults: list[TransportError] = []
        self.got: list[Any] = []

    def __call__(self, channel: Any, outgoing: Any) -> Sent:
        if self.faults:
            raise self.faults.pop(0)
        self.got.append(outgoing)
        return Sent(f"remote-{len(self.got)}")


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Way:
    made = Way()
    monkeypatch.setattr(sending, "deliver", made)
    return made


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock; it stands still from then on."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return stand


@pytest.fixture
def found():
    ordering.article("A-1", "10")
    return partners.partner("edifact", acknowledge="always")


def ordered(found, number="PO-1", control=1):
    document = partners.order_document(found, number, [("A-1", 3)])
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=control))
    return message


def response() -> ExchangeMessage:
    statement = select(ExchangeMessage).where(ExchangeMessage.document == "order-response")
    return found_rows(statement.order_by(ExchangeMessage.id.desc()))[0]


def send(message_id: int) -> None:
    with acting_as(partners.system()):
        send_message(partners.system(), message_id)


def test_control_numbers_of_a_partner_have_no_gap(isolated, way, found):
    for at in range(1, 4):
        ordered(found, f"PO-{at}", at)
    sent(isolated, "order-response")
    out = found_rows(select(ExchangeMessage).where(ExchangeMessage.direction == "out").order_by(ExchangeMessage.id))
    kinds = {
        kind: sum(one.document == kind for one in out) for kind in ("acknowledgement", "order-response", "invoice")
    }
    assert kinds == {"acknowledgement": 3, "order-response": 3, "invoice": 3}
    assert sorted(int(one.control_number) for one in out) == list(range(1, 10))
    assert {one.state for one in out} == {"sent"}


def test_a_channel_that_is_away_is_tried_again_with_growing_pauses(isolated, way, found, clock_at):
    ordered(found)
    way.faults = [TransportError(N_("away"), may_pass=True)] * 99
    sent(isolated, "order-response")
    message = response()
    for at, minutes in enumerate(BACK_OFF[1:], 2):
        clock_at(response().due_at + timedelta(seconds=1))
        send(message.id)
        assert (response().state, response().attempts) == ("queued", at)
        assert response().due_at - clock.now() == timedelta(minutes=minutes)
    clock_at(response().due_at + timedelta(seconds=1))
    send(message.id)
    assert (response().state, response().reason["text"]) == ("failed", "away")
    way.faults = []
    with acting_as(partners.system()):
        resend(partners.system(), message.id)
    send(message.id)
    assert (response().state, response().remote_reference) == ("sent", "remote-1")
    assert way.got[0].reference == message.reference


def test_what_no_repeat_can_mend_fails_at_once_and_can_be_cancelled(isolated, way, found):
    ordered(found)
    way.faults = [TransportError(N_("wrong key"), may_pass=False)] * 9
    sent(isolated, "order-response")
    assert response().state == "failed"
    with acting_as(partners.system()):
        cancel(partners.system(), response().id, "sent by post")
    assert response().state == "cancelled"
    with acting_as(partners.system()), pytest.raises(Conflict):
        cancel(partners.system(), response().id, "again")


def test_a_worker_that_dies_while_sending_is_followed_by_another(isolated, way, found, clock_at, monkeypatch):
    ordered(found)

    def dies(*_: Any) -> Sent:
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "deliver", dies)
    with acting_as(partners.system()):
        message_id = response().id
        with pytest.raises(KeyboardInterrupt):
            send_message(partners.system(), message_id)
    monkeypatch.setattr(sending, "deliver", way)
    send(message_id)
    assert way.got == [], "its time is not over"
    clock_at(clock.now() + timedelta(minutes=6))
    with acting_as(partners.system()):
        assert message_id in overdue(clock.now())[2]
    send(message_id)
    send(message_id)
    assert [one.reference for one in way.got] == [response().reference]
    with acting_as(partners.system()):
        assert [one.outcome for one in attempts(partners.system(), message_id)] == ["begun", "sent"]


@pytest.mark.parametrize(("verdict", "state"), [(Verdict.ACCEPTED, "delivered"), (Verdict.REJECTED, "refused")])
def test_the_partner_says_that_it_came(isolated, way, found, verdict, state):
    ordered(found)
    sent(isolated, "order-response")
    data = next(one.data for one in way.got if one.document_type == "order-response")
    file = EdifactFile.of([data])
    answer: Acknowledgement = contrl_of(file, [(one, ()) for one in file.messages()], "77", date(2026, 11, 20))
    if verdict is Verdict.REJECTED:
        answer = partners.rejected(answer)
    (message,) = partners.arrive(partners.written(found, answer, "edifact-contrl", control=900))
    assert message.state == "answered", message.reason
    assert response().state == state
    sent(isolated, "acknowledgement")
    assert len([one for one in way.got if one.document_type == "acknowledgement"]) == 1, "no answer to an answer"
    with acting_as(partners.system()):
        assert events(partners.system(), response().id)[-1].state == state


def test_documents_of_one_order_leave_in_their_order(isolated, way, found):
    ordered(found)
    first = response()
    with acting_as(partners.system()):
        later = plan(
            partners.system(), first.company_id, "order-response", subject=Subject("order", first.subject_id),
            client_ref="later", partner_id=found.id, answers_id=first.answers_id,
        )  # fmt: skip
    send(later)
    assert way.got == []
    send(first.id)
    assert len(way.got) == 1
