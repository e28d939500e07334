"""Requisition lists: making, naming, deleting, sharing them, and deciding on them."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.queries.people import people
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.ordering.domain.requisition_list import ACCESS_CODES, STATE_NAMES, Access, ListHead, ListState, moved
from app.ordering.models.requisition_lists import (
    RequisitionList,
    RequisitionSetting,
    RequisitionShare,
)
from app.ordering.policy import Permission
from app.ordering.queries.requisition_lists import OBJECT, list_head, needs_approval

MOST_LISTS = 1_000  # of an account
_NAME = 80
_NOTE = 300
_REASON = 500

_CHANGED = text("""
UPDATE requisition_lists SET version = version + 1, state = 'draft', changed_at = :now, changed_by = :who,
    line_count = (SELECT count(*) FROM requisition_lines WHERE list_id = :id)
WHERE id = :id RETURNING line_count""")
_RELEASE = text("""
INSERT INTO requisition_releases (company_id, list_id, number, by, line_count, lines)
SELECT :company, :id, (SELECT coalesce(max(number), 0) + 1 FROM requisition_releases WHERE list_id = :id), :by, count(*),
    jsonb_agg(jsonb_build_array(article_id, CAST(trim_scale(quantity) AS text), unit, note) ORDER BY position, id)
FROM requisition_lines WHERE list_id = :id
RETURNING number""")


@command
def create_list(actor: Actor, name: str, *, note: str = "", client_ref: str) -> int:
    """A new empty list of the person's own; a repeat returns the first."""
    if actor.user_id is None:
        raise Forbidden(N_("Only a person has lists."))
    known = select(RequisitionList.id).where(
        RequisitionList.company_id == actor.company_id, RequisitionList.client_ref == client_ref
    )
    name = _named(name)
    made = db.session.scalar(
        upsert(RequisitionList)
        .values(
            company_id=actor.company_id, owner_id=actor.user_id, client_ref=client_ref, name=name, note=_noted(note),
            created_by=actor.name, changed_by=actor.name, changed_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[RequisitionList.company_id, RequisitionList.client_ref])
        .returning(RequisitionList.id)
    )  # fmt: skip
    if made is None:
        return int(db.session.scalars(known).one())
    count = db.session.scalars(
        select(text("count(*)")).select_from(RequisitionList).where(
            RequisitionList.company_id == actor.company_id, RequisitionList.deleted_at.is_(None)
        )
    ).one()  # fmt: skip
    if count > MOST_LISTS:
        raise Invalid("name", N_("An account keeps at most {most} lists. Delete one first.", most=MOST_LISTS))
    audit.record(actor, OBJECT, made, "list_made", {"name": name})
    return int(made)


@command
def rename_list(actor: Actor, list_id: int, name: str, note: str) -> None:
    found = locked_list(actor, list_id, Access.EDIT)[0]
    new = {"name": _named(name), "note": _noted(note)}
    changes = {key: [getattr(found, key), value] for key, value in new.items() if getattr(found, key) != value}
    if changes:
        found.name, found.note = new["name"], new["note"]
        _touch(actor, found)
        audit.record(actor, OBJECT, list_id, "list_renamed", changes, company_id=found.company_id)


@command
def delete_list(actor: Actor, list_id: int) -> None:
    """Out of sight for everybody; `restore_list` brings it back."""
    found = locked_list(actor, list_id, Access.OWN)[0]
    found.deleted_at = clock.now()
    audit.record(actor, OBJECT, list_id, "list_deleted", {"name": found.name}, company_id=found.company_id)


@command
def restore_list(actor: Actor, list_id: int) -> None:
    """Take a deletion back. Raises NotFound when the list is there, or was never the person's own."""
    head = list_head(actor, list_id, Access.OWN, is_deleted=True)
    (found,) = lock_rows(RequisitionList, [head.id])
    found.deleted_at = None
    audit.record(actor, OBJECT, list_id, "list_restored", {"name": found.name}, company_id=found.company_id)


@command
def share_list(actor: Actor, list_id: int, user_id: int | None, access: Access) -> None:
    """Let a colleague (None: everybody in the company) see or edit a list, or not any more (Access.NONE)."""
    found = locked_list(actor, list_id, Access.OWN)[0]
    name = _colleague(actor, found, user_id)
    whose = RequisitionShare.user_id.is_(None) if user_id is None else RequisitionShare.user_id == user_id
    old = db.session.scalars(
        delete(RequisitionShare).where(RequisitionShare.list_id == list_id, whose).returning(RequisitionShare.access)
    ).one_or_none()
    code = ACCESS_CODES.get(access)
    if code is not None:
        db.session.execute(
            insert(RequisitionShare),
            [{"company_id": found.company_id, "list_id": list_id, "user_id": user_id, "access": code}],
        )
    if old != code:
        audit.record(
            actor, OBJECT, list_id, "list_shared", {name or "everybody": [old, code]}, company_id=found.company_id
        )


@command
def set_list_approval(actor: Actor, *, is_needed: bool) -> None:
    """Say whether people of the company order from approved lists only."""
    actor.demand(Permission.APPROVE_LISTS)
    if needs_approval(actor) == is_needed:
        return
    values = {"needs_approval": is_needed}
    db.session.execute(
        upsert(RequisitionSetting)
        .values(company_id=actor.company_id, **values)
        .on_conflict_do_update(index_elements=[RequisitionSetting.company_id], set_=values)
    )
    audit.record(actor, "company", actor.company_id, "list_approval", {"needs_approval": [not is_needed, is_needed]})


