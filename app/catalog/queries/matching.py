"""Articles of suppliers and the articles of ours they may be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.matching import SURE, Candidate, Judgement, Offered, best, words_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_, Message

# Numbers are compared without the signs between their parts; the index on articles is made of the same expression.
_FOUND = text("""
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r (place int, number text, mpn text, gtins text[], words text[])
), found AS (
    SELECT r.place, a.id FROM asked r JOIN articles a ON a.gtin = ANY(r.gtins) AND a.gtin <> ''
    UNION
    SELECT r.place, u.article_id FROM asked r JOIN article_units u ON u.gtin = ANY(r.gtins) AND u.gtin <> ''
    UNION
    SELECT r.place, a.id FROM asked r
    JOIN articles a ON upper(regexp_replace(a.mpn, '[^0-9A-Za-z]', '', 'g')) = r.mpn AND a.mpn <> ''
    WHERE r.mpn <> ''
    UNION
    SELECT r.place, a.id FROM asked r JOIN articles a ON a.sku_key = r.number WHERE r.number <> ''
    UNION
    SELECT r.place, n.id FROM asked r JOIN LATERAL (
        SELECT s.id FROM article_search s
        WHERE s.words @@ CAST(replace(search_text(array_to_string(r.words, ' ')), ' ', ' & ') AS tsquery) LIMIT 20
    ) n ON cardinality(r.words) > 1
)
SELECT f.place, a.id, a.sku, a.name, a.names, a.brand, a.mpn, a.base_unit, a.gtin,
       (SELECT coalesce(json_agg(json_build_array(u.unit, u.gtin)), '[]') FROM article_units u WHERE u.article_id = a.id)
FROM found f JOIN articles a ON a.id = f.id WHERE NOT a.is_head""")
_GTIN_LENGTHS = (8, 12, 13, 14)
_NAME_WORDS = 3


def proposals(actor: Actor, offered: Sequence[Offered], *, limit: int = 5) -> list[list[Judgement]]:
    """For each supplier's article the likeliest of ours, the surest first; one statement for all."""
    rows = [
        {
            "place": place, "number": one.number.replace(" ", "").upper(), "mpn": _plain_latin(one.mpn),
            "gtins": _gtins(one.gtin), "words": _longest(one.name),
        }
        for place, one in enumerate(offered)
    ]  # fmt: skip
    candidates: dict[int, list[Candidate]] = {}
    for row in db.session.execute(_FOUND, {"rows": _json(rows)}):
        candidates.setdefault(row[0], []).append(_candidate(row[1:]))
    return [best(one, candidates.get(place, []), limit=limit) for place, one in enumerate(offered)]


def _candidate(row: Sequence[Any]) -> Candidate:
    article_id, sku, name, names, brand, mpn, base_unit, gtin, packs = row
    return Candidate(
        article_id, sku, tuple(dict.fromkeys((name, *names.values()))), brand, mpn,
        frozenset(filter(None, (gtin, *(code for _unit, code in packs)))),
        frozenset((base_unit, *(unit for unit, _code in packs))),
    )  # fmt: skip


def _plain_latin(mpn: str) -> str:
    """As the index has it."""
    return re.sub(r"[^0-9A-Za-z]", "", mpn).upper()


def _gtins(gtin: str) -> list[str]:
    """All ways the catalogue may hold a GTIN: with and without leading zeros."""
    bare = gtin.lstrip("0")
    return [bare.zfill(length) for length in _GTIN_LENGTHS if bare and len(bare) <= length]


def _longest(name: str) -> list[str]:
    """The words of a name that tell most."""
    words = sorted((word for word in words_of(name) if word[0].isalpha()), key=lambda word: (-len(word), word))
    return [f"'{word}':*" for word in words[:_NAME_WORDS]]


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """A supplier's article with what it is, or is thought to be. `target` is our article of the match or proposal."""

    id: int
    number: str
    name: str
    brand: str
    mpn: str
    gtin: str
    unit: str
    price: Decimal | None
    currency: str
    state: str
    confidence: int
    reasons: tuple[Message, ...]
    target_sku: str
    target_name: str
    target_brand: str
    decided_by: str

    @property
    def offered(self) -> Offered:
        return Offered(self.number, self.name, self.brand, self.mpn, self.gtin, self.unit)


