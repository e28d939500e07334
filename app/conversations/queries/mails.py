"""Mails that came in, for the people who place what fits nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.billing.models.invoices import Invoice
from app.conversations.domain.subjects import ACCOUNT, CLAIM, INVOICE, ORDER, QUOTE
from app.conversations.models.mails import InboundMail
from app.conversations.policy import Permission
from app.conversations.queries.subjects import subject
from app.conversations.queries.threads import ThreadRow, threads_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.models import StoredFile
from app.core.texts import N_, Message
from app.fulfilment.models.claims import Claim
from app.ordering.models.orders import Order
from app.sourcing.models.quotes import Quote

REASONS: Mapping[str, Message] = {
    "no_thread": N_("It was not sent to a reply address of a conversation."),
    "no_person": N_("The person of this reply address does not work there any more."),
    "sender": N_("It was sent from another address than that of the person the reply address belongs to."),
    "no_right": N_("The person may not see what the conversation is about."),
    "empty": N_("It has neither text nor files."),
    "failed": N_("It could not be put into its conversation."),
    "auto": N_("A program wrote it: an automatic answer or a failed delivery."),
    "loop": N_("It comes from this portal itself."),
    "too_large": N_("It is too large; it lies in the mailbox, put aside."),
}
STATES: Mapping[str, tuple[str, ...]] = {
    "waiting": ("waiting", "new"), "ignored": ("ignored", "refused"), "discarded": ("discarded",), "posted": ("posted",),
}  # fmt: skip
_NUMBERS: Mapping[str, tuple[Any, Any]] = {
    ORDER: (Order, Order.number), QUOTE: (Quote, Quote.number), INVOICE: (Invoice, Invoice.number),
    CLAIM: (Claim, Claim.number), ACCOUNT: (Company, Company.code),
}  # fmt: skip
PLACES = tuple(_NUMBERS)


@dataclass(frozen=True, slots=True)
class MailRow:
    id: int
    sender: str
    sender_name: str
    subject: str
    state: str
    reason: str
    received_at: datetime
    conversation_id: int | None
    decided_by: str

    @property
    def why(self) -> Message | None:
        return REASONS.get(self.reason)


@dataclass(frozen=True, slots=True)
class MailPage:
    """A mail with the accounts its sender works for and their threads: where it may belong."""

    row: MailRow
    text: str
    cut: str
    last_error: str
    file_id: int | None
    accounts: tuple[tuple[int, str, str], ...]
    threads: tuple[ThreadRow, ...]


_ROW = (
    InboundMail.id, InboundMail.sender, InboundMail.sender_name, InboundMail.subject, InboundMail.state,
    InboundMail.reason, InboundMail.received_at, InboundMail.conversation_id, InboundMail.decided_by,
)  # fmt: skip


def mails_page(
    actor: Actor, show: str, *, after: tuple[int] | None = None, before: tuple[int] | None = None, limit: int = 51
) -> list[MailRow]:
    """Mails of a view, the newest first; the key is the id. One statement."""
    actor.demand(Permission.ANSWER)
    statement = select(*_ROW).where(InboundMail.state.in_(STATES[show]))
    if after is not None:
        statement = statement.where(InboundMail.id < after[0])
    if before is not None:
        newer = statement.where(InboundMail.id > before[0]).order_by(InboundMail.id).limit(limit)
        return [MailRow(*row) for row in db.session.execute(newer)][::-1]
    return [MailRow(*row) for row in db.session.execute(statement.order_by(InboundMail.id.desc()).limit(limit))]


def waiting_mails(actor: Actor) -> int:
    """How many mails a person has to place."""
    statement = select(func.count()).select_from(InboundMail).where(InboundMail.state == "waiting")
    return db.session.scalar(statement) or 0


def mail_page(actor: Actor, mail_id: int) -> MailPage:
    """One mail; NotFound where there is none."""
    actor.demand(Permission.ANSWER)
    row: Any = db.session.execute(
        select(*_ROW, InboundMail.text, InboundMail.cut, InboundMail.last_error, InboundMail.file_id).where(
            InboundMail.id == mail_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    head = MailRow(*row[:-4])
    accounts = [
        (one[0], one[1], one[2])
        for one in db.session.execute(
            select(Company.id, Company.code, Company.name)
            .join(Membership, Membership.company_id == Company.id)
            .join(User, User.id == Membership.user_id)
            .where(User.email == head.sender, Company.kind == "customer")
            .order_by(Company.name)
        )
    ]
    threads = tuple(thread for one in accounts[:3] for thread in threads_of(actor, company_id=one[0], limit=8))
    return MailPage(head, row.text, row.cut, row.last_error, row.file_id, tuple(accounts), threads)


def mail_file(actor: Actor, mail_id: int) -> StoredFile:
    """The whole mail as it came; to those who place mails."""
    actor.demand(Permission.ANSWER)
    found = db.session.scalar(
        select(StoredFile).join(InboundMail, InboundMail.file_id == StoredFile.id).where(InboundMail.id == mail_id)
    )
    if found is None:
        raise NotFound
    return found


def subject_by_number(actor: Actor, kind: str, number: str) -> tuple[str, int]:
    """What a number names; Invalid("number") where nothing the actor may see, or several things, bear it."""
    if kind not in PLACES:
        raise Invalid("kind", N_("Choose one of the list."))
    model, column = _NUMBERS[kind]
    ids = db.session.scalars(select(model.id).where(column == number.strip()).limit(2)).all()
    try:
        if len(ids) == 1:
            return kind, subject(actor, kind, ids[0]).id
    except NotFound:
        ids = []
    message = N_("Several bear this number.") if ids else N_("There is nothing with this number.")
    raise Invalid("number", message)
