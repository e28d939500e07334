"""A list imported into a draft, activated and rolled back while buyers browse; imports at once.

KONTOR_RACE_ENTRIES says how many entries the list has: 2,000 by default, 20,000 for the whole story (about a minute).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from threading import Event
from time import sleep

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Unavailable
from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.pricing.domain.price import PriceItem
from app.pricing.domain.versions import Phase
from app.pricing.queries.prices import price_lines
from app.pricing.queries.versions import series
from app.pricing.service import versions as service
from app.pricing.service.lists import EntryRow, upsert_entries
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import articles
from tests.factories.pricing import chain, german_vat, price_list

pytestmark = pytest.mark.races
COUNT = int(os.environ.get("KONTOR_RACE_ENTRIES", "2000"))
SAMPLE, PART, READERS, ROUNDS = 60, 500, 3, 3
SYSTEM = Actor.system()
OLD, NEW = Decimal(100), Decimal(110)


def sku(number):
    return f"A-{number:03d}"


@pytest.fixture
def market(committing, world):
    """A list with its chain, a buyer, and a sample of what he looks at."""
    with world():
        operator()
        german_vat()
        company = customer()
        buyer = actor_for(person(company), company)
        ids = articles(COUNT)
        list_id = price_list("GEN")
        chain("ALL", "GEN", is_default=True)
        upsert_entries(SYSTEM, list_id, [EntryRow(sku(n), OLD) for n in range(1, COUNT + 1)])
    return buyer, Random(3).sample(ids, SAMPLE)


@contextmanager
def system(app):
    with app.app_context(), acting_as(SYSTEM):
        yield


def seen_by(buyer, ids, day):
    items = [PriceItem(article_id, Decimal(1), "H87", "H87", Factor(1)) for article_id in ids]
    with acting_as(buyer):
        lines = price_lines(buyer, items, company_id=buyer.company_id, on=day)
    return {line.unit_price for line in lines}


def with_patience(work):
    """Try again what the database put off; anything else is an error."""
    for _attempt in range(20):
        try:
            return work()
        except Unavailable:
            sleep(0.05)
    raise AssertionError("the database never came to it")


def fill(list_id, price, seed=None):
    """As an import does: part by part, each in a transaction of its own."""
    numbers = list(range(1, COUNT + 1))
    if seed is not None:
        Random(seed).shuffle(numbers)
    for start in range(0, COUNT, PART):
        rows = [EntryRow(sku(number), price) for number in numbers[start : start + PART]]
        with_patience(lambda rows=rows: upsert_entries(SYSTEM, list_id, rows))


def test_activated_and_rolled_back_while_buyers_browse(committing, market, world):
    buyer, ids = market
    with world():
        day = series(SYSTEM, "GEN").today
    done = Event()

    def browse(_number):
        seen = []
        with committing.app_context():
            while not done.is_set():
                seen.append(frozenset(seen_by(buyer, ids, day)))
        return seen

    with ThreadPoolExecutor(READERS) as pool:
        browsing = [pool.submit(browse, number) for number in range(READERS)]
        try:
            for _round in range(ROUNDS):
                with system(committing):
                    code = service.new_draft(SYSTEM, "GEN", is_empty=True)
                    fill(series(SYSTEM, code).versions[0].id, NEW)
                with committing.app_context():
                    assert seen_by(buyer, ids, day) == {OLD}  # a draft shows nowhere
                with system(committing):
                    service.submit(SYSTEM, code)
                    assert service.approve(SYSTEM, code) is Phase.ACTIVE
                with committing.app_context():
                    assert seen_by(buyer, ids, day) == {NEW}  # the first request after the commit
                with system(committing):
                    service.withdraw(SYSTEM, code)
                with committing.app_context():
                    assert seen_by(buyer, ids, day) == {OLD}
        finally:
            done.set()
        looks = [look for future in browsing for look in future.result()]
    assert set(looks) <= {frozenset({OLD}), frozenset({NEW})}  # never a mixture, never nothing
    assert len(looks) > ROUNDS * READERS


@pytest.mark.parametrize("is_same_list", [True, False])
def test_two_imports_at_once_never_block_each_other_for_good(committing, market, world, is_same_list):
    with world():
        codes = [service.new_draft(SYSTEM, "GEN") for _ in range(1 if is_same_list else 2)] * (2 if is_same_list else 1)
        drafts = [series(SYSTEM, code).of_code(code).id for code in codes]

    def write(number):
        with system(committing):
            fill(drafts[number], Decimal(200 + number), seed=number)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    with world():
        held = dict(
            db.session.execute(
                text("SELECT price_list_id, count(*) FROM price_entries WHERE price >= 200 GROUP BY price_list_id")
            ).all()
        )
        counts = db.session.scalars(text("SELECT DISTINCT entry_count FROM price_lists")).all()
    assert held == dict.fromkeys(drafts, COUNT)
    assert counts == [COUNT]
