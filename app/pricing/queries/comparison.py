"""What differs between two versions of a price list, and breaks of a list that surprise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.pricing.queries.versions import like_start

# Prices are compared each; a slot is article, unit, quantity and first day.
_DIFFERENCES = """
WITH o AS (
    SELECT article_id, unit, min_quantity, coalesce(valid_from, '-infinity') AS starts, price, base_quantity, valid_to
    FROM price_entries WHERE price_list_id = :old
), n AS (
    SELECT article_id, unit, min_quantity, coalesce(valid_from, '-infinity') AS starts, price, base_quantity, valid_to
    FROM price_entries WHERE price_list_id = :new
), d AS (
    SELECT article_id, unit, min_quantity, starts, o.price AS old_price, o.base_quantity AS old_base,
           n.price AS new_price, n.base_quantity AS new_base,
           CASE WHEN o.price IS NULL THEN 'added' WHEN n.price IS NULL THEN 'removed'
                WHEN n.price * o.base_quantity > o.price * n.base_quantity THEN 'dearer'
                WHEN n.price * o.base_quantity < o.price * n.base_quantity THEN 'cheaper' ELSE 'validity' END AS kind,
           round((n.price * o.base_quantity / nullif(o.price * n.base_quantity, 0) - 1) * 100, 2) AS percent
    FROM o FULL JOIN n USING (article_id, unit, min_quantity, starts)
    WHERE o.price IS NULL OR n.price IS NULL OR n.price * o.base_quantity <> o.price * n.base_quantity
       OR o.valid_to IS DISTINCT FROM n.valid_to
)"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One slot of two versions. `kind`: added, removed, dearer, cheaper, validity (only the last day differs)."""

    sku: str
    sku_key: str
    name: str
    unit: str
    min_quantity: Decimal
    starts: str
    kind: str
    old_price: Decimal | None
    old_base: Decimal | None
    new_price: Decimal | None
    new_base: Decimal | None
    percent: Decimal | None
    rank: Decimal


KINDS = ("added", "removed", "dearer", "cheaper", "validity")
SORTS = ("percent", "-percent", "sku")
_RANKS = {"sku": "0", "percent": "coalesce(percent, 100000000)", "-percent": "-coalesce(percent, -100000000)"}
_PAGE = {
    (name, is_backwards): text(f"""{_DIFFERENCES}, r AS (
    SELECT a.sku, a.sku_key, coalesce(a.names ->> :locale, a.name) AS name, d.unit, d.min_quantity, d.starts::text AS starts,
           d.kind, d.old_price, d.old_base, d.new_price, d.new_base, d.percent, {rank} AS rank
    FROM d JOIN articles a ON a.id = d.article_id
    WHERE (:kind = '' OR d.kind = :kind) AND (:start = '' OR a.sku_key LIKE :pattern)
)
SELECT * FROM r
WHERE CAST(:rank AS numeric) IS NULL OR (rank, sku_key, unit, min_quantity, starts)
      {"<" if is_backwards else ">"} (CAST(:rank AS numeric), :sku, :unit, CAST(:quantity AS numeric), :starts)
ORDER BY {", ".join(f"{column}{' DESC' if is_backwards else ''}" for column in ("rank", "sku_key", "unit", "min_quantity", "starts"))}
LIMIT :limit""")  # noqa: S608 -- of our own parts
    for name, rank in _RANKS.items()
    for is_backwards in (False, True)
}  # fmt: skip


def differences(
    actor: Actor, old_id: int, new_id: int, *, kind: str = "", sku_start: str = "", sort: str = "-percent",
    after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51,
) -> list[Difference]:  # fmt: skip
    """Slots that differ; `sku_start` is the beginning of an article key."""
    key = after or before or (None,) * 5
    is_backwards = before is not None and not after
    rows = db.session.execute(_PAGE[sort if sort in _RANKS else "-percent", is_backwards], {
        "old": old_id, "new": new_id, "locale": actor.locale, "kind": kind if kind in KINDS else "",
        "start": sku_start, "pattern": like_start(sku_start), "rank": key[0], "sku": key[1], "unit": key[2],
        "quantity": key[3], "starts": key[4], "limit": limit,
    })  # fmt: skip
    found = [Difference(*row) for row in rows]
    return found[::-1] if is_backwards else found


def difference_key(line: Difference) -> tuple[Decimal, str, str, Decimal, str]:
    return line.rank, line.sku_key, line.unit, line.min_quantity, line.starts


