"""Rules of reminders and base rates of interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select, update

from app.billing.domain.dunning import Level, check_levels
from app.billing.domain.interest import Basis
from app.billing.models.dunning import BaseRate, DunningRule, DunningTerms
from app.billing.queries.dunning import level_json
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.money import minor_units, round_amount
from app.core.texts import N_

_MOST_POINTS = Decimal(100)


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as entered; amounts in its currency, `points` percentage points a year above the base rate."""

    name: str
    currency: str
    levels: tuple[Level, ...]
    minimum: Decimal
    gap_days: int
    points: Decimal
    basis: Basis
    is_default: bool

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name, "currency": self.currency, "minimum": self.minimum, "gap_days": self.gap_days,
            "points": self.points, "basis": str(self.basis), "is_default": self.is_default,
            "levels": [level_json(level) for level in self.levels],
        }  # fmt: skip


@command
def save_rule(actor: Actor, entry: RuleEntry, rule_id: int | None = None) -> int:
    """Add a rule or change one; what was sent stays as it was. The default one of a currency takes over from the other."""
    _demand_operator(actor)
    _check(entry, rule_id)
    row = DunningRule(name=entry.name, currency=entry.currency)
    if rule_id is not None:
        found = db.session.get(DunningRule, rule_id, with_for_update=True, populate_existing=True)
        if found is None:
            raise NotFound
        if found.currency != entry.currency:
            raise Invalid("currency", N_("A rule keeps its currency. Add another rule."))
        row = found
    if entry.is_default:
        db.session.execute(
            update(DunningRule)
            .where(DunningRule.currency == entry.currency, DunningRule.id != (rule_id or 0))
            .values(is_default=False)
        )
    row.name, row.is_default, row.minimum, row.gap_days = entry.name, entry.is_default, entry.minimum, entry.gap_days
    row.levels = [level_json(level) for level in entry.levels]
    row.interest_points, row.interest_basis = entry.points, str(entry.basis)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "dunning_rule", row.id, "dunning_rule_saved", entry.as_json())
    return row.id


def _check(entry: RuleEntry, rule_id: int | None) -> None:
    if not entry.name.strip():
        raise Invalid("name", N_("Enter a name."))
    check_levels(entry.levels)
    places = minor_units(entry.currency)
    for amount in (entry.minimum, *(level.fee for level in entry.levels)):
        if amount != round_amount(amount, entry.currency):
            raise Invalid("levels", N_("At most {places} digits after the decimal sign.", places=places))
    if entry.minimum < 0 or entry.gap_days < 0:
        raise Invalid("minimum", N_("Enter zero or more."))
    if not 0 <= entry.points <= _MOST_POINTS:
        raise Invalid("points", N_("Enter 0 to {most}.", most=_MOST_POINTS))
    same = select(DunningRule.id).where(DunningRule.currency == entry.currency, DunningRule.name == entry.name)
    known = db.session.scalar(same)
    if known is not None and known != rule_id:
        raise Conflict(N_("There is a rule of this name in {currency}.", currency=entry.currency))


@command
def remove_rule(actor: Actor, rule_id: int) -> None:
    """Remove a rule that no account has chosen for itself."""
    _demand_operator(actor)
    if db.session.scalar(select(DunningTerms.id).where(DunningTerms.rule_id == rule_id).limit(1)) is not None:
        raise Conflict(N_("Accounts are reminded by this rule. Choose another one for them first."))
    if db.session.scalar(delete(DunningRule).where(DunningRule.id == rule_id).returning(DunningRule.id)) is None:
        raise NotFound
    audit.record(actor, "dunning_rule", rule_id, "dunning_rule_removed")


@command
def set_base_rates(actor: Actor, rates: Sequence[tuple[date, Decimal, str]]) -> None:
    """Base rates in percent a year from their days on, each with its source; the same day again replaces the rate."""
    _demand_operator(actor)
    for day, percent, source in rates:
        if abs(percent) >= _MOST_POINTS:
            raise Invalid("percent", N_("This rate cannot be."))
        row = db.session.scalar(select(BaseRate).where(BaseRate.valid_from == day))
        before = None if row is None else row.percent
        row = row or BaseRate(valid_from=day)
        row.percent, row.source = percent, source.strip()[:120]
        db.session.add(row)
        db.session.flush()
        audit.record(actor, "base_rate", row.id, "base_rate_set", {"from": day, "percent": [before, percent]})


@command
def remove_base_rate(actor: Actor, day: date) -> None:
    """Take a base rate away; interest that was charged stays."""
    _demand_operator(actor)
    row_id = db.session.scalar(delete(BaseRate).where(BaseRate.valid_from == day).returning(BaseRate.id))
    if row_id is None:
        raise NotFound
    audit.record(actor, "base_rate", row_id, "base_rate_removed", {"from": day})


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
