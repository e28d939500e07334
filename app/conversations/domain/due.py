"""Time limits in working hours: Monday to Friday, from one full hour to another, in the operator's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """`begins` and `ends` are full hours; an end that is not after the begin means the whole day."""

    begins: int
    ends: int
    zone: str

    def on(self, day: datetime) -> tuple[datetime, datetime]:
        """Begin and end of work on the local date of a moment."""
        date, zone = day.date(), ZoneInfo(self.zone)
        if self.ends <= self.begins:
            return datetime.combine(date, time(), zone), datetime.combine(date + timedelta(days=1), time(), zone)
        begin = datetime.combine(date, time(self.begins), zone)
        is_midnight = self.ends == 24
        end = datetime.combine(date + timedelta(days=1), time(), zone) if is_midnight else datetime.combine(
            date, time(self.ends), zone
        )  # fmt: skip
        return begin, end


def after_hours(start: datetime, hours: int, day: WorkingDay) -> datetime:
    """The instant (UTC) when so many working hours have passed since an aware moment."""
    left, here = timedelta(hours=hours), start.astimezone(ZoneInfo(day.zone))
    while True:
        begin, end = day.on(here)
        if here.weekday() <= _FRIDAY and here < end:
            # in UTC, so that a change of the clock at night neither gives nor takes an hour
            here = max(here, begin)
            if here.astimezone(UTC) + left <= end.astimezone(UTC):
                return here.astimezone(UTC) + left
            left -= end.astimezone(UTC) - here.astimezone(UTC)
        here = datetime.combine(here.date() + timedelta(days=1), time(), ZoneInfo(day.zone))
