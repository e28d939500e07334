"""Values of the operator's own fields: typed, kept as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from app.core.texts import N_, Message

KINDS: Mapping[str, Message] = MappingProxyType({
    "text": N_("text"), "number": N_("number"), "flag": N_("yes or no"), "day": N_("date"),
})  # fmt: skip
# A column of a file is called custom_<code>: the last word of it is the code.
CODE = re.compile(r"[a-z][a-z0-9]{0,29}")
_YES = frozenset(("1", "true", "yes", "y", "ja", "да", "так", "x"))
_NO = frozenset(("0", "false", "no", "n", "nein", "нет", "ні"))
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the operator's own; `names` by language."""

    code: str
    name: str
    kind: str
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_public: bool = True
    position: int = 0

    def label(self, locale: str) -> str:
        return self.names.get(locale) or self.name


class NoValue(ValueError):
    """A text that is no value of the field; `message` says what to write."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def stored_value(kind: str, given: str) -> str:
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
    if len(text) > _LONGEST:
        raise NoValue(N_("At most {length} characters fit here.", length=_LONGEST))
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


def stored_values(
    fields: Mapping[str, OwnField], given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, Message] | None]:
    """The values to keep by code, or the first one at fault as ("custom:code", what to do)."""
    kept: dict[str, str] = {}
    for code, text in given.items():
        if code not in fields:
            return {}, (f"custom:{code}", N_("There is no field {code}. Add it under Own fields first.", code=code))
        try:
            kept[code] = stored_value(fields[code].kind, text)
        except NoValue as error:
            return {}, (f"custom:{code}", error.message)
    return kept, None
