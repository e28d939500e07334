"""Reading and showing what is entered for a standing order: its settings, and its lines as rows to edit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from flask import request

from app.accounts.queries.addresses import addresses
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.cost_centres import cost_centres
from app.core import clock
from app.core.errors import Invalid
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.schedule import Every, Schedule, Shift
from app.ordering.domain.standing import Settings, Terms
from app.ordering.forms.standing import RunForm, StandingForm
from app.ordering.queries.reorder import Today, at_today
from app.ordering.queries.standing import StandingHead, StandingLine
from app.ordering.queries.standing_ahead import typed_lines
from app.ordering.queries.terms import account_terms
from app.ordering.views import blueprint
from app.ordering.views.standing_words import EVERY_NAMES, NTH_NAMES, SHIFT_NAMES, weekday_name
from app.web.access import actor
from app.web.forms import choices, parse_decimal
from app.web.texts import _, language, say

_KEY = re.compile(r"(\d{1,18})-([A-Z0-9]{1,3})", re.ASCII)
_PARTS = 30_000  # three fields a line, as many lines as a cart may have


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint is not None and endpoint.startswith("ordering.standing"):
        request.max_form_parts = _PARTS


@dataclass(frozen=True, slots=True)
class EditRow:
    """A line in a form. `quantity` as text where it was typed; `today` None: there is no such article any more."""

    key: str
    quantity: Decimal | str
    unit: str
    note: str
    today: Today | None
    is_dropped: bool = False

    @property
    def name(self) -> str:
        return f"{self.today.article.sku} {self.today.article.name}" if self.today else self.key


def standing_form(head: StandingHead | None = None) -> StandingForm:
    """The form with what the account may choose from, filled with a standing order that is edited."""
    form = StandingForm(data=_data(head))
    found = actor()
    terms = account_terms(found, buying_terms(found).currency, locale=language())
    form.every.choices = choices((str(one), say(name)) for one, name in EVERY_NAMES.items())
    form.shift.choices = choices((str(one), say(name)) for one, name in SHIFT_NAMES.items())
    form.weekdays.choices = choices((day, weekday_name(day)) for day in range(7))
    form.nth.choices = choices((n, say(name)) for n, name in NTH_NAMES.items())
    form.ship_to.choices = choices(_places())
    form.cost_centre.choices = choices(
        [(0, _("none")), *((one.id, f"{one.code} {one.name}") for one in cost_centres(found))]
    )
    standard = ("", _("as usual"))
    form.delivery_method.choices = choices([standard, *((one.code, one.name) for one in terms.delivery)])
    form.payment_method.choices = choices([standard, *((one.code, one.name) for one in terms.payment)])
    return form


def _places() -> list[tuple[int, str]]:
    return [(one.id, f"{one.label}: {', '.join((one.name, *one.lines))}") for one in addresses(actor()) if one.id]


def _data(head: StandingHead | None) -> dict[str, Any]:
    if head is None:
        tomorrow = clock.today(actor().time_zone) + timedelta(days=1)
        return {
            "every": str(Every.WEEKS), "interval": 1, "weekdays": [tomorrow.weekday() if tomorrow.weekday() < 5 else 0],
            "shift": str(Shift.FORWARD), "starts_on": tomorrow, "run_time": time(6), "notice_hours": 48,
            "answer_hours": 72, "tolerance": Decimal(0), "day": tomorrow.day, "nth": 1,
        }  # fmt: skip
    rule, wishes, settings = head.schedule, head.wishes, head.settings
    return {
        "name": head.name, "every": str(rule.every), "interval": rule.interval, "weekdays": list(rule.weekdays),
        "day": rule.day or None, "nth": rule.nth or 1, "shift": str(rule.shift), "starts_on": rule.starts_on,
        "ends_on": rule.ends_on, "runs": rule.runs, "run_time": head.run_time, "ship_to": wishes.get("ship_to_id"),
        "cost_centre": wishes.get("cost_centre_id", 0), "po_pattern": head.po_pattern,
        "delivery_method": wishes.get("delivery_method", ""), "payment_method": wishes.get("payment_method", ""),
        "note": wishes.get("note", ""), "tolerance": settings.tolerance, "ceiling": settings.ceiling,
        "notice_hours": settings.notice_hours, "answer_hours": settings.answer_hours, "version": head.version,
    }  # fmt: skip


def terms_of(form: StandingForm) -> Terms:
    """What was entered, as the service takes it."""
    every = Every(form.every.data)
    has_days = every in {Every.WEEKS, Every.MONTH_WEEKDAY}
    schedule = Schedule(
        every, form.starts_on.data, form.interval.data, tuple(form.weekdays.data or ()) if has_days else (),
        (form.day.data or form.starts_on.data.day) if every is Every.MONTH_DAY else 0,
        form.nth.data if every is Every.MONTH_WEEKDAY else 0, form.ends_on.data, form.runs.data, Shift(form.shift.data),
    )  # fmt: skip
    wishes = {
        "ship_to_id": form.ship_to.data, "cost_centre_id": form.cost_centre.data or None,
        "delivery_method": form.delivery_method.data or "", "payment_method": form.payment_method.data or "",
        "note": (form.note.data or "").strip(),
    }  # fmt: skip
    settings = Settings(
        form.notice_hours.data, form.answer_hours.data, form.tolerance.data or Decimal(0), form.ceiling.data
    )
    kept = {name: value for name, value in wishes.items() if value not in ("", None)}
    return Terms(form.name.data, schedule, form.run_time.data, kept, form.po_pattern.data or "", settings)


def run_form(data: Mapping[str, Any]) -> RunForm:
    form = RunForm(data=data)
    form.ship_to.choices = choices(_places())
    return form


def rows_of(lines: Sequence[StandingLine]) -> list[EditRow]:
    """Lines as rows to edit, at today's prices."""
    wanted = [WantedLine(line.article_id, line.quantity, line.unit, line.note) for line in lines]
    return [
        EditRow(f"{line.article_id}-{line.unit}", line.quantity, line.unit, line.note, today)
        for line, today in zip(lines, at_today(actor(), wanted), strict=True)
    ]


