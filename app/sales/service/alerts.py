"""Rules that warn: made and changed by a sales manager, checked by a job, told once for each time they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.roles import OPERATOR_ROLES
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.sales.domain.alerts import FIGURES, begun, ended
from app.sales.events import AlertRaised
from app.sales.models.alerts import AlertCrossing, AlertRule
from app.sales.policy import Permission
from app.sales.queries.alerts import READERS, alert_rule, alert_rules


@command
def make_rule(actor: Actor, figure: str, threshold: Decimal, roles: Sequence[str], *, client_ref: str) -> int:
    """A rule that is on. The same reference again returns the first one. Invalid("figure", "threshold" or "roles")."""
    facts = _checked(actor, figure, threshold, roles)
    statement = insert(AlertRule).values(**facts, client_ref=client_ref).on_conflict_do_nothing()
    made = db.session.scalar(statement.returning(AlertRule.id))
    if made is None:
        return db.session.scalars(select(AlertRule.id).where(AlertRule.client_ref == client_ref)).one()
    audit.record(actor, "alert_rule", made, "made", facts)
    return int(made)


@command
def change_rule(actor: Actor, rule_id: int, figure: str, threshold: Decimal, roles: Sequence[str]) -> None:
    """What stands under it is over; the next check looks afresh. Raises Invalid as `make_rule`, NotFound."""
    facts = _checked(actor, figure, threshold, roles)
    rule = alert_rule(actor, rule_id)
    before = {name: getattr(rule, name) for name in facts}
    _set(rule, facts)
    _close(rule_id)
    audit.record(actor, "alert_rule", rule_id, "changed", {name: [before[name], facts[name]] for name in facts})


@command
def switch_rule(actor: Actor, rule_id: int, *, is_on: bool) -> None:
    """A rule that is off warns of nothing, and what stood under it is over."""
    _may(actor)
    rule = alert_rule(actor, rule_id)
    if rule.is_on == is_on:
        return
    _set(rule, {"is_on": is_on})
    if not is_on:
        _close(rule_id)
    audit.record(actor, "alert_rule", rule_id, "changed", {"is_on": [not is_on, is_on]})


@command
def drop_rule(actor: Actor, rule_id: int) -> None:
    """The rule goes, with what it has warned of."""
    _may(actor)
    rule = alert_rule(actor, rule_id)
    audit.record(actor, "alert_rule", rule_id, "deleted", {"figure": rule.figure, "threshold": rule.threshold})
    db.session.delete(rule)


def check_rules(actor: Actor) -> int:
    """Look at every rule that is on, each in a transaction of its own; how many warnings are new."""
    return sum(check_rule(actor, rule.id) for rule in alert_rules(actor) if rule.is_on)


@command
def check_rule(actor: Actor, rule_id: int) -> int:
    """Warn of what has reached the threshold since the last look, close what is back; safe to repeat."""
    rule = db.session.scalars(select(AlertRule).where(AlertRule.id == rule_id).with_for_update()).one_or_none()
    if rule is None or not rule.is_on or rule.figure not in READERS:
        return 0
    readings = READERS[rule.figure](actor)
    of_rule = (AlertCrossing.rule_id == rule_id, AlertCrossing.ended_at.is_(None))
    standing = set(db.session.scalars(select(AlertCrossing.subject_id).where(*of_rule)))
    if gone := ended(readings, rule.threshold, standing):
        over = update(AlertCrossing).where(*of_rule, AlertCrossing.subject_id.in_(gone)).values(ended_at=clock.now())
        db.session.execute(over)
    new = [
        {"rule_id": rule_id, "subject_id": one.subject_id, "words": one.words[:200], "value": one.value}
        for one in begun(readings, rule.threshold, standing)
    ]
    _set(rule, {"checked_at": clock.now()})
    if not new:
        return 0
    ids = sorted(db.session.scalars(insert(AlertCrossing).returning(AlertCrossing.id), new))
    publish(AlertRaised(rule_id, ids[0], ids[-1]))
    return len(ids)


def _checked(actor: Actor, figure: str, threshold: Decimal, roles: Sequence[str]) -> dict[str, Any]:
    _may(actor)
    if figure not in FIGURES:
        raise Invalid("figure", N_("Choose one of the list."))
    most = 100 if FIGURES[figure].is_of_accounts else 10**9
    if not 0 < threshold <= most:
        raise Invalid("threshold", N_("Enter a number from {low} to {high}.", low=1, high=most))
    known = [str(role) for role in OPERATOR_ROLES if str(role) in roles]
    if not known or len(known) != len(set(roles)):
        raise Invalid("roles", N_("Choose who is told."))
    return {"figure": figure, "threshold": threshold, "roles": known}


def _may(actor: Actor) -> None:
    actor.demand(Permission.EDIT_SEGMENTS)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))


def _set(rule: AlertRule, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(rule, name, value)
    db.session.flush()


def _close(rule_id: int) -> None:
    db.session.execute(
        update(AlertCrossing)
        .where(AlertCrossing.rule_id == rule_id, AlertCrossing.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
