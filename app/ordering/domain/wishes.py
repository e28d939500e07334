"""What a buyer wants beside the lines: where to, under which number, until when, how it comes and how it is paid."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self

from app.core.texts import N_, Message

PO_LENGTH = 60
NOTE_LENGTH = 2000
_EMPTY: tuple[Any, ...] = ("", None, False, {})  # what was not filled in


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one thing the buyer entered."""

    field: str
    message: Message


@dataclass(frozen=True, slots=True)
class Wishes:
    """The head of an order to be. Methods are codes; empty means the account's default."""

    ship_to_id: int
    bill_to_id: int | None = None
    po_number: str = ""
    requested_on: date | None = None
    note: str = ""
    cost_centre_id: int | None = None
    delivery_method: str = ""
    payment_method: str = ""
    is_complete: bool = False  # each delivery in one piece
    latest_on: date | None = None  # nothing is shipped after this day
    own: Mapping[str, str] = field(default_factory=dict)  # texts for own fields of orders, by code

    def tidy(self) -> Self:
        """Without blanks around what was typed."""
        values = asdict(self) | {
            "po_number": self.po_number.strip(), "note": self.note.strip(),
            "own": {code: text.strip() for code, text in self.own.items() if text.strip()},
        }  # fmt: skip
        return type(self)(**values)

    def problems(self, today: date) -> list[FieldProblem]:
        """What no account may ask for; `today` where the account is."""
        found = []
        if len(self.po_number) > PO_LENGTH:
            found.append(FieldProblem("po_number", N_("At most {most} characters.", most=PO_LENGTH)))
        if len(self.note) > NOTE_LENGTH:
            found.append(FieldProblem("note", N_("At most {most} characters.", most=NOTE_LENGTH)))
        if self.requested_on is not None and self.requested_on < today:
            late = N_("{day} is in the past. Take today or a later day.", day=self.requested_on)
            found.append(FieldProblem("requested_on", late))
        if self.latest_on is not None and self.latest_on < max(today, self.requested_on or today):
            early = N_("{day} lies before the day you want the goods on. Take a later day.", day=self.latest_on)
            found.append(FieldProblem("latest_on", early))
        return found

    def as_json(self) -> dict[str, Any]:
        """What was filled in; the same wishes give the same values."""
        values = {name: value for name, value in asdict(self).items() if value not in _EMPTY}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in values.items() if name in known}
        days = {name: date.fromisoformat(given[name]) for name in ("requested_on", "latest_on") if given.get(name)}
        return cls(**given | days)


@dataclass(frozen=True, slots=True)
class PartWish:
    """A part of a line, in the line's unit, with what differs from the head; None: as the head says."""

    line_id: int
    quantity: Decimal
    ship_to_id: int | None = None
    requested_on: date | None = None
    cost_centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The order that was made; `is_repeat` when the same request had made it before."""

    id: int
    number: str
    is_repeat: bool = False


# Fields of the first orders; their hashes hold the empty ones too, so that a request repeated after an update is known.
_ALWAYS = ("ship_to_id", "bill_to_id", "po_number", "requested_on", "note")


def request_hash(cart_id: int, wishes: Wishes) -> str:
    """Equal requests under one reference make one order."""
    values = asdict(wishes)
    kept = {name: value for name, value in values.items() if name in _ALWAYS or value not in _EMPTY}
    text = json.dumps(kept | {"cart_id": cart_id}, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
