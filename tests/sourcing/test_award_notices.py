"""Who is told what about awards, contracts and call-offs, and that every mail can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from app.core.db import transaction
from app.core.mail import mailer, use_mailer
from app.core.outbox import publish
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.contract import Wanted
from app.sourcing.events import ContractDue
from app.sourcing.queries.call_offs import call_off
from app.sourcing.queries.contracts import contract
from app.sourcing.service import awards, call_offs, contracts, objections
from app.sourcing.service.contracts import ContractTerms
from tests.factories.awards import judged
from tests.notifications.test_sending import Tray
from tests.support.work import drain

TODAY = datetime.now(UTC).date()
KINDS = (
    "waits for your decision",
    "Decision on tender",
    "Objection",
    "Your objection",
    "refused",
    "Contract",
    "Call-off",
)


@pytest.fixture
def tray(isolated):
    former, kept = mailer(), Tray()
    use_mailer(kept)
    yield kept
    use_mailer(former)


def told(app, tray):
    """(subject, recipient) of the mails of this slice since the last look; each reads as text and as HTML."""
    drain(app)
    found = []
    for mail in tray.mails:
        subject = str(mail["Subject"])
        if any(kind in subject for kind in KINDS):
            words, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
            assert "None" not in words
            assert BeautifulSoup(page, "lxml").h1.get_text() == subject
            found.append((subject.split(maxsplit=1)[0], str(mail["To"])))
    tray.mails.clear()
    return sorted(found)


def test_everybody_concerned_is_told_at_every_step(app, sent, tray, world):
    with world():
        made = judged("2.50", "2.80", standstill_days=5)
    told(app, tray)
    with world(), acting_as(made.buyer):
        award_id = awards.propose_award(made.buyer, made.id, made.lots[0], made.parts((0, 0, "100")))[0]
    assert len(told(app, tray)) == 1  # the one who decides
    with world(), acting_as(made.approver):
        awards.approve_award(made.approver, made.id, made.lots[0])
    assert len(told(app, tray)) == 2  # both bidders
    with world(), acting_as(made.bidders[1]):
        objection_id = objections.make_objection(made.bidders[1], made.id, made.lots[0], "Misread")
    assert len(told(app, tray)) == 1
    with world(), acting_as(made.approver):
        objections.decide_objection(made.approver, objection_id, is_upheld=False, answer="It was not")
    assert len(told(app, tray)) == 1
    with world(), acting_as(made.bidders[0]):
        awards.refuse_award(made.bidders[0], award_id, reason="No capacity")
    assert [subject for subject, _to in told(app, tray)] == ["Award", "Award"]  # the two who run tenders


def test_contracts_and_call_offs_are_told_to_the_other_side(app, sent, tray, world):
    with world():
        made = judged("2.50", "2.80")
        with acting_as(made.buyer):
            award_id = awards.propose_award(made.buyer, made.id, made.lots[0], made.parts((0, 0, "100")))[0]
        with acting_as(made.approver):
            awards.approve_award(made.approver, made.id, made.lots[0])
    told(app, tray)
    with world(), acting_as(made.buyer):
        number = contracts.draw_up_contract(made.buyer, award_id, ContractTerms(TODAY, TODAY + timedelta(days=99)))
    assert len(told(app, tray)) == 1
    with world(), acting_as(made.bidders[0]):
        contracts.answer_contract(
            made.bidders[0], number, contract(made.bidders[0], number).hash, is_signed=True
        )  # fmt: skip
    assert len(told(app, tray)) == 2
    with world(), acting_as(made.buyer):
        contracts.countersign(made.buyer, number, row_version=1)
        price = contract(made.buyer, number).prices[0].id
        sent_off = call_offs.send_call_off(made.buyer, number, [Wanted(price, Decimal(85))], client_ref="one").number
    assert len(told(app, tray)) == 3  # the order to the supplier, and 80 percent used to two buyers
    with world(), acting_as(made.bidders[0]):
        call_offs.answer_call_off(made.bidders[0], sent_off, is_confirmed=True, promised_on=TODAY)
        assert call_off(made.bidders[0], sent_off).promised_on == TODAY
    assert len(told(app, tray)) == 2
    with world(), acting_as(made.buyer):
        contract_id = contract(made.buyer, number).id
    with world(), system_scope("test"), transaction():
        publish(ContractDue(contract_id, "days", 30))
    assert [subject for subject, _to in told(app, tray)] == ["Contract", "Contract"]
