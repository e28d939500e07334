"""Other acknowledgements than the usual ones: TA1 of an X12 interchange, message level responses of UBL."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.core import storage
from app.core.tenancy import acting_as
from app.documents.model.acknowledgement import Acknowledgement, Verdict
from app.exchange.domain.partners import Terms
from app.exchange.models.partners import Agreement, Partner
from app.exchange.service import partners as commands
from tests.exchange.test_inbox import found_rows, read_again, sent
from tests.factories import ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")
TA1, MLR = "x12-ta1", "ubl-application-response"


def acknowledged_with(found: Partner, code: str, terms: Terms = Terms.ALWAYS) -> None:
    statement = select(Agreement).where(Agreement.partner_id == found.id, Agreement.document == "order")
    (agreed,) = found_rows(statement)
    actor = partners.system()
    with acting_as(actor):
        values = {"acknowledge": terms, "acknowledge_format": code}
        commands.save_agreement(actor, found.id, agreed.id, values)


def test_an_x12_interchange_is_answered_by_ta1(isolated):
    ordering.article("A-1", "10")
    found = partners.partner("x12")
    acknowledged_with(found, TA1)
    order = partners.order_document(found, "PO-1", [("A-1", 2)])
    data = partners.written(found, order, "x12-850", control=17)
    (came,) = partners.arrive(data)
    assert came.state == "answered", came.reason
    (answer,) = sent(isolated, "acknowledgement")
    assert (answer.state, answer.format) == ("sent", TA1), answer.reason
    said = read_again(answer)
    assert (said.control_number.lstrip("0"), said.verdict.value) == ("17", "accepted")
    with acting_as(partners.system()):
        ta1 = storage.load(storage.find(partners.system(), answer.stored_id)).split(b"TA1*")[1]
    day, hour = data.split(b"*")[9:11]
    assert ta1.startswith(b"000000017*" + day + b"*" + hour + b"*A*000"), "the moment of the interchange answered"


@pytest.mark.parametrize("terms", [Terms.ALWAYS, Terms.FAULTS])
def test_a_ubl_order_is_answered_by_a_message_level_response(isolated, terms):
    ordering.article("A-1", "10")
    found = partners.partner("ubl")
    acknowledged_with(found, MLR, terms)
    order = partners.order_document(found, "PO-1", [("A-1", 2)])
    (came,) = partners.arrive(partners.written(found, order, "ubl-order", control=1))
    assert came.state == "answered", came.reason
    answers = sent(isolated, "acknowledgement")
    assert len(answers) == (terms is Terms.ALWAYS)
    for answer in answers:
        assert (answer.format, answer.reason) == (MLR, None)
        said = read_again(answer)
        assert (said.control_number, said.verdict.value) == ("PO-1", "accepted")
        assert (said.receiver.gln, said.issue_date is not None) == (partners.names(found)["gln"], True)


def test_a_ubl_order_that_cannot_be_read_is_refused_by_one(isolated):
    found = partners.partner("ubl")
    acknowledged_with(found, MLR, Terms.FAULTS)
    data = partners.written(found, partners.order_document(found, "PO-1", [("A-1", 2)]), "ubl-order", control=1)
    broken = data.replace(b"<cbc:Quantity", b"<cbc:Quantity x='1'").replace(b">2<", b">two<")
    assert broken != data
    (came,) = partners.arrive(broken, partner_id=found.id)
    assert came.state == "refused", came.reason
    (answer,) = sent(isolated, "acknowledgement")
    said = read_again(answer)
    assert (said.verdict.value, [one.code for one in said.faults]) == ("rejected", ["SV"])
    assert said.faults[0].text


def test_a_message_level_response_says_that_our_answer_came(isolated):
    ordering.article("A-1", "10")
    found = partners.partner("ubl")
    order = partners.order_document(found, "PO-1", [("A-1", 2)])
    partners.arrive(partners.written(found, order, "ubl-order", control=1))
    (response,) = sent(isolated, "order-response")
    said = read_again(response)
    answer = Acknowledgement(
        number="9", issue_date=date(2026, 11, 20), control_number=response.number, verdict=Verdict.ACCEPTED,
        sender=said.buyer, receiver=said.seller,
    )  # fmt: skip
    (came,) = partners.arrive(partners.written(found, answer, MLR, control=2), partner_id=found.id)
    assert (came.state, came.answers_id) == ("answered", response.id), came.reason
    (again,) = sent(isolated, "order-response")
    assert again.state == "delivered"
