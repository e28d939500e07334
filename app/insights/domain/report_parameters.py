"""What a report can be asked: a dataclass whose fields say how they are entered, read from an address and written to one.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Parameters:
        period: Period = period_of("last_12_months")
        by: str = choice(N_("Group by"), (("month", N_("Month")), ("account", N_("Account"))))

The form, links, saved reports and schedules are made from it. A period is kept by its name ("last_month"), so that it
moves with the day it is asked on; only "custom" has dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any, Literal, TypeVar

from app.core.errors import Invalid
from app.core.texts import N_, Message

P = TypeVar("P")
Kind = Literal[
    "period", "choice", "account", "group", "segment", "category", "manager", "currency", "channel", "text", "number",
    "switch",
]  # fmt: skip
Choices = tuple[tuple[str, Message], ...]
_KEY = "parameter"
_LONGEST = 60
_PERIOD = N_("Period")
PERIODS: Choices = (
    ("this_month", N_("This month")),
    ("last_month", N_("Last month")),
    ("this_quarter", N_("This quarter")),
    ("last_quarter", N_("Last quarter")),
    ("this_year", N_("This year")),
    ("last_year", N_("Last year")),
    ("last_30_days", N_("Last 30 days")),
    ("last_12_months", N_("Last 12 months")),
    ("custom", N_("Own dates")),
)
CHANNELS: Choices = (
    ("portal", N_("Portal")),
    ("staff", N_("By telephone, entered by staff")),
    ("standing", N_("Standing order")),
    ("api", N_("API")),
    ("edi", N_("EDI and punch-out")),
    ("history", N_("From the system before")),
)
COMPARISONS: Choices = (
    ("", N_("Nothing")),
    ("previous", N_("The period before")),
    ("year", N_("The year before")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """How one field is entered. `default` is text as in an address."""

    kind: Kind
    title: Message
    default: str = ""
    choices: Choices = ()
    minimum: int = 0
    maximum: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `since` up to, not including, `until`; `code` is one of PERIODS."""

    code: str
    since: date
    until: date

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    def before(self) -> Period:
        """The same length just before: whole months where it is made of whole months."""
        if self.since.day == 1 and self.until.day == 1:
            months = (self.until.year - self.since.year) * 12 + self.until.month - self.since.month
            return Period("custom", shifted(self.since, -months), self.since)
        return Period("custom", self.since - (self.until - self.since), self.since)

    def year_before(self) -> Period:
        return Period("custom", shifted(self.since, -12), shifted(self.until, -12))

    def compared(self, comparison: str) -> Period | None:
        """The period that one of COMPARISONS names; None for nothing."""
        return {"previous": self.before, "year": self.year_before}.get(comparison, lambda: None)()


def shifted(day: date, months: int) -> date:
    """So many months later; a day that a month does not have becomes its last one."""
    year, place = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, place + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError


def preset(code: str, today: date) -> Period:
    """A named period as of today; those of this month, quarter or year go on to its end."""
    month = today.replace(day=1)
    quarter, year = month.replace(month=(month.month - 1) // 3 * 3 + 1), month.replace(month=1)
    since, until = {
        "this_month": (month, shifted(month, 1)),
        "last_month": (shifted(month, -1), month),
        "this_quarter": (quarter, shifted(quarter, 3)),
        "last_quarter": (shifted(quarter, -3), quarter),
        "this_year": (year, shifted(year, 12)),
        "last_year": (shifted(year, -12), year),
        "last_30_days": (today - timedelta(days=29), today + timedelta(days=1)),
        "last_12_months": (shifted(month, -11), shifted(month, 1)),
    }[code]
    return Period(code, since, until)


def _field(entry: Entry, **options: Any) -> Any:
    return field(metadata={_KEY: entry}, **options)


def period_of(default: str = "last_12_months") -> Any:
    return _field(Entry("period", _PERIOD, default, PERIODS))


def choice(title: Message, choices: Choices, default: str | None = None) -> Any:
    """One of several; the first of them unless told otherwise."""
    start = choices[0][0] if default is None else default
    return _field(Entry("choice", title, start, choices), default=start)


def comparison() -> Any:
    return choice(N_("Compare with"), COMPARISONS)


def pick(kind: Kind, title: Message) -> Any:
    """Everything, or one account, group, segment, category, manager, currency, channel; the value is its code."""
    return _field(Entry(kind, title, "", CHANNELS if kind == "channel" else ()), default="")


def number(title: Message, default: int, *, minimum: int = 0, maximum: int = 1_000_000) -> Any:
    return _field(Entry("number", title, str(default), minimum=minimum, maximum=maximum), default=default)


def switch(title: Message) -> Any:
    return _field(Entry("switch", title), default=False)


def entries(parameters: type[Any]) -> dict[str, Entry]:
    """The fields a person fills, in order."""
    return {one.name: one.metadata[_KEY] for one in fields(parameters) if _KEY in one.metadata}


def read_parameters(parameters: type[P], values: Mapping[str, str], today: date) -> P:
    """From an address, a saved report or a form. Invalid names the field; what is missing takes its default."""
    found: dict[str, Any] = {}
    for name, entry in entries(parameters).items():
        text = values.get(name, entry.default).strip()[:_LONGEST]
        if entry.kind == "period":
            found[name] = _period(text or entry.default, values, today)
        elif entry.kind == "switch":
            found[name] = text not in ("", "0", "no")
        elif entry.kind == "number":
            found[name] = _number(name, entry, text or entry.default)
        elif entry.choices and text and text not in dict(entry.choices):
            raise Invalid(name, N_("{title}: choose one of the list.", title=entry.title))
        else:
            found[name] = text
    return parameters(**found)


def write_parameters(parameters: Any) -> dict[str, str]:
    """As text by name, for addresses and JSON; defaults are left out except of the period."""
    found: dict[str, str] = {}
    for name, entry in entries(type(parameters)).items():
        value = getattr(parameters, name)
        if isinstance(value, Period):
            found[name] = value.code
            if value.code == "custom":
                found |= {"since": value.since.isoformat(), "until": value.last.isoformat()}
            continue
        text = ("1" if value else "") if entry.kind == "switch" else str(value)
        if text != entry.default:
            found[name] = text
    return found


def _period(code: str, values: Mapping[str, str], today: date) -> Period:
    if code not in dict(PERIODS):
        raise Invalid("period", N_("{title}: choose one of the list.", title=_PERIOD))
    if code != "custom":
        return preset(code, today)
    try:
        since, last = (date.fromisoformat(values.get(name, "").strip()) for name in ("since", "until"))
    except ValueError:
        raise Invalid("since", N_("Enter the first and the last day of the period.")) from None
    if last < since or not 2000 <= since.year <= last.year < 2200:
        raise Invalid("until", N_("The last day lies before the first."))
    return Period("custom", since, last + timedelta(days=1))


def _number(name: str, entry: Entry, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise Invalid(name, N_("{title}: enter a whole number.", title=entry.title)) from None
    if not entry.minimum <= value <= entry.maximum:
        raise Invalid(name, N_("{title}: enter {least} to {most}.", title=entry.title, least=entry.minimum, most=entry.maximum))  # fmt: skip
    return value
