"""List, product page, cart, preview, explanation and order give one price: random accounts, articles, quantities, units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from app.accounts.models.companies import AccountGroup, Company
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.cart import price_day, price_item, priced_cart
from app.ordering.queries.orders import order_lines
from app.ordering.queries.product import product
from app.ordering.queries.quick_order import preview, read_text
from app.ordering.queries.shop import offers
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from app.pricing.queries.explain import explain
from app.pricing.queries.prices import ladders, price_lines
from app.pricing.service.discounts import RuleRow
from tests.factories import ordering, pricing
from tests.factories.accounts import customer

SKUS = [f"P-{n}" for n in range(6)]


@pytest.fixture
def buyers(ctx):
    """Four accounts: everybody's prices; a group's; a contract before an own chain; a parent's list in dollars."""
    for place, sku in enumerate(SKUS):
        ordering.article(
            sku, None if place == 5 else f"{place + 1}.37", breaks={10: f"{place + 1}.11", 144: f"{place}.99"},
            units={"XBX": 12}, stock=10_000_000, brand="Wago" if place % 2 else "",
        )  # fmt: skip
    plain, grouped, special, parent, child = (
        customer(code) for code in ("PLAIN", "GROUPED", "SPECIAL", "PARENT", "CHILD")
    )
    with system_scope("factory"), transaction() as session:
        group = AccountGroup(code="TRADE", name="Trade")
        session.add(group)
        session.flush()
        session.execute(update(Company).where(Company.id == grouped.id).values(group_id=group.id))
        session.execute(update(Company).where(Company.id == child.id).values(parent_id=parent.id))
    pricing.price_list("TRADE", {"P-0": {0: "1.2", 50: "1.05"}, "P-3": "9"})
    pricing.chain("TRADE", "TRADE")
    pricing.assign("group", "TRADE", "TRADE", "lowest")
    pricing.matrix("M", RuleRow("brand", "Wago", Decimal("7.5"), Decimal(2), by_box=True), reach="group")
    pricing.formula("NINE", "LIST", factor="0.93", surcharge="0.02", ending="0.09")
    pricing.price_list("OWN", {"P-1": {0: "1.999999", 7: "1.5"}})
    pricing.chain("OWN", "OWN", "NINE", strategy="lowest")
    pricing.assign("account", "SPECIAL", "OWN")
    pricing.contract(special.id, "FRAME", {"P-2": ("0.5", 60)})
    pricing.price_list("USD", {"P-4": "3.3333"}, currency="USD")
    pricing.chain("USD", "USD")
    pricing.assign("account", "PARENT", "USD", converts=True)
    pricing.exchange_rate("USD/EUR", "0.91234567", date(2020, 1, 1))
    return [ordering.buyer(company) for company in (plain, grouped, special, child)]


@pytest.mark.usefixtures("ctx")
@settings(
    max_examples=20,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 3), st.sampled_from(SKUS), st.integers(1, 300), st.sampled_from(["H87", "XBX"]))
def test_everybody_gives_the_same_price(buyers, who, sku, quantity, unit):
    buyer: Actor = buyers[who]
    asked = Decimal(quantity)
    with acting_as(buyer):
        (article,) = articles_by_code(buyer, [sku])[sku]
        day = price_day(buyer)
        (line,) = price_lines(buyer, [price_item(article, asked, unit)], company_id=buyer.company_id, on=day)
        seen = (line.unit_price, line.base_quantity, line.net)
        word = "box" if unit == "XBX" else "pcs"
        (paper,) = preview(buyer, read_text(f"{sku}\t{quantity}\t{word}")).lines or [None]
        if paper is not None and paper.unit == unit:
            assert (paper.price.unit_price, paper.price.base_quantity, paper.price.net) == seen
        (row,) = offers(buyer, [article], day)
        one = price_lines(buyer, [price_item(article, row.quantity, "H87")], company_id=buyer.company_id, on=day)[0]
        page = product(buyer, sku)
        assert row.price == one == page.row.price
        ladder = ladders(buyer, [article.id], company_id=buyer.company_id, on=day).get(article.id, ())
        assert page.breaks == ladder
        if unit == "H87" and all(step.level != "contract" for step in ladder):  # a ladder cannot tell what is left
            reached = [step for step in ladder if step.unit == "H87" and step.min_quantity <= asked]
            assert line.unit_price == (reached[-1].price if reached else None)
    with acting_as(Actor.system()):
        told = explain(Actor.system(), buyer.company_id, sku, asked, unit=unit, on=clock.today("Europe/Berlin"))
        assert (told.line.unit_price, told.line.base_quantity, told.line.net) == seen
        assert sum(one.is_winner for one in told.candidates) == (line.unit_price is not None)
    if line.unit_price is None:
        return
    with acting_as(buyer):
        wanted = [WantedLine(article.id, asked, unit)]
        cart_id = add_lines(buyer, None, wanted, client_ref=ordering.ref()).page.cart_id
        (held,) = priced_cart(buyer, cart_id).rows
        assert (held.price.unit_price, held.price.base_quantity, held.price.net) == seen
        check_prices(buyer, cart_id)
        wishes = Wishes(ordering.ship_to(buyer), po_number="1")
        placed = submit(buyer, cart_id, wishes, client_ref=ordering.ref()).order
        (ordered,) = order_lines(buyer, placed.id, limit=5)
        assert (ordered.unit_price, ordered.price_base_quantity, ordered.net) == seen
    db.session.rollback()
