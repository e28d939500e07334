"""Finding at night what to recommend: pairs of articles, and new articles for each account.

Read, worked out and written are three steps: nothing is locked while it is worked out, and what is written replaces what
was there in one transaction, so a worker that dies leaves the recommendations of the night before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import text

from app.core.activity import note
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.operator_settings import setting_value
from app.insights.domain.recommend import Baskets, Pair
from app.insights.domain.recommend_next import next_best
from app.insights.domain.recommend_settings import LEAST_ACCOUNTS
from app.insights.domain.reorder import MIN_ORDER_DAYS, Purchases
from app.insights.domain.substitutes import Kin, Substitute, substitutes
from app.insights.queries.night import AccountKin, account_kin, is_due, kin, seen_by, until_today
from app.insights.queries.recommendations import MILLION
from app.insights.queries.reorder import baskets
from app.insights.service.night import note_run
from app.ordering.domain.cart import WantedLine
from app.ordering.service.cart import add_lines

CODE = "recommend"
KEPT = 40  # suggestions of an account
_TRIED = 120  # for an account that may not see everything
_COMPLEMENTS = 10
_LEAST_LIFT = 2  # complements are bought together twice as often as by chance, at least
_BATCH = 5_000
_POPULAR_DAYS = 90
_ACTIVE_DAYS = 365

Basket = tuple[int, int, tuple[int, ...]]  # day, account, articles
Suggested = tuple[int, int, int | None]  # article, how many similar accounts bought it, own article it goes with
Row = tuple[int, str, int, int, int, int, int, str]

_CLEAR_PAIRS = text("DELETE FROM article_pairs")
_WRITE_PAIRS = text("""
INSERT INTO article_pairs (article_id, kind, other_id, rank, score, orders, accounts, source)
SELECT n.article_id, n.kind, n.other_id, n.rank, n.score, n.orders, n.accounts, n.source
FROM unnest(CAST(:c0 AS bigint[]), CAST(:c1 AS text[]), CAST(:c2 AS bigint[]), CAST(:c3 AS int[]), CAST(:c4 AS int[]),
    CAST(:c5 AS int[]), CAST(:c6 AS int[]), CAST(:c7 AS text[]))
    AS n (article_id, kind, other_id, rank, score, orders, accounts, source)
WHERE EXISTS (SELECT FROM articles a WHERE a.id = n.article_id) AND EXISTS (SELECT FROM articles a WHERE a.id = n.other_id)""")
_WRITE_NEXT = text("""
INSERT INTO article_suggestions (company_id, article_id, rank, alike, near_id, on_day)
SELECT :company, n.article_id, n.rank, n.alike, n.near_id, :on_day
FROM unnest(CAST(:articles AS bigint[]), CAST(:alike AS int[]), CAST(:near AS bigint[])) WITH ORDINALITY
    AS n (article_id, alike, near_id, rank)
WHERE EXISTS (SELECT FROM articles a WHERE a.id = n.article_id)
ON CONFLICT (company_id, article_id) DO UPDATE
    SET rank = excluded.rank, alike = excluded.alike, near_id = excluded.near_id, on_day = excluded.on_day""")
_OLD_NEXT = text("DELETE FROM article_suggestions WHERE on_day < :on_day")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a night works with."""

    today: date
    baskets: list[Basket]
    kin: list[Kin]
    sold: set[int]
    accounts: list[AccountKin]
    least: int


def refresh_if_due(actor: Actor) -> int:
    """Once in each night, from two o'clock on where the operator is. Returns how many rows were written."""
    return refresh(actor) if is_due(actor, CODE) else 0


def refresh(actor: Actor) -> int:
    """Find pairs and suggestions anew from the orders of all up to yesterday. Repeating it is harmless."""
    with transaction():
        read = _read(actor)
    together = Baskets(((day, items) for day, _account, items in read.baskets), read.today.toordinal())
    pairs = {item: together.pairs(item) for item in together.items()}
    rows = _pair_rows(read, pairs, together.times)
    found = _suggestions(read, pairs)
    return _write(actor, read.today, rows, found)


def _read(actor: Actor) -> _Read:
    zone, today, until = until_today(actor)
    articles, sold = kin(actor)
    return _Read(
        today, [(day.toordinal(), company, tuple(items)) for day, company, items in baskets(zone, until)], articles, sold,
        list(account_kin(actor)), setting_value(LEAST_ACCOUNTS),
    )  # fmt: skip


