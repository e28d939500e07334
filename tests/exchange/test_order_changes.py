"""Changes and cancellations of partners, approvals, and what partners are told later."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.core.tenancy import acting_as
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.reference import OrderRef
from app.ordering.domain.approval import Approver, ApproverKind, RuleStep
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.queries.approvals import Filters, requests
from app.ordering.queries.orders import order_lines
from app.ordering.service.approval_decisions import approve
from app.ordering.service.approval_rules import RuleEntry, save_rule
from app.ordering.service.confirming import confirm
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.exchange.test_inbox import orders, read_again, sent
from tests.factories import accounts, ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")


def placed(found, number="PO-1", lines=(("A-1", 10), ("A-2", 5))):
    document = partners.order_document(found, number, partners.lines(*lines))
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=1))
    assert message.state == "answered", message.reason
    return document


def changed(found, document, kind, lines=(), *, control=2, number="CH-1"):
    content = replace(document, number=number, lines=tuple(lines))
    change = OrderChange(order=OrderRef(number=document.number), what=kind, content=content)
    (message,) = partners.arrive(partners.written(found, change, "edifact-ordchg", control=control))
    return message


def lines_of(order):
    with acting_as(partners.system()):
        return {line.sku: line.quantity for line in order_lines(partners.system(), order.id, limit=50)}


@pytest.fixture
def found():
    ordering.article("A-1", "10")
    ordering.article("A-2", "2")
    ordering.article("A-3", "3")
    company, desk = accounts.customer(), ordering.sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=60))
    return partners.partner("edifact", company=company)


def test_a_cancellation_cancels_and_is_answered(isolated, found):
    document = placed(found)
    message = changed(found, document, ChangeKind.CANCELLATION)
    assert (message.state, message.reason) == ("answered", None)
    assert orders()[0].state == "cancelled"
    responses = sent(isolated, "order-response")
    assert [one.state for one in responses] == ["sent", "sent"]
    assert read_again(responses[-1]).order.number == "PO-1"


def test_less_of_a_line_and_a_line_less(isolated, found):
    document = placed(found)
    first, second = document.lines
    lines = [replace(first, quantity=Decimal(4), action="3"), replace(second, action="2")]
    message = changed(found, document, ChangeKind.CHANGE, lines)
    assert (message.state, message.reason) == ("answered", None)
    assert lines_of(orders()[0]) == {"A-1": Decimal(4), "A-2": Decimal(0)}


def test_more_of_a_line_and_a_new_line(isolated, found):
    document = placed(found)
    (new,) = partners.lines(("A-3", 7))
    lines = [replace(document.lines[0], quantity=Decimal(14), action="3"), replace(new, position="30", action="1")]
    message = changed(found, document, ChangeKind.CHANGE, lines)
    assert (message.state, message.reason) == ("answered", None)
    assert lines_of(orders()[0]) == {"A-1": Decimal(14), "A-2": Decimal(5), "A-3": Decimal(7)}
    answer = read_again(sent(isolated, "order-response")[-1])
    assert {line.position: line.answer.value for line in answer.lines} == {"10": "accepted", "30": "accepted"}


def test_a_change_before_its_order_waits_and_goes_on(isolated, found):
    document = partners.order_document(found, "PO-9", partners.lines(("A-1", 10)))
    waiting = changed(found, document, ChangeKind.CANCELLATION)
    assert (waiting.state, waiting.waits_for) == ("waiting", "PO-9")
    partners.arrive(partners.written(found, document, "edifact-orders", control=3))
    sent(isolated, "order-response")
    (after,) = partners.messages([waiting.id])
    assert after.state == "answered"
    assert orders()[0].state == "cancelled"


def test_what_the_wholesaler_confirms_is_told(isolated, found):
    placed(found)
    (order,) = orders()
    with acting_as(partners.system()):
        lines = {line.sku: line.id for line in order_lines(partners.system(), order.id, limit=9)}
        answers = {
            lines["A-1"]: LineAnswer(AnswerKind.CHANGED, quantity=Decimal(8)),
            lines["A-2"]: LineAnswer(AnswerKind.REJECTED, reason="not made any more"),
        }
        confirm(partners.system(), order.id, answers, client_ref="c-1")
    answer = read_again(sent(isolated, "order-response")[-1])
    assert {line.position: (line.answer.value, line.quantity) for line in answer.lines} == {
        "10": ("changed", Decimal(8)),
        "20": ("rejected", Decimal(0)),
    }


def test_an_order_that_waits_for_approval_is_answered_twice(isolated):
    ordering.article("A-1", "10")
    company = accounts.customer()
    asks, decides = accounts.person(company, Role.BUYER), accounts.person(company, Role.APPROVER)
    admin = accounts.actor_for(accounts.person(company, Role.COMPANY_ADMIN), company)
    with acting_as(admin):
        step = RuleStep((Approver(ApproverKind.ROLE, str(Role.APPROVER)),))
        save_rule(admin, RuleEntry("Over 50", Kind.TOTAL, (step,), value=Decimal(50)))
    found = partners.partner("edifact", company=company, user=asks)
    document = partners.order_document(found, "PO-1", [("A-1", 10)])
    (message,) = partners.arrive(partners.written(found, document, "edifact-orders", control=1))
    assert (message.state, message.subject_kind) == ("answered", "approval")
    assert read_again(sent(isolated, "order-response")[-1]).answer.value == "received"
    assert orders() == []
    approver = accounts.actor_for(decides, company)
    with acting_as(approver):
        (row,) = requests(approver, Filters(), limit=5)
        approve(approver, row.id)
    (_, second) = sent(isolated, "order-response")
    assert read_again(second).answer.value == "accepted"
    assert orders()[0].source == "edi"
    assert partners.messages([message.id])[0].subject_kind == "order"
