"""The check of order files against a catalogue: our own small one, and the reference files where they are at hand."""

from __future__ import annotations

import json
import os
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.core.errors import Invalid, NotFound
from app.ordering.cli import COMMANDS, orderfile
from app.ordering.domain.order_file import read_order_file
from app.ordering.domain.order_file_check import (
    PriceCatalogue,
    PricedArticle,
    check_order_file,
    load_catalogue,
    unit_price,
)
from tests.support.effort import calls

BREAKS = ((Decimal(10), Decimal("0.90")), (Decimal(100), Decimal("0.755")))
CATALOGUE = PriceCatalogue(
    {
        "22423": PricedArticle("22423", Decimal("1.25"), "EUR"),
        "85123A": PricedArticle("85123A", Decimal("2.5"), "EUR"),
    },
    {"22423": BREAKS},
)


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("1", "1.25"), ("9", "1.25"), ("10", "0.90"), ("99", "0.90"), ("100", "0.755"), ("1E+30", "0.755")],
)
def test_the_break_with_the_largest_quantity_not_above_counts(quantity, price):
    assert unit_price(Decimal(quantity), Decimal("1.25"), BREAKS) == Decimal(price)
    assert unit_price(Decimal(quantity), Decimal("1.25"), ()) == Decimal("1.25")


def check(text: str):
    return check_order_file(text.encode(), "order.csv", "C-1", CATALOGUE.articles, CATALOGUE.breaks)


def test_the_whole_answer():
    assert check("SKU,Qty\n22423,4\n85123a,3\n\n22423,6\n99999, 2 \n,,\n22423,1.5\n,,Sum\n") == {
        "file": "order.csv",
        "account": "C-1",
        "currency": "EUR",
        "reading": {
            "kind": "csv",
            "language": "en",
            "decimal": ".",
            "header_row": 1,
            "columns": {"sku": "SKU", "qty": "Qty"},
            "encoding": "utf-8",
            "delimiter": ",",
        },
        "counts": {
            "item_rows": 5,
            "accepted_rows": 3,
            "accepted_lines": 2,
            "merged_rows": 1,
            "rejected_rows": 2,
            "ignored_rows": 3,
            "units": 13,
        },
        "net_total": "16.50",
        "accepted": [
            # ten pieces together reach the break that neither row reaches alone
            {"sku": "22423", "qty": 10, "rows": [2, 5], "unit_price": "0.90", "line_total": "9.00"},
            {"sku": "85123A", "qty": 3, "rows": [3], "unit_price": "2.50", "line_total": "7.50"},
        ],
        "merged": [{"sku": "22423", "rows": [2, 5], "quantities": [4, 6], "qty": 10}],
        "rejected": [
            {"row": 6, "sku": "99999", "qty": "2", "reason": "unknown_sku"},
            {"row": 8, "sku": "22423", "qty": "1.5", "reason": "qty_not_whole"},
        ],
        "ignored": [
            {"row": 4, "reason": "empty_row"},
            {"row": 7, "reason": "empty_row"},
            {"row": 9, "reason": "no_sku_and_qty"},
        ],
    }


@pytest.mark.parametrize(
    ("quantity", "total"),
    [("101", "76.26"), ("103", "77.77"), ("12.0", "10.80"), ("9" * 29, "75499999999999999999999999999.25")],
)
def test_line_totals_round_half_up_and_stay_exact(quantity, total):
    line = check(f"SKU,Qty\n22423,{quantity}\n")["accepted"][0]
    assert line["line_total"] == total
    assert json.loads(json.dumps(line)) == line


def test_nothing_accepted_is_no_error():
    answer = check("SKU,Qty\n99999,1\n")
    assert (answer["net_total"], answer["accepted"], answer["counts"]["units"]) == ("0.00", [], 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text("name,sku,list_price,currency\nMug,22423,1.25,EUR\nBag,85123a,2.5,EUR\n")
    (tmp_path / "price_breaks.csv").write_text("sku,min_qty,unit_price\n22423,100,0.755\n22423,10,0.90\n")
    return tmp_path


def test_a_catalogue_is_two_tables_in_a_folder(folder):
    assert load_catalogue(folder) == PriceCatalogue(CATALOGUE.articles, {"22423": list(BREAKS)})


def test_a_catalogue_that_is_none_is_told(folder):
    (folder / "price_breaks.csv").write_text("sku,unit_price\n")
    with pytest.raises(Invalid, match="has no column min_qty"):
        load_catalogue(folder)
    (folder / "price_breaks.csv").unlink()
    with pytest.raises(NotFound, match="There is no price_breaks"):
        load_catalogue(folder)
    (folder / "products.csv").write_text("sku,list_price,currency\n22423,cheap,EUR\n")
    with pytest.raises(Invalid, match="cheap"):
        load_catalogue(folder)


def test_the_command_prints_the_answer(folder):
    order = folder / "order.csv"
    order.write_text("Artikelnummer;Stückzahl\n22423;12,0\n85123a;abc\n;;Summe\n", encoding="cp1252")
    arguments = ["check", str(order), "--account", "C-1", "--catalogue", str(folder)]
    plain = CliRunner().invoke(orderfile, arguments)
    assert plain.exit_code == 0, plain.output
    assert "row 3: refused, invalid_qty: '85123a', 'abc'" in plain.output
    assert "1 lines from 1 rows, 12 units" in plain.output
    answer = json.loads(CliRunner().invoke(orderfile, [*arguments, "--json"]).output)
    assert answer["reading"]["columns"] == {"sku": "Artikelnummer", "qty": "Stückzahl"}
    assert answer["net_total"] == "10.80"
    assert [orderfile] == COMMANDS


def test_the_command_says_what_cannot_be_read(folder):
    order = folder / "order.csv"
    order.write_bytes(b"%PDF-1.7")
    unreadable = CliRunner().invoke(orderfile, ["check", str(order), "--account", "C-1", "--catalogue", str(folder)])
    assert isinstance(unreadable.exception, Invalid)
    assert unreadable.exception.exit_code == 2


WHOLESALER = Path(os.environ.get("KONTOR_SHARED", Path(__file__).parents[2].parent / "shared")) / "data" / "wholesaler"
EXPECTED = sorted((WHOLESALER / "bulk-orders").glob("*.expected.json"))


@pytest.fixture(scope="module")
def wholesaler() -> PriceCatalogue:
    return load_catalogue(WHOLESALER)


@pytest.mark.shared
@pytest.mark.skipif(not EXPECTED, reason="the reference order files are not here (set KONTOR_SHARED)")
@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name.partition(".")[0])
def test_reference_files_come_out_exactly(path, wholesaler):
    expected = json.loads(path.read_text())
    for told in ("source_orders", "planted"):
        expected.pop(told)
    source = path.with_name(expected["file"])
    assert (
        check_order_file(source, source.name, expected["account"], wholesaler.articles, wholesaler.breaks) == expected
    )


def test_work_grows_with_the_rows_and_not_with_their_square():
    def effort(rows: int) -> int:
        data = ("SKU,Name,Qty\n" + "22423,A name of usual length,12\n" * rows).encode()
        return calls(lambda: check_order_file(data, "order.csv", "C-1", CATALOGUE.articles, CATALOGUE.breaks))

    assert effort(4000) < 4.4 * effort(1000)


def test_memory_of_a_long_order_is_that_of_its_rows():
    data = ("SKU,Name,Qty\n" + "22423,A name of usual length,12\n" * 20_000).encode()
    tracemalloc.start()
    order = read_order_file(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(order.rows) == 20_000
    assert peak < 25_000_000
