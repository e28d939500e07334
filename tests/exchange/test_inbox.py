"""Orders of partners: the same services as by hand, each once, each answered."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as
from app.exchange.models.messages import ExchangeMessage
from app.exchange.service.composing import document_of
from app.ordering.models.orders import Order
from tests.factories import accounts, ordering, partners
from tests.support.work import drain

pytestmark = pytest.mark.usefixtures("ctx")
CODES = {"edifact": "edifact-orders", "x12": "x12-850", "ubl": "ubl-order"}


def found_rows(statement: Any) -> list[Any]:
    """Rows that stay as they were read: reading them anew would hold a transaction open around the jobs."""
    with acting_as(partners.system()):
        rows = list(db.session.scalars(statement.execution_options(populate_existing=True)))
        for row in rows:
            db.session.expunge(row)
    return rows


def orders() -> list[Order]:
    return found_rows(select(Order).order_by(Order.id))


def sent(app: Any, document: str) -> list[ExchangeMessage]:
    drain(app)
    statement = select(ExchangeMessage).where(ExchangeMessage.direction == "out", ExchangeMessage.document == document)
    return found_rows(statement.order_by(ExchangeMessage.id))


def read_again(message: ExchangeMessage) -> Any:
    with acting_as(partners.system()):
        return document_of(partners.system(), message)


@pytest.mark.parametrize("family", ["edifact", "x12", "ubl"])
def test_an_order_is_placed_and_answered(isolated, family):
    ordering.article("A-1", "10")
    ordering.article("A-2", "2.50")
    found = partners.partner(family)
    document = partners.order_document(found, "PO-77", [("A-1", 3), ("A-2", 40)])
    (message,) = partners.arrive(partners.written(found, document, CODES[family], control=17))
    assert (message.state, message.subject_kind, message.reason) == ("answered", "order", None)
    (order,) = orders()
    assert (order.po_number, order.source, order.net_total) == ("PO-77", "edi", Decimal(130))
    (response,) = sent(isolated, "order-response")
    assert (response.state, response.reason) == ("sent", None)
    answer = read_again(response)
    assert answer.order.number == "PO-77"
    assert [(line.quantity, line.answer.value) for line in answer.lines] == [(3, "accepted"), (40, "accepted")]
    if family != "ubl":
        (acknowledgement,) = sent(isolated, "acknowledgement")
        assert acknowledgement.state == "sent"
        assert read_again(acknowledgement).verdict.value == "accepted"


@pytest.mark.parametrize(("family", "charset"), [*((family, "") for family in CODES), ("edifact", "UNOC")])
def test_reasons_are_in_the_language_of_the_person_who_orders(isolated, family, charset):
    company = accounts.customer()
    person = accounts.person(company, Role.BUYER, locale="ru")
    found = partners.partner(family, company=company, user=person, options={"charset": charset})
    ordering.article("A-1", "10")
    document = partners.order_document(found, "PO-79", [("A-1", 1), ("NOWHERE", 1)])
    partners.arrive(partners.written(found, document, CODES[family], control=19))
    (response,) = sent(isolated, "order-response")
    assert response.state == "sent", response.reason
    good, bad = read_again(response).lines
    assert not good.reason
    assert bad.reason
    assert bool(re.search("[а-я]{3}", bad.reason)) == (charset == ""), bad.reason


def test_what_differs_is_said_line_by_line(isolated):
    ordering.article("A-1", "10", minimum=Decimal(6), step=Decimal(6))
    ordering.article("A-2", "2.50")
    ordering.article("A-3", "4", stock=5, stock_policy="stock")
    found = partners.partner("edifact")
    lines = partners.lines(("A-1", 10), ("A-2", 4, "2.40"), ("NOWHERE", 1), ("A-3", 9))
    document = partners.order_document(found, "PO-78", lines)
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=18))
    assert message.state == "answered", message.reason
    (response,) = sent(isolated, "order-response")
    answer = read_again(response)
    said = {line.position: (line.answer.value, line.quantity) for line in answer.lines}
    assert said["10"] == ("changed", Decimal(12))
    assert said["20"] == ("changed", Decimal(4))
    assert said["30"] == ("rejected", Decimal(0))
    assert said["40"][0] == "rejected"
    assert answer.answer.value == "changed"


def test_the_same_file_is_answered_again_and_ordered_once(isolated):
    ordering.article("A-1", "10")
    found = partners.partner("edifact")
    data = partners.written(found, partners.order_document(found, "PO-1", [("A-1", 3)]), "edifact-orders", control=5)
    partners.arrive(data)
    (before,) = sent(isolated, "acknowledgement")
    assert partners.arrive(data) == []
    (after,) = sent(isolated, "acknowledgement")
    assert (after.id, after.reference, after.attempts) == (before.id, before.reference, 1)
    assert len(partners.attempts_of(after.id)) == 2
    assert len(orders()) == 1


def test_the_same_order_under_another_control_number_is_a_duplicate(isolated):
    ordering.article("A-1", "10")
    found = partners.partner("x12")
    document = partners.order_document(found, "PO-1", [("A-1", 3)])
    partners.arrive(partners.written(found, document, "x12-850", control=5))
    (again,) = partners.arrive(partners.written(found, document, "x12-850", control=6))
    assert again.state == "duplicate"
    assert len(sent(isolated, "acknowledgement")) == 2
    assert len(orders()) == 1


@pytest.mark.parametrize("control", [5, 6])
def test_a_used_number_with_other_content_waits_for_a_person(isolated, control):
    ordering.article("A-1", "10")
    found = partners.partner("edifact")
    for number, quantity in ((5, 3), (control, 4)):
        document = partners.order_document(found, "PO-1", [("A-1", quantity)])
        last = partners.arrive(partners.written(found, document, "edifact-orders", control=number))
    with acting_as(partners.system()):
        states = [one.state for one in found_rows(select(ExchangeMessage).where(ExchangeMessage.direction == "in"))]
    assert states == ["answered", "parked"]
    assert len(orders()) == 1
    del last


def test_a_test_order_is_answered_and_nothing_stays(isolated):
    ordering.article("A-1", "10")
    found = partners.partner("edifact", is_test=True)
    document = partners.order_document(found, "PO-1", [("A-1", 3)])
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=5, is_test=True))
    assert (message.state, message.is_test) == ("answered", True)
    (response,) = sent(isolated, "order-response")
    assert (response.state, response.is_test) == ("sent", True)
    assert read_again(response).lines[0].quantity == 3
    assert orders() == []