@command
def propose_list(actor: Actor, list_id: int) -> None:
    """Put a list forward: from now on it cannot be changed until somebody decides or it is withdrawn."""
    found, head = locked_list(actor, list_id, Access.EDIT)
    if not head.needs_approval:
        raise Conflict(N_("Your company orders from lists without an approval."))
    if not found.line_count:
        raise Conflict(N_("The list is empty. Put something on it first."))
    _move(actor, found, ListState.READY, "list_proposed")
    found.proposed_at = found.proposed_at or clock.now()
    found.reason = ""


@command
def withdraw_list(actor: Actor, list_id: int) -> None:
    """Take a proposal back, to go on changing the list."""
    found = locked_list(actor, list_id, Access.EDIT)[0]
    if found.state != ListState.READY:
        raise Conflict(N_("The list does not wait for approval any more."))
    _move(actor, found, ListState.DRAFT, "list_withdrawn")


@command
def approve_list(actor: Actor, list_id: int, *, version: int) -> int:
    """Release the lines as they were seen; returns the number of the approved version.

    Conflict when the list was changed after it was seen, or somebody has decided already.
    """
    found = _decided_on(actor, list_id, version)
    if not found.line_count:
        raise Conflict(N_("The list is empty. Put something on it first."))
    _move(actor, found, ListState.APPROVED, "list_approved")
    found.decided_by, found.reason = actor.name, ""
    found.proposed_at = found.proposed_at or clock.now()
    values = {"company": found.company_id, "id": list_id, "by": actor.name}
    return int(db.session.execute(_RELEASE, values).scalar_one())


@command
def reject_list(actor: Actor, list_id: int, *, version: int, reason: str) -> None:
    """Give a list back with the reason; what was approved before stays usable."""
    found = _decided_on(actor, list_id, version)
    reason = reason.strip()
    if not reason:
        raise Invalid("reason", N_("Say why, so that it can be put right."))
    if len(reason) > _REASON:
        raise Invalid("reason", N_("At most {most} characters.", most=_REASON))
    _move(actor, found, ListState.REJECTED, "list_rejected", reason=reason)
    found.decided_by, found.reason = actor.name, reason


def locked_list(actor: Actor, list_id: int, access: Access) -> tuple[RequisitionList, ListHead]:
    """The list under lock, with what the person may do with it; raises NotFound or Forbidden."""
    head = list_head(actor, list_id, access)
    (found,) = lock_rows(RequisitionList, [head.id])
    if found.deleted_at is not None:
        raise NotFound(N_("This list was deleted a moment ago."))
    return found, head


def demand_open(found: RequisitionList, head: ListHead) -> None:
    """Lines of a list that somebody decides on stay as they are."""
    if head.needs_approval and found.state == ListState.READY:
        raise Conflict(N_("This list waits for approval. Withdraw it to change it."))


def lines_changed(actor: Actor, found: RequisitionList) -> int:
    """After a change of lines: a new version; what was approved or rejected is a draft again. Returns the lines there are."""
    values = {"id": found.id, "now": clock.now(), "who": actor.name}
    return int(db.session.execute(_CHANGED, values).scalar_one())


def demand_not_stale(found: RequisitionList, version: int) -> None:
    if found.version != version:
        raise Conflict(
            N_("{who} has changed the list since you opened it. Look at it again.", who=found.changed_by)
        )  # fmt: skip


def _decided_on(actor: Actor, list_id: int, version: int) -> RequisitionList:
    """The list under lock, if the actor may decide on it as he saw it. A draft only its own people may release."""
    actor.demand(Permission.APPROVE_LISTS)
    found, head = locked_list(actor, list_id, Access.SEE)
    if not head.needs_approval:
        raise Conflict(N_("Your company orders from lists without an approval."))
    if found.state != ListState.READY and (head.access < Access.EDIT or found.state == ListState.APPROVED):
        raise Conflict(N_("The list is “{state}” by now. Look at it again.", state=STATE_NAMES[ListState(found.state)]))
    demand_not_stale(found, version)
    return found


def _move(actor: Actor, found: RequisitionList, new: ListState, action: str, **facts: str) -> None:
    old = found.state
    found.state = moved(old, new)
    audit.record(
        actor, OBJECT, found.id, action, {"state": [old, new], "version": found.version, **facts},
        company_id=found.company_id,
    )  # fmt: skip


def _touch(actor: Actor, found: RequisitionList) -> None:
    found.changed_at, found.changed_by = clock.now(), actor.name


def _colleague(actor: Actor, found: RequisitionList, user_id: int | None) -> str:
    """The name of somebody the list can be shared with."""
    if user_id is None:
        return ""
    known = {member.user_id: member.name for member in people(actor, found.company_id) if member.is_active}
    if user_id not in known or user_id == found.owner_id:
        raise Invalid("person", N_("Choose a colleague."))
    return known[user_id]


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", N_("Give the list a name."))
    if len(name) > _NAME:
        raise Invalid("name", N_("At most {most} characters.", most=_NAME))
    return name


def _noted(note: str) -> str:
    note = note.strip()
    if len(note) > _NOTE:
        raise Invalid("note", N_("At most {most} characters.", most=_NOTE))
    return note
