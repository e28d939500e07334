"""What a version of a price list would do to whom, told by the one pricing call: tried and rolled back.

Before and after are two runs of the same call; for the other run the version is approved, or withdrawn, in a
transaction that is rolled back at once. So levels, formulas, rules and currencies are as they will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import text, update

from app.core import clock
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit, transaction
from app.core.errors import Conflict, NotFound
from app.core.jobs import enqueue, send_now
from app.core.quantity import Factor
from app.core.tenancy import Bounds
from app.core.texts import N_
from app.insights.models.price_effects import PriceEffect
from app.insights.queries.price_effects import (
    AccountEffect,
    Concerned,
    article_facts,
    asked_prices,
    bought,
    concerned,
)
from app.pricing.domain.chain import Ladder
from app.pricing.domain.price import PriceItem
from app.pricing.policy import Permission
from app.pricing.queries.comparison import changed_articles
from app.pricing.queries.floors import has_floors, undercut
from app.pricing.queries.prices import ladders, price_lines
from app.pricing.queries.versions import VersionLine, series

T = TypeVar("T")
JOB = "insights.preview_prices"
SAMPLE = 2_000  # articles looked at for each kind of account; purchases are looked at whole
EXAMPLES = 20
MAX_ATTEMPTS = 3
_LEASE = timedelta(minutes=5)
_YEAR = timedelta(days=365)


class _Undo(Exception):
    """Roll back what was tried."""


@dataclass(frozen=True, slots=True)
class _Work:
    id: int
    version: VersionLine
    head_id: int
    changed: tuple[int, ...]
    sample: tuple[int, ...]
    on: date


@command
def request_effect(actor: Actor, code: str) -> int:
    """Have the effect of a version worked out in the background; returns the id of the preview."""
    actor.demand(Permission.READ)
    known = series(actor, code)
    version = known.of_code(code)
    base = known.before(version)
    if base is None:
        raise Conflict(N_("There is no other version to compare with."))
    row = PriceEffect(
        price_list_id=version.id, base_id=base.id, user_id=actor.user_id, created_at=clock.now(), due_at=clock.now(),
        on_day=max(version.valid_from or known.today, known.today),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    enqueue(JOB, row.id)
    return row.id


def work_out(actor: Actor, effect_id: int) -> None:
    """Fill a preview. A second run starts afresh; harmless when it is finished or another worker is at it."""
    work = _start(actor, effect_id)
    if work is None:
        return
    try:
        _finish(actor, work, _result(actor, work))
    except Exception:
        _note_failure(actor, effect_id)
        raise


@command
def _start(actor: Actor, effect_id: int) -> _Work | None:
    now = clock.now()
    row = db.session.execute(
        update(PriceEffect)
        .where(
            PriceEffect.id == effect_id,
            (PriceEffect.state == "waiting") | ((PriceEffect.state == "running") & (PriceEffect.due_at <= now)),
        )
        .values(state="running", done=0, attempts=PriceEffect.attempts + 1, due_at=now + _LEASE)
        .returning(PriceEffect.price_list_id, PriceEffect.base_id, PriceEffect.on_day)
    ).one_or_none()
    if row is None:
        return None
    code = db.session.scalar(text("SELECT code FROM price_lists WHERE id = :id"), {"id": row.price_list_id})
    if code is None:
        raise NotFound
    known = series(actor, code)
    changed = tuple(changed_articles(actor, row.base_id, row.price_list_id))
    step = max(1, -(-len(changed) // SAMPLE))
    return _Work(effect_id, known.of_code(code), known.head_id, changed, changed[::step], row.on_day)


def _result(actor: Actor, work: _Work) -> dict[str, Any]:
    accounts = concerned(actor, work.head_id)
    kinds: dict[str, list[Concerned]] = {}
    for account in accounts:
        kinds.setdefault(account.key, []).append(account)
    facts = article_facts(actor, work.changed)
    found: list[AccountEffect] = []
    for members in kinds.values():
        over = _over_articles(actor, work, members[0].id)
        for account in members:
            before, after = _purchases(actor, work, account.id, facts)
            found.append(AccountEffect(account.code, account.name, account.currency, *over, before, after))
            if len(found) % 20 == 0:
                _note_progress(actor, work.id, len(found), len(accounts))
    found.sort(key=lambda one: (-abs(one.difference), one.code))
    below, examples = _below_floor(actor, work)
    return {
        "articles": len(work.sample),
        "changed": len(work.changed),
        "below": below,
        "examples": examples,
        "accounts": [
            [one.code, one.name, one.currency, one.dearer, one.cheaper, None if one.mean is None else str(one.mean),
             str(one.before), str(one.after)]
            for one in found
        ],
    }  # fmt: skip


def _over_articles(actor: Actor, work: _Work, company_id: int) -> tuple[int, int, Decimal | None]:
    """Articles dearer and cheaper on the mean of their breaks, and the mean change in percent of those."""

    def ask() -> dict[int, Ladder]:
        return ladders(actor, work.sample, company_id=company_id, on=work.on)

    before, after = _both(work, ask)
    moved = [
        percent
        for article_id, old in before.items()
        if article_id in after and (percent := _mean_change(old, after[article_id]))
    ]
    mean = round(sum(moved, Decimal(0)) / len(moved), 2) if moved else None
    return sum(1 for percent in moved if percent > 0), sum(1 for percent in moved if percent < 0), mean


def _mean_change(old: Ladder, new: Ladder) -> Decimal:
    """Of the breaks both have, in percent."""
    held = {step[:2]: step for step in old}
    percents = [
        (step.price * was.base_quantity / (was.price * step.base_quantity) - 1) * 100
        for step in new
        if (was := held.get(step[:2])) and was.price
    ]
    return sum(percents, Decimal(0)) / len(percents) if percents else Decimal(0)


def _purchases(
    actor: Actor, work: _Work, company_id: int, facts: dict[int, tuple[str, str, str]]
) -> tuple[Decimal, Decimal]:
    """What the last twelve months' purchases of the changed articles cost before and after, each as it was usually bought."""
    held = bought(actor, company_id, work.changed, work.on - _YEAR)
    items = [
        PriceItem(article_id, quantity / lines, facts[article_id][0], facts[article_id][0], Factor(1), *facts[article_id][1:])
        for article_id, (quantity, lines) in held.items()
    ]  # fmt: skip
    if not items:
        return Decimal(0), Decimal(0)

    def ask() -> list[tuple[int, Decimal | None]]:
        lines = price_lines(actor, items, company_id=company_id, on=work.on)
        return [
            (line.article_id, None if line.unit_price is None else line.unit_price / line.base_quantity)
            for line in lines
        ]

    old, new = (dict(prices) for prices in _both(work, ask))
    pairs = [
        (quantity * was, quantity * now)
        for article_id, (quantity, _lines) in held.items()
        if (was := old[article_id]) is not None and (now := new[article_id]) is not None
    ]
    before, after = (sum(side, Decimal(0)) for side in zip(*pairs, strict=True)) if pairs else (Decimal(0), Decimal(0))
    return round(before, 2), round(after, 2)