def every_difference(actor: Actor, old_id: int, new_id: int, *, kind: str = "") -> Iterator[Difference]:
    """All of them by article number, read in parts."""
    after: Sequence[str] | None = None
    while part := differences(actor, old_id, new_id, kind=kind, sort="sku", after=after, limit=5_000):
        yield from part
        after = [str(value) for value in difference_key(part[-1])]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of what differs; percents of the prices that got dearer and cheaper."""

    added: int
    removed: int
    dearer: int
    cheaper: int
    validity: int
    mean: Decimal | None
    largest_rise: Decimal | None
    largest_fall: Decimal | None
    odd: int

    @property
    def total(self) -> int:
        return self.added + self.removed + self.dearer + self.cheaper + self.validity

    @property
    def largest(self) -> Decimal:
        """The largest change in percent, up or down; what is removed, or cost nothing before, counts as 100."""
        steps = [abs(self.largest_rise or Decimal(0)), abs(self.largest_fall or Decimal(0))]
        return max(*steps, Decimal(100) if self.removed or self.odd else Decimal(0))


_SUMMARY = text(f"""{_DIFFERENCES}
SELECT count(*) FILTER (WHERE kind = 'added'), count(*) FILTER (WHERE kind = 'removed'),
       count(*) FILTER (WHERE kind = 'dearer'), count(*) FILTER (WHERE kind = 'cheaper'),
       count(*) FILTER (WHERE kind = 'validity'),
       round(avg(percent) FILTER (WHERE kind IN ('dearer', 'cheaper')), 2),
       max(percent) FILTER (WHERE kind = 'dearer'), min(percent) FILTER (WHERE kind = 'cheaper'),
       count(*) FILTER (WHERE kind = 'dearer' AND percent IS NULL)
FROM d""")  # noqa: S608 -- of our own parts


def summary(actor: Actor, old_id: int, new_id: int) -> Summary:
    return Summary(*db.session.execute(_SUMMARY, {"old": old_id, "new": new_id}).one())


_CHANGED = text(f"{_DIFFERENCES} SELECT DISTINCT article_id FROM d ORDER BY article_id")  # noqa: S608 -- as above


def changed_articles(actor: Actor, old_id: int, new_id: int) -> list[int]:
    """Articles of which a price differs, in order."""
    return list(db.session.scalars(_CHANGED, {"old": old_id, "new": new_id}))


@dataclass(frozen=True, slots=True)
class OddBreak:
    """A break that surprises: `dearer` each than fewer, or in all `cheaper` than one unit less."""

    sku: str
    name: str
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    previous_price: Decimal
    previous_base: Decimal
    kind: str


_ODD = """
SELECT a.sku, coalesce(a.names ->> :locale, a.name), b.unit, b.min_quantity, b.price, b.base_quantity, b.last_price,
       b.last_base, CASE WHEN b.price * b.last_base > b.last_price * b.base_quantity THEN 'dearer' ELSE 'cheaper' END
FROM (
    SELECT e.*, lag(e.price) OVER slots AS last_price, lag(e.base_quantity) OVER slots AS last_base
    FROM price_entries e WHERE e.price_list_id = :list
    WINDOW slots AS (PARTITION BY e.article_id, e.unit, e.valid_from ORDER BY e.min_quantity)
) b JOIN articles a ON a.id = b.article_id
WHERE b.price * b.last_base > b.last_price * b.base_quantity
   OR (b.min_quantity > 1 AND NOT (SELECT h.may_invert FROM price_lists p JOIN price_lists h ON h.id = coalesce(p.series_id, p.id)
                                      WHERE p.id = :list)
       AND b.min_quantity * b.price * b.last_base < (b.min_quantity - 1) * b.last_price * b.base_quantity)
"""
_ODD_ROWS = text(f"{_ODD} ORDER BY a.sku_key, b.unit, b.min_quantity LIMIT :limit")
_ODD_COUNT = text(f"""SELECT kind, count(*)
FROM ({_ODD}) AS x (sku, name, unit, min_quantity, price, base_quantity, last_price, last_base, kind)
GROUP BY kind""")  # noqa: S608 -- of our own parts


def odd_breaks(actor: Actor, list_id: int, *, limit: int = 50) -> list[OddBreak]:
    """Breaks of a list that a price manager should look at. Where more may cost less in all, such breaks are no news."""
    return [
        OddBreak(*row)
        for row in db.session.execute(_ODD_ROWS, {"list": list_id, "locale": actor.locale, "limit": limit})
    ]


def odd_counts(actor: Actor, list_id: int) -> dict[str, int]:
    """How many breaks are dearer each than fewer, and cheaper in all than one unit less."""
    rows = db.session.execute(_ODD_COUNT, {"list": list_id, "locale": actor.locale})
    return {kind: count for kind, count in rows}  # noqa: C416 -- rows are no pairs to mypy


@dataclass(frozen=True, slots=True)
class VersionPrice:
    """A price of an article in one version."""

    list_id: int
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal


_HISTORY = text("""
SELECT e.price_list_id, e.unit, e.min_quantity, e.price, e.base_quantity
FROM price_lists p JOIN price_entries e ON e.price_list_id = p.id
JOIN articles a ON a.id = e.article_id
WHERE (p.id = :head OR p.series_id = :head) AND p.state = 'approved' AND a.sku_key = :sku
ORDER BY e.unit <> a.base_unit, e.unit, e.min_quantity, e.valid_from NULLS FIRST""")


def article_history(actor: Actor, head_id: int, sku_key: str) -> list[VersionPrice]:
    """An article's prices in all approved versions of a list, the base unit and the smallest quantity first."""
    return [VersionPrice(*row) for row in db.session.execute(_HISTORY, {"head": head_id, "sku": sku_key})]
