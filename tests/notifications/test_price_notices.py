"""Buyers hear ahead of changed prices, price managers of lists that end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, transaction
from app.pricing.domain.versions import PercentChange, Selection
from app.pricing.queries.versions import series
from app.pricing.service import versions
from app.pricing.service.watching import watch
from tests.factories.accounts import customer, operator, person
from tests.factories.ordering import article, buyer, order
from tests.support.mail import tray
from tests.support.work import drain

SYSTEM = Actor.system()


@pytest.fixture
def mails(app):
    with tray() as kept:
        yield kept


def plan(days):
    code = versions.new_draft(SYSTEM, "LIST")
    versions.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(4)))
    versions.submit(SYSTEM, code, valid_from=series(SYSTEM, "LIST").today + timedelta(days=days))
    return code


def rows(world, statement):
    with world():
        return db.session.execute(text(statement)).all()


def test_buyers_hear_of_what_they_buy_once(isolated, world, sent, mails):
    with world():
        drill, _other = article("A-1", "10", name="Drill <8>"), article("A-2", "20")
        order(buyer(customer("ACME")), [(drill, 10)])
        buyer(customer("NEVER"))
        plan(5)
        assert watch(SYSTEM) == 1
        assert watch(SYSTEM) == 0
    drain(isolated)
    found = [mail for mail in mails if "Prices change" in mail["Subject"]]
    assert len(found) == 1
    body = found[0].get_body(("plain",)).get_content()
    assert "A-1 Drill <8>: 10.00 -> 10.40" in body
    assert "A-2" not in body


def test_what_is_withdrawn_is_not_told(isolated, world, sent, mails):
    with world():
        order(buyer(customer("ACME")), [(article("A-1", "10"), 10)])
        code = plan(5)
        assert watch(SYSTEM) == 1
        versions.withdraw(SYSTEM, code)
    drain(isolated)
    assert [mail["Subject"] for mail in mails if "Prices change" in mail["Subject"]] == []


def test_far_days_wait(world, isolated, sent):
    with world():
        article("A-1", "10")
        plan(60)
        assert watch(SYSTEM) == 0


def test_price_managers_hear_of_a_list_that_ends_with_nothing_behind_it(isolated, world, sent):
    with world():
        article("A-1", "10")
        manager = person(operator(), Role.PRICING)
        end = series(SYSTEM, "LIST").today + timedelta(days=7)
        with transaction():
            db.session.execute(text("UPDATE price_lists SET valid_to = :end"), {"end": end})
        assert watch(SYSTEM) == 1
    drain(isolated)
    told = rows(world, "SELECT user_id, subject FROM notices WHERE code = 'price_list_ends'")
    assert [tuple(row) for row in told] == [(manager.id, "The price list List prices ends")]


def test_a_list_with_a_successor_is_no_news(isolated, world, sent):
    with world():
        article("A-1", "10")
        end = series(SYSTEM, "LIST").today + timedelta(days=7)
        plan(7)
        with transaction():
            db.session.execute(text("UPDATE price_lists SET valid_to = :end WHERE series_id IS NULL"), {"end": end})
        watch(SYSTEM)
        assert db.session.scalar(text("SELECT count(*) FROM price_lists WHERE end_told_for IS NOT NULL")) == 0
