"""Any run of an auction can be computed again from its log; refused prices change nothing; the end never moves back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sourcing.domain.auction_english import Basis, SoftClose
from app.sourcing.domain.auction_hall import is_over, name_price, open_hall, stages_due, take_back
from app.sourcing.domain.auction_log import Entry, Event, beginning, chained, follow, order_of, replay
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Beat, Bidder, Limit

START = datetime(2027, 3, 1, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

prices = st.decimals(Decimal("0.00"), Decimal(1200), places=2)
moves = st.lists(
    st.tuples(st.integers(1, 4), prices, st.integers(0, 90 * 1_000_000), st.booleans()), max_size=25
)  # fmt: skip


@st.composite
def rules(draw):
    soft = SoftClose(
        timedelta(minutes=draw(st.integers(1, 5))),
        timedelta(minutes=draw(st.integers(1, 5))),
        draw(st.sampled_from(list(Basis))),
        draw(st.none() | st.integers(1, 3)),
        draw(st.none() | st.integers(0, 3)),
    )
    return Rules(
        draw(st.sampled_from(list(Kind))), Limit(Decimal(10), draw(st.sampled_from(list(Beat)))),
        soft_close=soft, duration=20 * MINUTE,
        floor=Decimal(500), ceiling=Decimal(1000), rise=Decimal(25), interval=MINUTE,
    )  # fmt: skip


def bidders():
    return tuple(
        Bidder(
            number,
            Decimal(1000 + 10 * number),
            START - number * MINUTE,
            Fraction(16 + number % 2, 16),
            number,
            Fraction(number, 3),
        )
        for number in range(1, 5)
    )


def run(chosen, wanted):
    """Play prices at growing moments, up to 90 seconds apart; gives the last hall and the log."""
    hall = open_hall(chosen, START, bidders())
    log = [Entry(1, START, Event.BEGIN, 0, hall.ends_at, 0, details=beginning(hall))]
    moment = START

    def note(event, answer, **more):
        log.append(Entry(len(log) + 1, moment, event, answer.position, answer.ends_at, answer.extensions, **more))

    for number, price, gap, is_back in wanted:
        moment += timedelta(microseconds=gap)
        for after in stages_due(hall, moment):
            hall = after
            note(Event.STAGE, hall)
        if is_over(hall, moment):
            break
        answer = take_back(hall, number, moment) if is_back else name_price(hall, number, price, moment)
        if answer.refusal:
            assert answer.hall == hall
        assert answer.hall.ends_at >= hall.ends_at
        hall = answer.hall
        note(
            Event.BACK if is_back else Event.BID, hall, number=number, price=None if is_back else price,
            refusal=str(answer.refusal or ""), rank=answer.rank,
        )  # fmt: skip
    note(Event.END, hall, details={"order": order_of(hall)})
    return hall, log


@given(rules(), moves)
def test_the_log_gives_the_same_order_extensions_and_end(chosen, wanted):
    hall, log = run(chosen, wanted)
    again = replay(log)
    assert again.holds
    assert (order_of(again.hall), again.hall.extensions, again.hall.ends_at) == (
        order_of(hall), hall.extensions, hall.ends_at,
    )  # fmt: skip
    assert all(one.price <= first.price for one, first in zip(hall.bidders, bidders(), strict=True))


@given(rules(), moves)
def test_no_price_counts_at_or_after_the_end(chosen, wanted):
    _, log = run(chosen, wanted)
    end = log[0].ends_at
    for entry in log:
        if entry.event is Event.BID and not entry.refusal:
            assert START <= entry.at < end
        end = entry.ends_at


@given(rules(), moves, st.data())
def test_a_changed_entry_breaks_chain_and_replay(chosen, wanted, data):
    _, log = run(chosen, wanted)
    hashes, previous = [], b""
    for entry in log:
        previous = chained(previous, entry)
        hashes.append(previous)
    assert follow(log, hashes) == 0
    place = data.draw(st.integers(0, len(log) - 1))
    changed = [*log]
    changed[place] = replace(log[place], at=log[place].at + timedelta(microseconds=1))
    assert follow(changed, hashes) == place + 1
    assert not replay([replace(one, extensions=one.extensions + 1) if one is log[place] else one for one in log]).holds


@pytest.mark.parametrize("missing", [0, 1])
def test_a_log_without_an_entry_does_not_hold(missing):
    _, log = run(Rules(Kind.ENGLISH, Limit(Decimal(10)), duration=20 * MINUTE), [(1, Decimal(900), 1000, False)] * 2)
    assert replay(log).holds
    assert not replay([entry for place, entry in enumerate(log) if place != missing]).holds
