"""Imports into one list at once, while buyers look: every price seen is a whole one, nobody deadlocks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from random import Random
from threading import Event

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import price_lines
from app.pricing.service.lists import EntryRow, upsert_entries
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import articles
from tests.factories.pricing import chain, german_vat, price_list

pytestmark = pytest.mark.races
COUNT, ROUNDS, IMPORTS = 30, 6, 4


def test_imports_into_one_list_while_buyers_look(committing, world):
    with world():
        operator()
        german_vat()
        company = customer()
        buyer = actor_for(person(company), company)
        ids = articles(COUNT)
        list_id = price_list("GEN", {f"A-{n:03d}": "100" for n in range(1, COUNT + 1)})
        chain("ALL", "GEN", is_default=True)
    items = [PriceItem(article_id, Decimal(1), "H87", "H87", Factor(1)) for article_id in ids]
    done = Event()

    def write(number):
        with committing.app_context(), acting_as(Actor.system()):
            for turn in range(ROUNDS):
                price = Decimal(number * ROUNDS + turn + 1)
                rows = [EntryRow(f"A-{n:03d}", price) for n in range(1, COUNT + 1)]
                Random(number * 100 + turn).shuffle(rows)
                with transaction():  # one import in two parts, committed together
                    upsert_entries(Actor.system(), list_id, rows[:10])
                    upsert_entries(Actor.system(), list_id, rows[10:])
        return number

    def look(_number):
        seen = set()
        with committing.app_context():
            while not done.is_set():
                with acting_as(buyer):
                    lines = price_lines(buyer, items, company_id=buyer.company_id, on=date(2026, 1, 1))
                seen.add(len({line.unit_price for line in lines}))
        return seen

    with ThreadPoolExecutor(IMPORTS + 2) as pool:
        looking = [pool.submit(look, number) for number in range(2)]
        try:
            assert list(pool.map(write, range(IMPORTS))) == list(range(IMPORTS))
        finally:
            done.set()
        assert [future.result() for future in looking] == [{1}, {1}]  # never a mixture of two imports
    with world():
        count, kept = db.session.execute(
            text("SELECT (SELECT count(DISTINCT price) FROM price_entries), (SELECT count(*) FROM price_changes)")
        ).one()
    assert (count, kept) == (1, COUNT * ROUNDS * IMPORTS)
