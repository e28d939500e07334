"""Runs of reminders and their letters, as pages and mails show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import false, func, select, text

from app.accounts.models.companies import Company
from app.accounts.models.credit import CreditAccount
from app.accounts.queries.companies import own_or_asked
from app.billing.models.dunning import DunningRule, DunningRun, DunningTerms, PaymentPromise, Reminder
from app.billing.models.open_items import OpenItem
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.tenancy import visible

_LINES = text("""
SELECT ri.reminder_id, i.number, i.due_on, ri.level, ri.days_late, ri.amount, i.dispute_amount
FROM reminder_items ri JOIN open_items i ON i.id = ri.item_id
WHERE ri.reminder_id = ANY(CAST(:reminders AS bigint[])) ORDER BY ri.reminder_id, i.due_on, i.id""")


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run; `letters` proposed or issued, `left_out` those taken out of it."""

    id: int
    as_of: date
    state: str
    created_at: datetime
    user_name: str
    approved_by: str
    last_error: str
    letters: int
    left_out: int
    issued: int


@dataclass(frozen=True, slots=True)
class ItemOfLetter:
    """An item as a letter asks for it; `amount` without what is contested."""

    number: str
    due_on: date
    level: int
    days_late: int
    amount: Decimal
    disputed: Decimal


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder; `has_file` when its PDF is there."""

    id: int
    company_id: int
    code: str
    name: str
    currency: str
    level: int
    last_level: int
    state: str
    amount: Decimal
    fee: Decimal
    interest: Decimal
    pay_by: date
    reason: str
    number: str | None
    issued_on: date | None
    has_file: bool
    items: tuple[ItemOfLetter, ...] = ()

    @property
    def payable(self) -> Decimal:
        return self.amount + self.fee + self.interest


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed about the debts of an account; `rule_id` None: the default rule."""

    rule_id: int | None = None
    rule_name: str = ""
    stopped_until: date | None = None
    stop_reason: str = ""
    insurer: str = ""
    insured_limit: Decimal | None = None
    insured_currency: str | None = None
    insured_until: date | None = None
    is_binding: bool = False


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise to pay; `item_number` is empty when it is about all that is owed."""

    id: int
    currency: str
    amount: Decimal
    promised_on: date
    item_number: str
    note: str
    state: str
    user_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LetterToTell:
    """`email` is where the account wants its invoices."""

    id: int
    company_id: int
    number: str
    level: int
    payable: Decimal
    currency: str
    pay_by: date
    email: str
    locale: str


_LETTER: tuple[Any, ...] = (
    Reminder.id, Reminder.company_id, Company.code, Company.name, Reminder.currency, Reminder.level,
    Reminder.last_level, Reminder.state, Reminder.amount, Reminder.fee, Reminder.interest, Reminder.pay_by,
    Reminder.reason, Reminder.number, Reminder.issued_on, Reminder.file_id.is_not(None),
)  # fmt: skip


def runs(actor: Actor, *, run_id: int | None = None, limit: int = 50) -> list[RunRow]:
    """Runs, the newest first. One statement."""
    _demand_operator(actor)
    counts = [func.count(Reminder.id).filter(condition) for condition in (
        Reminder.state != "left_out", Reminder.state == "left_out", Reminder.state == "issued")]  # fmt: skip
    statement = (
        select(
            DunningRun.id, DunningRun.as_of, DunningRun.state, DunningRun.created_at, DunningRun.user_name,
            DunningRun.approved_by, DunningRun.last_error, *counts,
        )
        .outerjoin(Reminder, Reminder.run_id == DunningRun.id)
        .group_by(DunningRun.id)
        .order_by(DunningRun.id.desc())
        .limit(limit)
    )  # fmt: skip
    if run_id is not None:
        statement = statement.where(DunningRun.id == run_id)
    rows: Iterable[Any] = db.session.execute(statement)
    return [RunRow(*row) for row in rows]


def run(actor: Actor, run_id: int) -> RunRow:
    """One run; NotFound when there is none."""
    found = runs(actor, run_id=run_id)
    if not found:
        raise NotFound
    return found[0]


def letters_of(actor: Actor, run_id: int, *, after: int | None = None, limit: int = 201) -> list[Letter]:
    """The letters of a run with their items, in the order they were found; `after` an id goes on. Two statements."""
    _demand_operator(actor)
    statement = (
        select(*_LETTER)
        .join(Company, Company.id == Reminder.company_id)
        .where(Reminder.run_id == run_id, Reminder.id > (after or 0))
        .order_by(Reminder.id)
        .limit(limit)
    )
    return _with_items(db.session.execute(statement).all())


def letters_to(actor: Actor, company_id: int | None = None, *, limit: int = 20) -> list[Letter]:
    """The latest letters that an account got. One statement."""
    statement = (
        select(*_LETTER)
        .join(Company, Company.id == Reminder.company_id)
        .where(Reminder.company_id == own_or_asked(actor, company_id), Reminder.state == "issued")
        .order_by(Reminder.id.desc())
        .limit(limit)
    )
    return [Letter(*row) for row in db.session.execute(statement)]


def _with_items(rows: Sequence[Any]) -> list[Letter]:
    items: dict[int, list[ItemOfLetter]] = {row.id: [] for row in rows}
    for reminder_id, *values in db.session.execute(_LINES, {"reminders": list(items)}):
        items[reminder_id].append(ItemOfLetter(*values))
    return [replace(Letter(*row), items=tuple(items[row.id])) for row in rows]


def letter_file(actor: Actor, number: str) -> StoredFile:
    """The PDF of an issued letter; NotFound while it is being made, and for another company's."""
    statement = (
        select(StoredFile)
        .join(Reminder, Reminder.file_id == StoredFile.id)
        .where(Reminder.number == number, Reminder.state == "issued")
    )
    file = db.session.scalar(visible(actor, statement, Reminder))
    if file is None:
        raise NotFound
    return file


