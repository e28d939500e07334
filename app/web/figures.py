"""Values of tables as text by what they are, for readers who may not be here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton

from app.core.texts import Message
from app.web import formats
from app.web.texts import reading_as, say

DASH = "–"


@dataclass(frozen=True, slots=True)
class Figures:
    """Speaks one language; `kind` of a value is text, number, money, percent, day, month or quantity."""

    language: str
    time_zone: str = "UTC"

    def say(self, message: Message) -> str:
        with reading_as(self.language, self.time_zone):
            return say(message)

    def show(self, value: Any, kind: str, currency: str = "") -> str:
        if value is None:
            return DASH
        if isinstance(value, Message):
            return self.say(value)
        if isinstance(value, date):
            return self.month(value) if kind == "month" else formats.day(value, self.language)
        if kind == "text":
            return str(value)
        return self._figure(Decimal(value), kind, currency)

    def _figure(self, value: Decimal, kind: str, currency: str) -> str:
        if kind == "money" and currency:
            return formats.amount(value, currency, self.language)
        if kind == "money":
            return formats.fixed(value, 2, self.language)
        if kind == "percent":
            return formats.fixed(value, 1, self.language)
        return formats.quantity(value, self.language)

    def month(self, value: date) -> str:
        return str(format_skeleton("yMMM", value, locale=self.language))
