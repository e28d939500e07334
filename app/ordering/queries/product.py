"""One article whole: its price, its family for ordering, the parts of a kit, what goes with it; priced in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.catalog.domain.attributes import AttributeType, AttributeValue, shown_values
from app.catalog.queries.attributes import expected
from app.catalog.queries.browse import ArticlePage, article_page
from app.catalog.queries.families import family, kit_lines, related
from app.core.actor import Actor
from app.ordering.domain.matrix import Grid, arrange
from app.ordering.queries.cart import price_day
from app.ordering.queries.shop import ShopRow, offers
from app.pricing.domain.chain import Break
from app.pricing.queries.prices import ladders


@dataclass(frozen=True, slots=True)
class FamilyOffer:
    """The variants of a head with their values on the axes; `grid` where they make one. `axes` are in their order."""

    head_sku: str
    head_name: str
    axes: tuple[AttributeType, ...]
    variants: tuple[tuple[tuple[str, ...], ShopRow], ...]
    grid: Grid[ShopRow] | None


@dataclass(frozen=True, slots=True)
class PartOffer:
    """A part of a kit with how much of it is in one."""

    quantity: Decimal
    row: ShopRow


@dataclass(frozen=True, slots=True)
class RelatedOffer:
    """A related article: "successor", "substitute" or "complement"."""

    kind: str
    row: ShopRow


@dataclass(frozen=True, slots=True)
class ProductPage:
    """An article with everything a buyer decides by. `breaks` are the whole ladder of the account."""

    row: ShopRow
    page: ArticlePage
    breaks: tuple[Break, ...]
    today: date
    values: tuple[AttributeValue, ...]
    family: FamilyOffer | None
    parts: tuple[PartOffer, ...]
    related: tuple[RelatedOffer, ...]


def product(actor: Actor, sku: str) -> ProductPage:
    """One article by its number; also one that is no longer sold, because old lists still lead to it.

    A constant number of statements, however many variants, parts and related articles there are.
    """
    page = article_page(actor, sku)
    article = page.article
    day = price_day(actor)
    kin = family(actor, article.id) if article.is_head or page.variant_of else None
    parts = kit_lines(actor, article.id) if article.is_kit else []
    others = related(actor, article.id)
    kinsfolk = [variant.article for variant in kin.variants] if kin else []
    shown = [article, *kinsfolk, *(part.article for part in parts), *(one.article for one in others)]
    rows = {row.article.id: row for row in offers(actor, list({one.id: one for one in shown}.values()), day)}
    codes = {*page.attributes, *(kin.axes if kin else ())}
    category = page.path[-1][0] if page.path else ""
    definitions = {one.definition.code: one.definition for one in expected(actor, category, codes)}
    found = ladders(actor, [article.id], company_id=actor.company_id, on=day)
    offer = None
    if kin is not None:
        axes = tuple(definitions.get(code) or AttributeType(code, code) for code in kin.axes)
        variants = tuple((variant.values, rows[variant.article.id]) for variant in kin.variants)
        grid = arrange(variants, [tuple(axis.choices) for axis in axes])
        offer = FamilyOffer(kin.head.sku, kin.head.name, axes, variants, grid)
    return ProductPage(
        rows[article.id], page, found.get(article.id, ()), day,
        tuple(shown_values(page.attributes, list(definitions.values()), actor.locale)), offer,
        tuple(PartOffer(part.quantity, rows[part.article.id]) for part in parts),
        tuple(RelatedOffer(one.kind, rows[one.article.id]) for one in others),
    )  # fmt: skip
