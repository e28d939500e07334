"""Sums of what was ordered equal a plain recount, whatever happens to orders and whenever the job runs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.actor import Actor
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import Selection
from app.insights.queries.recount import recount
from app.insights.queries.sales import Sales, sales
from app.insights.service.aggregates import refresh
from app.insights.service.sums_check import check
from tests.factories.reports import Ledger, ledger, marks

HOUSE = Actor.system()
YEAR = Period("custom", date(2025, 1, 1), date(2026, 1, 1))
ODD = Period("custom", date(2025, 1, 17), date(2025, 11, 9))
SHORT = Period("custom", date(2025, 3, 5), date(2025, 3, 20))


@pytest.fixture
def books(ctx) -> Ledger:
    return ledger()


def all_right(books: Ledger) -> None:
    assert check(HOUSE).is_right
    for period in (YEAR, ODD, SHORT):
        plain = recount(HOUSE, period)
        for by in ("month", "day", "account", "article", "category", "manager", "group", "channel"):
            totals = sales(HOUSE, period, by, Selection()).totals
            assert totals.keys() == plain.keys()
            for currency, one in totals.items():
                right = plain[currency]
                assert (one.lines, one.net) == (right.lines, right.net), (period, by, currency)
                assert (one.orders is None) is (by in ("article", "category"))
                assert one.orders is None or (one.orders, one.allowances) == (right.orders, right.allowances)


def figures(books: Ledger, by: str, channel: str = "") -> dict[tuple[str, str, str], tuple[int, Decimal]]:
    found = sales(HOUSE, YEAR, by, Selection(channel=channel)).rows
    return {(one.currency, one.code, channel): (one.sums.lines, one.sums.net) for one in found}


def test_articles_of_one_channel_add_up_to_all_channels(books):
    for seed in range(8):
        books.place(seed * 977)
    refresh(HOUSE)
    books.place(5)
    channels = {code for _, code, _ in figures(books, "channel")}
    parts = [figures(books, "article", channel) for channel in sorted(channels)]
    added: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for (currency, code, _), (lines, net) in (item for part in parts for item in part.items()):
        before = added.get((currency, code), (0, Decimal(0)))
        added[currency, code] = (before[0] + lines, before[1] + net)
    assert added == {key[:2]: value for key, value in figures(books, "article").items()}


def test_a_comparison_names_the_same_groups_and_all_totals(books):
    for seed in range(12):
        books.place(seed * 977)
    refresh(HOUSE)
    books.place(5)
    whole = sales(HOUSE, YEAR, "article", Selection())
    few = sales(HOUSE, YEAR, "article", Selection(), limit=2)
    assert few.totals == whole.totals
    assert few.rows == [
        one for currency in sorted(whole.totals) for one in [row for row in whole.rows if row.currency == currency][:2]
    ]
    again = sales(HOUSE, YEAR, "article", Selection(), of=few)
    assert {key: (one.lines, one.net) for key, one in again.totals.items()} == {
        key: (one.lines, one.net) for key, one in whole.totals.items()
    }
    assert all(row in again.rows for row in few.rows)
    nothing = sales(HOUSE, YEAR, "article", Selection(), of=Sales([], {}))
    assert nothing.totals.keys() == whole.totals.keys()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["place", "place", "cancel_line", "cut", "cancel", "move", "delete", "allow", "refresh", "rebuild"]
        ),
        st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=12,
)


def test_every_kind_of_change_is_seen_before_and_after_the_job(books):
    for seed in range(6):
        books.place(seed * 1_111)
    all_right(books)
    refresh(HOUSE)
    all_right(books)
    for kind in ("cancel_line", "cut", "allow", "move", "cancel", "delete", "place", "rebuild", "place"):
        books.step(kind, 1)
        all_right(books)
    refresh(HOUSE)
    assert marks() == 0
    all_right(books)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_sums_equal_a_recount_after_every_change(books, steps):
    books.clear()
    for kind, seed in steps:
        books.step(kind, seed)
    all_right(books)
    refresh(HOUSE)
    assert marks() == 0
    all_right(books)
