"""Start pages: how they are arranged, what one account gets, and the segment a new account looks like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.core.actor import Actor
from app.core.db import db
from app.sales.domain.start_blocks import USUAL
from app.sales.models.segments import Resemblance
from app.sales.models.start_pages import StartBlock, StartPage


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement and for whom; `accounts` get it now."""

    audience: str
    code: str
    name: str
    blocks: tuple[tuple[str, bool], ...]


_LAYOUTS = text("""
SELECT CASE WHEN b.company_id IS NOT NULL THEN 'account' WHEN b.segment_id IS NOT NULL THEN 'segment'
            WHEN b.group_id IS NOT NULL THEN 'group' ELSE 'everybody' END AS audience,
       coalesce(c.code, s.code, g.code, '') AS code, coalesce(c.name, s.name, g.name, '') AS name,
       json_agg(json_build_array(b.code, b.is_on) ORDER BY b.position)
FROM start_blocks b LEFT JOIN companies c ON c.id = b.company_id LEFT JOIN segments s ON s.id = b.segment_id
LEFT JOIN account_groups g ON g.id = b.group_id
GROUP BY 1, 2, 3 ORDER BY 1, 2""")


def layouts(actor: Actor) -> list[Layout]:
    """All arrangements; one statement."""
    return [
        Layout(audience, code, name, tuple((block, is_on) for block, is_on in blocks))
        for audience, code, name, blocks in db.session.execute(_LAYOUTS)
    ]


def blocks_of(actor: Actor, audience: str, code: str) -> tuple[tuple[str, bool], ...] | None:
    """The arrangement of one audience, None where it has none of its own."""
    models: dict[str, tuple[Any, str]] = {
        "account": (Company, "company_id"),
        "group": (AccountGroup, "group_id"),
        "segment": (Segment, "segment_id"),
    }
    who: dict[str, int | None] = {"company_id": None, "group_id": None, "segment_id": None}
    if audience in models:
        model, column = models[audience]
        who[column] = db.session.scalar(select(model.id).where(model.code == code))
    rows = db.session.execute(
        select(StartBlock.code, StartBlock.is_on).filter_by(**who).order_by(StartBlock.position)
    ).all()  # fmt: skip
    return tuple((row.code, row.is_on) for row in rows) or None


def own_blocks(actor: Actor) -> tuple[str, ...]:
    """The blocks on the start page of the actor's account, in their order; one statement."""
    held = db.session.scalar(select(StartPage.blocks).where(StartPage.company_id == actor.company_id))
    return USUAL if held is None else tuple(code for code in held if code in USUAL)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The segment an account without purchases looks like, of 100 points, with the shares that speak for it."""

    code: str
    name: str
    points: int
    reasons: tuple[tuple[str, str, int], ...]
    found_at: datetime


def likeness(actor: Actor, company_id: int) -> Likeness | None:
    """For the operator's page of an account; None where it has bought, is in a segment, or looks like none."""
    if not actor.is_operator:
        return None
    row = db.session.execute(
        select(Segment.code, Segment.name, Resemblance.points, Resemblance.reasons, Resemblance.found_at)
        .join(Segment, Segment.id == Resemblance.segment_id)
        .where(Resemblance.company_id == company_id)
    ).one_or_none()
    if row is None:
        return None
    return Likeness(row[0], row[1], row[2], tuple((fact, value, share) for fact, value, share in row[3]), row[4])
