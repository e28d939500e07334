"""Erasing a person, or the people of an account whose contract has ended: asked by one, approved by another, done by a
job in one transaction, so that a worker that is killed leaves nothing half done and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import CursorResult, select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.models.privacy import Erasure
from app.accounts.queries.privacy import closed_company, obstacles, person_by_email, person_declarations
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.personal_data import UNNAMED, Fate, Personal, declared_personal
from app.core.tenancy import system_scope
from app.core.texts import N_

JOB = "accounts.erase"
_AGAIN = timedelta(hours=6)  # when something came up between approval and the job


def ask_own_erasure(actor: Actor, *, reason: str = "", client_ref: str) -> int:
    """The person himself wants to be erased."""
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("Only the person himself can ask for this here."))
    with system_scope("privacy: a person belongs to no company"), transaction():
        # the record says that it was asked, by number, not by name
        return _ask(replace(actor, name=""), (actor.user_id, None), reason, client_ref, is_own_wish=True)


@command
def ask_erasure(actor: Actor, *, email: str = "", company: str = "", reason: str, client_ref: str) -> int:
    """The operator's administrator enters a request: of a person by mail address, or of an account that is closed."""
    if not reason.strip():
        raise Invalid("reason", N_("Say who asked for it and when."))
    if company:
        found = closed_company(actor, company)
        if found is None:
            raise Invalid("company", N_("There is no closed account {code}. Close it first.", code=company))
        return _ask(actor, (None, found[0]), reason, client_ref)
    user_id = person_by_email(actor, email)
    if user_id is None:
        raise Invalid("email", N_("Nobody here has the address {email}.", email=email))
    return _ask(actor, (user_id, None), reason, client_ref)


def _ask(
    actor: Actor, about: tuple[int | None, int | None], reason: str, client_ref: str, *, is_own_wish: bool = False
) -> int:
    """`about` is a person or a company, by id; a request that is open already is answered with its own id."""
    user_id, company_id = about
    kind = "person" if user_id is not None else "company"
    subject = Erasure.user_id == user_id if user_id is not None else Erasure.company_id == company_id
    waiting = db.session.scalar(select(Erasure.id).where(subject, Erasure.state.in_(("asked", "approved"))).limit(1))
    if waiting is not None:
        return waiting
    values = {
        "client_ref": f"{actor.user_id}:{client_ref}"[:80], "kind": kind, "user_id": user_id, "company_id": company_id,
        "reason": reason.strip()[:500], "is_own_wish": is_own_wish, "requested_by_id": actor.user_id,
        "requested_by_name": actor.name, "requested_at": clock.now(),
    }  # fmt: skip
    made: int | None = db.session.scalar(insert(Erasure).values(values).on_conflict_do_nothing().returning(Erasure.id))
    if made is None:  # the same form was sent twice
        known = select(Erasure.id).where(Erasure.client_ref == values["client_ref"])
        return int(db.session.scalars(known).one())
    audit.record(actor, "erasure", made, "erasure_asked", {"kind": kind, "own_wish": is_own_wish})
    return made


def withdraw_own_erasure(actor: Actor) -> None:
    """The person changed his mind before anybody approved."""
    with system_scope("privacy: a person belongs to no company"), transaction():
        row = db.session.scalar(
            select(Erasure).where(Erasure.user_id == actor.user_id, Erasure.state == "asked").with_for_update()
        )
        if row is None:
            raise Conflict(N_("There is no request that can be taken back."))
        row.state, row.decided_at = "withdrawn", clock.now()
        audit.record(replace(actor, name=""), "erasure", row.id, "erasure_withdrawn", {})


@command
def approve_erasure(actor: Actor, erasure_id: int) -> None:
    """The second pair of eyes: somebody else than who asked. Raises Conflict while something speaks against it."""
    row = _asked(erasure_id)
    if actor.user_id is None or actor.user_id == row.requested_by_id:
        raise Forbidden(N_("Somebody else than who asked for it approves an erasure."))
    if actor.user_id == row.user_id:
        raise Forbidden(N_("Nobody approves the erasure of himself."))
    _demand_free(row)
    row.state, row.decided_by_id, row.decided_by_name = "approved", actor.user_id, actor.name
    row.decided_at = row.due_at = clock.now()
    audit.record(actor, "erasure", row.id, "erasure_approved", {})
    enqueue(JOB, row.id)


