"""Sorting by own price is the order of what the one pricing call says, whatever the prices are made of."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.catalog.domain.order_quantity import smallest
from app.catalog.queries.articles import articles_by_id
from app.core.db import db
from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.pricing.domain.price import PriceItem
from app.pricing.queries import own_price
from app.pricing.queries.own_price import Matching, by_own_price
from app.pricing.queries.prices import price_lines
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article
from tests.factories.pricing import buys_by, chain, german_vat, price_list
from tests.support.queries import counted

TODAY = date(2026, 11, 20)


@pytest.fixture
def buyer(ctx):
    operator()
    german_vat()
    company = customer(country="DE")
    return actor_for(person(company, "buyer"), company)


def random_world(company_id: int, seed: int) -> list[int]:
    """Forty articles; lists that merge or shut, gross, foreign, formula; breaks; discounts by brand."""
    draw = random.Random(seed)
    ids = []
    for number in range(40):
        facts = {"minimum": Decimal(draw.choice((0, 0, 10))), "brand": draw.choice(("Bolto", "Nutto", ""))}
        ids.append(article(f"A-{number:02d}", vat_class=draw.choice(("standard", "reduced")), **facts))
    some = lambda share: [f"A-{n:02d}" for n in range(40) if draw.random() < share]  # noqa: E731
    for code, share, facts in (("OWN", 0.4, {}), ("GROSS", 0.4, {"is_gross": True}), ("USD", 0.2, {"currency": "USD"}),
                               ("ALL", 0.8, {})):  # fmt: skip
        prices = {sku: {0: draw.randint(1, 12), 10: draw.randint(1, 12)} if draw.random() < 0.5
                  else {draw.choice((0, 1, 20)): Decimal(draw.randint(100, 900)) / 100} for sku in some(share)}  # fmt: skip
        price_list(code, prices, **facts)
    price_list("FORMULA")
    db.session.execute(
        text("""
        UPDATE price_lists SET kind = 'formula', source_id = (SELECT id FROM price_lists WHERE code = 'ALL'),
            factor = 0.83, surcharge = 0.5, price_ending = 0.99 WHERE code = 'FORMULA'""")
    )
    if draw.random() < 0.7:
        db.session.execute(text("INSERT INTO discount_matrices (code, name) VALUES ('M', 'Brands')"))
        db.session.execute(
            text("""
            INSERT INTO discount_rules (matrix_id, target, brand, min_quantity, percent)
            SELECT id, 'brand', 'Bolto', 0, 37 FROM discount_matrices""")
        )
    lists = [draw.choice(("", "-")) + code for code in draw.sample(["OWN", "GROSS", "USD", "ALL", "FORMULA"], 4)]
    buys_by(company_id, chain("C", *lists, strategy=draw.choice(("merge", "lowest", "first"))))
    return ids


def told(actor, ids) -> list[tuple[Decimal | None, int]]:
    """Every article with the price the one pricing call says, by id."""
    items = [
        PriceItem(one.id, smallest(one), one.base_unit, one.base_unit, Factor(1), one.vat_category, one.vat_class)
        for one in articles_by_id(actor, ids).values()
    ]
    lines = price_lines(actor, items, company_id=actor.company_id, on=TODAY)
    return sorted(
        (
            (None if line.unit_price is None else line.unit_price / line.base_quantity, line.article_id)
            for line in lines
        ),
        key=lambda place: place[1],
    )


def in_order(places, *, is_descending=False):
    sign = -1 if is_descending else 1
    return sorted(places, key=lambda place: (place[0] is None, sign * (place[0] or 0), place[1]))


def pages(actor, *, size, **options):
    found, after = [], None
    while page := by_own_price(
        actor, Matching(), company_id=actor.company_id, on=TODAY, after=after, limit=size, **options
    ):
        found += page
        after = page[-1]
    return found


@pytest.mark.parametrize("few", [3000, 5])
@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_that_of_the_one_pricing_call(buyer, monkeypatch, seed, few):
    """Looked up by their ids, and found by walking the lists; page by page, up and down."""
    monkeypatch.setattr(own_price, "_FEW", few)
    monkeypatch.setattr(own_price, "_FIRST", 6)
    ids = random_world(buyer.company_id, seed)
    db.session.commit()
    with acting_as(buyer):
        expected = told(buyer, ids)
        assert pages(buyer, size=7) == in_order(expected)
        assert pages(buyer, size=7, is_descending=True) == in_order(expected, is_descending=True)
        ordered = in_order(expected)
        for place in (39, 30, 8):
            before = by_own_price(
                buyer, Matching(), company_id=buyer.company_id, on=TODAY, before=ordered[place], limit=7
            )
            assert before == ordered[place - 7 : place]
        low, high = Decimal("2.50"), Decimal(6)
        held = [place for place in expected if place[0] is not None and low <= place[0] <= high]
        assert pages(buyer, size=5, low=low, high=high) == in_order(held)


def test_many_pages_take_few_statements(buyer, app):
    random_world(buyer.company_id, 1)
    with counted(app) as asked:
        by_own_price(buyer, Matching(), company_id=buyer.company_id, on=TODAY, limit=10)
    assert len(asked) <= 6
