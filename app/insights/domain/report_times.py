"""When a scheduled report is made: every day, on workdays, on a day of the week or of the month, at an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.texts import N_, Message

RHYTHMS: tuple[tuple[str, Message], ...] = (
    ("daily", N_("Every day")),
    ("workdays", N_("Monday to Friday")),
    ("weekly", N_("Every week")),
    ("monthly", N_("Every month")),
)
FORMS = ("xlsx", "csv", "pdf")
_SUNDAY = 7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`on_day`: of the week (1 Monday) for weekly, of the month for monthly, where a short month takes its last day."""

    code: str
    on_day: int
    hour: int
    time_zone: str

    def after(self, moment: datetime) -> datetime:
        """The next time later than the moment, as UTC."""
        zone = ZoneInfo(self.time_zone)
        day = moment.astimezone(zone).date()
        while True:
            if self._is_on(day):
                found = datetime.combine(day, time(self.hour), zone).astimezone(UTC)
                if found > moment:
                    return found
            day += timedelta(days=1)

    def latest(self, first: datetime, now: datetime) -> datetime:
        """Of the times from `first` up to now the last: those missed before are not made up for one by one."""
        found = first
        while (following := self.after(found)) <= now:
            found = following
        return found

    def _is_on(self, day: date) -> bool:
        if self.code == "weekly":
            return day.isoweekday() == self.on_day
        if self.code == "workdays":
            return day.isoweekday() < _SUNDAY - 1
        if self.code == "monthly":
            is_last = (day + timedelta(days=1)).day == 1
            return day.day == self.on_day or (is_last and day.day < self.on_day)
        return True