_LINE = """
SELECT s.id, s.number, s.name, s.brand, s.mpn, s.gtin, s.unit, s.price, s.currency, s.state, s.confidence, s.reasons,
       coalesce(a.sku, ''), coalesce(a.names ->> :locale, a.name, ''), coalesce(a.brand, ''), coalesce(u.name, '')
FROM supplier_articles s
LEFT JOIN articles a ON a.id = coalesce(s.article_id, s.proposal_id)
LEFT JOIN users u ON u.id = s.decided_by_id
WHERE s.company_id = :company"""
_LINES = text(f"""{_LINE} AND s.state = :state
  AND (CAST(:after_confidence AS int) IS NULL OR (-s.confidence, s.id) > (-CAST(:after_confidence AS int), CAST(:after_id AS bigint)))
  AND (CAST(:before_confidence AS int) IS NULL
       OR (-s.confidence, s.id) < (-CAST(:before_confidence AS int), CAST(:before_id AS bigint)))
ORDER BY CASE WHEN CAST(:before_confidence AS int) IS NULL THEN -s.confidence ELSE s.confidence END,
         CASE WHEN CAST(:before_confidence AS int) IS NULL THEN s.id ELSE -s.id END
LIMIT :limit""")
_ONE = text(f"{_LINE} AND s.id = :id")
_SUPPLIERS = text("""
SELECT c.id, c.code, c.name, count(s.id) FILTER (WHERE s.state = 'open'),
       count(s.id) FILTER (WHERE s.state = 'open' AND s.confidence >= :sure),
       count(s.id) FILTER (WHERE s.state = 'matched'), count(s.id) FILTER (WHERE s.state = 'ignored')
FROM companies c LEFT JOIN supplier_articles s ON s.company_id = c.id
WHERE c.kind = 'supplier' AND (CAST(:code AS text) IS NULL OR c.code = :code)
GROUP BY c.id ORDER BY c.name, c.id""")


@dataclass(frozen=True, slots=True)
class SupplierCount:
    """How far the articles of a supplier are matched; `sure` of the open ones could be confirmed at once."""

    company_id: int
    code: str
    name: str
    open: int
    sure: int
    matched: int
    ignored: int

    @property
    def counts(self) -> Mapping[str, int]:
        return {"open": self.open, "matched": self.matched, "ignored": self.ignored}


def suppliers(actor: Actor) -> list[SupplierCount]:
    """All suppliers by name."""
    return [SupplierCount(*row) for row in db.session.execute(_SUPPLIERS, {"sure": SURE, "code": None})]


def supplier(actor: Actor, code: str) -> SupplierCount:
    row = db.session.execute(_SUPPLIERS, {"sure": SURE, "code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no supplier {code}.", code=code))
    return SupplierCount(*row)


def supplier_lines(
    actor: Actor, company_id: int, state: str, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[SupplierLine]:  # fmt: skip
    """A supplier's articles in one state, the surest proposals first."""
    first, last = after or (None, None), (before if before and not after else None) or (None, None)
    rows = [_line(row) for row in db.session.execute(_LINES, {
        "company": company_id, "state": state, "locale": actor.locale, "limit": limit,
        "after_confidence": first[0], "after_id": first[1], "before_confidence": last[0], "before_id": last[1],
    })]  # fmt: skip
    return rows[::-1] if last[0] is not None else rows


def supplier_line(actor: Actor, company_id: int, line_id: int) -> SupplierLine:
    row = db.session.execute(_ONE, {"company": company_id, "id": line_id, "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound
    return _line(row)


def _line(row: Sequence[Any]) -> SupplierLine:
    values = list(row)
    values[11] = tuple(Message.from_json(reason) for reason in values[11])
    return SupplierLine(*values)


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


_TARGETS = text("""
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name), a.brand, a.mpn, a.gtin
FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))""")


@dataclass(frozen=True, slots=True)
class Target:
    """One of our articles beside a proposal."""

    sku: str
    name: str
    brand: str
    mpn: str
    gtin: str


def targets(actor: Actor, article_ids: Sequence[int]) -> dict[int, Target]:
    """What people tell our articles by, by id."""
    rows = db.session.execute(_TARGETS, {"ids": list(article_ids), "locale": actor.locale})
    return {row[0]: Target(*row[1:]) for row in rows}