def rows_wanted(wanted: Sequence[WantedLine]) -> list[EditRow]:
    """Lines that come from a cart, a list or an order."""
    return [
        EditRow(f"{line.article_id}-{line.unit}", line.quantity, line.unit, line.note, today)
        for line, today in zip(wanted, at_today(actor(), wanted), strict=True)
    ]


def rows_entered() -> list[EditRow]:
    """Rows as they were sent, to be shown again."""
    keys = [(key, found) for key in request.form.getlist("line") if (found := _KEY.fullmatch(key))]
    wanted = [WantedLine(int(found[1]), Decimal(1), found[2]) for _text, found in keys]
    return [
        EditRow(
            key, request.form.get(f"quantity-{key}", ""), found[2], request.form.get(f"note-{key}", ""), today,
            is_dropped=f"drop-{key}" in request.form,
        )
        for (key, found), today in zip(keys, at_today(actor(), wanted), strict=True)
    ]  # fmt: skip


def lines_entered() -> list[WantedLine]:
    """The lines that were sent, without those to drop, and what was typed beneath them.

    Raises Invalid("lines") at the first row that cannot be read.
    """
    lines = []
    for place, key in enumerate(request.form.getlist("line"), 1):
        found = _KEY.fullmatch(key)
        if found is None or f"drop-{key}" in request.form:
            continue
        text = request.form.get(f"quantity-{key}", "")
        try:
            quantity = parse_decimal(text, language())
        except (ArithmeticError, ValueError):
            raise Invalid("lines", say(_("Line {row}: “{given}” is not a number.", row=place, given=text))) from None
        lines.append(WantedLine(int(found[1]), quantity, found[2], request.form.get(f"note-{key}", "").strip()))
    typed, problems = typed_lines(actor(), request.form.get("more", ""))
    if problems:
        row, message = problems[0]
        raise Invalid("lines", say(_("Added line {row}: {problem}", row=row, problem=say(message))))
    return lines + typed
