"""Requisition lists as a person may see them, priced by one call when they are opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.models import AuditEntry
from app.core.texts import N_
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.requisition_list import Access, ListHead, ListState, Release
from app.ordering.models.requisition_lists import RequisitionLine, RequisitionSetting
from app.ordering.policy import Permission
from app.ordering.queries.reorder import Today, at_today
from app.ordering.queries.requisition_orders import released

OBJECT = "requisition_list"
SHOWS = ("all", "mine", "shared", "waiting")
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})

# Whoever approves sees what was once put forward, whoever made it.
_HEADS = """
SELECT l.id, l.company_id, l.owner_id, l.name, l.note, l.state, l.reason, l.decided_by, l.version, l.line_count,
    l.created_by, l.changed_at, l.changed_by, l.deleted_at IS NOT NULL,
    CASE WHEN :is_operator OR l.owner_id = :person THEN 3 ELSE greatest(coalesce(mine.level, 0),
        CASE WHEN :is_approver AND l.proposed_at IS NOT NULL THEN 1 ELSE 0 END) END,
    coalesce(setting.needs_approval, false), r.number, r.at, r.by, r.line_count, coalesce(mine.shares, 0)
FROM requisition_lists l
LEFT JOIN LATERAL (
    SELECT count(*) AS shares, max(CASE s.access WHEN 'edit' THEN 2 ELSE 1 END)
        FILTER (WHERE s.user_id = :person OR s.user_id IS NULL) AS level
    FROM requisition_shares s WHERE s.list_id = l.id
) mine ON true
LEFT JOIN LATERAL (
    SELECT number, at, by, line_count FROM requisition_releases WHERE list_id = l.id ORDER BY number DESC LIMIT 1
) r ON true
LEFT JOIN requisition_settings setting ON setting.company_id = l.company_id
WHERE (:is_operator OR l.company_id = :company)
    AND (:is_operator OR l.owner_id = :person OR mine.level > 0 OR (:is_approver AND l.proposed_at IS NOT NULL))"""
_ONE = text(f"{_HEADS} AND l.id = :id")
_LISTS = """ AND l.deleted_at IS NULL AND (:pattern = '' OR l.name ILIKE :pattern)
    AND (:show = 'all' OR (:show = 'mine' AND l.owner_id = :person)
        OR (:show = 'shared' AND l.owner_id IS DISTINCT FROM :person) OR (:show = 'waiting' AND l.state = 'ready'))"""
_PAGE = """ AND (CAST(:start AS timestamptz) IS NULL OR (l.changed_at, l.id) {sign} (CAST(:start AS timestamptz), :start_id))
ORDER BY l.changed_at {way}, l.id {way} LIMIT :most"""
_WAITING = text(
    "SELECT count(*) FROM requisition_lists WHERE company_id = :company AND state = 'ready' AND deleted_at IS NULL"
)
_CHOICES = 200


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line with what it costs today; `today` None: the account may not see the article."""

    line_id: int
    position: int
    article_id: int
    quantity: Decimal
    unit: str
    note: str
    version: int
    changed_at: datetime | None
    changed_by: str
    today: Today | None

    @property
    def is_fine(self) -> bool:
        return self.today is not None and self.today.is_fine

    @property
    def net(self) -> Decimal | None:
        return self.today.price.net if self.today else None

    @property
    def sku(self) -> str:
        return self.today.article.sku if self.today else ""

    @property
    def name(self) -> str:
        return self.today.article.name if self.today else ""


@dataclass(frozen=True, slots=True)
class Shared:
    """Somebody a list is shared with; `user_id` None is everybody."""

    user_id: int | None
    name: str
    access: Access


def list_head(actor: Actor, list_id: int, access: Access = Access.SEE, *, is_deleted: bool = False) -> ListHead:
    """One list; NotFound where the person may not see it, Forbidden where he may not do `access`."""
    row = db.session.execute(_ONE, {"id": list_id, **_reader(actor)}).one_or_none()
    if row is None or row[13] != is_deleted:
        raise NotFound(N_("There is no such list."))
    head = _head(row)
    if head.access < access:
        raise Forbidden(
            N_("This list is {who}'s. You may look at it and order from it; ask for the right to change it.",
               who=head.created_by)
        )  # fmt: skip
    return head


