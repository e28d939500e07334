"""Chips, choices and small readings that the pages of quotes share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from app.core.errors import Invalid
from app.core.texts import Message
from app.sourcing.domain.quote_machine import LABELS
from app.web.access import actor
from app.web.texts import _, say

# What waits for this side stands in the one warm colour.
_BUYER = {
    "requested": "info", "info_needed": "seal", "in_preparation": "info", "price_approval": "info", "offered": "seal",
    "countered": "info", "accepted": "seal", "ordered": "good", "declined_by_seller": "bad", "expired": "warn",
}  # fmt: skip
_SALES = {
    "requested": "seal", "info_needed": "plain", "in_preparation": "seal", "price_approval": "warn", "offered": "info",
    "countered": "seal", "accepted": "good", "ordered": "good", "declined_by_buyer": "bad", "expired": "warn",
}  # fmt: skip


def tone_of(state: str, *, is_sales: bool) -> str:
    return (_SALES if is_sales else _BUYER).get(state, "plain")


def state_choices(*, is_sales: bool) -> list[tuple[str, str]]:
    """For the filter: all states, and each by the name its side knows; states of one name stand once."""
    found: dict[str, list[str]] = {}
    for state, label in LABELS["sales" if is_sales else "buyer"].items():
        found.setdefault(say(label), []).append(state)
    return [("", say(_("all"))), *(("-".join(states), label) for label, states in found.items())]


def chosen_states(text: str) -> tuple[str, ...]:
    known = LABELS["sales"]
    return tuple(state for state in text.split("-") if state in known)


def options(reasons: Mapping[str, Message]) -> list[tuple[str, str]]:
    return [(code, say(words)) for code, words in reasons.items()]


def shown_version() -> int:
    """The row version of the page that sent this form; a damaged one fits nothing."""
    text = request.form.get("row_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def words(field: str = "text", most: int = 4_000) -> str:
    return request.form.get(field, "").strip()[:most]


def local(moment: datetime | None) -> str:
    """A moment as a field for day and time takes it, by the reader's clock."""
    return moment.astimezone(ZoneInfo(actor().time_zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def entered_moment(field: str) -> datetime | None:
    """Day and time of a field, by the reader's clock; whole minutes."""
    text = request.form.get(field, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(actor().time_zone)).astimezone(UTC)
    except ValueError:
        raise Invalid(field, say(_("“{given}” is not a day and time.", given=text))) from None


def crumbs_to(number: str, address: str, index: str) -> list[tuple[Any, str]]:
    return [(_("Quotes"), index), (number, address)]
