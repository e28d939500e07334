"""A word of warning after each change of a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.accounts.events import PasswordChanged
from app.accounts.queries.mailing import person_to_tell
from app.core import clock
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, Way, notices

_WAYS: tuple[Way, ...] = ("mail", "page")


def tellings(actor: Actor, event: PasswordChanged) -> Iterable[Telling]:
    person = person_to_tell(event.user_id)
    now = clock.now().isoformat(timespec="seconds")
    for way in _WAYS:
        yield Telling(
            person.company_id,
            f"password_changed:{event.user_id}:{now}:{way}",
            {"user_id": event.user_id, "at": now},
            user_id=event.user_id,
            way=way,
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    person = person_to_tell(parameters["user_id"])
    return Letter(
        N_("Your password was changed"),
        {"email": person.email, "at": datetime.fromisoformat(parameters["at"])},
        summary=N_("If it was not you, set a new one at once and tell your administrator."),
        link="/profile/sessions",
    )


notices.add("password_changed", Kind(letter, PasswordChanged, tellings))
