"""How far a line is: the table of limits, the states it makes, and that random lifecycles never break."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.core.errors import Conflict, DomainError, Invalid
from app.ordering.domain.lifecycle import LineState, OrderState, settled_state, state_of
from app.ordering.domain.progress import LineCounts, Progress, Stage, Step, base_share, counted, stage_of, state_after
from app.ordering.domain.revision import Line, LineChange, revised

D = Decimal
LINE = Progress(1, 1, D(10), LineState.CONFIRMED)

STEPS = [
    # the line before; step; how much; the line's state after, or the error
    (LINE, Step.CLAIMED, "10", LineState.CONFIRMED),
    (LINE, Step.CLAIMED, "10.000001", Invalid),
    (LINE, Step.CLAIMED, "-1", Conflict),
    (replace(LINE, state=LineState.PROPOSED), Step.CLAIMED, "1", Conflict),
    (replace(LINE, state=LineState.REJECTED), Step.CLAIMED, "1", Conflict),
    (LINE, Step.SHIPPED, "1", Invalid),
    (replace(LINE, claimed=D(4)), Step.SHIPPED, "4", LineState.IN_DELIVERY),
    (replace(LINE, claimed=D(4)), Step.SHIPPED, "5", Invalid),
    (replace(LINE, claimed=D(4), state=LineState.PLACED), Step.SHIPPED, "1", LineState.IN_DELIVERY),
    (replace(LINE, claimed=D(4), state=LineState.BACKORDERED), Step.SHIPPED, "1", LineState.IN_DELIVERY),
    (replace(LINE, claimed=D(4), shipped=D(3)), Step.CLAIMED, "-2", Conflict),
    (replace(LINE, claimed=D(10), shipped=D(10), state=LineState.IN_DELIVERY), Step.DELIVERED, "10", LineState.DELIVERED),
    (replace(LINE, claimed=D(10), shipped=D(10), state=LineState.IN_DELIVERY), Step.DELIVERED, "9", LineState.IN_DELIVERY),
    (replace(LINE, claimed=D(10), shipped=D(10), state=LineState.IN_DELIVERY), Step.DELIVERED, "11", Invalid),
    (replace(LINE, claimed=D(10), shipped=D(10), delivered=D(9), state=LineState.IN_DELIVERY), Step.MISSING, "1",
     LineState.DELIVERED),
    (replace(LINE, claimed=D(10), shipped=D(10), delivered=D(9), state=LineState.IN_DELIVERY), Step.MISSING, "2", Invalid),
    (replace(LINE, claimed=D(5), shipped=D(5), state=LineState.IN_DELIVERY), Step.RETURNED, "6", Invalid),
    (replace(LINE, claimed=D(5), shipped=D(5), state=LineState.IN_DELIVERY), Step.RETURNED, "5", LineState.IN_DELIVERY),
    (LINE, Step.INVOICED, "10", LineState.CONFIRMED),
    (LINE, Step.INVOICED, "11", Invalid),
    (LINE, Step.INVOICED, "-1", Conflict),
    (replace(LINE, invoiced=D(3)), Step.INVOICED, "-3", LineState.CONFIRMED),
]  # fmt: skip


def test_the_table_of_limits():
    for line, step, delta, expected in STEPS:
        if isinstance(expected, LineState):
            assert counted(line, step, D(delta)).state is expected, (line, step, delta)
        else:
            with pytest.raises(expected):
                counted(line, step, D(delta))


def test_stages_of_an_order():
    for counts, stage in (
        ((0, 0, 0, 0, 0, 0, 0), Stage.OPEN),
        ((3, 0, 0, 0, 0, 0, 0), Stage.OPEN),
        ((3, 1, 0, 0, 0, 0, 0), Stage.PICKED),
        ((3, 3, 1, 0, 0, 0, 0), Stage.SHIPPED_IN_PART),
        ((3, 3, 3, 3, 0, 0, 0), Stage.SHIPPED),
        ((3, 3, 3, 3, 1, 0, 0), Stage.DELIVERED_IN_PART),
        ((3, 3, 3, 3, 3, 3, 1), Stage.DELIVERED),
    ):
        assert stage_of(LineCounts(*counts)) is stage, counts


def test_an_order_is_closed_when_it_is_delivered_invoiced_and_paid():
    for state in OrderState:
        for is_invoiced in (True, False):
            for is_paid in (True, False):
                is_closed = state is OrderState.DELIVERED and is_invoiced and is_paid
                found = settled_state(state, is_invoiced=is_invoiced, is_paid=is_paid)
                assert found is (OrderState.CLOSED if is_closed else state)


@given(st.decimals(1, 10_000, places=3), st.decimals(1, 1_000, places=3), st.lists(st.integers(1, 9), min_size=1))
@settings(max_examples=50)
def test_shares_of_a_line_add_up_to_it_in_base_units(base, quantity, weights):
    gone, total = D(0), D(0)
    for place, weight in enumerate(weights):
        more = quantity - gone if place == len(weights) - 1 else (quantity - gone) * weight / 10
        total += base_share(base, quantity, gone, more)
        gone += more
    assert total == base


_SIZES = st.decimals("0.5", 8, places=1)


class Lifecycle(RuleBasedStateMachine):
    """A line that is claimed, shipped, delivered, returned, invoiced, credited and cancelled at random."""

    def __init__(self) -> None:
        super().__init__()
        self.line = replace(LINE, state=LineState.PLACED)
        self.cancelled = D(0)

    def _try(self, step: Step, delta: D) -> None:
        before = self.line
        try:
            self.line = counted(before, step, delta)
        except DomainError:
            assert self.line is before

    @rule(step=st.sampled_from(list(Step)), delta=_SIZES, sign=st.sampled_from((1, 1, 1, -1)))
    def count(self, step: Step, delta: D, sign: int) -> None:
        self._try(step, delta * sign)

    @precondition(lambda self: self.line.quantity > 0)
    @rule(cut=_SIZES)
    def cancel(self, cut: D) -> None:
        line = self.line
        whole = Line(
            1, 1, 1, "A", line.quantity, "H87", line.quantity, self.cancelled, D(2), D(1), "H87", line.quantity * 2,
            "S", D(19), line.state, None, "H87", False, claimed=line.claimed, shipped=line.shipped,
            arrived=line.delivered + line.missing, invoiced=line.invoiced,
        )  # fmt: skip
        try:
            after = revised(whole, LineChange(quantity=line.quantity - cut), "EUR")
        except DomainError:
            return
        self.line = replace(line, quantity=after.quantity, state=after.state)
        self.cancelled = after.cancelled_quantity

    @invariant()
    def nothing_goes_beyond(self) -> None:
        line = self.line
        assert 0 <= line.delivered + line.missing <= line.shipped <= line.claimed <= line.quantity
        assert 0 <= line.returned <= line.shipped
        assert 0 <= line.invoiced <= line.quantity
        assert line.quantity + self.cancelled == 10
        assert state_after(line) is line.state
        if line.shipped:
            arrived = line.delivered + line.missing >= line.quantity
            assert (state_of({line.state}) is OrderState.DELIVERED) == arrived


Lifecycle.TestCase.settings = settings(max_examples=15, stateful_step_count=20)
TestLifecycle = Lifecycle.TestCase
