"""The log of an auction: its entries as hashed content, and the auction computed from nothing but them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.sourcing.domain.auction_hall import Answer, Hall, name_price, open_hall, stages_due, take_back
from app.sourcing.domain.auction_rules import Rules
from app.sourcing.domain.auction_steps import Bidder
from app.sourcing.domain.chain import START, canonical, link


class Event(StrEnum):
    """What an entry tells."""

    BEGIN = "begin"
    BID = "bid"
    BACK = "back"
    STAGE = "stage"
    END = "end"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `position`, `ends_at` and `extensions` are those after it."""

    sequence: int
    at: datetime
    event: Event
    position: int
    ends_at: datetime
    extensions: int
    number: int | None = None
    price: Decimal | None = None
    refusal: str = ""
    rank: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> bytes:
        """What the hash covers. Prices have one spelling, whatever column they were read from."""
        return canonical({
            "sequence": self.sequence, "at": self.at, "event": str(self.event), "position": self.position,
            "ends_at": self.ends_at, "extensions": self.extensions, "number": self.number,
            "price": None if self.price is None else f"{self.price:.6f}", "refusal": self.refusal, "rank": self.rank,
            "details": self.details,
        })  # fmt: skip


def chained(previous: bytes, entry: Entry) -> bytes:
    return link(previous or START, entry.content())


def bidder_json(one: Bidder) -> dict[str, Any]:
    return {
        "number": one.number, "price": f"{one.price:.6f}", "since": one.since.isoformat(), "seed": one.seed,
        "coefficient": str(one.coefficient), "addition": str(one.addition),
    }  # fmt: skip


def _bidder(value: Mapping[str, Any]) -> Bidder:
    return Bidder(
        value["number"], Decimal(value["price"]), datetime.fromisoformat(value["since"]),
        Fraction(value["coefficient"]), value["seed"], Fraction(value["addition"]),
    )  # fmt: skip


def beginning(hall: Hall) -> dict[str, Any]:
    """Details of the first entry: all that the others are judged by."""
    return {
        "rules": hall.rules.as_json(),
        "starts_at": hall.starts_at.isoformat(),
        "bidders": [bidder_json(one) for one in sorted(hall.bidders, key=lambda one: one.number)],
    }


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the log gives: the hall after the last entry, and the entry that does not follow (0: all do)."""

    hall: Hall | None
    broken_at: int = 0

    @property
    def holds(self) -> bool:
        return self.broken_at == 0


def replay(entries: Iterable[Entry]) -> Replayed:
    """Judge every entry again by the rules in the first one."""
    hall: Hall | None = None
    for expected, entry in enumerate(entries, start=1):
        answer = _again(hall, entry)
        if answer is None or entry.sequence != expected or not _agrees(answer, entry):
            return Replayed(hall, expected)
        hall = answer.hall
    return Replayed(hall)


def _again(hall: Hall | None, entry: Entry) -> Answer | None:
    if entry.event is Event.BEGIN:
        if hall is not None:
            return None
        bidders = tuple(_bidder(one) for one in entry.details["bidders"])
        rules = Rules.from_json(entry.details["rules"])
        return Answer(open_hall(rules, datetime.fromisoformat(entry.details["starts_at"]), bidders))
    if hall is None:
        return None
    if entry.event is Event.BID and entry.number is not None and entry.price is not None:
        return name_price(hall, entry.number, entry.price, entry.at)
    if entry.event is Event.BACK and entry.number is not None:
        return take_back(hall, entry.number, entry.at)
    if entry.event is Event.STAGE:
        return next((Answer(after) for after in stages_due(hall, entry.at)), None)
    return Answer(hall)


def _agrees(answer: Answer, entry: Entry) -> bool:
    hall = answer.hall
    return (
        (hall.ends_at, hall.extensions, hall.position) == (entry.ends_at, entry.extensions, entry.position)
        and str(answer.refusal or "") == entry.refusal
        and answer.rank == entry.rank
        and (entry.event is not Event.END or entry.details.get("order") == order_of(hall))
    )


def order_of(hall: Hall) -> list[int]:
    """Numbers of the bidders, best first."""
    return [one.number for one in hall.ranked()]


def follow(entries: Sequence[Entry], hashes: Sequence[bytes]) -> int:
    """The first sequence whose hash does not follow from the one before, 0 when the chain holds."""
    previous = START
    for entry, stored in zip(entries, hashes, strict=True):
        if chained(previous, entry) != stored:
            return entry.sequence
        previous = stored
    return 0
