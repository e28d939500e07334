"""Articles that run out: sold as far as the stock goes, never waited for, then no longer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.catalog.queries.articles import articles_by_code
from app.core import audit
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.inventory.domain.promise import Need
from app.inventory.queries.promises import promises
from app.inventory.tasks import retire_sold_out
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import coming, stock


def promised(code, quantity):
    actor = Actor.system(operator().id)
    found = articles_by_code(actor, [code])[code][0]
    need = Need(found.id, Decimal(quantity), found.order_policy, found.lead_time_days)
    return promises(actor, [need], date(2026, 6, 1))[found.id]


@pytest.mark.parametrize("policy", ["stock", "backorder"])
def test_orderable_up_to_the_stock_never_on_backorder(ctx, policy):
    article("A-1", status="run_out", stock_policy=policy, lead_time_days=5)
    stock("A-1", 10)
    assert promised("A-1", 10).is_enough
    late = promised("A-1", 11)
    assert (late.is_enough, late.available) == (False, Decimal(10))


def test_when_the_stock_is_gone_the_sale_ends_and_the_history_says_so(ctx):
    gone, left, uncounted, ordered = (article(f"A-{n}", status="run_out") for n in range(4))
    stock("A-0", 0)
    stock("A-1", 1)
    stock("A-3", 0)
    coming("A-3", 5, date(2026, 7, 1))
    plain = article("B-1")
    stock("B-1", 0)
    assert retire_sold_out() == 1
    states = {
        found.id: found.status
        for (found,) in articles_by_code(Actor.system(), ["A-0", "A-1", "A-2", "A-3", "B-1"]).values()
    }
    assert states == {gone: "discontinued", left: "run_out", uncounted: "run_out", ordered: "run_out", plain: "active"}
    entry = audit.history(Actor.system(), "article", gone)[-1]
    assert (entry.action, entry.changes) == ("ran_out", {"status": ["run_out", "discontinued"]})
    assert retire_sold_out() == 0


def test_lists_say_that_it_runs_out(client, world):
    with world():
        operator()
        article("A-1", status="run_out")
        article("OLD", status="discontinued")
        stock("A-1", 3)
        buyer = person(customer(), Role.BUYER)
    sign_in(client, buyer)
    page = client.get("/shop")
    assert "running out" in page.text
    assert "OLD" not in page.text
    assert "This article is sold until the stock is gone." in client.get("/articles/A-1").text
    with world(), acting_as(Actor.system()):
        article("A-1", status="discontinued")
    assert "This article is no longer sold." in client.get("/articles/A-1").text