@command
def refuse_erasure(actor: Actor, erasure_id: int, *, reason: str) -> None:
    """The person reads the reason in his profile."""
    row = _asked(erasure_id)
    if not reason.strip():
        raise Invalid("reason", N_("Say why; the person reads it."))
    row.state, row.decided_by_id, row.decided_by_name = "refused", actor.user_id, actor.name
    row.decided_at, row.refusal = clock.now(), reason.strip()[:500]
    audit.record(actor, "erasure", row.id, "erasure_refused", {"reason": row.refusal})


def _asked(erasure_id: int) -> Erasure:
    rows = lock_rows(Erasure, [erasure_id])
    if not rows:
        raise NotFound
    if rows[0].state != "asked":
        raise Conflict(N_("This request was decided already."))
    return rows[0]


def _demand_free(row: Erasure) -> None:
    found = obstacles(user_id=row.user_id, company_id=row.company_id)
    if found:
        title, count = found[0]
        raise Conflict(N_("First has to be finished: {what} ({count}).", what=title, count=count), details=found)


def due_erasures() -> list[int]:
    """Approved ones that no job has done yet; asked by the sweep."""
    statement = select(Erasure.id).where(Erasure.state == "approved", Erasure.due_at <= clock.now())
    return list(db.session.scalars(statement.order_by(Erasure.id)))


@command
def erase(actor: Actor, erasure_id: int) -> bool:
    """Do an approved erasure; False when it is done already, or has to wait because something came up."""
    rows = lock_rows(Erasure, [erasure_id])
    if not rows or rows[0].state != "approved":
        return False
    row = rows[0]
    found = obstacles(user_id=row.user_id, company_id=row.company_id)
    if found:
        row.attempts, row.due_at, row.last_error = row.attempts + 1, clock.now() + _AGAIN, str(found[0][0])
        return False
    counts: dict[str, int] = {}
    people = [row.user_id] if row.user_id is not None else _people_of(row.company_id or 0)
    for user_id in people:
        _add(counts, _erase_person(user_id))
    if row.company_id is not None:
        _add(counts, _apply([one for one in declared_personal() if one.of_company], {"company_id": row.company_id}))
    row.state, row.done_at, row.counts, row.last_error = "done", clock.now(), counts, ""
    row.requested_by_name = "" if row.is_own_wish else row.requested_by_name
    row.reason = "" if row.is_own_wish else row.reason
    audit.record(actor, "erasure", row.id, "erased", {"people": len(people), "rows": counts})
    return True


def _people_of(company_id: int) -> list[int]:
    """Who worked for this company only."""
    elsewhere = select(Membership.user_id).where(Membership.company_id != company_id)
    statement = select(Membership.user_id).where(
        Membership.company_id == company_id, Membership.user_id.not_in(elsewhere)
    )
    return list(db.session.scalars(statement.order_by(Membership.user_id)))


def _erase_person(user_id: int) -> dict[str, int]:
    (user,) = db.session.scalars(select(User).where(User.id == user_id).with_for_update())
    counts = _apply(person_declarations(), {"user_id": user_id, "email": user.email.lower()})
    user.email, user.name, user.password_hash = f"erased-{user_id}@erased.invalid", UNNAMED, ""
    user.is_active = user.may_be_contacted = False
    user.locale, user.time_zone, user.theme = "en", "", "auto"
    memberships = db.session.scalars(select(Membership).where(Membership.user_id == user_id))
    for one in memberships:
        one.is_active = False
    managed = db.session.scalars(select(Company).where(Company.manager_id == user_id))
    for company in managed:
        company.manager_id = None
    db.session.flush()
    return counts


def _apply(declared: list[Personal], values: Mapping[str, object]) -> dict[str, int]:
    """Run what the declarations say; rows touched by table. Names of tables and columns are constants of ours."""
    counts: dict[str, int] = {}
    for one in declared:
        if one.fate is Fate.DELETE:
            sql = f"DELETE FROM {one.table} WHERE {one.condition}"  # noqa: S608 -- names are constants of ours
        elif one.fate is Fate.UNNAME and one.names:
            emptied = ", ".join(f"{name} = ''" for name in one.names)
            sql = f"UPDATE {one.table} SET {emptied} WHERE {one.condition}"  # noqa: S608 -- the same
        else:
            continue
        result = db.session.execute(text(sql), dict(values))
        touched = result.rowcount if isinstance(result, CursorResult) else 0
        if touched:
            counts[one.table] = counts.get(one.table, 0) + touched
    return counts


def _add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    for table, rows in more.items():
        sums[table] = sums.get(table, 0) + rows
