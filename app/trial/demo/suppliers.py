"""A supplier's articles to be matched, and the faults such work leaves behind, for the catalogue's health."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.catalog.domain.article_row import ArticleRow
from app.catalog.queries.matching import supplier_lines
from app.catalog.service.articles import upsert_articles
from app.catalog.service.matching import SupplierArticleRow, ignore_line, make_article, upsert_supplier_articles
from app.core.actor import Actor
from app.core.db import db
from app.insights.service.faults import count_all
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.trial.demo.families import DemoArticle, gtin13
from app.trial.demo.prices import GENERAL

SUPPLIER = "70001"  # ships directly, see `supply`
_NEW = "BF-90010"
_UNKNOWN = (
    SupplierArticleRow(_NEW, "Flap disc, zirconia, P60", "Baltforge", "FD-60", gtin13("477090001001"), "H87",
                       Decimal("2.15"), "EUR"),
    SupplierArticleRow("BF-90011", "Rivet nut pliers M3-M10", "Baltforge", "RN-310", gtin13("477090001002"), "H87",
                       Decimal("61.75"), "EUR"),
    SupplierArticleRow("BF-90012", "Catalogue 2026, printed", unit="H87"),
)  # fmt: skip


def add_suppliers_articles(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """A file of the direct supplier, of which one article is taken over; faults to mend; all faults counted once."""
    editor = replace(actor, user_id=_user("anna@nordkontor.example"), name="Anna Petersen")
    families = {code: [item for item in items if item.sku.startswith(code)] for code in ("HB-", "NU-", "WA-", "SP-")}
    company_id = db.session.scalars(select(Company.id).where(Company.code == SUPPLIER)).one()
    upsert_supplier_articles(editor, company_id, [*_offers(families), *_UNKNOWN])
    lines = {line.number: line.id for line in supplier_lines(editor, company_id, "open", limit=50)}
    make_article(editor, company_id, lines[_NEW], "FD-0001", "TO-CUT")
    ignore_line(editor, company_id, lines["BF-90012"])
    _faults(editor, families)
    count_all(actor)


def _offers(families: dict[str, list[DemoArticle]]) -> list[SupplierArticleRow]:
    """Ours under his numbers: by bar code, by maker's number, by name alone, in another size or unit."""
    bolts, nuts, washers, spanners = families.values()
    by_code = [
        SupplierArticleRow(f"BF-{item.index:05d}", item.names["en"], item.brand, item.mpn, item.gtin, item.unit, _cost(item), "EUR")
        for item in (bolts[12], bolts[40], nuts[3])
    ]  # fmt: skip
    by_maker = [
        SupplierArticleRow(f"BF-{item.index:05d}", item.names["de"], item.brand, item.mpn.replace(".", " "), "", item.unit, _cost(item), "EUR")
        for item in (washers[2], spanners[8])
    ]  # fmt: skip
    by_name = [
        SupplierArticleRow(f"BF-{item.index:05d}", item.names["en"], unit=item.unit, price=_cost(item), currency="EUR")
        for item in (spanners[20], nuts[7])
    ]
    odd = spanners[14]
    return [
        *by_code, *by_maker, *by_name,
        SupplierArticleRow("BF-80001", "Combination spanner 13.5 mm CrV", "Ostrand", unit="H87"),
        SupplierArticleRow("BF-80002", odd.names["en"], odd.brand, odd.mpn, "", "KGM", _cost(odd), "EUR"),
    ]  # fmt: skip


def _cost(item: DemoArticle) -> Decimal:
    return (item.price * 71 / 100 / item.base_quantity).quantize(Decimal("0.0001"))


def _faults(actor: Actor, families: dict[str, list[DemoArticle]]) -> None:
    """A bar code on two articles, a decimal sign that slipped; what was taken over has no diameter, price or stock yet."""
    spanners = families["SP-"]
    upsert_articles(actor, [ArticleRow(spanners[31].sku, gtin=spanners[30].gtin)])
    general, _ = upsert_price_list(actor, PriceListRow(GENERAL, "General price list", "EUR"))
    slipped = spanners[-1]
    upsert_entries(actor, general, [EntryRow(slipped.sku, slipped.price * 100)])


def _user(email: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == email)).one()
