"""The list of accounts: its figures, filters, order and statements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.core import clock
from app.sales.queries.portfolio import SORTS, PortfolioFilters, portfolio, portfolio_row, portfolio_sums
from app.sales.service.tasks import create_task
from tests.factories.accounts import customer, person
from tests.factories.open_items import claim
from tests.factories.ordering import article, change_company, fill_cart, order, ref
from tests.factories.ordering import buyer as buyer_of
from tests.support.queries import counted

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def placed(actor, price, *days):
    """Orders of one piece at a price, so many days ago."""
    made = article(f"A-{ref()[:8]}", price, stock=1000)
    for days_ago in days:
        with clock.frozen(NOW - timedelta(days=days_ago)):
            order(actor, [(made, 1)])


@pytest.fixture
def desk(isolated, world, cast):
    """Four accounts: steady, falling, silent, new."""
    with world():
        sales = cast.actor("sales")
        steady, falling = cast.actor("customer.buyer"), cast.actor("stranger.buyer")
        silent, fresh = buyer_of(customer(name="Silent")), buyer_of(customer(name="Fresh"))
        placed(steady, "100", 400, 70, 40, 10)
        placed(falling, "50", 500, 490, 30)
        placed(silent, "10", 130, 120, 110, 100)
        change_company(steady.company_id, manager_id=sales.user_id)
    with clock.frozen(NOW), world(sales):
        yield sales, steady, falling, silent, fresh


def names(rows):
    return [row.name for row in rows]


def test_figures_of_an_account(desk):
    sales, steady, falling, silent, fresh = desk
    made = article("CART", "7.00", stock=10)
    fill_cart(steady, [(made, 3)])
    row = portfolio_row(sales, steady.company_id)
    assert (row.turnover, row.before, row.trend) == (300, 100, 200)
    assert (row.last_on, row.silence, row.is_silent) == (date(2026, 11, 10), 10, False)
    assert (row.carts, row.manager) == (1, sales.name)
    fell = portfolio_row(sales, falling.company_id)
    assert (fell.turnover, fell.before, fell.trend) == (50, 100, -50)
    quiet = portfolio_row(sales, silent.company_id)
    assert (quiet.rhythm, quiet.silence, quiet.is_silent, quiet.trend) == (10, 100, True, None)
    new = portfolio_row(sales, fresh.company_id)
    assert (new.turnover, new.last_on, new.rhythm, new.is_silent) == (0, None, None, False)


def test_filters(desk):
    sales, fresh = desk[0], desk[4]
    create_task(sales, fresh.company_id, kind="todo", text="Welcome", due_on=date(2026, 11, 20), client_ref=ref())
    for filters, wanted in (
        ({"manager_id": sales.user_id}, ["Möller"]),
        ({"text": "ILE"}, ["Silent"]),
        ({"text": "%"}, []),
        ({"country": "XX"}, []),
        ({"is_falling": True}, ["Stranger"]),
        ({"has_fallen_silent": True}, ["Silent"]),
        ({"silent_days": 90}, ["Fresh", "Silent"]),
        ({"is_unmanaged": True, "silent_days": 20}, ["Fresh", "Silent", "Stranger"]),
        ({"has_stand_in": True}, []),
        ({"is_overdue": True}, []),
        ({"group_id": 1}, []),
        ({"segment_id": 1}, []),
    ):
        rows = portfolio(sales, PortfolioFilters(**filters), sort="name", is_descending=False)
        assert names(rows) == wanted, filters
        assert sum(one.accounts for one in portfolio_sums(sales, PortfolioFilters(**filters))) == len(wanted)
    assert portfolio(sales, PortfolioFilters(), sort="tasks")[0].name == "Fresh"
    (sums,) = portfolio_sums(sales, PortfolioFilters())
    assert (sums.accounts, sums.turnover, sums.before) == (4, Decimal(390), Decimal(200))


def test_overdue_counts_what_is_owed_and_late(desk, cast):
    sales = desk[0]
    today = NOW.date()
    claim(cast.customer, "119.00", issued_on=today - timedelta(days=60), due_on=today - timedelta(days=30))
    claim(cast.customer, "50.00", issued_on=today, due_on=today + timedelta(days=30))
    rows = portfolio(sales, PortfolioFilters(is_overdue=True))
    assert [(row.name, row.overdue) for row in rows] == [("Möller", Decimal(119))]


def test_every_order_goes_on_by_key_both_ways(desk):
    sales, *_ = desk
    for sort in SORTS:
        for is_descending in (True, False):
            whole = portfolio(sales, PortfolioFilters(), sort=sort, is_descending=is_descending)
            key = (str(whole[1].key), str(whole[1].id))
            rest = portfolio(sales, PortfolioFilters(), sort=sort, is_descending=is_descending, after=key)
            assert names(whole[:2] + rest) == names(whole), sort
            back = (str(whole[2].key), str(whole[2].id))
            first = portfolio(sales, PortfolioFilters(), sort=sort, is_descending=is_descending, before=back)
            assert names(first) == names(whole[:2]), sort


def test_one_statement_whatever_the_rows(desk, isolated):
    sales, *_ = desk
    with counted(isolated) as few:
        portfolio(sales, PortfolioFilters())
    for number in range(16):
        person(customer(name=f"More {number}"), Role.BUYER)
    with counted(isolated) as many:
        assert len(portfolio(sales, PortfolioFilters())) == 20
    assert len(few) == len(many) == 1
