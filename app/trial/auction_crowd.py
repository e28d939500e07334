"""Bidders of the auction trial: each is two threads with a connection each, one names a price a second, the other asks
for news as the open page does. Times are nanoseconds of this machine's monotonic clock."""  # noqa: D209

from __future__ import annotations

import http.client
import random
import threading
import time
import uuid
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode, urlsplit

from app.trial.http import FORM, Browser
from app.trial.smoke import sign_in

SECOND = 1_000_000_000
_TIMEOUT = 20
_STEP, _LESS = Decimal(1), Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that said yes, as entry `sequence` of the log."""

    sequence: int
    price: Decimal
    revision: int
    sent_at: int


@dataclass(slots=True)
class Seat:
    """One bidder's browser, and what it was told. `seen`: (revision, when) as its page was renewed."""

    cookies: str
    token: str
    price: Decimal
    accepted: list[Accepted] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def take_seat(base: str, email: str, password: str, price: Decimal) -> Seat:
    """Sign in as a person would."""
    browser = Browser(base)
    page = sign_in(browser, email, password)
    token = str(page.tree.xpath("//input[@name='csrf_token']/@value")[0])
    return Seat(browser.cookies, token, price)


def run_crowd(base: str, auction_id: int, seats: Sequence[Seat], begins: int, until: int) -> None:
    """All at once, from one moment to the other; returns when everybody has stopped."""
    works = [
        threading.Thread(target=work, args=(_Line(base, seat), auction_id, seat, begins, until))
        for seat in seats
        for work in (_bid_on, _look_on)
    ]
    for work in works:
        work.start()
    for work in works:
        work.join()


class _Line:
    """One connection that is kept."""

    def __init__(self, base: str, seat: Seat) -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        self._headers = {
            "Cookie": seat.cookies, "HX-Request": "true", "Accept-Language": "en", "Origin": base,
            "Referer": f"{base}/", "Content-Type": FORM,
        }  # fmt: skip

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, http.client.HTTPMessage]:
        """Status and headers; raises OSError when no answer came."""
        try:
            self._connection.request(method, path, body, self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise OSError(type(error).__name__) from error
        return answer.status, answer.headers


def _each_second(begins: int, until: int, chance: random.Random) -> Iterator[None]:
    """Once a second at a moment of one's own; who is late does not catch up."""
    due = begins + chance.randrange(SECOND)
    while (now := time.monotonic_ns()) < until:
        if due > now:
            time.sleep((due - now) / SECOND)
        yield
        due = max(due + SECOND, time.monotonic_ns())


def _bid_on(line: _Line, auction_id: int, seat: Seat, begins: int, until: int) -> None:
    """Mostly some steps below the own price, now and then not low enough."""
    chance = random.Random(seat.token)  # noqa: S311 -- a trial, no secret
    for _ in _each_second(begins, until, chance):
        price = seat.price - (_STEP * chance.randint(1, 9) if chance.randrange(10) else _LESS)
        values = {"csrf_token": seat.token, "client_ref": str(uuid.uuid4()), "price": f"{price:.2f}"}
        sent_at = time.monotonic_ns()
        seat.counts["sent"] += 1
        try:
            status, headers = line.ask(
                "POST", f"/supplier/auctions/{auction_id}/bid", urlencode(values).encode()
            )  # fmt: skip
        except OSError as error:
            seat.counts[f"bid {error}"] += 1
            continue
        seat.waits.append(time.monotonic_ns() - sent_at)
        if status == http.client.OK:
            numbers = int(headers["X-Auction-Entry"]), int(headers["X-Auction-Revision"])
            seat.accepted.append(Accepted(numbers[0], price, numbers[1], sent_at))
            seat.price = price
        elif status == http.client.CONFLICT:
            seat.counts["refused"] += 1
        else:
            seat.counts[f"bid {status}"] += 1


def _look_on(line: _Line, auction_id: int, seat: Seat, begins: int, until: int) -> None:
    chance = random.Random(seat.cookies)  # noqa: S311 -- a trial, no secret
    revision = 0
    for _ in _each_second(begins, until, chance):
        seat.counts["polls"] += 1
        try:
            status, headers = line.ask("GET", f"/supplier/auctions/{auction_id}/live?since={revision}")
        except OSError as error:
            seat.counts[f"poll {error}"] += 1
            continue
        if status == http.client.OK:
            revision = int(headers["X-Auction-Revision"])
            seat.seen.append((revision, time.monotonic_ns()))
        elif status != http.client.NO_CONTENT:
            seat.counts[f"poll {status}"] += 1


def delays(seats: Sequence[Seat]) -> list[int]:
    """From sending an accepted price to each bidder's page that shows it."""
    found = []
    for seat in seats:
        revisions = [revision for revision, _when in seat.seen]
        for other in seats:
            for one in other.accepted:
                place = bisect_left(revisions, one.revision)
                if place < len(revisions):
                    found.append(seat.seen[place][1] - one.sent_at)
    return found
