"""Many bidders at once in one auction on a running server: is every accepted price kept, is late really late, how fast?

What the server answered is compared with the log in the database, and the log with itself.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.accounts.domain.roles import Role
from app.accounts.queries.companies import operator_id
from app.accounts.queries.mailing import staff
from app.accounts.queries.people import person_actor
from app.core.actor import Actor, Scope, Via
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.sourcing.domain.auction_english import SoftClose
from app.sourcing.domain.auction_log import Event, follow, order_of, replay
from app.sourcing.domain.auction_rules import Kind, Rules
from app.sourcing.domain.auction_steps import Limit
from app.sourcing.domain.tender import Head, LineEntry
from app.sourcing.queries.auction_log import log_of
from app.sourcing.queries.auctions import buyer_page
from app.sourcing.queries.clock import database_now
from app.sourcing.service.auction_stages import advance
from app.trial.auction_crowd import SECOND, Seat, delays, run_crowd, take_seat
from app.trial.auction_ground import Ground, Rival, begun_auction, opened_lot

_PASSWORD = "a trial of bidders"  # noqa: S105 -- of companies made for this run
_FIRST = Decimal(100_000)
_TAIL = timedelta(seconds=5)  # bidders go on after the end, in vain
_SOFT = SoftClose(timedelta(seconds=10), timedelta(seconds=5), cap=2)


@dataclass(slots=True)
class TrialReport:
    """`lost`: accepted answers that the log does not hold; times in milliseconds, pages from sending to showing."""

    bidders: int
    seconds: int
    sent: int = 0
    accepted: int = 0
    refused: int = 0
    refused_in_log: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    late_accepted: int = 0
    extensions: int = 0
    polls: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    is_replay_equal: bool = False

    @property
    def is_ok(self) -> bool:
        return self.is_replay_equal and self.accepted > 0 and not (self.lost or self.late_accepted or self.errors)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.is_ok, "bidders": self.bidders, "seconds": self.seconds, "sent": self.sent,
            "accepted": self.accepted, "refused": self.refused, "refused_in_log": dict(self.refused_in_log),
            "lost": self.lost, "late_accepted": self.late_accepted, "extensions": self.extensions, "polls": self.polls,
            "answers_ms": self.answers, "page_updates_ms": self.pages, "errors": dict(self.errors),
            "log_replay_equal": self.is_replay_equal,
        }  # fmt: skip


def running_address(instance: Path) -> str:
    """Where the server of this instance answers."""
    try:
        return (instance / ".running").read_text("utf-8").splitlines()[1]
    except (OSError, IndexError):
        raise Conflict("Kontor does not run here. Start it with `kontor up`, or name it by --url.") from None


def auction_trial(base: str, *, bidders: int, seconds: int, say: Callable[[str], None]) -> TrialReport:
    """Make a tender with so many bids, auction it on the server at `base`, and compare. Call in the system's scope."""
    house_id = operator_id()
    if house_id is None:
        raise Conflict("There is no operator yet: fill the demo first.")
    house = Actor(None, house_id, Scope.OPERATOR, frozenset({"*"}), via=Via.CLI, name="trial")
    buyer = person_actor(house_id, staff((Role.OPERATOR_ADMIN,))[0].user_id)
    say(f"{bidders} suppliers hand in sealed bids ...")
    ground, emails = _ground(house, buyer, bidders)
    say("They sign in ...")
    seats = [take_seat(base, email, _PASSWORD, _FIRST) for email in emails]
    rules = Rules(Kind.ENGLISH, Limit(Decimal(1)), soft_close=_SOFT, duration=timedelta(seconds=max(seconds, 30)))
    auction_id = begun_auction(buyer, ground, rules)
    say(f"The auction of {ground.number} runs ...")
    begins = time.monotonic_ns()
    until = begins + _nanoseconds(rules.duration + 2 * _SOFT.extension + _TAIL)
    run_crowd(base, auction_id, seats, begins, until)
    with acting_as(house):
        advance(auction_id)
        return _compared(house, auction_id, seats, TrialReport(bidders, seconds))


def _nanoseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1) * 1000


def _ground(house: Actor, buyer: Actor, bidders: int) -> tuple[Ground, list[str]]:
    mark = secrets.token_hex(3)
    rivals = [
        Rival(
            f"TR{mark}{n:03d}", f"Trial bidder {n} {mark}", "DE", f"bidder{n}@{mark}.example", f"Bidder {n}",
            (_FIRST + n) / 1000,
        )
        for n in range(1, bidders + 1)
    ]  # fmt: skip
    with acting_as(buyer):
        deadline: datetime = database_now() + timedelta(days=20)
    head = Head(title=f"Trial of an auction {mark}", procedure="reverse-auction", currency="EUR", deadline=deadline)
    line = LineEntry(1, "Trial goods", Decimal(1000), "H87")
    return opened_lot(house, buyer, head, line, rivals, _PASSWORD), [rival.email for rival in rivals]


def _compared(house: Actor, auction_id: int, seats: Sequence[Seat], report: TrialReport) -> TrialReport:
    _count(seats, report)
    entries, hashes = log_of(auction_id)
    bids = {entry.sequence: entry for entry in entries if entry.event is Event.BID}
    report.refused_in_log = Counter(entry.refusal for entry in bids.values() if entry.refusal)
    for one in (one for seat in seats for one in seat.accepted):
        entry = bids.get(one.sequence)
        report.lost += entry is None or bool(entry.refusal) or entry.price != one.price
    end = entries[0].ends_at
    for entry in entries:
        report.late_accepted += entry.event is Event.BID and not entry.refusal and entry.at >= end
        end = entry.ends_at
    page = buyer_page(house, auction_id)
    report.extensions = page.head.extensions
    again = replay(entries)
    report.is_replay_equal = (
        again.holds and again.hall is not None and not follow(entries, hashes)
        and order_of(again.hall) == [seat.number for seat in page.seats]
        and (again.hall.ends_at, again.hall.extensions) == (page.head.ends_at, page.head.extensions)
    )  # fmt: skip
    return report


def _count(seats: Sequence[Seat], report: TrialReport) -> None:
    counts: Counter[str] = Counter()
    for seat in seats:
        counts.update(seat.counts)
    report.sent, report.refused, report.polls = (counts.pop(name, 0) for name in ("sent", "refused", "polls"))
    report.errors = counts
    report.accepted = sum(len(seat.accepted) for seat in seats)
    report.answers = _milliseconds([wait for seat in seats for wait in seat.waits])
    report.pages = _milliseconds(delays(seats))


def _milliseconds(times: list[int]) -> dict[str, int]:
    """p50, p95 and the worst."""
    times.sort()
    places = {"p50": 50, "p95": 95, "max": 100} if times else {}
    return {name: times[max(0, len(times) * share // 100 - 1)] * 1000 // SECOND for name, share in places.items()}
