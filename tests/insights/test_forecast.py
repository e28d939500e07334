"""What will be ordered: methods for demand that comes now and then, their errors, and the work of the night."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from math import isclose
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Forbidden
from app.core.tenancy import acting_as
from app.insights.cli.forecast import evaluated
from app.insights.cli.history import ORDERS, read_history
from app.insights.domain.forecast import METHODS, errors_of, forecasts, levels, seasons
from app.insights.domain.forecast_accounts import expectation
from app.insights.models.forecasts import AccountForecast, ArticleForecast
from app.insights.queries.forecasts import account_demand, article_forecasts
from app.insights.service.forecasts import forecast, forecast_if_due
from tests.factories.accounts import actor_for, operator, person
from tests.factories.history import ordered
from tests.factories.ordering import article, set_on_hand


def test_levels_follow_the_demand():
    cases = [  # weeks, the least and the most that average, ses, sba and tsb may say at the end
        ([10] * 30, (9.3, 10), (10, 10), (9.3, 10), (8, 10)),
        ([0] * 30, (0, 0), (0, 0), (0, 0), (0, 0)),
        ([0, 0, 0, 12] * 10, (2.7, 3.8), (2, 5), (2.5, 3.5), (2.5, 4.5)),
        ([8] * 20 + [0] * 30, (0, 0), (0, 0.1), (7, 8), (0, 2)),  # Croston does not notice that nothing comes
        ([5] * 12 + [900], (5, 60), (5, 60), (4, 60), (4, 60)),  # one huge order
    ]
    for weeks, *bounds in cases:
        found = levels(weeks)[-1]
        for value, (least, most) in zip(found, bounds, strict=True):
            assert least - 0.01 <= value <= most + 0.01, (weeks[-6:], found)


def test_a_season_is_what_all_articles_did_a_year_before():
    weeks = [100.0] * 40 + [200.0] * 8 + [100.0] * 44
    moves = seasons(weeks)
    assert moves[20] == (1.0,) * 13  # no year is known
    assert moves[92][:8][3] > 1.4  # 92 - 52 = 40: the rise
    assert isclose(moves[92][12], 1.0, abs_tol=0.01)


def test_the_method_is_chosen_by_its_errors_and_they_are_told():
    found = forecasts({1: [10.0] * 60, 2: [0.0] * 60, 3: [0.0, 0.0, 30.0] * 20})
    assert found[1].next_4 == pytest.approx(40, rel=0.01)
    assert found[1].errors.wape == pytest.approx(0, abs=0.01)
    assert (found[2].next_4, found[2].errors.wape) == (0, None)
    assert 25 < found[3].next_4 < 55
    assert {one.method for one in found.values()} <= set(METHODS)
    two = errors_of(10, 8, 4) + errors_of(3, 5, 5)
    assert (two.absolute, two.signed, two.sold, two.plain) == (4, 0, 13, 4)
    assert (two.wape, two.bias, two.mase) == (4 / 13, 0, 1)


def test_one_account_is_expected_in_its_rhythm_and_fades_when_it_stays_away():
    steady = [(day, 100.0) for day in range(0, 280, 28)]
    now = expectation(steady, 266)
    assert (now.method, now.next_day) == ("rhythm", 280)
    assert 50 < now.next_4 < 110
    assert now.next_13 > 2 * now.next_4
    late = expectation(steady, 600)
    assert late.next_day is None
    assert late.next_4 < now.next_4 / 4
    assert expectation(steady[:1], 10) is None
    huge = expectation([*steady, (270, 90_000.0)], 280)
    assert huge.next_4 < 250


@pytest.fixture
def house(world, cast):
    with world():
        return actor_for(person(operator(), "operator_admin"), operator())


def test_the_night_stores_forecasts_with_their_error(ctx, cast, house):
    ann = cast.actor("customer.buyer")
    nut, rope = article("NUT", "0.20"), article("ROPE", "1")
    set_on_hand(nut, 9_000)
    for days in range(7, 196, 14):
        ordered(ann, [(nut, 100)], days)
    ordered(ann, [(rope, 3)], 30)
    with acting_as(house):
        assert forecast(house) == 3
        one = article_forecasts(house, [nut.id, rope.id])[nut.id]
        assert Decimal(150) < one.next_4 < Decimal(260)
        assert one.wape is not None
        (row,) = account_demand(house, ann.company_id)
        assert (row.sku, row.method) == ("NUT", "rhythm")
        assert row.expected_on == clock.today("Europe/Berlin") + timedelta(days=7)
        assert forecast_if_due(house) == 0
        assert forecast(house) == 3  # again, in place
        assert len(db.session.scalars(select(ArticleForecast.article_id)).all()) == 2
    with acting_as(ann), pytest.raises(Forbidden):
        account_demand(ann, ann.company_id)
    with acting_as(house):
        assert db.session.scalars(select(AccountForecast.company_id)).all() == [ann.company_id]


@pytest.mark.shared
def test_on_a_small_cut_of_the_real_history_it_is_nearer_than_plain_methods():
    data = Path(os.environ.get("KONTOR_SHARED", "../shared")) / "data" / "wholesaler"
    if not (data / ORDERS).is_file():
        pytest.skip(f"{data / ORDERS} is not there")
    lines = [line for line in read_history(data) if line[2] % 10 == 3]
    found = evaluated(lines, [date(2011, 6, 13), date(2011, 9, 5)])
    for subject in ("articles", "accounts"):
        ours = found[subject].pop("ours")
        assert all(ours["wape"] < plain["wape"] for plain in found[subject].values()), (ours, found[subject])
