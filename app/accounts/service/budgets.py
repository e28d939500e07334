"""Budgets: set by the company, taken by orders, reserved by approvals, given back; every movement is an entry.

The rows of budgets are locked by id before anything is judged, so that two orders at once cannot pass together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.domain.budget import (
    BudgetClaim,
    BudgetRule,
    BudgetState,
    CostCentre,
    Period,
    PeriodKind,
    Source,
    Verdict,
    outcome,
    period_of,
    summed,
    until,
    verdicts,
)
from app.accounts.domain.signing import signed
from app.accounts.models.budgets import Budget
from app.accounts.models.budgets import CostCentre as CostCentreRow
from app.accounts.models.companies import Company
from app.accounts.queries.budgets import CURRENT, STATE, state_of
from app.accounts.queries.companies import own_or_asked
from app.accounts.queries.cost_centres import demand_usable
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows, note_lock
from app.core.money import minor_units, round_amount
from app.core.texts import N_

_LOCK = text(f"""
SELECT {STATE}, b.is_active, b.is_active AND b.is_recurring
       AND NOT EXISTS (SELECT 1 FROM budgets n WHERE n.previous_id = b.id) AS is_last
FROM budgets b
WHERE b.company_id = :company AND (
    (b.cost_centre_id = ANY(CAST(:centres AS bigint[])) AND {CURRENT})
    OR b.id IN (SELECT e.budget_id FROM budget_entries e
                WHERE e.company_id = :company AND e.source_kind = :kind AND e.source_id = :source))
ORDER BY b.id FOR UPDATE OF b""")  # noqa: S608 -- constants
_TOO_MUCH = Decimal(10) ** 11
_GOES_ON = text("""
SELECT 1 FROM budgets b
WHERE b.cost_centre_id = :centre AND b.currency = :currency AND b.kind = :kind AND b.kind <> 'dates' AND b.is_active
  AND b.is_recurring AND b.ends_on < :starts_on AND NOT EXISTS (SELECT 1 FROM budgets n WHERE n.previous_id = b.id)""")
_HELD = text("""
SELECT budget_id, sum(amount) FROM budget_entries
WHERE company_id = :company AND source_kind = :kind AND source_id = :source
GROUP BY budget_id HAVING sum(amount) > 0 ORDER BY budget_id""")
_NEXT = text("""
INSERT INTO budgets (company_id, cost_centre_id, kind, starts_on, ends_on, currency, amount, carried, rule, is_recurring,
                     carries_over, previous_id)
VALUES (:company, :centre, :kind, :starts_on, :ends_on, :currency, :amount, :carried, :rule, true, :carries_over,
        :previous)
