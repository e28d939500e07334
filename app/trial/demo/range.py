"""The invented range into catalogue, price lists and stock."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.categories import CategoryRow, upsert_categories
from app.core.actor import Actor
from app.inventory.service.stock import StockRow, WarehouseRow, set_stock, upsert_warehouses
from app.trial.demo.families import CATEGORIES, DemoArticle, range_of_articles

WAREHOUSES = (("HH", "Hamburg, central"), ("HRO", "Rostock"), ("KI", "Kiel, express"))
_SCARCE = 37  # every so many articles little is there
_EMPTY = 53  # and of every so many nothing
_DISCONTINUED = 211


def _article(item: DemoArticle, successor: str) -> ArticleRow:
    packs = []
    if item.box:
        packs.append(PackRow(unit="XBX", numerator=item.box))
    if item.pallet:
        packs.append(PackRow(unit="XPX", numerator=item.pallet))
    return ArticleRow(
        sku=item.sku,
        name=item.names["en"],
        names={code: name for code, name in item.names.items() if code != "en"},
        category=item.category,
        brand=item.brand,
        mpn=item.mpn,
        gtin=item.gtin,
        base_unit=item.unit,
        minimum=Decimal(item.step) if item.step > 1 else None,
        step=Decimal(item.step) if item.step > 1 else None,
        vat_class=item.vat_class,
        weight_kg=Decimal(item.weight),
        lead_time_days=3 + item.index % 9,
        status="discontinued" if successor else "active",
        successor_sku=successor or None,
        attributes=item.attributes,
        units=tuple(packs),
    )


def _stock(item: DemoArticle) -> Iterator[StockRow]:
    usual = item.step * (200 + item.index * 37 % 900)
    for place, (code, _name) in enumerate(WAREHOUSES):
        amount = usual // (place + 1)
        if item.index % _EMPTY == 0:
            amount = 0
        elif item.index % _SCARCE == 0:
            amount = item.step if place == 0 else 0
        yield StockRow(item.sku, code, Decimal(amount))


def fill_range(actor: Actor) -> list[DemoArticle]:
    """Categories, articles with packs and names, warehouses, stock; returns the articles."""
    upsert_categories(
        actor,
        [
            CategoryRow(
                code, names["en"], {k: v for k, v in names.items() if k != "en"}, code.partition("-")[0] if "-" in code else "", place
            )
            for place, (code, names) in enumerate(CATEGORIES.items())
        ],
    )  # fmt: skip
    items = list(range_of_articles())
    following = {item.sku: items[place + 1].sku for place, item in enumerate(items[:-1])}
    _demand(upsert_articles(
        actor,
        [_article(item, following[item.sku] if item.index % _DISCONTINUED == 0 else "") for item in items],
    ))  # fmt: skip
    upsert_warehouses(actor, [WarehouseRow(code, name, place) for place, (code, name) in enumerate(WAREHOUSES)])
    _demand(set_stock(actor, [row for item in items for row in _stock(item)], reason="count", reference="opening"))
    return items


def _demand(results: object) -> None:
    """The demo data are ours: a refused row is a bug."""
    for result in results:  # type: ignore[attr-defined]
        if result.outcome == "refused":
            raise ValueError(f"demo data refused: {result}")
