"""Generated from the table of quotes: every allowed transition works, every other is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.quote_machine import ENDS, EVENTS, LABELS, QUOTE, STATES
from app.sourcing.queries.chains import verify_chains
from app.sourcing.queries.clock import database_now
from app.sourcing.service import quote_decisions, quote_offers, quote_talk, quotes, timers
from tests.factories.quotes import Market, act, asked, end_validity, in_state, market, offer, ref, requested, row

Act = Callable[[Market, int], Any]


def _by(side: str, command: Any, *values: Any, **further: Any) -> Act:
    return lambda play, quote_id: act(getattr(play, side), command, quote_id, *values, **further)


def _edit(play: Market, quote_id: int) -> None:
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.40", "9.40"))


def _send(play: Market, quote_id: int) -> None:
    _may_fail(lambda: _edit(play, quote_id))
    act(play.sales, quote_offers.send_offer, quote_id)


def _ask_release(play: Market, quote_id: int) -> None:
    _may_fail(lambda: act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, 4, 4)))
    act(play.sales, quote_offers.request_release, quote_id, "A large customer")


def _may_fail(step: Callable[[], Any]) -> None:
    """A preparation that other states refuse."""
    try:
        step()
    except Conflict:
        return


def _order(play: Market, quote_id: int) -> None:
    with acting_as(play.buyer):
        quote_decisions.mark_ordered(play.buyer, quote_id, ref()[:20])


def _expire(play: Market, quote_id: int) -> None:
    quote = row(quote_id)
    if quote.valid_until is not None:
        end_validity(quote_id)
    with system_scope("factory"):
        quote_offers.expire(Actor.system(), quote_id)
    if row(quote_id).state == quote.state:
        end_validity(quote_id, quote.valid_until) if quote.valid_until else None
        raise Conflict("a timer that finds nothing to do does nothing")


def _extend(play: Market, quote_id: int) -> None:
    with system_scope("factory"):
        later = database_now() + timedelta(days=60)
    act(play.sales, quote_offers.extend, quote_id, later)


def _supersede(play: Market, quote_id: int) -> None:
    act(play.sales, quote_offers.supersede, quote_id, row(requested(play)).number)


ACTS: dict[str, Act] = {
    "edit_request": lambda play, quote_id: act(play.buyer, quotes.edit_request, quote_id, asked(play, 5, 6)),
    "submit": _by("buyer", quotes.submit),
    "recall": _by("buyer", quotes.recall),
    "take": _by("sales", quote_offers.take),
    "ask_info": _by("sales", quote_talk.ask_info, "Which colour?"),
    "answer_info": _by("buyer", quote_talk.answer_info, "Blue"),
    "edit_offer": _edit,
    "request_release": _ask_release,
    "release": _by("release", quote_offers.release),
    "return_offer": _by("release", quote_offers.return_offer, "Too low"),
    "send_offer": _send,
    "counter": _by("buyer", quote_decisions.counter, [], "Less, please"),
    "revise": _by("sales", quote_offers.revise),
    "accept": lambda play, quote_id: act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref()),
    "place_order": _order,
    "decline_seller": _by("sales", quotes.decline_seller, reason_code="other"),
    "decline_buyer": _by("buyer", quotes.decline_buyer, reason_code="price"),
    "withdraw": _by("buyer", quotes.withdraw, reason_code="mistake"),
    "expire": _expire,
    "extend": _extend,
    "reopen": _by("sales", quote_offers.reopen),
    "supersede": _supersede,
    "assign": lambda play, quote_id: act(play.sales, quote_offers.assign, quote_id, play.second.user_id),
}
CREATING = {"start", "create_by_sales"}
# Only possible once a version was sent, which the bare state does not have.
NEEDS_OFFER = {("accept", state) for state in ("in_preparation", "info_needed", "price_approval")} | {
    ("supersede", "in_preparation")
}


def test_the_table_is_covered():
    assert set(ACTS) | CREATING == set(QUOTE.events) == set(EVENTS)
    assert set(LABELS["buyer"]) == set(LABELS["sales"]) == set(STATES)


@pytest.mark.parametrize("state", sorted(ENDS - {"expired"}))
def test_ends_have_no_way_out(state):
    assert QUOTE.possible(state, {"buyer", "sales", "approver", "timer", "system"}) == set()


def everything(quote_id: int) -> Any:
    """All that is kept of a quote."""
    with system_scope("factory"):
        return [
            db.session.execute(text(f"SELECT * FROM {table} WHERE {column} = :id ORDER BY 1"), {"id": quote_id}).all()
            for table, column in (
                ("quotes", "id"), ("quote_lines", "quote_id"), ("quote_versions", "quote_id"),
                ("quote_counters", "quote_id"), ("quote_choices", "quote_id"), ("quote_messages", "quote_id"),
                ("quote_releases", "quote_id"), ("sourcing_events", "object_id"), ("timers", "object_id"),
            )
        ]  # fmt: skip


def again_offered(play: Market, state: str) -> int:
    """A quote in this state while an offer of it still stands."""
    quote_id = in_state(play, "countered")
    act(play.sales, quote_offers.revise, quote_id)
    if state == "info_needed":
        act(play.sales, quote_talk.ask_info, quote_id, "Which colour?")
    elif state == "price_approval":
        _ask_release(play, quote_id)
    return quote_id


ALLOWED = sorted({(each.event, state) for each in QUOTE.transitions for state in each.sources})


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize(("event", "state"), ALLOWED)
def test_allowed(event, state):
    play = market()
    quote_id = again_offered(play, state) if (event, state) in NEEDS_OFFER else in_state(play, state)
    version = row(quote_id).row_version
    ACTS[event](play, quote_id)
    quote = row(quote_id)
    assert quote.state in {each.leads_from(state) for each in QUOTE.rows(event, state)}
    assert quote.row_version > version


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize("state", STATES)
def test_all_else_is_refused_and_changes_nothing(state):
    play = market()
    quote_id = in_state(play, state)
    before = everything(quote_id)
    for event, attempt in ACTS.items():
        if not QUOTE.rows(event, state):
            with pytest.raises(Conflict):
                attempt(play, quote_id)
            assert everything(quote_id) == before, event


@pytest.mark.usefixtures("ctx")
@pytest.mark.parametrize("state", ["draft", "requested", "in_preparation", "offered"])
def test_the_other_side_is_refused_and_changes_nothing(state):
    play = market()
    turned = Market(play.sales, play.buyer, play.second, play.buyer, play.stranger, play.articles)
    quote_id = in_state(play, state)
    before = everything(quote_id)
    for event, attempt in ACTS.items():
        if event not in ("expire", "place_order"):
            with pytest.raises((Forbidden, Conflict)):
                attempt(turned, quote_id)
            assert everything(quote_id) == before, event


STEPS = st.lists(st.sampled_from([*sorted(ACTS), "tick", "end_validity"]), min_size=4, max_size=14)


@pytest.mark.usefixtures("ctx")
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS)
def test_any_sequence_of_events_keeps_the_invariants(steps):
    play = market()
    quote_id = in_state(play, "offered")
    sent: dict[int, Any] = {}
    for step in steps:
        before = row(quote_id)
        _try(play, quote_id, step)
        after = row(quote_id)
        moved = {each.leads_from(before.state) for each in QUOTE.transitions if before.state in each.sources}
        assert after.state == before.state or after.state in moved or step == "tick"
        assert before.state not in ENDS - {"expired"} or after.row_version == before.row_version
        versions = _versions(quote_id)
        current = [number for number, is_sent, _content in versions if is_sent]
        assert (max(current) if current else 0) == after.current_version == len(current)
        assert sum(1 for _number, is_sent, _content in versions if not is_sent) <= 1
        for number, is_sent, content in versions:
            if is_sent:
                assert sent.setdefault(number, content) == content
    with system_scope("factory"):
        assert verify_chains(Actor.system()).broken == ()


def _try(play: Market, quote_id: int, step: str) -> None:
    """One step; what is refused changes nothing, and time that passes twice changes nothing the second time."""
    if step == "end_validity":
        if row(quote_id).valid_until is not None:
            end_validity(quote_id)
        return
    if step == "tick":
        for _ in range(2):
            with system_scope("factory"):
                timers.drop_timers("quote", quote_id, ["remind"])
                quote_offers.expire(Actor.system(), quote_id)
            settled = row(quote_id).row_version
        assert row(quote_id).row_version == settled
        return
    before = everything(quote_id)
    try:
        ACTS[step](play, quote_id)
    except DomainError:
        if step not in ("send_offer", "request_release", "expire"):  # these prepare something first
            assert everything(quote_id) == before


def _versions(quote_id: int) -> list[tuple[int, bool, Any]]:
    """Number, whether sent, and all figures of each version."""
    with system_scope("factory"):
        return [
            tuple(found)
            for found in db.session.execute(
                text("""
                SELECT v.number, v.sent_at IS NOT NULL, jsonb_build_array(to_jsonb(v) - 'file_id', (
                    SELECT jsonb_agg(to_jsonb(f) ORDER BY f.id) FROM quote_offers f WHERE f.version_id = v.id))
                FROM quote_versions v WHERE v.quote_id = :id ORDER BY v.number"""),
                {"id": quote_id},
            )
        ]