def lists(
    actor: Actor, *, show: str = "all", search: str = "", after: Sequence[str] | None = None,
    before: Sequence[str] | None = None, limit: int,
) -> list[ListHead]:  # fmt: skip
    """The person's own and shared lists, the latest changed first; keys are (changed at, id)."""
    start = before or after
    statement = _HEADS + _LISTS + _PAGE.format(sign=">" if before else "<", way="" if before else "DESC")
    values = {
        "show": show,
        "pattern": f"%{search.translate(_LIKE)}%" if search else "",
        "start": start[0] if start else None,
        "start_id": int(start[1]) if start else 0,
        "most": limit,
        **_reader(actor),
    }
    found = [_head(row) for row in db.session.execute(text(statement), values)]
    return found[::-1] if before else found


def editable_lists(actor: Actor) -> list[ListHead]:
    """Lists lines can be put on, the latest changed first."""
    return [head for head in lists(actor, limit=_CHOICES) if head.may_edit]


def waiting_lists(actor: Actor) -> int:
    """How many lists of the company wait for approval."""
    return int(db.session.execute(_WAITING, {"company": actor.company_id}).scalar_one())


def needs_approval(actor: Actor) -> bool:
    """Whether the company orders from approved lists only."""
    return bool(
        db.session.scalar(
            select(RequisitionSetting.needs_approval).where(RequisitionSetting.company_id == actor.company_id)
        )
    )


def list_lines(actor: Actor, head: ListHead) -> list[ListLine]:
    """All lines with today's price and stock, by one pricing call; a constant number of statements."""
    rows = db.session.execute(
        select(
            RequisitionLine.id, RequisitionLine.position, RequisitionLine.article_id, RequisitionLine.quantity,
            RequisitionLine.unit, RequisitionLine.note, RequisitionLine.version, RequisitionLine.changed_at,
            RequisitionLine.changed_by,
        )
        .where(RequisitionLine.list_id == head.id, RequisitionLine.company_id == head.company_id)
        .order_by(RequisitionLine.position, RequisitionLine.id)
    ).all()  # fmt: skip
    today = at_today(actor, [WantedLine(row.article_id, row.quantity, row.unit) for row in rows])
    return [ListLine(*row, now) for row, now in zip(rows, today, strict=True)]


def release_lines(actor: Actor, head: ListHead) -> list[ListLine]:
    """The lines of the latest approved version; their ids are their places in it."""
    wanted = released(actor, head)
    return [
        ListLine(place, place, line.article_id, line.quantity, line.unit, line.note, 0, None, "", now)
        for place, (line, now) in enumerate(zip(wanted, at_today(actor, wanted), strict=True), start=1)
    ]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line as a file holds it."""

    sku: str
    quantity: Decimal
    unit: str
    note: str


def file_lines(actor: Actor, head: ListHead) -> list[FileLine]:
    """All lines by article number, without prices."""
    rows = db.session.execute(
        text("""
            SELECT a.sku, l.quantity, l.unit, l.note FROM requisition_lines l JOIN articles a ON a.id = l.article_id
            WHERE l.list_id = :id AND l.company_id = :company ORDER BY l.position, l.id"""),
        {"id": head.id, "company": head.company_id},
    )
    return [FileLine(row.sku, row.quantity.normalize() + 0, row.unit, row.note) for row in rows]


_SHARES = text("""
SELECT s.user_id, coalesce(u.name, ''), CASE s.access WHEN 'edit' THEN 2 ELSE 1 END
FROM requisition_shares s LEFT JOIN users u ON u.id = s.user_id
WHERE s.list_id = :id AND s.company_id = :company ORDER BY s.user_id IS NOT NULL, u.name, s.id""")


def shares(actor: Actor, head: ListHead) -> list[Shared]:
    """With whom a list is shared, everybody first."""
    rows = db.session.execute(_SHARES, {"id": head.id, "company": head.company_id})
    return [Shared(user_id, name, Access(level)) for user_id, name, level in rows]


def happened(actor: Actor, head: ListHead, limit: int = 12) -> list[AuditEntry]:
    """What people did to a list, the latest first."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.company_id == head.company_id, AuditEntry.object_type == OBJECT, AuditEntry.object_id == head.id
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def _reader(actor: Actor) -> dict[str, Any]:
    return {
        "company": actor.company_id,
        "person": actor.user_id or 0,
        "is_operator": actor.is_operator,
        "is_approver": actor.can(Permission.APPROVE_LISTS),
    }


def _head(row: Any) -> ListHead:
    facts: list[Any] = list(row[:16])
    facts[5], facts[14] = ListState(facts[5]), Access(facts[14])
    number, at, by, count, shared = row[16:]
    release = None if number is None else Release(number, at, by, count)
    return ListHead(*[*facts, release, shared])
