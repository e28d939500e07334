"""What the trial of auctions counts, without a server: delays of pages, shares of times, when all is well."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from app.core.errors import Conflict
from app.trial.auction_crowd import SECOND, Accepted, Seat, delays
from app.trial.auction_trial import TrialReport, running_address


def seat(*seen, accepted=()):
    return Seat("", "", Decimal(100), list(accepted), seen=list(seen))


def test_a_delay_lasts_until_each_page_shows_the_price():
    price = Accepted(sequence=2, price=Decimal(99), revision=5, sent_at=10 * SECOND)
    bidder = seat((4, 10 * SECOND), (5, 11 * SECOND), accepted=[price])
    other = seat((3, 9 * SECOND), (8, 12 * SECOND))
    blind = seat((3, 9 * SECOND))
    assert delays([bidder, other, blind]) == [SECOND, 2 * SECOND]


@pytest.mark.parametrize(
    ("facts", "is_ok"),
    [
        ({}, True),
        ({"lost": 1}, False),
        ({"late_accepted": 1}, False),
        ({"is_replay_equal": False}, False),
        ({"errors": Counter({"bid 500": 1})}, False),
        ({"accepted": 0}, False),
    ],
)
def test_when_a_trial_went_well(facts, is_ok):
    report = TrialReport(50, 120, **({"accepted": 7, "is_replay_equal": True} | facts))
    assert report.is_ok is is_ok
    assert report.as_json()["ok"] is is_ok


def test_without_a_running_server_it_says_so(tmp_path):
    with pytest.raises(Conflict):
        running_address(tmp_path)
    (tmp_path / ".running").write_text("42\nhttp://127.0.0.1:8080")
    assert running_address(tmp_path) == "http://127.0.0.1:8080"
