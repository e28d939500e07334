"""The account gets a reminder: a mail to where it wants invoices, a notice to those who keep its books."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import people_of
from app.billing.events import ReminderIssued
from app.billing.queries.reminders import letter_to_tell
from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_READERS = (Role.BOOKKEEPER, Role.COMPANY_ADMIN)


def tellings(actor: Actor, event: ReminderIssued) -> Iterable[Telling]:
    reminder = letter_to_tell(event.reminder_id)
    parameters = {"reminder_id": reminder.id}
    key = f"reminder_sent:{reminder.id}"
    if reminder.email:
        yield Telling(reminder.company_id, key, parameters, address=reminder.email, locale=reminder.locale)
    for person in people_of(reminder.company_id, _READERS):
        yield Telling(reminder.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    reminder = letter_to_tell(parameters["reminder_id"])
    total = Money(reminder.payable, reminder.currency)
    return Letter(
        N_("Reminder {number}", number=reminder.number),
        {"reminder": reminder, "total": total},
        summary=N_("{total}, please pay by {day}.", total=total, day=reminder.pay_by),
        link="/open-items",
    )


notices.add("reminder_sent", Kind(letter, ReminderIssued, tellings))