def _both(work: _Work, ask: Callable[[], T]) -> tuple[T, T]:
    """The answer without the version and with it."""
    if work.version.state == "approved":
        return _tried(work, ask, {"state": "withdrawn", "start": work.version.valid_from}), ask()
    return ask(), _tried(work, ask, {"state": "approved", "start": work.on})


_TRY = text("UPDATE price_lists SET state = :state, valid_from = :start WHERE id = :id")


def _tried(work: _Work, ask: Callable[[], T], values: dict[str, Any]) -> T:
    answer: list[T] = []
    try:
        with transaction():
            db.session.execute(_TRY, {"id": work.version.id, **values})
            answer.append(ask())
            raise _Undo
    except _Undo:
        return answer[0]


def _below_floor(actor: Actor, work: _Work) -> tuple[int, list[list[str]]]:
    """Changed prices of a net list below the margin that is demanded: how many, and the first of them."""
    if work.version.is_gross or not has_floors(actor):
        return 0, []
    count = 0
    examples: list[list[str]] = []
    for part in _parts(work.changed):
        asked = asked_prices(actor, work.version.id, part)
        least = undercut(
            actor, [one for one, _sku, _name in asked], currency=work.version.currency, on=work.on, list_id=work.head_id
        )  # fmt: skip
        for (one, sku, name), floor in zip(asked, least, strict=True):
            if floor is not None:
                count += 1
                if len(examples) < EXAMPLES:
                    examples.append([sku, name, str(one.price), str(floor)])
    return count, examples


def _parts(ids: Sequence[int], size: int = 2_000) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@command
def _note_progress(actor: Actor, effect_id: int, done: int, total: int) -> None:
    values = {"done": done, "total": total, "due_at": clock.now() + _LEASE}
    db.session.execute(update(PriceEffect).where(PriceEffect.id == effect_id).values(**values))


@command
def _finish(actor: Actor, work: _Work, result: dict[str, Any]) -> None:
    count = len(result["accounts"])
    values = {"state": "done", "result": result, "done": count, "total": count, "finished_at": clock.now()}
    db.session.execute(update(PriceEffect).where(PriceEffect.id == work.id).values(**values))


@command
def _note_failure(actor: Actor, effect_id: int) -> None:
    row = db.session.get(PriceEffect, effect_id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at = "failed", clock.now()
    else:
        row.state, row.due_at = "waiting", clock.now() + timedelta(minutes=row.attempts)


@command
def sweep_effects(actor: Actor) -> int:
    """Ask again for previews that wait or whose worker died; returns how many."""
    overdue = PriceEffect.state.in_(("waiting", "running")) & (
        PriceEffect.due_at <= clock.now() - timedelta(seconds=15)
    )
    db.session.execute(
        update(PriceEffect)
        .where(overdue, PriceEffect.attempts >= MAX_ATTEMPTS)
        .values(state="failed", finished_at=clock.now())
    )
    again = db.session.scalars(
        update(PriceEffect)
        .where(overdue)
        .values(state="waiting", due_at=clock.now() + timedelta(minutes=1))
        .returning(PriceEffect.id)
    ).all()
    for effect_id in again:
        _send(effect_id)
    return len(again)


def _send(effect_id: int) -> None:
    on_commit(lambda: send_now(JOB, effect_id, bounds=Bounds(Scope.OPERATOR, 0)))
