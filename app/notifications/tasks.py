"""Jobs that send notices; they lend the services the words of the web base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.actor import Scope
from app.core.jobs import job, send_now
from app.core.tenancy import Bounds
from app.core.texts import Message
from app.notifications.service import sending
from app.notifications.service.telling import SEND
from app.web.letters import render_letter, say_to


class _Words:
    """Templates and catalogues as the pages use them."""

    def render(self, template: str, locale: str, zone: str, facts: Mapping[str, Any]) -> str:
        return render_letter(template, locale, zone, facts)

    def say(self, message: Message, locale: str, zone: str) -> str:
        return say_to(message, locale, zone)


@job(SEND)
def send(notice_id: int) -> str:
    """Send one notice; a second message for the same one finds it claimed and ends."""
    return sending.send(notice_id, _Words())


@job("notifications.sweep", every=30)
def sweep() -> int:
    """Send what is due: notices for later, second attempts, and those whose message was lost."""
    due = sending.due_ids()
    for notice_id in due:
        send_now(SEND, notice_id, bounds=Bounds(Scope.SYSTEM, 0))
    return len(due)