def _pair_rows(read: _Read, pairs: Mapping[int, list[Pair]], times: Mapping[int, int]) -> list[Row]:
    """The rows of all kinds; nothing behind which stand too few accounts."""
    buyers: defaultdict[int, set[int]] = defaultdict(set)
    for _day, account, items in read.baskets:
        for item in items:
            buyers[item].add(account)
    category = {one.id: one.category_id for one in read.kin}
    rows: list[Row] = []
    common: dict[tuple[int, int], int] = {}
    for item, found in pairs.items():
        place = beside = 0
        for pair in found:
            common[min(item, pair.other), max(item, pair.other)] = pair.baskets
            accounts = len(buyers[item] & buyers[pair.other])
            if pair.other not in read.sold or accounts < read.least:
                continue
            place += 1
            facts = (round(pair.score * MILLION), pair.baskets, accounts, "orders")
            rows.append((item, "together", pair.other, place, *facts))
            if pair.lift >= _LEAST_LIFT and category.get(item) != category.get(pair.other) and beside < _COMPLEMENTS:
                beside += 1
                rows.append((item, "complement", pair.other, beside, *facts))
    for item, instead in substitutes(read.kin, buyers, common, times).items():
        rows += _substitute_rows(item, [one for one in instead if one.other in read.sold], read.least)
    return rows


def _substitute_rows(item: int, found: Sequence[Substitute], least: int) -> list[Row]:
    return [
        (item, "substitute", one.other, place, round(one.score * MILLION), 0,
         one.accounts if one.accounts >= least else 0, one.source)
        for place, one in enumerate(found, start=1)
    ]  # fmt: skip


def _suggestions(read: _Read, pairs: Mapping[int, list[Pair]]) -> dict[int, list[Suggested]]:
    """For each account, whatever it may see: new articles with how many similar accounts bought them and what own article they go with."""
    purchases: Purchases[int] = Purchases()
    last: dict[int, int] = {}
    for day, company_id, items in read.baskets:
        purchases.add(company_id, items, day)
        last[company_id] = day
    today = read.today.toordinal()
    popular = _popular(read)
    found = {}
    for account in read.accounts:
        is_known = purchases.order_days(account.id) >= MIN_ORDER_DAYS and last[account.id] >= today - _ACTIVE_DAYS
        if is_known:
            best = next_best(purchases, pairs, account.id, today, most=_TRIED, sold=read.sold)
            ranked = [(one.item, one.alike if one.alike >= read.least else 0, one.near) for one in best]
        else:
            bought = purchases.bought(account.id) if purchases.order_days(account.id) else set()
            ranked = [one for one in _for_new(account, popular) if one[0] not in bought and one[0] in read.sold]
        found[account.id] = ranked
    return found


def _popular(read: _Read) -> dict[str, list[Suggested]]:
    """What the accounts of each segment and group, and all ("") bought lately, with how many of them did."""
    labels = {account.id: (*account.labels, "") for account in read.accounts}
    who: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for day, account, items in read.baskets:
        if day >= read.today.toordinal() - _POPULAR_DAYS:
            for label in labels.get(account, ()):
                for item in items:
                    who[label][item].add(account)
    found: dict[str, list[Suggested]] = {}
    for label, bought in who.items():
        counts = Counter({item: len(accounts) for item, accounts in bought.items() if len(accounts) >= read.least})
        best = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_TRIED]
        found[label] = [(item, count if label else 0, None) for item, count in best]
    return found


def _for_new(account: AccountKin, popular: Mapping[str, list[Suggested]]) -> list[Suggested]:
    """What its segments and its group buy, then what all buy; each article once."""
    found: dict[int, Suggested] = {}
    for label in (*account.labels, ""):
        for one in popular.get(label, ()):
            found.setdefault(one[0], one)
    return list(found.values())


@command
def _write(actor: Actor, today: date, rows: Sequence[Row], found: Mapping[int, Sequence[Suggested]]) -> int:
    """Put the rows in place of those that are there; two that do so wait for each other at the row of the run."""
    note_run(actor, CODE, today, len(rows))
    db.session.execute(_CLEAR_PAIRS)
    for batch in _batches(rows):
        columns = {f"c{place}": list(column) for place, column in enumerate(zip(*batch, strict=True))}
        db.session.execute(_WRITE_PAIRS, columns)
    count = len(rows)
    for company_id, ranked in found.items():
        seen = seen_by(actor, company_id, [one[0] for one in ranked])
        kept = list(islice((one for one in ranked if one[0] in seen), KEPT))
        articles, alike, near = ([one[place] for one in kept] for place in range(3))
        values = {"company": company_id, "on_day": today, "articles": articles, "alike": alike, "near": near}
        db.session.execute(_WRITE_NEXT, values)
        count += len(kept)
    db.session.execute(_OLD_NEXT, {"on_day": today})
    return count


def _batches(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


@command
def add_recommended(actor: Actor, line: WantedLine, *, kind: str, client_ref: str, page: str) -> None:
    """Put a recommended article into the active cart; a repeat adds nothing. Raises as `add_lines` does."""
    added = add_lines(actor, None, [line], client_ref=client_ref, page=page)
    if added.new or added.grown:
        note(actor, "recommendation_added", subject="article", subject_id=line.article_id, facts={"kind": kind})
