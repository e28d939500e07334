"""What notices about quotes say, and to whom they go; asked in operator scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.queries.mailing import PersonToTell, people_of, staff
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import Money
from app.sourcing.models.quote_versions import QuoteRelease
from app.sourcing.models.quotes import Quote, QuoteMessage
from app.sourcing.policy import GRANTS, Permission


@dataclass(frozen=True, slots=True)
class QuoteToTell:
    id: int
    number: str
    title: str
    state: str
    row_version: int
    company_id: int
    company: str
    manager_id: int | None
    user_id: int | None
    owner_id: int | None
    owner: str
    currency: str
    list_total: Decimal | None
    net_total: Decimal | None
    accepted_net: Decimal | None
    valid_until: datetime | None
    current_version: int
    reason: str

    @property
    def net(self) -> Money:
        return Money(self.net_total or Decimal(0), self.currency)

    @property
    def accepted(self) -> Money:
        return Money(self.accepted_net or Decimal(0), self.currency)

    @property
    def buyers_page(self) -> str:
        return f"/quotes/{self.number}"

    @property
    def sales_page(self) -> str:
        return f"/sales/quotes/{self.number}"


@dataclass(frozen=True, slots=True)
class ReleaseToTell:
    asked_by_id: int | None
    asked_by: str
    comment: str
    decided_by: str
    decided_comment: str


def quote_to_tell(actor: Actor, quote_id: int) -> QuoteToTell:
    row: Any = db.session.execute(
        select(
            Quote.id, Quote.number, Quote.title, Quote.state, Quote.row_version, Quote.company_id, Company.name,
            Company.manager_id, Quote.user_id, Quote.owner_id, Quote.owner_name, Quote.currency, Quote.list_total, Quote.net_total,
            Quote.accepted_net, Quote.valid_until, Quote.current_version, Quote.reason,
        )
        .join(Company, Company.id == Quote.company_id)
        .where(Quote.id == quote_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return QuoteToTell(*row)


def buyers_to_tell(told: QuoteToTell) -> list[PersonToTell]:
    """Who asked; of a quote that sales started, the administrators of the account."""
    people = people_of(told.company_id, tuple(GRANTS[Permission.READ_QUOTES]))
    own = [person for person in people if person.user_id == told.user_id]
    return own or people_of(told.company_id, (Role.COMPANY_ADMIN,))


def sellers_to_tell(told: QuoteToTell) -> list[PersonToTell]:
    """Who works on it; else the manager of the account; else all of sales."""
    desk = staff((Role.SALES, Role.OPERATOR_ADMIN))
    for chosen in (told.owner_id, told.manager_id):
        own = [person for person in desk if person.user_id == chosen]
        if own:
            return own
    return staff((Role.SALES,)) or desk


def releasers_to_tell(asked_by_id: int | None) -> list[PersonToTell]:
    """Everybody who may release but the one who asks."""
    return [one for one in staff(tuple(GRANTS[Permission.RELEASE])) if one.user_id != asked_by_id]


def release_to_tell(actor: Actor, quote_id: int) -> ReleaseToTell:
    """The latest question for a release."""
    row = db.session.execute(
        select(
            QuoteRelease.asked_by_id, QuoteRelease.asked_by, QuoteRelease.comment, QuoteRelease.decided_by,
            QuoteRelease.decided_comment,
        )
        .where(QuoteRelease.quote_id == quote_id)
        .order_by(QuoteRelease.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return ReleaseToTell(*row)


def last_words(actor: Actor, quote_id: int, side: str) -> str:
    """What one side has said last, to the other."""
    found = db.session.scalar(
        select(QuoteMessage.text)
        .where(QuoteMessage.quote_id == quote_id, QuoteMessage.side == side, ~QuoteMessage.is_internal)
        .order_by(QuoteMessage.id.desc())
        .limit(1)
    )
    return found or ""


def message_to_tell(actor: Actor, message_id: int) -> tuple[str, str, str, bool]:
    """Side, author, text and whether it is internal."""
    row = db.session.execute(
        select(QuoteMessage.side, QuoteMessage.author, QuoteMessage.text, QuoteMessage.is_internal).where(
            QuoteMessage.id == message_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.side, row.author, row.text, row.is_internal
