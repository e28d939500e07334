"""Statements of account and reminders: what is owed, since when, what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.documents.model.payment import PaymentMeans
from app.documents.model.reminder import Reminder, ReminderLine
from app.documents.model.statement import Statement, StatementLine
from app.documents.paper.closing import Block
from app.documents.paper.first_page import account, party_lines, set_facts
from app.documents.paper.letter import NOBODY, Letter, Voice, compose, named, notes
from app.documents.paper.pages import Measured
from app.documents.paper.payment_code import TRANSFERS
from app.documents.paper.tables import Cells, Heading, Role, Table, table
from app.documents.paper.typeset import Align, clean

_FIRM = 2


def statement_paper(document: Statement, voice: Voice) -> dict[str, Any]:
    """All values `documents/letter.html` asks for. The balance is carried from page to page."""
    _, figures, currency = voice.words, voice.figures, document.currency
    opening, closing = document.opening or Decimal(0), document.closing
    pairs = [(_("Balance brought forward"), figures.amount(opening, currency))]
    if document.total_debit is not None:
        pairs.append((_("Invoices and charges"), figures.amount(document.total_debit, currency)))
    if document.total_credit is not None:
        pairs.append((_("Paid and credited"), figures.amount(-document.total_credit, currency)))
    if closing is not None:
        label = _("Balance") if closing >= 0 else _("Balance in your favour")
        pairs.append((f"{label}, {currency}", figures.amount(closing, currency)))
    letter = Letter(
        title=_("Statement of account"),
        number=document.number,
        date=figures.day(document.issue_date) if document.issue_date else "",
        seller=document.seller or NOBODY,
        address=party_lines(document.buyer or NOBODY, figures, _),
        facts=set_facts(_statement_facts(document, voice)),
        table=_statement_table(document, voice),
        blocks=[*named(pairs), *notes([note.text for note in document.notes])],
        currency=currency,
        start=opening,
    )
    return compose(letter, voice)


def _statement_facts(document: Statement, voice: Voice) -> Iterator[tuple[str, str]]:
    _, figures = voice.words, voice.figures
    yield _("Number"), document.number
    if document.issue_date:
        yield _("Date"), figures.day(document.issue_date)
    yield _("Period"), " – ".join(figures.day(day) for day in (document.start, document.end) if day)
    codes = document.buyer.identifiers if document.buyer else ()
    yield _("Customer"), codes[0].value if codes else ""
    yield _("Currency"), document.currency


def _statement_table(document: Statement, voice: Voice) -> Table:
    _ = voice.words
    headings = (
        Heading(_("Date"), Align.LEFT),
        Heading(_("Document"), Align.LEFT, Role.TEXT),
        Heading(_("Due"), Align.LEFT),
        Heading(_("Debit"), Align.RIGHT),
        Heading(_("Credit"), Align.RIGHT),
        Heading(_("Balance"), Align.RIGHT),
    )
    balance = document.opening or Decimal(0)
    rows = [Cells(("", _("Balance brought forward"), "", "", "", voice.figures.amount(balance, document.currency)))]
    for line in document.lines:
        balance += (line.debit or 0) - (line.credit or 0)
        rows.append(_statement_cells(line, line.balance if line.balance is not None else balance, document, voice))
    return table(headings, rows, voice.figures.decimal)


def _statement_cells(line: StatementLine, balance: Decimal, document: Statement, voice: Voice) -> Cells:
    figures, currency = voice.figures, document.currency
    return Cells(
        texts=(
            figures.day(line.date) if line.date else "",
            " ".join(part for part in (voice.words(line.document_type), line.document_number) if part),
            figures.day(line.due_on) if line.due_on else "",
            "" if line.debit is None else figures.amount(line.debit, currency),
            "" if line.credit is None else figures.amount(line.credit, currency),
            figures.amount(balance, currency),
        ),
        remarks=(line.note,) if line.note else (),
        amount=(line.debit or Decimal(0)) - (line.credit or Decimal(0)),
    )


def reminder_paper(document: Reminder, voice: Voice) -> dict[str, Any]:
    """A letter by level: friendly, firm, last. Open amounts are carried from page to page."""
    _, figures, currency = voice.words, voice.figures, document.currency
    means = next((item for item in document.payment_means if item.code in TRANSFERS and item.account), None)
    letter = Letter(
        title=reminder_title(document, voice),
        number=document.number,
        date=figures.day(document.issue_date),
        seller=document.seller,
        address=party_lines(document.buyer, figures, _),
        facts=set_facts(_reminder_facts(document, voice)),
        table=_reminder_table(document, voice),
        intro=document.text.splitlines() or [_reminder_text(document, voice)],
        blocks=[*_reminder_sums(document, voice), *_asked(document, means, voice)],
        means=means,
        currency=currency,
    )
    return compose(letter, voice)


def reminder_title(document: Reminder, voice: Voice) -> str:
    """By level: the first is a reminder, the last says so."""
    _ = voice.words
    if document.level >= document.last_level:
        return _("Last reminder")
    return _("Payment reminder") if document.level < _FIRM else _("Reminder")


def _reminder_text(document: Reminder, voice: Voice) -> str:
    _ = voice.words
    if document.level >= document.last_level:
        return _(
            "In spite of our reminders the items below are still open. If they are not paid in time, we hand the claim over."
        )
    if document.level >= _FIRM:
        return _("We have not yet received payment of the items below and ask you to settle them now.")
    return _("Perhaps it was overlooked: the items below are due and not paid yet. If you have paid, take no notice.")


def _reminder_facts(document: Reminder, voice: Voice) -> Iterator[tuple[str, str]]:
    _, figures = voice.words, voice.figures
    yield _("Number"), document.number
    yield _("Date"), figures.day(document.issue_date)
    yield _("Customer"), document.buyer.identifiers[0].value if document.buyer.identifiers else ""
    yield _("Level"), figures.quantity(Decimal(document.level))
    if document.pay_by:
        yield _("Payable by"), figures.day(document.pay_by)
    yield _("Currency"), document.currency


def _reminder_table(document: Reminder, voice: Voice) -> Table:
    _ = voice.words
    headings = (
        Heading(_("Document"), Align.LEFT, Role.TEXT),
        Heading(_("Date"), Align.LEFT),
        Heading(_("Due"), Align.LEFT),
        Heading(_("Days overdue"), Align.RIGHT),
        Heading(_("Amount"), Align.RIGHT),
        Heading(_("Open, {currency}", currency=document.currency), Align.RIGHT),
    )
    return table(headings, [_reminder_cells(line, document, voice) for line in document.lines], voice.figures.decimal)


def _reminder_cells(line: ReminderLine, document: Reminder, voice: Voice) -> Cells:
    figures, currency = voice.figures, document.currency
    return Cells(
        texts=(
            clean(line.number),
            figures.day(line.date) if line.date else "",
            figures.day(line.due_on) if line.due_on else "",
            "" if line.days_overdue is None else figures.quantity(Decimal(line.days_overdue)),
            figures.amount(line.amount, currency),
            figures.amount(line.open_amount, currency),
        ),
        remarks=(line.text,) if line.text else (),
        amount=line.open_amount,
    )


def _reminder_sums(document: Reminder, voice: Voice) -> list[Measured[Block]]:
    _, figures, currency = voice.words, voice.figures, document.currency
    pairs = []
    if document.fee or document.interest:
        open_sum = sum((line.open_amount for line in document.lines), Decimal(0))
        pairs.append((_("Open items"), figures.amount(open_sum, currency)))
    if document.fee:
        pairs.append((_("Reminder fee"), figures.amount(document.fee, currency)))
    if document.interest:
        pairs.append((_("Interest"), figures.amount(document.interest, currency)))
    label = _("Amount due")
    return named([*pairs, (f"{label}, {currency}", figures.amount(document.payable, currency))])


def _asked(document: Reminder, means: PaymentMeans | None, voice: Voice) -> list[Measured[Block]]:
    _, figures = voice.words, voice.figures
    texts = [document.interest_text] if document.interest_text else []
    amount = figures.money(document.payable, document.currency)
    reference = (means.reference if means else "") or document.number
    if document.pay_by:
        day = figures.day(document.pay_by)
        texts.append(
            _("Please pay {amount} by {date}, quoting {reference}.", amount=amount, date=day, reference=reference)
        )
    else:
        texts.append(_("Please pay {amount}, quoting {reference}.", amount=amount, reference=reference))
    if means is not None:
        texts.append(", ".join(part for part in (means.account_name, account(means.account)) if part))
    return notes([*texts, *(note.text for note in document.notes)])
