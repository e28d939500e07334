"""What a version of a price list does to whom: accounts, purchases, floors; tried and rolled back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, transaction
from app.insights.queries.price_effects import latest_effect
from app.insights.service.price_effects import request_effect, sweep_effects, work_out
from app.pricing.domain.versions import PercentChange, Selection
from app.pricing.queries.versions import series
from app.pricing.service import versions
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.ordering import article, buyer, order
from tests.factories.pricing import buys_by, chain, price_list
from tests.support.work import drain

SYSTEM = Actor.system()


def market():
    """A buyer of the general list with an order of ten A-1, and an account with a list of its own over it."""
    first, _second = article("A-1", "10"), article("A-2", "20")
    general, special = customer("GENERAL"), customer("SPECIAL")
    price_list("OWN", {"A-1": "7"})
    buys_by(special.id, chain("MINE", "OWN", "LIST", strategy="lowest"))
    order(buyer(general), [(first, 10)])


def planned(percent="10"):
    code = versions.new_draft(SYSTEM, "LIST")
    versions.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(percent)))
    return code


def worked_out(code):
    work_out(SYSTEM, request_effect(SYSTEM, code))
    version = series(SYSTEM, code).of_code(code)
    return latest_effect(SYSTEM, version.id, version.updated_at)


@pytest.mark.usefixtures("ctx")
def test_each_account_sees_its_own_difference():
    market()
    code = planned()
    effect = worked_out(code)
    found = {
        one.code: (one.dearer, one.cheaper, one.mean, one.before, one.after, one.percent) for one in effect.accounts
    }
    assert found == {
        "GENERAL": (2, 0, Decimal("10.00"), Decimal(100), Decimal(110), Decimal(10)),
        "SPECIAL": (1, 0, Decimal("10.00"), Decimal(0), Decimal(0), None),
    }
    assert (effect.state, effect.changed, effect.articles, effect.is_stale) == ("done", 2, 2, False)
    assert db.session.scalar(text("SELECT state FROM price_lists WHERE code = :code"), {"code": code}) == "draft"


@pytest.mark.usefixtures("ctx")
def test_a_planned_version_is_previewed_as_well_and_grows_stale():
    market()
    code = planned("-4")
    today = series(SYSTEM, "LIST").today
    versions.submit(SYSTEM, code, valid_from=today.replace(year=today.year + 1))
    effect = worked_out(code)
    assert {one.cheaper for one in effect.accounts} == {1, 2}
    assert series(SYSTEM, code).phase(series(SYSTEM, code).of_code(code)) == "planned"


@pytest.mark.usefixtures("ctx")
def test_a_lost_preview_is_found_again():
    market()
    request_effect(SYSTEM, planned())
    with transaction():
        db.session.execute(text("UPDATE price_effects SET due_at = now() - interval '1 hour'"))
    assert sweep_effects(SYSTEM) == 1


def test_a_price_manager_looks_before_he_submits(client, world, sent):
    with world():
        market()
        manager = person(operator(), Role.PRICING)
        code = planned()
    sign_in(client, manager)
    page = client.get(f"/prices/versions/{code}")
    assert "Effect on accounts" in page.text
    assert client.get(f"/prices/versions/{code}/effect").status == 404
    page = client.post(f"/prices/versions/{code}/effect", follow=True)
    assert "Waiting for a free worker" in page.text
    drain(client.app)
    page = client.get(f"/prices/versions/{code}/effect?side=more")
    assert [row[1] for row in page.rows("Accounts")] == ["GENERAL", "SPECIAL"]
    assert "Accounts concerned 2" in client.get(f"/prices/versions/{code}").text
