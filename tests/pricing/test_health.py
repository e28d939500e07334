"""Lists that end, versions that wait, articles without a price, lists that shut others out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, statements
from app.pricing.domain.versions import PercentChange, Selection
from app.pricing.queries import health
from app.pricing.queries.versions import series
from app.pricing.service import versions
from tests.factories.accounts import operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.pricing import chain, german_vat, price_list

SYSTEM = Actor.system()


def market():
    operator()
    german_vat()
    for sku in ("A-1", "A-2", "A-3"):
        article(sku)
    price_list("GEN", {"A-1": "10", "A-2": "20"})
    price_list("USD", {"A-3": "3"}, currency="USD")
    chain("ALL", "GEN", is_default=True)
    chain("MIXED", "-USD", "GEN")


@pytest.mark.usefixtures("ctx")
def test_articles_without_a_price_by_chain():
    market()
    found = {line.code: (line.without_price, line.shutting) for line in health.chain_health(SYSTEM)}
    assert found == {"ALL": (1, ()), "MIXED": (0, ("USD",))}
    assert health.articles_without_price(SYSTEM, "ALL") == [("A-3", "Article A-3")]
    assert health.price_counts(SYSTEM) == health.PriceCounts(0, 0, 1)
    assert [line.code for line in health.chain_health(SYSTEM, after=["ALL"])] == ["MIXED"]
    assert [line.code for line in health.chain_health(SYSTEM, before=["MIXED"])] == ["ALL"]


@pytest.mark.usefixtures("ctx")
def test_what_ends_and_what_waits():
    market()
    code = versions.new_draft(SYSTEM, "GEN", label="Spring")
    versions.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(20)))
    versions.submit(SYSTEM, code)
    end = series(SYSTEM, "GEN").today + timedelta(days=3)
    db.session.execute(text("UPDATE price_lists SET valid_to = :end WHERE code = 'GEN'"), {"end": end})
    assert [line.label for line in health.waiting_versions(SYSTEM)] == ["Spring"]
    assert [(line.code, line.valid_to) for line in health.ending_lists(SYSTEM)] == [("GEN", end)]
    versions.approve(SYSTEM, code)
    assert health.ending_lists(SYSTEM) == []


def test_the_overview_and_the_page_tell_the_price_manager(client, world):
    with world():
        market()
        manager = person(operator(), Role.PRICING)
        code = versions.new_draft(SYSTEM, "GEN")
        versions.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(20)))
        versions.submit(SYSTEM, code)
    sign_in(client, manager)
    assert "Articles without price" in client.get("/start").text
    page = client.get("/prices/health")
    assert [row[0] for row in page.rows("Versions that wait for approval")] == ["List GEN"]
    assert [row[0] for row in page.rows("Chains")] == ["ALL", "MIXED"]
    assert client.get("/prices/health/ALL").rows()[0][1] == "A-3"
    with client.app.app_context(), statements() as few:
        client.get("/prices/health")
    with world():
        for number in range(15):
            chain(f"C-{number}", "GEN")
    with client.app.app_context(), statements() as many:
        client.get("/prices/health")
    assert len(many) == len(few)
