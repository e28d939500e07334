"""Taking down that somebody is to be told something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.mailing import person_to_tell
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.jobs import enqueue
from app.core.settings import settings
from app.core.texts import N_
from app.notifications.models import Notice
from app.notifications.notices import Telling, Way, notices

SEND = "notifications.send"


@command
def tell(
    actor: Actor,
    code: str,
    *,
    dedupe_key: str,
    parameters: Mapping[str, Any],
    user_id: int | None = None,
    address: str = "",
    company_id: int | None = None,
    locale: str = "",
    way: Way = "mail",
    due_at: datetime | None = None,
) -> int | None:
    """Tell one person one thing, now or when `due_at` comes. Returns the id of the notice.

    None where the key was told before, or the person declined such notices. `company_id` is the company the notice
    belongs to, by default the actor's.
    """
    telling = Telling(
        actor.company_id if company_id is None else company_id, dedupe_key, parameters, user_id, address, locale, way,
        due_at,
    )  # fmt: skip
    return note(actor, code, telling)


def note(actor: Actor, code: str, telling: Telling) -> int | None:
    """The same for a Telling, inside a command."""
    address, locale = telling.address, telling.locale
    if telling.user_id is not None:
        person = person_to_tell(telling.user_id)
        if notices[code].is_optional and not person.may_be_contacted:
            return None
        address, locale = address or person.email, locale or person.locale
    elif telling.way == "page" or not address:
        raise Invalid("address", N_("A notice needs a person, or for mail an address."))
    now = clock.now()
    statement = (
        insert(Notice)
        .values(
            company_id=telling.company_id,
            user_id=telling.user_id,
            way=telling.way,
            code=code,
            address=address if telling.way == "mail" else "",
            locale=locale or settings().DEFAULT_LOCALE,
            parameters=dict(telling.parameters),
            dedupe_key=telling.dedupe_key[:120],
            created_at=now,
            due_at=telling.due_at or now,
        )
        .on_conflict_do_nothing(index_elements=[Notice.dedupe_key])
        .returning(Notice.id)
    )
    notice_id = db.session.scalar(statement)
    if notice_id is not None and (telling.due_at is None or telling.due_at <= now):
        enqueue(SEND, notice_id)
    return notice_id


@command
def tell_all(actor: Actor, code: str, event: Any) -> None:
    """What an event has to tell, to everybody concerned."""
    kind = notices[code]
    if kind.tellings is None:
        raise RuntimeError(f"the notice {code} belongs to no event")
    for telling in kind.tellings(actor, event):
        note(actor, code, telling)


@command
def mark_read(actor: Actor, notice_id: int | None = None) -> int:
    """The person has seen one notice on the page, or all; returns how many were new."""
    terms = [Notice.user_id == actor.user_id, Notice.way == "page", Notice.read_at.is_(None)]
    if not actor.is_operator:
        terms.append(Notice.company_id == actor.company_id)
    if notice_id is not None:
        terms.append(Notice.id == notice_id)
    statement = update(Notice).where(*terms).values(read_at=clock.now()).returning(Notice.id)
    return len(db.session.scalars(statement).all())


@command
def send_again(actor: Actor, notice_id: int) -> None:
    """Eight new attempts for a notice that failed or was sent, from the operator's page."""
    notice = db.session.scalar(select(Notice).where(Notice.id == notice_id).with_for_update())
    if notice is None or notice.way != "mail":
        raise NotFound
    notice.state, notice.attempts, notice.due_at, notice.last_error = "waiting", 0, clock.now(), ""
    enqueue(SEND, notice_id)