def terms_of(actor: Actor, company_id: int) -> Terms:
    """What is agreed about the debts of an account. Operator only; one statement."""
    _demand_operator(actor)
    row = db.session.execute(
        select(
            DunningTerms.rule_id, func.coalesce(DunningRule.name, ""), DunningTerms.stopped_until,
            DunningTerms.stop_reason, DunningTerms.insurer, DunningTerms.insured_limit, DunningTerms.insured_currency,
            DunningTerms.insured_until, func.coalesce(CreditAccount.is_insured_only, false()),
        )
        .outerjoin(DunningRule, DunningRule.id == DunningTerms.rule_id)
        .outerjoin(CreditAccount, CreditAccount.company_id == DunningTerms.company_id)
        .where(DunningTerms.company_id == company_id)
    ).one_or_none()  # fmt: skip
    return Terms(*row) if row else Terms()


def promises_of(actor: Actor, company_id: int | None = None, *, limit: int = 20) -> list[PromiseRow]:
    """The latest promises of an account, open ones first. One statement."""
    rows = db.session.execute(
        select(
            PaymentPromise.id, PaymentPromise.currency, PaymentPromise.amount, PaymentPromise.promised_on,
            func.coalesce(OpenItem.number, ""), PaymentPromise.note, PaymentPromise.state, PaymentPromise.user_name,
            PaymentPromise.created_at,
        )
        .outerjoin(OpenItem, OpenItem.id == PaymentPromise.item_id)
        .where(PaymentPromise.company_id == own_or_asked(actor, company_id))
        .order_by((PaymentPromise.state != "open"), PaymentPromise.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [PromiseRow(*row) for row in rows]


def letter_to_tell(reminder_id: int) -> LetterToTell:
    """For the mail, in the caller's scope, the operator's."""
    row = db.session.execute(
        select(
            Reminder.id, Reminder.company_id, Reminder.number, Reminder.level,
            Reminder.amount + Reminder.fee + Reminder.interest, Reminder.currency, Reminder.pay_by,
            func.coalesce(func.nullif(Company.invoice_email, ""), Company.email), Company.locale,
        )
        .join(Company, Company.id == Reminder.company_id)
        .where(Reminder.id == reminder_id, Reminder.state == "issued")
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return LetterToTell(*row)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
