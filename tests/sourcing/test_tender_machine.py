"""The table of tenders: every listed transition works, every other one is refused, ends are ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Forbidden
from app.sourcing.domain.machine import ROLES
from app.sourcing.domain.tender_machine import (
    BUYER_WORDS,
    ENDS,
    SEALED,
    STATES,
    SUPPLIER_WORDS,
    TENDER,
    is_sealed,
    lot_status,
    overall,
    state_word,
)

LISTED = [
    (row.event, state, row.leads_from(state), role)
    for row in TENDER.transitions
    for state in sorted(row.sources)
    for role in sorted(row.roles)
]
UNLISTED = [
    (event, state) for event in TENDER.events if event != "create" for state in STATES if not TENDER.rows(event, state)
]
STRANGERS = [
    (event, state, role)
    for event in TENDER.events
    for state in STATES
    if TENDER.rows(event, state)
    for role in ROLES
    if not any(role in row.roles for row in TENDER.rows(event, state))
]


EVENTS = [event for event in TENDER.events if event != "create"]


@pytest.mark.parametrize("event", EVENTS)
def test_listed(event):
    cases = [case for case in LISTED if case[0] == event]
    assert cases
    for _, state, to, role in cases:
        assert TENDER.target(state, event, role, to) == to, (state, role)


@pytest.mark.parametrize("event", EVENTS)
def test_unlisted(event):
    for state in (state for unlisted, state in UNLISTED if unlisted == event):
        for role in ROLES:
            with pytest.raises(Conflict):
                TENDER.target(state, event, role)


@pytest.mark.parametrize("event", TENDER.events)
def test_not_for_this_role(event):
    for state, role in (case[1:] for case in STRANGERS if case[0] == event):
        with pytest.raises(Forbidden):
            TENDER.target(state, event, role)


def test_ends_have_no_way_out():
    assert not [row for row in TENDER.transitions if row.sources & ENDS]


def test_every_state_is_reached_and_left():
    reached, found = {"draft"}, 0
    while found != len(reached):
        found = len(reached)
        for row in TENDER.transitions:
            reached |= {row.leads_from(state) for state in row.sources & reached}
    assert reached == set(STATES)
    for state in set(STATES) - ENDS:
        assert any(state in row.sources and row.leads_from(state) != state for row in TENDER.transitions)


def test_bids_come_only_while_bidding():
    for event in ("submit_bid", "replace_bid", "confirm_bid", "withdraw_bid"):
        assert [row.sources for row in TENDER.transitions if row.event == event] == [frozenset({"bidding"})]


def test_several_outcomes_need_a_name():
    with pytest.raises(ValueError, match="name one"):
        TENDER.target("opening", "open", "timer")
    assert TENDER.target("standstill", "decide_objection", "reviewer", "standstill") == "standstill"
    assert TENDER.target("suspended", "resume", "buyer", "closed") == "closed"
    with pytest.raises(Conflict):
        TENDER.target("suspended", "resume", "buyer", "awarded")


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["draft"], "draft"),
        (["closed", "closed"], "closed"),
        (["standstill", "evaluation"], "evaluation"),
        (["unsuccessful", "awarded"], "awarded"),
        (["cancelled", "unsuccessful"], "unsuccessful"),
        (["cancelled", "cancelled"], "cancelled"),
        (["cancelled", "completed"], "completed"),
        (["suspended", "cancelled"], "suspended"),
        (["auction", "award_proposed", "contracted"], "auction"),
    ],
)
def test_overall(states, shown):
    assert overall(states) == shown
    assert overall(reversed(states)) == shown


@given(st.lists(st.sampled_from(STATES), min_size=1))
def test_a_tender_ends_with_its_last_lot(states):
    assert (overall(states) in ENDS) == all(state in ENDS for state in states)
    assert overall(states) in states


def test_both_sides_have_words():
    assert set(BUYER_WORDS) == set(STATES)
    assert set(SUPPLIER_WORDS) == set(STATES) - {"draft", "approval"}
    assert str(state_word("award_proposed", for_supplier=True)) == "Under evaluation"
    assert str(state_word("award_proposed")) == "Award proposed"


def test_sealed_states():
    assert {state for state in STATES if is_sealed(state)} == SEALED
    assert is_sealed("suspended", "closed")
    assert not is_sealed("suspended", "evaluation")
    assert lot_status("contracted") == "complete"
    assert lot_status("auction") == "active"
    assert lot_status("cancelled") == "cancelled"
