"""Answers by mail."""

from __future__ import annotations

from app.conversations.service import inbound
from app.core.jobs import current_actor, job


@job("conversations.fetch_mails", queue="documents", every=60)
def fetch_mails() -> int:
    """Keep what lies in the mailbox, then place it, and what was left over before."""
    actor = current_actor()
    new = inbound.fetch_mails(actor)
    for mail_id in inbound.due_mails(actor):
        inbound.place_mail(actor, mail_id)
    return new


@job(inbound.PLACE)
def place_mail(mail_id: int) -> str:
    """Put one mail into its thread; a second message for the same one finds it done."""
    return inbound.place_mail(current_actor(), mail_id)
