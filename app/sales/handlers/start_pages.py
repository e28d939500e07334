"""A company that was let in gets its start page at once."""

from __future__ import annotations

from app.accounts.events import RegistrationDecided
from app.core.actor import Actor, Scope
from app.core.outbox import handles
from app.sales.service.start_pages import refresh_pages


@handles(RegistrationDecided, scope=Scope.OPERATOR)
def give_start_page(actor: Actor, event: RegistrationDecided) -> None:
    refresh_pages(actor)
