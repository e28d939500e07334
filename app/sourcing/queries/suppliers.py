"""The suppliers a company knows, how they score, and whether they may be invited."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.domain import scorecard as rules
from app.sourcing.domain.scorecard import Criterion, standing_for, supplier_score
from app.sourcing.models.scorecards import Scorecard, SupplierDecision, SupplierScore
from app.sourcing.queries.clock import database_now


@dataclass(frozen=True, slots=True)
class SupplierStanding:
    """How a supplier stands with a buyer. `standing` is by score; a person's decision goes above it."""

    supplier_id: int
    score: Decimal
    standing: str
    is_blocked: bool
    is_warned: bool
    decision: str = ""
    reason: str = ""


def criteria_of(company_id: int) -> tuple[tuple[Criterion, ...], str]:
    """The criteria of a buyer and how months weigh; the usual ones where it has set none."""
    row = db.session.get(Scorecard, company_id, populate_existing=True)
    if row is None:
        return rules.DEFAULT_CRITERIA, rules.DEFAULT_PERIOD_WEIGHT
    return (
        tuple(
            Criterion(one["code"], one["name"], one["formula"], Decimal(one["weight"]), Decimal(one["maximum"]))
            for one in row.criteria
        ),
        row.period_weight,
    )


def standings_of(actor: Actor, supplier_ids: Collection[int]) -> dict[int, SupplierStanding]:
    """How suppliers stand with the actor's company; who has no score stands at 100. Three statements."""
    ids = set(supplier_ids)
    today = database_now().date()
    _criteria, weight = criteria_of(actor.company_id)
    scores: dict[int, dict[int, Decimal]] = {}
    rows = db.session.execute(
        select(SupplierScore.supplier_id, SupplierScore.month, SupplierScore.score).where(
            SupplierScore.company_id == actor.company_id, SupplierScore.supplier_id.in_(ids)
        )
    )
    for supplier_id, month, score in rows:
        scores.setdefault(supplier_id, {})[_age(month, today)] = score
    decisions = {
        row.supplier_id: row
        for row in db.session.scalars(
            select(SupplierDecision).where(
                SupplierDecision.company_id == actor.company_id, SupplierDecision.supplier_id.in_(ids)
            )
        )
    }
    return {
        supplier_id: _standing(
            supplier_id, supplier_score(scores.get(supplier_id, {}), weight), decisions.get(supplier_id)
        )
        for supplier_id in sorted(ids)
    }


def standing_of(actor: Actor, supplier_id: int) -> SupplierStanding:
    """How one supplier stands with the actor's company."""
    return standings_of(actor, [supplier_id])[supplier_id]


def _age(month: date, today: date) -> int:
    return max((today.year - month.year) * 12 + today.month - month.month, 0)


def _standing(supplier_id: int, score: Decimal, decision: SupplierDecision | None) -> SupplierStanding:
    found = standing_for(score)
    word = "" if decision is None else decision.decision
    return SupplierStanding(
        supplier_id,
        score,
        found.code,
        is_blocked=word == "blocked" or (found.blocks and word != "cleared"),
        is_warned=found.warns and not word,
        decision=word,
        reason="" if decision is None else decision.reason,
    )


# A customer cannot read other companies: it knows suppliers from its own tenders, awards and contracts.
_KNOWN = text("""
SELECT DISTINCT ON (supplier_id) supplier_id, supplier_name FROM (
    SELECT supplier_id, supplier_name, id FROM tender_participants WHERE company_id = :company
    UNION ALL SELECT supplier_id, supplier_name, id FROM awards WHERE company_id = :company
    UNION ALL SELECT supplier_id, supplier_name, id FROM supply_contracts WHERE company_id = :company
    UNION ALL SELECT id, name, id FROM companies WHERE kind = 'supplier' AND state = 'approved' AND :is_operator
) k WHERE CAST(:supplier AS bigint) IS NULL OR supplier_id = :supplier
ORDER BY supplier_id, id DESC""")
_WORK = text("""
SELECT supplier_id, count(*) FILTER (WHERE kind = 'contract') AS contracts, count(*) FILTER (WHERE kind = 'call') AS open_calls,
       count(*) FILTER (WHERE kind = 'tender') AS tenders
FROM (
    SELECT supplier_id, 'contract' AS kind FROM supply_contracts WHERE company_id = :company AND state = 'active'
    UNION ALL SELECT supplier_id, 'call' FROM call_offs WHERE company_id = :company AND state = 'sent'
    UNION ALL SELECT supplier_id, 'tender' FROM tender_participants WHERE company_id = :company
) w GROUP BY supplier_id""")


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier of the list."""

    id: int
    name: str
    standing: SupplierStanding
    tenders: int
    contracts: int
    open_call_offs: int


def _known(actor: Actor, supplier_id: int | None = None) -> Sequence[Any]:
    values = {"company": actor.company_id, "is_operator": actor.is_operator, "supplier": supplier_id}
    return db.session.execute(_KNOWN, values).all()


def knows(actor: Actor, supplier_id: int) -> bool:
    return bool(_known(actor, supplier_id))


def suppliers(actor: Actor, words: str = "") -> list[SupplierRow]:
    """Suppliers the actor's company knows, by name. Five statements."""
    known = [(row.supplier_id, row.supplier_name) for row in _known(actor)]
    wanted = words.casefold()
    named = sorted(
        ((name, key) for key, name in known if wanted in name.casefold()), key=lambda one: (one[0].casefold(), one[1])
    )
    standings = standings_of(actor, [key for _name, key in named])
    work = {row.supplier_id: row for row in db.session.execute(_WORK, {"company": actor.company_id})}
    return [
        SupplierRow(
            key,
            name,
            standings[key],
            *((work[key].tenders, work[key].contracts, work[key].open_calls) if key in work else (0, 0, 0)),
        )
        for name, key in named
    ]


def troubled(actor: Actor) -> dict[int, SupplierStanding]:
    """The suppliers of the actor's company that are blocked or come with a warning. Four statements."""
    standings = standings_of(actor, [row.supplier_id for row in _known(actor)])
    return {key: one for key, one in standings.items() if one.is_blocked or one.is_warned}


@dataclass(frozen=True, slots=True)
class MonthScore:
    """A month of a supplier: its score, the parts by criterion, and what was counted."""

    month: date
    score: Decimal
    parts: Mapping[str, Decimal | None]
    facts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class SupplierPage:
    id: int
    name: str
    standing: SupplierStanding
    criteria: tuple[Criterion, ...]
    months: tuple[MonthScore, ...]


def supplier_page(actor: Actor, supplier_id: int) -> SupplierPage:
    """One supplier with its months, newest first. Raises NotFound for one the company does not know."""
    known = _known(actor, supplier_id)
    if not known:
        raise NotFound
    rows = db.session.scalars(
        select(SupplierScore)
        .where(SupplierScore.company_id == actor.company_id, SupplierScore.supplier_id == supplier_id)
        .order_by(SupplierScore.month.desc())
        .execution_options(populate_existing=True)
    )
    months = tuple(
        MonthScore(
            row.month, row.score,
            {code: None if part is None else Decimal(part) for code, part in row.parts.items()},
            {code: Decimal(value) for code, value in row.facts.items()},
        )
        for row in rows
    )  # fmt: skip
    criteria, _weight = criteria_of(actor.company_id)
    return SupplierPage(supplier_id, known[0].supplier_name, standing_of(actor, supplier_id), criteria, months)
