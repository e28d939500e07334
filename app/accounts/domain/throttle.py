"""How long a sign-in must wait after failures: free tries first, then a delay that doubles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)  # failures before it are forgotten


@dataclass(frozen=True, slots=True)
class Rule:
    """After `free` failures each further one doubles the delay, from `first` to at most `most`."""

    free: int
    first: timedelta
    most: timedelta

    def wait_until(self, failures: int, last_failure: datetime | None) -> datetime | None:
        """When the next try is allowed; None: at once."""
        if last_failure is None or failures < self.free:
            return None
        delay: timedelta = min(self.first * 2 ** min(failures - self.free, 20), self.most)
        return last_failure + delay


# Per address: five typing errors cost nothing, a guesser gets some 100 tries a day.
PER_EMAIL = Rule(free=5, first=timedelta(seconds=15), most=timedelta(minutes=15))
# Per IP: an office behind one address mistypes more often, and is many people.
PER_IP = Rule(free=30, first=timedelta(seconds=10), most=timedelta(minutes=15))

MAX_RESETS_PER_EMAIL = 3  # in the window, silently: the page must not tell whether the address is known
MAX_RESETS_PER_IP = 20
MAX_REGISTRATIONS_PER_IP = 10


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed tries within the window since the last success, and the latest of them."""

    count: int
    last_at: datetime | None


def seconds_to_wait(now: datetime, *, by_email: Failures, by_ip: Failures) -> int:
    """Whole seconds until the next try is allowed, 0 for at once."""
    moments = (
        PER_EMAIL.wait_until(by_email.count, by_email.last_at),
        PER_IP.wait_until(by_ip.count, by_ip.last_at),
    )
    longest = max((moment - now for moment in moments if moment is not None), default=timedelta(0))
    if longest <= timedelta(0):
        return 0
    return -(-longest // timedelta(seconds=1))
