"""`kontor credit ...` and `kontor budget show`: figures for people and, as JSON, for programs."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.accounts import cli
from app.accounts.service.credit import set_limit, use
from app.core.actor import Actor
from app.core.db import db, transaction
from tests.factories import accounts as make

SYSTEM = Actor.system()


@pytest.fixture
def run(isolated, world, monkeypatch):
    @contextmanager
    def on_console():
        with world():
            yield SYSTEM

    monkeypatch.setattr(cli, "on_console", on_console)
    with world():
        company = make.customer("K-1")
        set_limit(SYSTEM, company.id, Decimal(1000))
        use(SYSTEM, company.id, 1, "SO-1", Decimal("250.50"), "EUR")
        budget = make.budget(make.cost_centre(company, "4711"), 100, kind="dates", starts_on=date(2020, 1, 1),
                             ends_on=date(2090, 1, 1))  # fmt: skip

    def call(command, *words):
        return CliRunner().invoke(command, words)

    call.budget = budget
    return call


def test_where_an_account_stands(run):
    said = run(cli.credit, "show", "K-1").output
    assert all(words in said for words in ("1,000.00 EUR", "-250.50 EUR", "749.50 EUR", "purchased", "SO-1"))
    found = json.loads(run(cli.credit, "show", "K-1", "--json").output)
    assert Decimal(found["available"]) == Decimal("749.50")
    assert [one["kind"] for one in found["ledger"]] == ["purchased", "allocated"]


def test_what_budgets_leave(run):
    assert "4711" in run(cli.budget, "show", "K-1").output
    (found,) = json.loads(run(cli.budget, "show", "K-1", "--json").output)
    assert (found["cost_centre"], Decimal(found["left"]), found["rule"]) == ("4711", 100, "block")


def test_sums_that_differ_are_told(run, world):
    assert run(cli.credit, "check").exit_code == 0
    with world(), transaction():
        db.session.execute(text("UPDATE budgets SET taken = 7"))
        db.session.execute(text("UPDATE credit_accounts SET outstanding = 7"))
    told = run(cli.credit, "check")
    assert told.exit_code == 1
    assert f"budget {run.budget.id}: 7.000000 is kept, the entries add up to 0" in told.output
    assert "the entries add up to -250.5" in told.output
