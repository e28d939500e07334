"""`kontor import` and `kontor history` as people call them."""

from __future__ import annotations

import json
from contextlib import nullcontext

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.tables.opening import open_table
from app.exchange.cli import imports as cli
from app.exchange.service.runs import save_mapping
from tests.factories import accounts, catalog, pricing
from tests.factories.exchange import importer_actor, stored_file

PRICES = "sku,price,min_qty\nA-1,10,\nA-1,9,50\nX-9,1,\n"


@pytest.fixture
def kontor(isolated, world, monkeypatch):
    monkeypatch.setattr(cli, "running_app", lambda: nullcontext(isolated))
    with world():
        accounts.operator()
        catalog.article("A-1")

    def run(command, *arguments, code: int = 0):
        result = CliRunner().invoke(command, [str(argument) for argument in arguments], standalone_mode=False)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return run


def prices_stored(world) -> int:
    with world():
        return db.session.scalar(text("SELECT count(*) FROM price_entries"))


def test_the_result_is_said_in_one_line_and_the_refused_rows_below(kontor, world):
    output = kontor(
        cli.import_, "price_list", stored_file(PRICES, "prices.csv"), "--price-list", "SALE", "--currency", "EUR"
    )
    first, second = output.splitlines()
    assert first.startswith("price_list prices.csv: 3 rows, 2 created, 0 changed, 0 same, 1 refused (")
    assert second == "    row 4: sku: There is no article X-9."
    assert prices_stored(world) == 2


def test_json_has_counts_figures_and_problems(kontor):
    arguments = ("price_list", stored_file(PRICES, "prices.csv"), "--price-list", "SALE", "--currency", "EUR", "--json")
    found = json.loads(kontor(cli.import_, *arguments))
    assert {name: found[name] for name in ("rows", "created", "changed", "same", "refused", "state", "dry_run")} == {
        "rows": 3, "created": 2, "changed": 0, "same": 0, "refused": 1, "state": "done", "dry_run": False,
    }  # fmt: skip
    assert found["problems"] == [{"row": 4, "reasons": ["sku: There is no article X-9."]}]
    assert json.loads(kontor(cli.import_, *arguments))["same"] == 2


def test_a_dry_run_stores_nothing_and_writes_the_report(kontor, world, tmp_path):
    report = tmp_path / "refused.xlsx"
    file = stored_file(PRICES)
    output = kontor(
        cli.import_, "price_list", file, "--price-list", "SALE", "--currency", "EUR", "--dry-run", "--report", report
    )
    assert "would be 2 created" in output
    assert prices_stored(world) == 0
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM import_runs")) == 0
        assert db.session.scalar(text("SELECT count(*) FROM price_lists")) == 0
    with open_table(report) as table:
        rows = [list(row.cells) for row in table.rows()]
    assert rows == [
        ["sku", "price", "min_qty", "row", "reason"],
        ["X-9", "1", None, "4", "sku: There is no article X-9."],
    ]


def test_all_or_nothing_ends_with_an_error(kontor, world):
    output = kontor(cli.import_, "price_list", stored_file(PRICES), "--price-list", "SALE", "--currency", "EUR",
                    "--all-or-nothing", code=Invalid.exit_code)  # fmt: skip
    assert "Nothing was stored, because 1 rows cannot be." in output
    assert prices_stored(world) == 0


def test_a_mapping_is_given_by_pairs_or_by_name(kontor, world):
    file = stored_file("Teil;Wert\nA-1;2,50\n")
    options = ("--price-list", "SALE", "--currency", "EUR")
    assert "1 created" in kontor(cli.import_, "price_list", file, "--mapping", "sku=Teil,price=Wert", *options)
    with world():
        save_mapping(importer_actor(), "price_list", "Nord", {"sku": "Teil", "price": "Wert"})
    assert "1 same" in kontor(cli.import_, "price_list", file, "--mapping", "Nord", *options)
    with pytest.raises(NotFound):
        kontor(cli.import_, "price_list", file, "--mapping", "Süd", *options)
    with pytest.raises(Invalid, match="no column “Preis”"):
        kontor(cli.import_, "price_list", file, "--mapping", "sku=Teil,price=Preis", *options)


