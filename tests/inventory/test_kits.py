"""Kits without stock of their own: promised as often as their parts allow, held as their parts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.catalog.service.kits import set_kit
from app.core import clock
from app.core.db import db, statements
from app.core.errors import Conflict
from app.inventory.domain.promise import Need, Want
from app.inventory.queries.promises import promises
from app.inventory.service.reservations import release, reserve
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article
from tests.factories.inventory import stock

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house():
    firm = operator()
    return actor_for(person(firm, Role.OPERATOR_ADMIN), firm)


@pytest.fixture
def kit(house):
    made = article("KIT")
    article("P-1")
    article("P-2")
    stock("P-1", 10)
    stock("P-2", 7)
    set_kit(house, "KIT", [("P-1", Decimal(2)), ("P-2", Decimal(1))])
    return made


def available(house, kit):
    found = promises(house, [Need(kit, Decimal(5), is_kit=True)], clock.today("Europe/Berlin"))[kit]
    return found.available, found.is_enough


def reserved():
    return dict(
        db.session.execute(
            text("SELECT a.sku, trim_scale(s.reserved)::text FROM stock s JOIN articles a ON a.id = s.article_id")
        ).all()
    )


def test_parts_allow_so_many_kits(house, kit):
    assert available(house, kit) == (5, True)
    stock("P-1", 9)
    assert available(house, kit) == (4, False), "whole kits only"
    stock("P-2", 0)
    assert available(house, kit) == (0, False)


def test_stock_of_the_kit_itself_counts_first(house, kit):
    stock("KIT", 3)
    assert available(house, kit) == (3, False)


def test_an_order_holds_the_parts_and_lets_them_go(house, kit):
    company = customer().id
    reserve(house, company, [Want(1, kit, Decimal(4), is_kit=True)])
    assert reserved() == {"P-1": "8", "P-2": "4"}
    with pytest.raises(Conflict):
        reserve(house, company, [Want(2, kit, Decimal(2), is_kit=True)])
    assert reserved() == {"P-1": "8", "P-2": "4"}
    release(house, [1])
    assert reserved() == {"P-1": "0", "P-2": "0"}


def test_only_kits_cost_a_statement_more(house, kit):
    plain = article("PLAIN")
    today = clock.today("Europe/Berlin")
    with statements() as without:
        promises(house, [Need(plain, Decimal(1))], today)
    with statements() as with_kits:
        promises(house, [Need(plain, Decimal(1)), Need(kit, Decimal(1), is_kit=True)], today)
    assert len(with_kits) == len(without) + 1
