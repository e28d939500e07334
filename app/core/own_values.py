"""Values of fields that an operator defines himself: typed, kept as plain text (numbers in plain digits, days ISO)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from app.core.texts import N_, Message

KINDS: Mapping[str, Message] = MappingProxyType({
    "text": N_("text"), "number": N_("number"), "flag": N_("yes or no"), "day": N_("date"),
    "choice": N_("one of a list"),
})  # fmt: skip
CODE = re.compile(r"[a-z][a-z0-9]{0,29}")
_YES = frozenset(("1", "true", "yes", "y", "ja", "да", "так", "x"))
_NO = frozenset(("0", "false", "no", "n", "nein", "нет", "ні"))
_LONGEST = 500


class NoValue(ValueError):
    """A text that is no value of the field; `message` says what to write."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def stored_value(kind: str, given: str, choices: Collection[str] = ()) -> str:
    """What is kept of a text somebody wrote: numbers in plain digits, days ISO, flags yes or no. Raises NoValue."""
    text = given.strip()
    if not text:
        return ""
    if kind == "number":
        return _number(text)
    if kind == "flag":
        return _flag(text)
    if kind == "day":
        return _day(text)
    if kind == "choice":
        return _choice(text, choices)
    if len(text) > _LONGEST:
        raise NoValue(N_("At most {length} characters fit here.", length=_LONGEST))
    if "\0" in text:
        raise NoValue(N_("Enter a text."))
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise NoValue(N_("“{given}” is not a number.", given=text)) from None
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise NoValue(N_("“{given}” is not a number.", given=text))
    return f"{number.normalize() + 0:f}"


def _flag(text: str) -> str:
    if text.casefold() in _YES:
        return "yes"
    if text.casefold() in _NO:
        return "no"
    raise NoValue(N_("“{given}” is neither yes nor no.", given=text))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NoValue(N_("“{given}” is no date. Write it as 2026-12-31.", given=text)) from None


def _choice(text: str, choices: Collection[str]) -> str:
    if text not in choices:
        raise NoValue(N_("“{given}” is not one of {allowed}.", given=text, allowed=", ".join(choices)))
    return text
