"""`kontor price explain`."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.pricing import cli
from tests.factories.accounts import customer, operator
from tests.factories.catalog import article
from tests.factories.pricing import chain, german_vat, price_list


@pytest.fixture
def kontor(isolated, world, monkeypatch):
    @contextmanager
    def console():
        with world():
            yield Actor.system()

    monkeypatch.setattr(cli, "on_console", console)
    with world():
        operator()
        german_vat()
        customer("ACME")
        article("BOLT", units={"XBX": 12})
        price_list("GEN", {"BOLT": {0: "10", 24: "9.50"}})
        chain("ALL", "GEN", is_default=True)

    def run(*arguments):
        result = CliRunner().invoke(cli.price, ["explain", *arguments], standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.output

    return run


def test_json(kontor):
    found = json.loads(
        kontor("--account", "ACME", "--sku", "bolt", "--qty", "1", "--unit", "xbx", "--at", "2026-05-04", "--json")
    )
    assert {key: found[key] for key in ("price", "price_unit", "net", "list", "vat_rate", "on")} == {
        "price": "10", "price_unit": "H87", "net": "120", "list": "GEN", "vat_rate": "19", "on": "2026-05-04",
    }  # fmt: skip
    assert found["steps"][-1] == "12 pcs more and the price is 9.50 EUR"
    assert [one["won"] for one in found["candidates"]] == [True, False]


def test_words(kontor):
    text = kontor("--account", "ACME", "--sku", "BOLT", "--qty", "24")
    assert "228.00 EUR net" in text
    (holding,) = [line.split() for line in text.splitlines() if line.startswith("* ")]
    assert holding[1:3] == ["general", "GEN"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--account", "NONE", "--sku", "BOLT", "--qty", "1"), NotFound),
        (("--account", "ACME", "--sku", "NONE", "--qty", "1"), NotFound),
        (("--account", "ACME", "--sku", "BOLT", "--qty", "x"), Invalid),
        (("--account", "ACME", "--sku", "BOLT", "--qty", "0"), Invalid),
        (("--account", "ACME", "--sku", "BOLT", "--qty", "1", "--unit", "XPX"), Invalid),
    ],
)
def test_what_cannot_be_explained(kontor, arguments, error):
    with pytest.raises(error):
        kontor(*arguments)
