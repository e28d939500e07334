"""`kontor stock promise` and `kontor stock verify`."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.inventory import cli
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article
from tests.factories.inventory import coming, stock

LATER = clock.today("Europe/Berlin") + timedelta(days=9)


@pytest.fixture
def kontor(isolated, world, monkeypatch):
    @contextmanager
    def console():
        with world():
            yield Actor.system()

    monkeypatch.setattr(cli, "on_console", console)
    with world():
        operator()
        customer("ACME", stock_display="light")
        article("BOLT", stock_policy="backorder")
        stock("BOLT", 10)
        coming("BOLT", 5, LATER)

    def run(*arguments):
        result = CliRunner().invoke(cli.stock, ["promise", "--account", "ACME", *arguments], standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.output

    return run


def test_json(kontor):
    found = json.loads(kontor("--sku", "bolt", "--qty", "12", "--json"))
    assert (found["is_enough"], found["ships_on"], found["available"]) == (True, LATER.isoformat(), "10")
    assert [(part["quantity"], part["source"]) for part in found["parts"]] == [("10", "warehouse"), ("2", "incoming")]
    assert found["account_is_shown"] == "light"


def test_words_and_a_day_ahead(kontor):
    assert "12 H87 of BOLT for ACME" in kontor("--sku", "BOLT", "--qty", "12")
    found = json.loads(kontor("--sku", "BOLT", "--qty", "12", "--on", LATER.isoformat(), "--json"))
    assert found["later"] == "0"


def test_what_cannot_be_asked(kontor):
    for wrong in ("-1", "many"):
        with pytest.raises(Invalid):
            kontor("--sku", "BOLT", "--qty", wrong)
    with pytest.raises(Invalid):
        kontor("--sku", "BOLT", "--qty", "1", "--on", "2020-01-01")
    with pytest.raises(NotFound):
        kontor("--sku", "NONE", "--qty", "1")


def test_verify_names_sums_that_are_wrong(kontor, world):
    right = CliRunner().invoke(cli.stock, ["verify", "--json"])
    assert (right.exit_code, json.loads(right.output)["is_right"]) == (0, True)
    with world():
        db.session.execute(text("UPDATE stock SET on_hand = on_hand + 1"))
        db.session.commit()
    wrong = CliRunner().invoke(cli.stock, ["verify", "--json"])
    (fault,) = json.loads(wrong.output)["faults"]
    assert (wrong.exit_code, fault["check"], fault["sku"], fault["place"]) == (1, "on_hand", "BOLT", "MAIN")
    assert (fault["kept"], fault["rows"]) == ("11", "10")
    assert "fault: on_hand of BOLT in MAIN: 11" in CliRunner().invoke(cli.stock, ["verify"]).output
