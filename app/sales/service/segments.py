"""Rules of segments: saved, switched, and run by hand or every night."""

from __future__ import annotations

import logging

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.groups import SetKind
from app.accounts.queries.groups import account_set
from app.accounts.service.groups import fill_by_rule
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import DomainError, NotFound, Unavailable
from app.core.texts import N_
from app.sales.domain.segment_rules import Rule, parse_rule, rule_json
from app.sales.models.segments import SegmentRule
from app.sales.queries.segment_rules import accounts_of_rule, demand_known, ids_with_rule

log = logging.getLogger(__name__)


@command
def save_rule(actor: Actor, code: str, rule: Rule, *, is_active: bool = True) -> tuple[int, int]:
    """Give a segment its rule and fill it at once; how many came and went. Raises Invalid, NotFound."""
    segment_id = account_set(actor, SetKind.SEGMENT, code).id
    demand_known(actor, rule)
    held = db.session.get(SegmentRule, segment_id, populate_existing=True)
    before = [held.rule, held.is_active] if held else [None, None]
    facts = {"rule": rule_json(rule), "is_active": is_active, "changed_at": clock.now(), "problem": ""}
    db.session.execute(
        insert(SegmentRule)
        .values(segment_id=segment_id, **facts)
        .on_conflict_do_update(index_elements=["segment_id"], set_=facts)
    )
    db.session.expire_all()
    changes = {"rule": [before[0], facts["rule"]], "is_active": [before[1], is_active]}
    audit.record(actor, "segment", segment_id, "rule_changed", {k: v for k, v in changes.items() if v[0] != v[1]})
    return run_rule(actor, segment_id) if is_active else (0, 0)


@command
def remove_rule(actor: Actor, code: str, *, keeps_members: bool) -> int:
    """Take the rule off; its members stay as if put in by hand, or go. How many went."""
    segment_id = account_set(actor, SetKind.SEGMENT, code).id
    held = db.session.get(SegmentRule, segment_id, populate_existing=True)
    if held is None:
        raise NotFound(N_("This segment has no rule."))
    before = held.rule
    db.session.delete(held)
    gone = 0
    if not keeps_members:
        _came, gone = fill_by_rule(actor, segment_id, ())
    audit.record(actor, "segment", segment_id, "rule_removed", {"rule": [before, None], "went": gone})
    return gone


@command
def run_rule(actor: Actor, segment_id: int) -> tuple[int, int]:
    """Fill a segment by its rule now; how many accounts came and went. Safe to repeat."""
    rule = parse_rule(db.session.scalar(select(SegmentRule.rule).where(SegmentRule.segment_id == segment_id)))
    came, went = fill_by_rule(actor, segment_id, accounts_of_rule(actor, rule))
    db.session.execute(
        update(SegmentRule)
        .where(SegmentRule.segment_id == segment_id)
        .values(last_run_at=clock.now(), last_came=came, last_went=went, problem="")
    )
    db.session.expire_all()
    return came, went


def run_rules(actor: Actor) -> int:
    """All rules in use, each in a transaction of its own; a rule that cannot be run is marked, the others go on."""
    done = 0
    for segment_id in ids_with_rule(actor):
        try:
            run_rule(actor, segment_id)
            done += 1
        except Unavailable:
            raise
        except DomainError as error:
            log.warning("the rule of segment %s could not be run: %s", segment_id, error.message)
            _mark(actor, segment_id, str(error.message))
    return done


@command
def _mark(actor: Actor, segment_id: int, problem: str) -> None:
    db.session.execute(
        update(SegmentRule).where(SegmentRule.segment_id == segment_id).values(problem=problem, last_run_at=clock.now())
    )