ON CONFLICT DO NOTHING RETURNING id""")
_WRITE = text("""
WITH input AS (
    SELECT * FROM unnest(CAST(:budgets AS bigint[]), CAST(:kinds AS varchar[]), CAST(:sources AS bigint[]),
                         CAST(:numbers AS varchar[]), CAST(:amounts AS numeric[]))
        AS i (budget_id, kind, source_id, number, amount)
), written AS (
    INSERT INTO budget_entries (company_id, budget_id, source_kind, source_id, source_number, amount, reason, user_id,
                                user_name, at)
    SELECT :company, budget_id, kind, source_id, number, amount, :reason, CAST(:user AS bigint), :name, :at FROM input
)
UPDATE budgets b SET taken = b.taken + s.amount
FROM (SELECT budget_id, sum(amount) AS amount FROM input GROUP BY budget_id) s WHERE b.id = s.budget_id""")


@command
def consume(  # noqa: PLR0917 -- what a claim is made of
    actor: Actor,
    company_id: int,
    source: Source,
    claims: Sequence[BudgetClaim],
    currency: str,
    on: date,
    *,
    allow_asked: bool = False,
    instead_of: Source | None = None,
) -> list[Verdict]:
    """Take claims from the budgets of their cost centres that hold on the day `on` of the company's calendar.

    Returns what the budgets said, warnings among it. Raises Conflict (`details` are the verdicts) when a blocking budget
    is exceeded, or one that asks is and not `allow_asked`; Invalid for a cost centre that is closed or not the actor's.
    `instead_of` gives back in the same step what an approval has reserved, where the claims are no longer the same.
    """
    _demand_own(actor, company_id)
    centres = demand_usable(actor, company_id, {claim.cost_centre_id for claim in claims})
    sums = summed(claims)
    if not sums and instead_of is None:
        return []
    locked = _locked(company_id, sums, on, instead_of)
    held = _held(company_id, instead_of) if instead_of else {}
    if instead_of:
        _put(actor, company_id, [_Move(key, instead_of, -amount) for key, amount in held.items()])
    budgets = [_without(one.state, held) for one in locked if one.is_active]
    found = _verdicts({key: (centres[key], amount) for key, amount in sums.items()}, budgets, currency, on)
    worst = outcome(found)
    if worst is BudgetRule.BLOCK or (worst is BudgetRule.ASK and not allow_asked):
        raise Conflict(next(one.message for one in found if one.outcome is worst), details=found)
    _put(actor, company_id, [_Move(one.budget_id, source, one.amount) for one in found if one.budget_id])
    return found


@command
def hand_over(actor: Actor, company_id: int, from_source: Source, to_source: Source) -> Decimal:
    """What an approval has reserved belongs to its order now, in the periods it was reserved in; returns how much."""
    _demand_own(actor, company_id)
    _locked(company_id, (), date.min, from_source)
    held = _held(company_id, from_source)
    moves = [_Move(key, from_source, -amount) for key, amount in held.items()]
    moves += [_Move(key, to_source, amount) for key, amount in held.items()]
    _put(actor, company_id, moves)
    return sum(held.values(), Decimal(0))


@command
def give_back(
    actor: Actor, company_id: int, source: Source, claims: Sequence[BudgetClaim] | None = None, reason: str = ""
) -> Decimal:
    """Return what a source has taken, to the periods it took it from; with `claims` so much of each cost centre.

    Never more than the source still holds; a second time nothing. Returns how much, over all budgets.
    """
    _demand_own(actor, company_id)
    budgets = {one.state.id: one.state.cost_centre_id for one in _locked(company_id, (), date.min, source)}
    held = _held(company_id, source)
    if claims is not None:
        sums = summed(claims)
        held = {key: min(amount, sums.get(budgets[key], Decimal(0))) for key, amount in held.items()}
    moves = [_Move(key, source, -amount) for key, amount in held.items() if amount > 0]
    _put(actor, company_id, moves, reason=reason.strip()[:300])
    return -sum((move.amount for move in moves), Decimal(0))


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """A budget as its company sets it, net. `starts_on` is any day of the first period; `ends_on` only for own dates."""

    cost_centre_id: int
    kind: PeriodKind
    starts_on: date
    amount: Decimal
    rule: BudgetRule
    ends_on: date | None = None
    is_recurring: bool = False
    carries_over: bool = False


@command
def set_budget(actor: Actor, facts: BudgetFacts, company_id: int | None = None) -> int:
    """Give a cost centre a budget in the currency of its company; returns its id. Raises Invalid."""
    owner = own_or_asked(actor, company_id)
    row = db.session.execute(select(Company.currency, Company.fiscal_month).where(Company.id == owner)).one()
    if db.session.scalar(
        select(CostCentreRow.id).where(CostCentreRow.id == facts.cost_centre_id, CostCentreRow.company_id == owner)
    ) is None:  # fmt: skip
        raise Invalid("cost_centre_id", N_("There is no such cost centre."))
    _demand_amount(facts.amount, row.currency)
    period = _period(facts, row.fiscal_month)
    if db.session.scalar(_GOES_ON, {"centre": facts.cost_centre_id, "currency": row.currency, "kind": facts.kind,
                                    "starts_on": period.starts_on}):  # fmt: skip
        raise Invalid("starts_on", N_("There is such a budget for this period already. Change that one."))
    budget = Budget(
        company_id=owner, cost_centre_id=facts.cost_centre_id, kind=facts.kind, starts_on=period.starts_on,
        ends_on=period.ends_on, currency=row.currency, amount=facts.amount, rule=facts.rule,
        is_recurring=facts.is_recurring, carries_over=facts.is_recurring and facts.carries_over,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(budget)
    except IntegrityError:
        raise Invalid("starts_on", N_("There is such a budget for this period already. Change that one.")) from None
    audit.record(actor, "budget", budget.id, "created", asdict(facts), company_id=owner)
    return budget.id


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """What may change of a budget that is there. The next period of a recurring one follows the latest."""

    amount: Decimal
    rule: BudgetRule
    is_recurring: bool
    carries_over: bool
    is_active: bool


@command
def edit_budget(actor: Actor, budget_id: int, change: BudgetChange, company_id: int | None = None) -> None:
    """Change amount, rule and going on; a budget that is switched off stops nobody and keeps its entries."""
    owner = own_or_asked(actor, company_id)
    found = lock_rows(Budget, [budget_id])
    if not found or found[0].company_id != owner:
        raise NotFound
    budget = found[0]
    _demand_amount(change.amount, budget.currency)
    wanted = asdict(change) | {"carries_over": change.is_recurring and change.carries_over}
    changes = {name: [getattr(budget, name), value] for name, value in wanted.items() if getattr(budget, name) != value}
    if not changes:
        return
    try:
        with db.session.begin_nested():
            for name, (_, value) in changes.items():
                setattr(budget, name, value)
            db.session.flush()
    except IntegrityError:
        raise Conflict(N_("There is another budget for this period. Switch that one off first.")) from None
    audit.record(actor, "budget", budget.id, "changed", changes, company_id=owner)


def _demand_amount(amount: Decimal, currency: str) -> None:
    if amount < 0:
        raise Invalid("amount", N_("A budget cannot be below zero."))
    if amount != round_amount(amount, currency):
        raise Invalid("amount", N_("At most {places} digits after the decimal sign.", places=minor_units(currency)))
    if amount >= _TOO_MUCH:
        raise Invalid("amount", N_("This amount is too large."))


def _period(facts: BudgetFacts, fiscal_month: int) -> Period:
    if facts.kind is not PeriodKind.DATES:
        return period_of(facts.kind, facts.starts_on, fiscal_month)
    if facts.ends_on is None:
        raise Invalid("ends_on", N_("Enter the last day."))
    if facts.ends_on < facts.starts_on:
        raise Invalid("ends_on", N_("The last day lies before the first."))
    return Period(facts.starts_on, facts.ends_on)


@dataclass(frozen=True, slots=True)
class _Move:
    budget_id: int
    source: Source
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Locked:
    """A locked budget; `is_last` when its series goes on and the next period is not there yet."""

    state: BudgetState
    is_active: bool
    is_last: bool


def _locked(company_id: int, centre_ids: Iterable[int], on: date, source: Source | None) -> list[_Locked]:
    """Under lock: the budgets of the cost centres that hold on the day, and those that a source has taken from.

    Missing periods of recurring budgets are made; who comes second finds them made.
    """
    note_lock("budgets")
    centres = list(centre_ids)
    values: dict[str, Any] = {
        "company": company_id, "centres": centres, "on": on, "kind": source.kind if source else "",
        "source": source.id if source else 0,
    }  # fmt: skip
    found = _lock(values)
    ended = [one.state for one in found if one.is_last and one.state.cost_centre_id in centres]
    grown = [state for state in ended if until(state, on)]
    for state in grown:
        _grow(company_id, state, on)
    return _lock(values) if grown else found


def _lock(values: dict[str, Any]) -> list[_Locked]:
    return [_Locked(state_of(row), row.is_active, row.is_last) for row in db.session.execute(_LOCK, values)]


def _grow(company_id: int, last: BudgetState, on: date) -> None:
    """Make the periods that follow the last one."""
    previous = last.id
    for one in until(last, on):
        previous = db.session.scalar(_NEXT, {
            "company": company_id, "centre": one.cost_centre_id, "kind": str(one.kind),
            "starts_on": one.period.starts_on, "ends_on": one.period.ends_on, "currency": one.currency,
            "amount": one.amount, "carried": one.carried, "rule": str(one.rule), "carries_over": one.carries_over,
            "previous": previous,
        })  # fmt: skip
        if previous is None:  # somebody made it while we waited for the lock
            return


def _verdicts(
    claims: dict[int, tuple[CostCentre, Decimal]], budgets: Sequence[BudgetState], currency: str, on: date
) -> list[Verdict]:
    found: list[Verdict] = []
    for key, (centre, amount) in claims.items():
        own = [one for one in budgets if one.cost_centre_id == key and on in one.period]
        found.extend(verdicts(centre, own, amount, currency))
    return found


def _without(budget: BudgetState, held: Mapping[int, Decimal]) -> BudgetState:
    """The budget after a reservation was given back."""
    return replace(budget, taken=budget.taken - held.get(budget.id or 0, Decimal(0)))


def _held(company_id: int, source: Source) -> dict[int, Decimal]:
    """What a source still takes, by budget."""
    values = {"company": company_id, "kind": source.kind, "source": source.id}
    return {row[0]: row[1] for row in db.session.execute(_HELD, values)}


def _put(actor: Actor, company_id: int, moves: Sequence[_Move], *, reason: str = "") -> None:
    """Write entries and keep the sums, in one statement."""
    if not moves:
        return
    db.session.execute(_WRITE, {
        "company": company_id, "reason": reason, "user": actor.user_id, "name": signed(actor), "at": clock.now(),
        "budgets": [one.budget_id for one in moves], "kinds": [one.source.kind for one in moves],
        "sources": [one.source.id for one in moves], "numbers": [one.source.number for one in moves],
        "amounts": [one.amount for one in moves],
    })  # fmt: skip


def _demand_own(actor: Actor, company_id: int) -> None:
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))
