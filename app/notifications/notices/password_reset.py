"""A link to set a new password."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.events import PasswordResetAsked
from app.accounts.queries.mailing import reset_of
from app.accounts.service.tokens import reset_token
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: PasswordResetAsked) -> Iterable[Telling]:
    reset = reset_of(event.reset_id)
    yield Telling(
        reset.person.company_id,
        f"password_reset:{event.reset_id}",
        {"reset_id": event.reset_id},
        user_id=reset.person.user_id,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    reset = reset_of(parameters["reset_id"])
    token = reset_token(reset.person.user_id, reset.created_at)
    return Letter(
        N_("Set a new password"),
        {"email": reset.person.email, "expires_at": reset.expires_at},
        link=f"/password/new/{token}",
        secrets=(token,),
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return reset_of(parameters["reset_id"]).is_open


notices.add("password_reset", Kind(letter, PasswordResetAsked, tellings, still_wanted))
