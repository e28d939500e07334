"""A bid as it is typed: names of fields, text into content, content into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.errors import RowProblem
from app.core.texts import N_
from app.sourcing.domain.bid_content import (
    MOST_FILE_BYTES,
    Answer,
    Asked,
    AskedAnswer,
    AskedLine,
    Attachment,
    BidContent,
    Offer,
)
from app.web import formats
from app.web.forms import parse_decimal

_NUMBERS = ("quantity", "price", "base", "freight", "duty", "other", "minimum")
_COLUMNS = {"base": "base_quantity", "other": "other_cost", "minimum": "min_quantity"}
Files = Mapping[str, tuple[str, str, bytes]]  # field -> name, media type, bytes


def as_typed(content: BidContent | None, asked: Asked, language: str) -> dict[str, str]:
    """What the fields show: the content, or an empty bid with everything that can be filled in already."""
    if content is None:
        content = BidContent(asked.currency, asked.valid_from_day)
    typed = {
        "currency": content.currency,
        "valid_to": content.valid_to.isoformat() if content.valid_to else "",
        "note": content.note,
    }
    for line in asked.lines.values():
        typed[f"l{line.id}-quantity"] = formats.quantity(line.quantity, language)
    for offer in content.offers:
        typed |= {f"{_prefix(offer.line_id, offer.variant)}-{name}": text for name, text in _texts(offer, language)}
    for answer in content.answers:
        typed[f"answer-{answer.requirement_id}"] = _answer_text(answer)
    return typed


def _prefix(line_id: int, variant: int) -> str:
    return f"v{line_id}" if variant else f"l{line_id}"


def _texts(offer: Offer, language: str) -> list[tuple[str, str]]:
    def number(value: Decimal | None, nothing: Decimal | None = None) -> str:
        return "" if value is None or value == nothing else formats.quantity(value, language)

    return [
        ("no", "y" if offer.is_no_offer else ""),
        ("quantity", number(offer.quantity)),
        ("price", number(offer.price)),
        ("base", number(offer.base_quantity, Decimal(1))),
        ("freight", number(offer.freight, Decimal(0))),
        ("duty", number(offer.duty, Decimal(0))),
        ("other", number(offer.other_cost, Decimal(0))),
        ("minimum", number(offer.min_quantity)),
        ("lead", "" if offer.lead_days is None else str(offer.lead_days)),
        ("delivery", offer.delivery_date.isoformat() if offer.delivery_date else ""),
        ("note", offer.note),
        ("breaks", "; ".join(f"{number(start)}: {number(price)}" for start, price in offer.breaks)),
    ]


def _answer_text(answer: Answer) -> str:
    if isinstance(answer.value, bool):
        return "yes" if answer.value else "no"
    return str(answer.value)


class Reader:
    """Reads one typed bid; `problems` says what could not be read, with the position of the line."""

    def __init__(self, asked: Asked, language: str, kept: BidContent | None = None) -> None:
        self.asked, self.language, self.kept = asked, language, kept
        self.problems: list[RowProblem] = []

    def read(self, typed: Mapping[str, str], files: Files) -> BidContent:
        offers = []
        for line in self.asked.lines.values():
            for variant in (0, 1):
                offer = self._offer(line, variant, typed)
                if offer is not None:
                    offers.append(offer)
        return BidContent(
            currency=typed.get("currency", "").strip().upper(),
            valid_to=self._day(typed.get("valid_to", ""), 0),
            offers=tuple(offers),
            answers=tuple(answer for wanted in self.asked.answers if (answer := self._answer(wanted, typed, files))),
            note=typed.get("note", "").strip()[:2000],
        )

    def _offer(self, line: AskedLine, variant: int, typed: Mapping[str, str]) -> Offer | None:
        prefix = _prefix(line.id, variant)
        is_no = bool(typed.get(f"{prefix}-no")) and not variant
        numbers = {name: self._number(typed.get(f"{prefix}-{name}", ""), line.position) for name in _NUMBERS}
        others = ("price", "base", "freight", "duty", "other", "minimum", "lead", "delivery", "breaks", "note")
        if not is_no and not any(typed.get(f"{prefix}-{name}", "").strip() for name in others):
            return None
        lead = self._number(typed.get(f"{prefix}-lead", ""), line.position)
        if lead is not None and (lead != lead.to_integral_value() or not 0 <= lead <= 3650):
            self._refuse(line.position, N_("Line {line}: the lead time is in whole days.", line=line.position))
            lead = None
        values: dict[str, Any] = {
            _COLUMNS.get(name, name): value for name, value in numbers.items() if value is not None
        }
        values = {"quantity": line.quantity} | values
        return Offer(
            line.id,
            variant,
            is_no_offer=is_no,
            lead_days=None if lead is None else int(lead),
            delivery_date=self._day(typed.get(f"{prefix}-delivery", ""), line.position),
            note=typed.get(f"{prefix}-note", "").strip()[:1000],
            breaks=self._breaks(typed.get(f"{prefix}-breaks", ""), line.position),
            **values,
        )

    def _breaks(self, text: str, position: int) -> tuple[tuple[Decimal, Decimal], ...]:
        """Written as "100: 9,50; 500: 9"."""
        found = []
        for step in filter(None, (part.strip() for part in text.split(";"))):
            start, _separator, price = step.partition(":")
            pair = (self._number(start, position), self._number(price, position))
            if pair[0] is None or pair[1] is None:
                self._refuse(
                    position, N_("Line {line}: write breaks as quantity: price; quantity: price.", line=position)
                )
                return ()
            found.append((pair[0], pair[1]))
        return tuple(found)

    def _answer(self, wanted: AskedAnswer, typed: Mapping[str, str], files: Files) -> Answer | None:
        name = f"answer-{wanted.id}"
        text = typed.get(name, "").strip()
        if wanted.answer_type == "file":
            return self._file(wanted, files.get(name))
        if not text:
            return None
        readers: dict[str, Callable[[], Any]] = {
            "yes_no": lambda: text == "yes",
            "number": lambda: None if (value := self._number(text, 0)) is None else format(value, "f"),
            "date": lambda: None if (day := self._day(text, 0)) is None else day.isoformat(),
            "choice": lambda: text if text in {value for _label, value in wanted.options} else None,
        }
        value = readers[wanted.answer_type]() if wanted.answer_type in readers else text[:4000]
        return None if value is None else Answer(wanted.id, value)

    def _file(self, wanted: AskedAnswer, file: tuple[str, str, bytes] | None) -> Answer | None:
        """A new file, or the one that was given before."""
        if file is None or not file[0]:
            before = self.kept.answers if self.kept else ()
            return next((answer for answer in before if answer.requirement_id == wanted.id), None)
        name, media_type, data = file
        if len(data) > MOST_FILE_BYTES:
            self._refuse(0, N_("“{title}”: a file may have 3 MB.", title=wanted.title))
            return None
        return Answer(wanted.id, name[:200], Attachment(name[:200], media_type[:100], data))

    def _number(self, text: str, position: int) -> Decimal | None:
        if not text.strip():
            return None
        try:
            value = parse_decimal(text, self.language)
        except ValueError:
            self._not_understood(text, position)
            return None
        exponent = value.normalize().as_tuple().exponent
        if (isinstance(exponent, int) and exponent < -6) or abs(value) >= 10**12:
            self._not_understood(text, position)
            return None
        return value

    def _day(self, text: str, position: int) -> date | None:
        if not text.strip():
            return None
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            self._not_understood(text, position)
            return None

    def _not_understood(self, text: str, position: int) -> None:
        if position:
            self._refuse(position, N_("Line {line}: “{given}” is not understood.", line=position, given=text[:40]))
        else:
            self._refuse(0, N_("“{given}” is not understood.", given=text[:40]))

    def _refuse(self, position: int, message: Any) -> None:
        self.problems.append(RowProblem(row=position, column="", code="unreadable", message=message))