def test_the_list_shows_kinds_fields_and_options(kontor):
    output = kontor(cli.import_, "--list")
    for words in ("price_list: Price list.", "--price-list", "stock:code", "name:language", "order_history"):
        assert words in output


def test_a_folder_is_imported_in_the_order_of_need(kontor, world, tmp_path):
    (tmp_path / "products.csv").write_text("sku,name,list_price,currency\nA-1,Bolt,1.25,GBP\nB-1,Nut,0.10,GBP\n")
    (tmp_path / "price_breaks.csv").write_text("sku,min_qty,unit_price\nA-1,10,1.00\n")
    (tmp_path / "accounts.csv").write_text("account,country,country_code\nC1,United Kingdom,GB\nC2,Channel Islands,\n")
    (tmp_path / "orders.csv").write_text(
        "order_number,line_no,ordered_at,account,sku,qty,unit_price\n"
        "1,1,2011-03-01T10:00:00,C1,A-1,4,1.25\n1,2,2011-03-01T10:00:00,C1,A-1,10,1.00\n"
        "2,1,2011-03-01T10:00:00,C1,B-1,10,0.12\n3,1,2010-03-01T10:00:00,C2,B-1,10,0.10\n"
    )
    (tmp_path / "readme.md").write_text("not a table")
    found = json.loads(kontor(cli.import_, "all", tmp_path, "--json"))
    assert [(one["kind"], one["created"] + one["changed"], one["refused"]) for one in found] == [
        ("products", 2, 0), ("accounts", 2, 0), ("price_list", 2, 0), ("price_list", 1, 0), ("order_history", 4, 0),
    ]  # fmt: skip
    assert found[-1]["figures"] == {"orders": "3", "pieces": "34", "net": "17.20"}
    again = json.loads(kontor(cli.import_, "all", tmp_path, "--json"))
    assert {one["created"] + one["changed"] for one in again} == {0}

    found = json.loads(kontor(cli.history, "reprice", "--year", "2011", "--json"))
    assert found == {"year": 2011, "lines": 3, "agree": 2, "share": "66.67"}
    assert kontor(cli.history, "reprice", "--year", "2010") == "1 of 1 lines agree (100.00 %)\n"
    assert kontor(cli.history, "reprice", "--year", "1999") == "0 of 0 lines agree (0.00 %)\n"


def test_ctrl_c_cancels_so_that_no_worker_goes_on(kontor, world, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "process", interrupted)
    arguments = ("price_list", stored_file(PRICES), "--price-list", "SALE", "--currency", "EUR")
    with pytest.raises(click.Abort):
        kontor(cli.import_, *arguments)
    monkeypatch.undo()
    with world():
        assert db.session.scalar(text("SELECT state FROM import_runs")) == "cancelled"


def test_usage_errors_say_what_to_give(kontor, tmp_path):
    for arguments in ((), ("products",), ("all", stored_file("a")), ("products", tmp_path)):
        with pytest.raises(Exception, match="give a kind and a file"):
            kontor(cli.import_, *arguments)
    with pytest.raises(Invalid, match="no import of “colours”"):
        kontor(cli.import_, "colours", stored_file("a,b\n1,2\n"))


def test_prices_of_the_chain_count_when_history_is_priced_again(kontor, world):
    """An account's own list is taken, not only the one that everybody has."""
    with world():
        company = accounts.customer("C1", currency="EUR")
        pricing.price_list("GEN", {"A-1": "2.00"})
        pricing.price_list("OWN", {"A-1": "1.50"})
        pricing.chain("ALL", "GEN", is_default=True)
        pricing.buys_by(company.id, pricing.chain("C1", "OWN", "GEN"))
    orders = (
        "order_number,line_no,ordered_at,account,sku,qty,unit_price\n"
        "1,1,2011-03-01,C1,A-1,3,1.50\n1,2,2011-03-01,C1,A-1,3,2.00\n"
    )
    kontor(cli.import_, "order_history", stored_file(orders), "--currency", "EUR")
    assert json.loads(kontor(cli.history, "reprice", "--year", "2011", "--json"))["agree"] == 1
