"""Lines over deliveries: parts add up in quantity and money, whatever the split."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.splits import Part, Where, Whole, claims_of, divide, equal_parts, sum_problem, wishes_of
from app.ordering.domain.wishes import PartWish, Wishes, request_hash

HOME, SITE = 1, 2
WISHES = Wishes(HOME, requested_on=date(2027, 1, 4))


def line(line_id, quantity, net="10.00", factor=1) -> Whole:
    return Whole(line_id, line_id, Decimal(quantity), "H87", Decimal(quantity) * factor, Decimal(net))


def test_what_goes_together_is_one_delivery():
    lines = [line(1, 10), line(2, 5), line(3, 1)]
    split = {
        1: [PartWish(1, Decimal(6), SITE), PartWish(1, Decimal(4))],
        2: [PartWish(2, Decimal(5), SITE, date(2027, 2, 1))],
    }
    deliveries, parts = divide(lines, wishes_of(lines, WISHES, split), "EUR")
    assert deliveries == [Where(SITE, date(2027, 1, 4)), Where(HOME, date(2027, 1, 4)), Where(SITE, date(2027, 2, 1))]
    told = [(part.line, part.delivery, part.position, part.quantity) for part in parts]
    assert told == [(0, 0, 1, 6), (0, 1, 2, 4), (1, 2, 1, 5), (2, 1, 1, 1)]


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=8),
    st.decimals(0, 100_000, places=2),
    st.sampled_from([1, 12, 7]),
)
def test_parts_add_up_to_their_line(quantities, net, factor):
    whole = line(1, sum(quantities), net, factor)
    split = {1: [PartWish(1, Decimal(one), place) for place, one in enumerate(quantities, 1)]}
    _, parts = divide([whole], wishes_of([whole], WISHES, split), "EUR")
    assert sum(part.quantity for part in parts) == whole.quantity
    assert sum(part.base_quantity for part in parts) == whole.base_quantity
    assert sum(part.net for part in parts) == whole.net
    assert all(part.net == round(part.net, 2) for part in parts)


@pytest.mark.parametrize(
    ("quantity", "count", "step", "parts"),
    [
        (11, 2, 1, [6, 5]), (12, 3, 4, [4, 4, 4]), (12, 5, 4, [4, 4, 4]), (1, 3, 1, [1]), (20, 3, 6, [8, 6, 6]),
        (5, 2, 6, [5]), ("2.5", 2, "0.5", ["1.5", 1]),
    ],
)  # fmt: skip
def test_equal_parts_are_whole_steps(quantity, count, step, parts):
    assert equal_parts(Decimal(quantity), count, Decimal(step)) == [Decimal(one) for one in parts]


@given(st.integers(1, 10_000), st.integers(1, 40), st.sampled_from([1, 2, 6, 25]))
def test_equal_parts_add_up_and_differ_by_a_step_at_most(quantity, count, step):
    parts = equal_parts(Decimal(quantity), count, Decimal(step))
    assert sum(parts) == quantity
    assert 1 <= len(parts) <= count
    assert max(parts[1:], default=0) - min(parts[1:], default=0) <= step


def test_parts_that_do_not_add_up_are_told():
    problem = sum_problem(Decimal(12), "H87", [PartWish(1, Decimal(6)), PartWish(1, Decimal(4))])
    assert problem is not None
    assert problem.code == "split"
    assert sum_problem(Decimal(10), "H87", [PartWish(1, Decimal(6)), PartWish(1, Decimal(4))]) is None


def part(centre, net) -> Part:
    return Part(0, 0, 1, Decimal(1), Decimal(1), Decimal(net), centre)


def test_cost_centres_pay_their_parts_and_their_share_of_the_rest():
    parts = [part(7, "60"), part(8, "30"), part(None, "10")]
    assert claims_of(parts, Decimal("110.00"), "EUR") == {7: Decimal(66), 8: Decimal(33)}
    assert claims_of([part(None, "10")], Decimal(10), "EUR") == {}
    assert claims_of([part(7, "0")], Decimal(5), "EUR") == {7: Decimal(5)}


def test_wishes_travel_as_json_and_empty_ones_keep_the_hash_of_old_orders():
    full = Wishes(1, 2, "PO", date(2027, 1, 4), "Ring", 3, "PARCEL", "BILL", True, date(2027, 2, 1))
    assert Wishes.from_json(full.as_json()) == full
    assert Wishes.from_json(Wishes(1).as_json()) == Wishes(1)
    assert request_hash(5, Wishes(1)) != request_hash(5, Wishes(1, payment_method="BILL"))
    assert request_hash(5, Wishes(1)) == request_hash(5, Wishes(1, is_complete=False, delivery_method=""))
