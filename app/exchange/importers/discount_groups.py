"""Discounts by group: so many percent off from so many boxes, written as breaks into a price list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.money import round_to
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.pricing.models.lists import PriceList
from app.pricing.service.lists import EntryRow, upsert_entries

FIELDS = (
    Field("group", N_("Discount group"), ("discount group", "group", "Rabattgruppe", "группа скидок", "група знижок"),
          is_required=True, length=10),
    Field("from_boxes", N_("From boxes"), ("from boxes", "boxes", "from box qty", "ab Kartons", "от коробок",
          "від коробок"), shape=Shape.NUMBER, is_required=True),
    Field("percent", N_("Percent off"), ("discount pct", "discount percent", "discount", "Rabatt", "Rabatt %", "скидка",
          "скидка %", "знижка", "знижка %"), shape=Shape.NUMBER, is_required=True),
)  # fmt: skip
_DIGITS = 4  # of computed prices
_BATCH = 5_000
# The box of an article is the smallest pack it has; an article without a pack has no such discount.
_ARTICLES = text("""
SELECT a.sku, a.discount_group, e.unit, e.price, e.base_quantity, u.quantity AS box
FROM price_entries e
JOIN articles a ON a.id = e.article_id AND a.base_unit = e.unit
JOIN LATERAL (SELECT min(u.numerator::numeric / u.denominator) AS quantity FROM article_units u
              WHERE u.article_id = a.id AND u.unit IN ('XBX', 'XCT')) u ON u.quantity IS NOT NULL
WHERE e.price_list_id = :list AND e.min_quantity = 0 AND e.valid_from IS NULL
  AND a.discount_group = ANY(CAST(:groups AS text[]))
ORDER BY a.id""")


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    list_id = db.session.scalar(select(PriceList.id).where(PriceList.code == chunk.options["price_list"]))
    if list_id is None:
        raise Invalid("price_list", N_("There is no price list {code}.", code=chunk.options["price_list"]))
    steps = _steps(chunk, outcome)
    articles = db.session.execute(_ARTICLES, {"list": list_id, "groups": list(steps)}).all()
    breaks = _breaks(articles, steps)
    prices = 0
    while batch := list(islice(breaks, _BATCH)):
        prices += len(batch)
        results = upsert_entries(actor, list_id, [entry for _item, entry in batch])
        for (item, _entry), result in zip(batch, results, strict=True):
            if result.problem is None:
                outcome.note(item.row, RowState(result.outcome))
            else:
                outcome.refuse(chunk.problem(item, "group", "refused", result.problem))
    for item in chunk.items:
        if item.row not in outcome.states:
            nothing = N_(
                "No article of this list that comes in boxes is in the group {group}.", group=item.values["group"]
            )
            outcome.refuse(chunk.problem(item, "group", "no_articles", nothing))
    outcome.figures = {"prices": Decimal(prices)}
    return outcome


def _steps(chunk: Chunk, outcome: Outcome) -> dict[str, list[Item]]:
    """The meaningful rows by group."""
    steps: dict[str, list[Item]] = {}
    seen: set[tuple[str, Decimal]] = set()
    for item in chunk.items:
        group, boxes, percent = item.values["group"], item.values["from_boxes"], item.values["percent"]
        if boxes <= 0:
            outcome.refuse(chunk.problem(item, "from_boxes", "not_positive", N_("The quantity must be above zero.")))
        elif not 0 <= percent <= 100:
            outcome.refuse(chunk.problem(item, "percent", "not_a_percent", N_("A discount is from 0 to 100 percent.")))
        elif (group, boxes) in seen:
            twice = N_("{group} from {boxes} boxes on stands in the file twice.", group=group, boxes=boxes)
            outcome.refuse(chunk.problem(item, "from_boxes", "twice", twice))
        else:
            seen.add((group, boxes))
            steps.setdefault(group, []).append(item)
    return steps


def _breaks(articles: Sequence[Any], steps: Mapping[str, Sequence[Item]]) -> Iterator[tuple[Item, EntryRow]]:
    for article in articles:
        for item in steps[article.discount_group]:
            price = article.price * (100 - item.values["percent"]) / 100
            quantity = item.values["from_boxes"] * article.box
            yield item, EntryRow(article.sku, round_to(price, _DIGITS), quantity, article.unit, article.base_quantity)


IMPORTERS.add(
    "discount_groups",
    Importer(
        code="discount_groups",
        label=N_("Discount groups"),
        about=N_(
            "Percent off from so many boxes on, one step a row. Each step becomes a price of every article of the group "
            "that has a price in the list and comes in boxes."
        ),
        permission=Permission.PRICES,
        fields=FIELDS,
        options=(
            Option("price_list", N_("Price list"), N_("Code of the list whose prices are meant."), is_required=True),
        ),
        chunk_rows=20_000,
        apply=apply,
        figures={"prices": N_("Prices")},
    ),
)
