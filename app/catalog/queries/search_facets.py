"""What was chosen in facets, and facets with counts from what a search has found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.finding import Bounds, Choice, Facet, Query
from app.core.actor import Actor
from app.core.db import db

FEW = 12  # values shown of one attribute; chosen ones always
MOST = 8  # attributes shown; chosen ones always


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids of the facet values of each narrowed attribute, in the order of `attributes`."""

    groups: tuple[tuple[int, ...], ...] = ()
    attributes: tuple[int, ...] = ()
    ticked: frozenset[int] = frozenset()
    ranges: Mapping[int, Bounds] = field(default_factory=dict)


_TICKED = text("""
SELECT v.attribute_id, array_agg(v.id ORDER BY v.id) FROM facet_values v
WHERE v.id = ANY(CAST(:values AS int[])) GROUP BY v.attribute_id ORDER BY v.attribute_id""")
_BETWEEN = text("""
SELECT t.id, r.code, ARRAY(
    SELECT v.id FROM facet_values v
    WHERE v.attribute_id = t.id AND v.number >= coalesce(r.lowest, v.number) AND v.number <= coalesce(r.highest, v.number))
FROM unnest(CAST(:codes AS text[]), CAST(:lowest AS numeric[]), CAST(:highest AS numeric[])) AS r (code, lowest, highest)
JOIN attributes t ON t.code = r.code ORDER BY t.id""")


def chosen_groups(actor: Actor, query: Query) -> Chosen:
    """The choices of a query by attribute; values that are gone count as not chosen."""
    groups: dict[int, tuple[int, ...]] = {}
    ticked: set[int] = set()
    ranges: dict[int, Bounds] = {}
    if query.values:
        for attribute_id, ids in db.session.execute(_TICKED, {"values": list(query.values)}):
            groups[attribute_id] = tuple(ids)
            ticked.update(ids)
    if query.ranges:
        bounds = list(query.ranges.values())
        asked = {"codes": list(query.ranges), "lowest": [b[0] for b in bounds], "highest": [b[1] for b in bounds]}
        for attribute_id, code, ids in db.session.execute(_BETWEEN, asked):
            within = set(ids) & set(groups.get(attribute_id, ids))
            groups[attribute_id] = tuple(sorted(within))
            ranges[attribute_id] = query.ranges[code]
    return Chosen(tuple(groups.values()), tuple(groups), frozenset(ticked), ranges)


def facets_of(
    attributes: Iterable[Sequence[Any]], values: Iterable[Sequence[Any]], chosen: Chosen, locale: str
) -> tuple[Facet, ...]:
    """Facets in the order of their attributes, those that are chosen or that most articles have."""
    bit_of = {attribute_id: 2**place for place, attribute_id in enumerate(chosen.attributes)}
    counts: dict[int, dict[int, int]] = {}
    facts: dict[int, tuple[str, str | None]] = {}
    for attribute_id, value_id, value, number, missed, count in values:
        if missed in (0, bit_of.get(attribute_id, 0)):
            held = counts.setdefault(attribute_id, {})
            held[value_id] = held.get(value_id, 0) + count
            facts[value_id] = (value, number)
    known = [
        _facet(attribute, counts[attribute[0]], facts, chosen, locale)
        for attribute in attributes
        if attribute[0] in counts
    ]
    told = [facet for facet, _covered in known if len(facet.choices) > 1 or facet.is_chosen or facet.is_range]
    covered = {facet.code: number for facet, number in known}
    best = sorted(told, key=lambda facet: (not facet.is_chosen, -covered[facet.code]))[:MOST]
    return tuple(facet for facet in told if facet in best)


def _facet(
    attribute: Sequence[Any],
    counts: Mapping[int, int],
    facts: Mapping[int, tuple[str, str | None]],
    chosen: Chosen,
    locale: str,
) -> tuple[Facet, int]:
    attribute_id, code, label, unit, kind, choices = attribute
    words = {choice["value"]: choice.get(locale) for choice in choices if "value" in choice}
    numbers = [Decimal(number) for value_id in counts if (number := facts[value_id][1]) is not None]
    is_range = kind == "number" and (len(numbers) > FEW or attribute_id in chosen.ranges)
    shown: list[Choice] = []
    if not is_range:
        first = sorted(counts, key=lambda value_id: (value_id not in chosen.ticked, -counts[value_id], value_id))[:FEW]
        shown = [
            Choice(
                value_id,
                words.get(facts[value_id][0]) or facts[value_id][0],
                counts[value_id],
                value_id in chosen.ticked,
            )
            for value_id in sorted(first, key=lambda value_id: _place(facts[value_id]))
        ]
    lowest, highest = (min(numbers), max(numbers)) if is_range and numbers else (None, None)
    ranged = chosen.ranges.get(attribute_id, (None, None))
    return Facet(code, label, unit, tuple(shown), lowest, highest, ranged), sum(counts.values())


def _place(fact: tuple[str, str | None]) -> tuple[bool, Decimal, str]:
    value, number = fact
    return (number is None, Decimal(number or 0), value.casefold())
