"""An invitation to work for a company."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import ROLE_NAMES
from app.accounts.events import PersonInvited
from app.accounts.queries.mailing import invitation_of
from app.accounts.service.tokens import invitation_token
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: PersonInvited) -> Iterable[Telling]:
    asked = invitation_of(event.invitation_id)
    yield Telling(
        asked.company_id,
        f"invitation:{event.invitation_id}:{asked.expires_at.isoformat()}",  # each renewal is told
        {"invitation_id": event.invitation_id},
        address=asked.email,
        locale=asked.locale,
    )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = invitation_of(parameters["invitation_id"])
    token = invitation_token(asked.company_id, asked.email, asked.created_at)
    return Letter(
        N_("Join {company}", company=asked.company_name),
        {
            "company": asked.company_name, "inviter": asked.inviter, "name": asked.name,
            "role": ROLE_NAMES[asked.role], "expires_at": asked.expires_at, "email": asked.email,
        },
        link=f"/invitations/{token}",
        secrets=(token,),
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return invitation_of(parameters["invitation_id"]).is_open


notices.add("invitation", Kind(letter, PersonInvited, tellings, still_wanted))
