"""A real wholesaler's year priced again from its list and breaks alone."""

from __future__ import annotations

import csv
import lzma
from decimal import Decimal

import pytest

from app.core.quantity import Factor
from app.pricing.domain.book import Book, price_items
from app.pricing.domain.chain import Break, ListPrices, Strategy
from app.pricing.domain.levels import Level
from app.pricing.domain.price import PriceItem, net_of
from app.pricing.domain.vat import Parties

pytestmark = pytest.mark.shared
ONE = Factor(1)


def test_pricing_2011_again_agrees_to_the_penny_as_often_as_its_readme_says(shared):
    folder = shared / "data" / "wholesaler"
    entries: dict[int, list[Break]] = {}
    ids: dict[str, int] = {}
    with (folder / "products.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            ids[row["sku"]] = len(ids) + 1
            entries[ids[row["sku"]]] = [Break("H87", Decimal(0), Decimal(row["list_price"]), Decimal(1), "LIST")]
    with (folder / "price_breaks.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            step = Break("H87", Decimal(row["min_qty"]), Decimal(row["unit_price"]), Decimal(1), "LIST")
            entries[ids[row["sku"]]].append(step)
    book = Book(
        "GBP",
        Parties("GB", "GB"),
        {"standard": Decimal(20)},
        (Level("general", Strategy.MERGE, (ListPrices("LIST", "GBP", entries),)),),
    )
    items, invoiced = [], []
    with lzma.open(folder / "orders.csv.xz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["ordered_at"].startswith("2011"):
                quantity = Decimal(row["qty"])
                items.append(PriceItem(ids[row["sku"]], quantity, "H87", "H87", ONE))
                invoiced.append(net_of(quantity, Decimal(row["unit_price"]), Decimal(1), "GBP"))
    agree = sum(line.net == net for line, net in zip(price_items(book, items), invoiced, strict=True))
    assert (len(items), agree) == (370_281, 343_897)
