"""From an approved proposal to numbered letters: looked at again, charged, frozen, printed, told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, func, select, update

from app.accounts.queries.companies import customer_party
from app.billing.documents.receivables import KIND_NAMES, reminder_document
from app.billing.domain.dunning import Owed, Proposal, last_day_to_pay
from app.billing.domain.interest import Basis, Span, spans, total
from app.billing.events import ReminderIssued
from app.billing.models.dunning import DunningRun, InterestCharge, Reminder, ReminderItem
from app.billing.queries.dunning import (
    Ledger,
    RuleRow,
    base_rates,
    charged_until,
    holidays,
    ledgers,
    paid_since,
    rule_for,
    rules,
)
from app.billing.queries.entities import entity_of
from app.billing.queries.layouts import effective_layout, paper_language
from app.billing.service.dunning import proposed
from app.billing.service.open_items import NewItem, post
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.outbox import publish
from app.core.texts import N_
from app.documents.model.reminder import Reminder as ReminderDocument
from app.documents.model.reminder import ReminderLine
from app.documents.model.stored import read, to_plain
from app.documents.paper.brand import Brand
from app.documents.paper.words import words_in
from app.documents.rendering import render_reminder

Translator = Callable[[str], Callable[[str], str]]
_DAY = timedelta(days=1)
NOTHING_LEFT = "nothing_left"  # the reason of a letter that was not written
_INTEREST_TEXT = N_("Late payment: {points} percentage points a year above the base rate, actual days over {year}.")
_MONTHS_TEXT = N_("Late payment: {points} percentage points a year above the base rate, months of 30 days over 360.")


@dataclass(frozen=True, slots=True)
class _Charge:
    """Interest of one item that has not been charged yet."""

    item: Owed
    start: date
    end: date
    amount: Decimal
    spans: tuple[Span, ...]


def issue_run(actor: Actor, run_id: int, translator: Translator) -> int:
    """Write the letters of an approved run, each in a transaction of its own, so that a kill loses none and doubles none.

    Returns how many were issued now.
    """
    issued = 0
    for reminder_id in _waiting(actor, run_id):
        issued += issue_reminder(actor, run_id, reminder_id, translator)
    _finish(actor, run_id)
    return issued


@command
def _waiting(actor: Actor, run_id: int) -> Sequence[int]:
    if not actor.is_operator:
        raise NotFound
    db.session.execute(update(DunningRun).where(DunningRun.id == run_id).values(due_at=clock.now()))
    return db.session.scalars(
        select(Reminder.id)
        .join(DunningRun, DunningRun.id == Reminder.run_id)
        .where(Reminder.run_id == run_id, Reminder.state == "proposed", DunningRun.state == "approved")
        .order_by(Reminder.id)
    ).all()


@command
def _finish(actor: Actor, run_id: int) -> None:
    run = lock_rows(DunningRun, [run_id])[0]
    left = db.session.scalar(
        select(func.count(Reminder.id)).where(Reminder.run_id == run_id, Reminder.state == "proposed")
    )
    if run.state == "approved" and not left:
        run.state = "done"
        audit.record(actor, "dunning_run", run.id, "dunning_done", {"state": ["approved", "done"]})


@command
def issue_reminder(actor: Actor, run_id: int, reminder_id: int, translator: Translator) -> bool:
    """Look again at what is open, then number, charge and freeze one letter; False when nothing was left to ask for."""
    run = lock_rows(DunningRun, [run_id])[0]
    reminder = db.session.get(Reminder, reminder_id, populate_existing=True)
    if run.state != "approved" or reminder is None or reminder.state != "proposed":
        return False
    off_days = holidays(actor, run.as_of)
    found, ledger, row = _again(actor, run, reminder, off_days)
    if found is None or ledger is None or row is None:
        reminder.state, reminder.reason = "left_out", NOTHING_LEFT
        audit.record(actor, "reminder", reminder.id, "reminder_dropped", {"reason": NOTHING_LEFT},
                     company_id=reminder.company_id)  # fmt: skip
        return False
    _set_items(reminder, found)
    charges = _charges(actor, ledger, row, found, run.as_of, off_days) if found.level.with_interest else []
    reminder.level, reminder.amount, reminder.fee = found.level.number, found.amount, found.level.fee
    reminder.pay_by, reminder.interest = found.pay_by, sum((charge.amount for charge in charges), Decimal(0))
    seller = entity_of(actor, reminder.company_id)
    buyer = customer_party(actor, reminder.company_id)
    layout = effective_layout(actor, seller.id)
    speak = words_in(paper_language(layout, buyer.locale, buyer.country), translator(buyer.locale)).translate
    issued_on = clock.today(seller.time_zone)
    number = f"REM-{issued_on.year}-{next_number('reminder', issued_on.year):06d}"
    document = reminder_document(
        number=number, issued_on=issued_on, currency=reminder.currency, seller=seller.party, buyer=buyer,
        lines=_lines(ledger, found, run.as_of, speak), level=reminder.level,
        last_level=reminder.last_level, fee=reminder.fee, interest=reminder.interest,
        interest_text=_interest_text(row, speak) if reminder.interest else "",
        pay_by=reminder.pay_by, text=found.level.text,
    )  # fmt: skip
    reminder.number, reminder.issued_on, reminder.issued_at = number, issued_on, clock.now()
    reminder.state, reminder.document = "issued", to_plain(document)
    db.session.flush()
    _post(actor, reminder, seller.id, charges)
    audit.record(
        actor, "reminder", reminder.id, "reminder_issued",
        {"number": number, "level": reminder.level, "amount": reminder.amount, "fee": reminder.fee,
         "interest": reminder.interest}, company_id=reminder.company_id,
    )  # fmt: skip
    publish(ReminderIssued(reminder.id))
    enqueue("billing.print_reminder", reminder.id)
    return True


def _again(
    actor: Actor, run: DunningRun, reminder: Reminder, off_days: frozenset[date]
) -> tuple[Proposal | None, Ledger | None, RuleRow | None]:
    """The proposal as it would be now, of the items that were reviewed and no others."""
    kept = set(db.session.scalars(select(ReminderItem.item_id).where(ReminderItem.reminder_id == reminder.id)))
    for ledger in ledgers(actor, off_days, reminder.company_id):
        row = rule_for(rules(actor), ledger)
        if ledger.currency == reminder.currency and row is not None:
            narrowed = replace(ledger, items=tuple(item for item in ledger.items if item.id in kept))
            return proposed(narrowed, row, run.as_of, off_days), ledger, row
    return None, None, None


def _set_items(reminder: Reminder, found: Proposal) -> None:
    db.session.execute(delete(ReminderItem).where(ReminderItem.reminder_id == reminder.id))
    db.session.add_all(
        ReminderItem(
            company_id=reminder.company_id, reminder_id=reminder.id, item_id=line.item.id, level=line.level,
            days_late=line.days_late, amount=line.amount, is_issued=True,
        )
        for line in found.items
    )  # fmt: skip
    db.session.flush()


def _charges(  # noqa: PLR0917 -- what interest depends on
    actor: Actor, ledger: Ledger, row: RuleRow, found: Proposal, until: date, off_days: frozenset[date]
) -> list[_Charge]:
    """Interest of the items of the letter from the day after they were due, or after the last charge, until its day."""
    ids = [line.item.id for line in found.items]
    paid, known, rates = paid_since(ids), charged_until(ids), base_rates(actor)
    charges = []
    for line in found.items:
        item = line.item
        start = (known[item.id] if item.id in known else last_day_to_pay(item.due_on, off_days)) + _DAY
        parts = spans(
            ledger.facts[item.id][2] - item.disputed, start, until, rates=rates, points=row.points, basis=row.basis,
            changes=paid.get(item.id, ()),
        )  # fmt: skip
        amount = total(parts, ledger.currency)
        if amount > 0:
            charges.append(_Charge(item, start, until, amount, parts))
    return charges


def _lines(ledger: Ledger, found: Proposal, day: date, translate: Callable[[str], str]) -> list[ReminderLine]:
    """The items, then what earlier letters charged and is still open."""
    lines = [_line(ledger, line.item, line.days_late, line.amount, "") for line in found.items]
    for charge in ledger.charges:
        name = translate(KIND_NAMES[ledger.facts[charge.id][0]].text)
        lines.append(_line(ledger, charge, max((day - charge.due_on).days, 0), charge.open, name))
    return lines


def _line(ledger: Ledger, item: Owed, days: int, amount: Decimal, text: str) -> ReminderLine:
    _kind, issued_on, whole = ledger.facts[item.id]
    return ReminderLine(
        number=item.number, date=issued_on, due_on=item.due_on, amount=whole, open_amount=amount, days_overdue=days,
        text=text,
    )  # fmt: skip


def _interest_text(row: RuleRow, translate: Callable[[str], str]) -> str:
    points = format(row.points.normalize(), "f")
    if row.basis is Basis.MONTHS_360:
        return translate(_MONTHS_TEXT.text).format(points=points)
    return translate(_INTEREST_TEXT.text).format(points=points, year=row.basis.value)


def _post(actor: Actor, reminder: Reminder, entity_id: int | None, charges: Sequence[_Charge]) -> None:
    """The fee and the interest as open items of their own, due with the letter."""
    number, issued_on = str(reminder.number), reminder.issued_on or reminder.pay_by
    for kind, amount in (("fee", reminder.fee), ("interest", reminder.interest)):
        if amount > 0:
            post(actor, NewItem(
                company_id=reminder.company_id, entity_id=entity_id, kind=kind, number=number, amount=amount,
                currency=reminder.currency, issued_on=issued_on, due_on=reminder.pay_by,
                source=f"reminder:{reminder.id}:{kind}",
            ))  # fmt: skip
    db.session.add_all(
        InterestCharge(
            company_id=reminder.company_id, item_id=charge.item.id, reminder_id=reminder.id, start_on=charge.start,
            end_on=charge.end, amount=charge.amount,
            spans=[
                [part.start.isoformat(), part.end.isoformat(), part.days, format(part.amount, "f"),
                 format(part.percent, "f"), format(part.interest, "f")]
                for part in charge.spans
            ],
        )
        for charge in charges
    )  # fmt: skip
    db.session.flush()


def print_reminder(actor: Actor, reminder_id: int, translator: Translator) -> bool:
    """Make and file the PDF of an issued letter, once; harmless to repeat. The slow part runs in no transaction."""
    found = _to_print(actor, reminder_id)
    if found is None:
        return False
    document, language, brand = found
    pdf = render_reminder(document, language=language, translate=translator(language), brand=brand)
    return _file(actor, reminder_id, pdf)


@command
def _to_print(actor: Actor, reminder_id: int) -> tuple[ReminderDocument, str, Brand] | None:
    row = db.session.get(Reminder, reminder_id)
    if row is None:
        raise NotFound
    if row.state != "issued" or row.document is None or row.file_id is not None:
        return None
    layout = effective_layout(actor, entity_of(actor, row.company_id).id)
    buyer = customer_party(actor, row.company_id)
    language = paper_language(layout, buyer.locale, buyer.country)
    return read(ReminderDocument, row.document), language, layout.brand


@command
def _file(actor: Actor, reminder_id: int, pdf: bytes) -> bool:
    row = db.session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
    if row.file_id is not None:
        return False
    file = storage.keep(
        actor, pdf, name=f"{row.number}.pdf", media_type="application/pdf", company_id=row.company_id
    )  # fmt: skip
    row.file_id = file.id
    return True


@command
def sweep_reminders(actor: Actor, limit: int = 200) -> int:
    """Ask again for letters whose printing got lost; returns how many."""
    rows = db.session.scalars(
        select(Reminder.id)
        .where(
            Reminder.state == "issued", Reminder.file_id.is_(None), Reminder.disposed_at.is_(None),
            Reminder.issued_at <= clock.now() - timedelta(minutes=1),
        )
        .order_by(Reminder.id)
        .limit(limit)
    ).all()  # fmt: skip
    for reminder_id in rows:
        enqueue("billing.print_reminder", reminder_id)
    return len(rows)
