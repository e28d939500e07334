"""Who is told what when an order changes after placing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.mail import mailer, use_mailer
from app.core.tenancy import acting_as
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.service.cancelling import ask_to_cancel, cancel, decide_request
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.notifications.test_sending import Tray
from tests.ordering.test_cancelling import lines
from tests.support.work import drain


@pytest.fixture
def tray():
    former, tray = mailer(), Tray()
    use_mailer(tray)
    yield tray
    use_mailer(former)


def test_each_side_hears_of_what_the_other_did(isolated, world, tray):
    with world():
        company, desk = customer(), sales()
        with acting_as(desk):
            set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
        ann = buyer(company)
        placed = order(ann, [(article("NUT", "10"), 10), (article("PIN", "5"), 4)])
        ids = [line.id for line in lines(placed.id)]
        with acting_as(desk):
            cancel(desk, placed.id, {ids[1]: Decimal(1)}, reason="One is broken", client_ref=ref())
            confirm(desk, placed.id, {ids[0]: LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(12))}, client_ref=ref())
        with acting_as(ann):
            asked = ask_to_cancel(ann, placed.id, {}, reason="Too dear", client_ref=ref())
        with acting_as(desk):
            decide_request(desk, asked.id, is_granted=False, answer="It is packed")
    drain(isolated)
    said = [" ".join(str(one).split()) for one in tray.mails]
    subjects = sorted(one["Subject"] for one in tray.mails)
    assert f"Order {placed.number} cancelled" in subjects
    assert f"Order {placed.number}: please answer" in subjects
    assert f"Order {placed.number} stands: we cannot cancel it" in subjects
    assert len(said) >= 4
