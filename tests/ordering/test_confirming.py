"""Confirming line by line: what holds at once, what waits for a yes, deadlines, and the end of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.confirmation import AnswerKind, LineAnswer
from app.ordering.models.changes import OrderProposal
from app.ordering.service.amendments import start_amendment
from app.ordering.service.cancelling import cancel
from app.ordering.service.confirming import answer, confirm, confirm_all, sweep_proposals
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.ordering.service.progress import sweep_grace
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.ordering.test_amending import send
from tests.ordering.test_cancelling import head, held, lines, reserved


@pytest.fixture
def scene(ctx):
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "5"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    ann = buyer(company)
    return ann, desk, order(ann, [(nut, 10), (pin, 4)]), nut, pin


def proposals() -> list[OrderProposal]:
    with system_scope("test"):
        statement = select(OrderProposal).order_by(OrderProposal.id)
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def say(desk, placed, client_ref="", **by_position) -> int:
    ids = {f"line_{line.position}": line.id for line in lines(placed.id)}
    with acting_as(desk):
        return confirm(
            desk, placed.id, {ids[name]: one for name, one in by_position.items()}, client_ref=client_ref or ref()
        ).waiting


def reply(ann, placed, *yes) -> None:
    waiting = [one.id for one in proposals() if one.state == "waiting"]
    with acting_as(ann):
        answer(ann, placed.id, dict(zip(waiting, yes, strict=True)), client_ref=ref())


def test_everything_as_ordered_releases_the_order(scene):
    _, desk, placed, _, _ = scene
    same = ref()
    with acting_as(desk):
        made = confirm(desk, placed.id, client_ref=same)
        assert confirm(desk, placed.id, client_ref=same).change.is_repeat
        with pytest.raises(Conflict, match="confirmed already"):
            confirm(desk, placed.id, client_ref=ref())
    found = head(placed.id)
    assert (made.waiting, found.state, found.net_total) == (0, "confirmed", 120)
    assert found.released_at is not None
    assert found.confirmed_at is not None
    assert [line.state for line in lines(placed.id)] == ["confirmed", "confirmed"]
    assert proposals() == []


def test_what_needs_no_yes_holds_at_once_and_is_told(scene):
    _, desk, placed, nut, pin = scene
    day = date(2027, 2, 1)
    say(
        desk, placed,
        line_1=LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(9), promised_on=day),
        line_2=LineAnswer(AnswerKind.REJECTED, reason="Out of production"),
    )  # fmt: skip
    found = head(placed.id)
    assert (found.state, found.net_total) == ("confirmed", 90)
    assert [(line.state, line.unit_price, line.promised_on) for line in lines(placed.id)] == [
        ("confirmed", 9, day), ("rejected", 5, None),
    ]  # fmt: skip
    assert (reserved(nut), reserved(pin)) == (10, 0)
    assert [(one.kind, one.state) for one in proposals()] == [("changed", "told"), ("rejected", "told")]


def test_a_higher_price_and_a_smaller_quantity_wait_for_the_buyer(scene):
    ann, desk, placed, nut, _ = scene
    waiting = say(
        desk, placed,
        line_1=LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(11), quantity=Decimal(8)),
        line_2=LineAnswer(AnswerKind.AS_ORDERED),
    )  # fmt: skip
    assert (waiting, head(placed.id).state, head(placed.id).net_total) == (1, "placed", 120)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert sweep_grace(Actor.system()) == 0, "not invoiced while it waits"
        reply(ann, placed, True)
    found = head(placed.id)
    assert (found.state, found.net_total, reserved(nut)) == ("confirmed", 108, 8)
    assert found.released_at is not None
    with pytest.raises(Conflict):
        reply_again(ann, placed)


def reply_again(ann, placed) -> None:
    with acting_as(ann):
        answer(ann, placed.id, {proposals()[0].id: True}, client_ref=ref())


def test_a_refusal_opens_the_line_again_and_the_order_goes_on(scene):
    ann, desk, placed, _, _ = scene
    dearer = LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(11))
    say(desk, placed, line_1=dearer, line_2=LineAnswer(AnswerKind.AS_ORDERED))
    with pytest.raises(Conflict, match="waits for the buyer"):
        say(desk, placed, line_1=LineAnswer(AnswerKind.AS_ORDERED))
    reply(ann, placed, False)
    assert [line.state for line in lines(placed.id)] == ["placed", "confirmed"]
    say(desk, placed, line_1=LineAnswer(AnswerKind.AS_ORDERED))
    assert (head(placed.id).state, head(placed.id).net_total) == ("confirmed", 120)


def test_a_substitute_takes_the_place_of_the_line(scene):
    ann, desk, placed, nut, _ = scene
    other = article("OTHER", "12", stock=50)
    say(
        desk, placed,
        line_1=LineAnswer(AnswerKind.SUBSTITUTE, quantity=Decimal(9), unit_price=Decimal("10.50"), substitute="OTHER"),
        line_2=LineAnswer(AnswerKind.AS_ORDERED),
    )  # fmt: skip
    reply(ann, placed, True)
    found = lines(placed.id)
    assert [(line.sku, line.quantity, line.state) for line in found] == [
        ("NUT", 0, "cancelled"), ("PIN", 4, "confirmed"), ("OTHER", 9, "confirmed"),
    ]  # fmt: skip
    assert (head(placed.id).net_total, head(placed.id).state) == (Decimal("114.50"), "confirmed")
    assert (reserved(nut), reserved(other), held(found[2].id)) == (0, 9, 9)


def test_silence_is_no_yes(scene):
    ann, desk, placed, _, _ = scene
    say(desk, placed, line_1=LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(11)))
    later = clock.now() + timedelta(days=3, minutes=1)
    with clock.frozen(later):
        with pytest.raises(Conflict, match="time for an answer is over"):
            reply(ann, placed, True)
        assert sweep_proposals(Actor.system()) == 1
        assert sweep_proposals(Actor.system()) == 0
    assert (proposals()[0].state, lines(placed.id)[0].state) == ("lapsed", "placed")


def test_the_buyer_may_cancel_the_line_instead_of_answering(scene):
    ann, desk, placed, _, _ = scene
    say(desk, placed, line_1=LineAnswer(AnswerKind.CHANGED, unit_price=Decimal(11)),
        line_2=LineAnswer(AnswerKind.AS_ORDERED))  # fmt: skip
    with acting_as(ann):
        cancel(ann, placed.id, {lines(placed.id)[0].id: Decimal(10)}, reason="Too dear", client_ref=ref())
    assert (proposals()[0].state, head(placed.id).state) == ("refused", "confirmed")
    assert head(placed.id).released_at is not None


def test_what_the_wholesaler_cannot_say(scene):
    ann, desk, placed, _, _ = scene
    for wrong, text in (
        (LineAnswer(AnswerKind.CHANGED, quantity=Decimal(11)), "Line 1: not more than 10"),
        (LineAnswer(AnswerKind.CHANGED, quantity=Decimal(0)), "above zero"),
        (LineAnswer(AnswerKind.REJECTED), "say why"),
        (LineAnswer(AnswerKind.SUBSTITUTE), "another article needs"),
        (LineAnswer(AnswerKind.SUBSTITUTE, Decimal(1), Decimal(1), substitute="NONE"), "no article NONE"),
    ):
        with pytest.raises(Invalid, match=text):
            say(desk, placed, line_1=wrong)
    with acting_as(ann), pytest.raises(Forbidden):
        confirm(ann, placed.id, client_ref=ref())
    assert head(placed.id).version == 1


def test_an_amendment_meets_a_confirmation_that_has_begun(scene):
    ann, desk, placed, _, _ = scene
    with acting_as(ann):
        cart_id = start_amendment(ann, placed.id, PriceChoice.ORDERED)
    say(desk, placed, line_1=LineAnswer(AnswerKind.AS_ORDERED))
    with pytest.raises(Conflict, match="stays in this cart"):
        send(ann, cart_id)


def test_many_orders_at_once(scene):
    ann, desk, placed, nut, _ = scene
    other = order(ann, [(nut, 1)])
    with acting_as(ann):
        cancel(ann, other.id, {}, reason="", client_ref=ref())
    with acting_as(desk):
        done, failed = confirm_all(desk, [placed.id, other.id], client_ref=ref())
    assert done == 1
    assert [number for number, _ in failed] == [other.number]
