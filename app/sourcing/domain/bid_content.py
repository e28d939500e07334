"""What a bid says, before it is sealed and after it is opened, and whether it may be submitted.

Every line of a lot that is bid for is priced or says "no offer"; a lot without any entry is not bid for. Amounts are in
the bid's currency and in the tender's VAT mode; a line's amount is always quantity x price, rounded to the currency.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.errors import RowProblem
from app.core.money import round_amount
from app.core.texts import N_, Message

_ZERO = Decimal(0)
MOST_FILE_BYTES = 3 * 1024 * 1024
MOST_ALL_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AskedLine:
    id: int
    lot_id: int
    position: int
    code: str
    text: str
    specification: str
    quantity: Decimal
    unit: str
    need_by: date | None


@dataclass(frozen=True, slots=True)
class AskedLot:
    id: int
    number: int
    title: str
    description: str
    ceiling: Decimal | None
    lines: tuple[AskedLine, ...]


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """A requirement. `options`: what may be chosen, as (label, value)."""

    id: int
    lot_id: int | None
    title: str
    description: str
    answer_type: str
    is_mandatory: bool
    options: tuple[tuple[str, str], ...]
    envelope: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tender asks of bidders."""

    id: int
    company_id: int
    number: str
    title: str
    version: int
    currency: str
    currencies: tuple[str, ...]
    vat_basis: str
    envelopes: int
    award_mode: str
    value_ceiling: str
    validity_days: int
    deadline: datetime
    lots: tuple[AskedLot, ...]
    answers: tuple[AskedAnswer, ...]

    @property
    def lines(self) -> dict[int, AskedLine]:
        return {line.id: line for lot in self.lots for line in lot.lines}

    @property
    def valid_from_day(self) -> date:
        """The day until which a bid must hold at least."""
        return self.deadline.date() + timedelta(days=self.validity_days)


@dataclass(frozen=True, slots=True)
class Offer:
    """The answer to one line, or (`variant` > 0) another one beside it. Costs are for the whole line."""

    line_id: int
    variant: int = 0
    is_no_offer: bool = False
    quantity: Decimal = _ZERO
    price: Decimal | None = None
    base_quantity: Decimal = Decimal(1)
    freight: Decimal = _ZERO
    duty: Decimal = _ZERO
    other_cost: Decimal = _ZERO
    min_quantity: Decimal | None = None
    lead_days: int | None = None
    delivery_date: date | None = None
    note: str = ""
    breaks: tuple[tuple[Decimal, Decimal], ...] = ()

    @property
    def is_priced(self) -> bool:
        return not self.is_no_offer and self.price is not None

    def net(self, currency: str) -> Decimal:
        """Goods without other costs."""
        if self.price is None or self.is_no_offer or self.base_quantity <= 0:
            return _ZERO
        return round_amount(self.quantity * self.price / self.base_quantity, currency)

    def landed(self, currency: str) -> Decimal:
        if not self.is_priced:
            return _ZERO
        return self.net(currency) + self.freight + self.duty + self.other_cost


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`value`: true or false, text, or a number or day as text; of a file its name."""

    requirement_id: int
    value: Any
    file: Attachment | None = None


@dataclass(frozen=True, slots=True)
class BidContent:
    """A whole bid."""

    currency: str
    valid_to: date | None = None
    offers: tuple[Offer, ...] = ()
    answers: tuple[Answer, ...] = ()
    note: str = ""

    def of_lot(self, lot: AskedLot) -> list[Offer]:
        known = {line.id for line in lot.lines}
        return [offer for offer in self.offers if offer.line_id in known]

    def bids_for(self, lot: AskedLot) -> bool:
        return any(offer.is_priced for offer in self.of_lot(lot))

    def net(self, lot: AskedLot) -> Decimal:
        """The goods of the main offers."""
        return sum((offer.net(self.currency) for offer in self.of_lot(lot) if not offer.variant), _ZERO)

    def landed(self, lot: AskedLot) -> Decimal:
        return sum((offer.landed(self.currency) for offer in self.of_lot(lot) if not offer.variant), _ZERO)


def problems(content: BidContent, asked: Asked) -> list[RowProblem]:
    """Why a bid may not be submitted as it is; `row` is the position of the line in the tender."""
    found = _general(content, asked)
    for lot in asked.lots:
        if content.bids_for(lot):
            found += _lot_problems(content, lot, asked)
        elif asked.award_mode == "tender":
            found.append(_problem(0, "lot", "lot_missing", N_("Lot {lot}: this tender is awarded as a whole. Bid for "
                                  "every lot.", lot=lot.number)))  # fmt: skip
    return found


def _problem(row: int, column: str, code: str, message: Message, given: str = "") -> RowProblem:
    return RowProblem(row=row, column=column, code=code, message=message, given=given)


def _general(content: BidContent, asked: Asked) -> list[RowProblem]:
    found = []
    if content.currency not in asked.currencies:
        found.append(
            _problem(0, "currency", "currency", N_("Bids must be in {names}.", names=", ".join(asked.currencies)))
        )
    if content.valid_to is None or content.valid_to < asked.valid_from_day:
        found.append(
            _problem(
                0, "valid_to", "validity", N_("Your bid must hold until {day} or longer.", day=asked.valid_from_day)
            )
        )
    if not any(content.bids_for(lot) for lot in asked.lots):
        found.append(_problem(0, "price", "empty", N_("Enter a price for at least one line.")))
    given = {answer.requirement_id: answer for answer in content.answers}
    lots = {lot.id for lot in asked.lots if content.bids_for(lot)}
    for wanted in asked.answers:
        answer = given.get(wanted.id)
        is_due = wanted.is_mandatory and (wanted.lot_id is None or wanted.lot_id in lots)
        if is_due and (answer is None or answer.value in ("", None)):
            found.append(
                _problem(0, f"answer-{wanted.id}", "answer", N_("“{title}” needs your answer.", title=wanted.title))
            )
    if sum(len(answer.file.data) for answer in content.answers if answer.file) > MOST_ALL_BYTES:
        found.append(_problem(0, "files", "files", N_("The files of a bid may have 10 MB together.")))
    return found


def _lot_problems(content: BidContent, lot: AskedLot, asked: Asked) -> list[RowProblem]:
    found = []
    main = {offer.line_id: offer for offer in content.of_lot(lot) if not offer.variant}
    for line in lot.lines:
        offer = main.get(line.id)
        if offer is None or not (offer.is_no_offer or offer.is_priced):
            found.append(
                _problem(line.position, "price", "price_missing", N_("Line {line}: enter a price, or choose “No offer”.",
                         line=line.position))
            )  # fmt: skip
    lines = {line.id: line for line in lot.lines}
    for offer in content.of_lot(lot):
        if offer.is_priced:
            found += _offer_problems(offer, lines[offer.line_id])
    if asked.value_ceiling == "enforce" and lot.ceiling is not None and content.currency == asked.currency:
        total = content.net(lot)
        if total > lot.ceiling:
            found.append(
                _problem(0, "price", "ceiling", N_("Lot {lot}: your sum {sum} is above the highest value {ceiling}.",
                         lot=lot.number, sum=total, ceiling=lot.ceiling))
            )  # fmt: skip
    return found


def _offer_problems(offer: Offer, line: AskedLine) -> list[RowProblem]:
    found = []

    def add(column: str, code: str, message: Message) -> None:
        found.append(_problem(line.position, column, code, message))

    if offer.price is None or offer.price <= 0:
        add("price", "price", N_("Line {line}: the price must be above zero.", line=line.position))
    if not 0 < offer.quantity <= line.quantity:
        add("quantity", "quantity", N_("Line {line}: offer more than 0 and at most {asked} {unit}.",
            line=line.position, asked=line.quantity.normalize(), unit=line.unit))  # fmt: skip
    if offer.base_quantity <= 0:
        add("base", "base", N_("Line {line}: the price must be for more than 0.", line=line.position))
    if min(offer.freight, offer.duty, offer.other_cost) < 0:
        add("freight", "cost", N_("Line {line}: costs cannot be negative.", line=line.position))
    if offer.min_quantity is not None and not 0 < offer.min_quantity <= offer.quantity:
        add("min_quantity", "minimum", N_("Line {line}: the minimum must be within the offered quantity.",
            line=line.position))  # fmt: skip
    starts = [start for start, _price in offer.breaks]
    if starts != sorted(set(starts)) or any(start <= 0 or price <= 0 for start, price in offer.breaks):
        add("breaks", "breaks", N_("Line {line}: breaks must rise, each with a price.", line=line.position))
    return found


# --- as JSON: the parts that are sealed, and the draft -------------------------------------------------------------


def _offer_json(offer: Offer) -> dict[str, Any]:
    return {
        "line": offer.line_id, "variant": offer.variant, "no_offer": offer.is_no_offer, "quantity": offer.quantity,
        "price": offer.price, "base": offer.base_quantity, "freight": offer.freight, "duty": offer.duty,
        "other": offer.other_cost, "minimum": offer.min_quantity, "lead_days": offer.lead_days,
        "delivery": offer.delivery_date, "note": offer.note, "breaks": [list(step) for step in offer.breaks],
    }  # fmt: skip


def _offer(data: Mapping[str, Any]) -> Offer:
    return Offer(
        line_id=data["line"],
        variant=data["variant"],
        is_no_offer=data["no_offer"],
        quantity=Decimal(data["quantity"]),
        price=_decimal(data["price"]),
        base_quantity=Decimal(data["base"]),
        freight=Decimal(data["freight"]),
        duty=Decimal(data["duty"]),
        other_cost=Decimal(data["other"]),
        min_quantity=_decimal(data["minimum"]),
        lead_days=data["lead_days"],
        delivery_date=_day(data["delivery"]),
        note=data["note"],
        breaks=tuple((Decimal(start), Decimal(price)) for start, price in data["breaks"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _answer_json(answer: Answer) -> dict[str, Any]:
    file = answer.file
    packed = file and {
        "name": file.name, "type": file.media_type, "data": base64.b64encode(file.data).decode()
    }  # fmt: skip
    return {"requirement": answer.requirement_id, "value": answer.value, "file": packed}


def _answer(data: Mapping[str, Any]) -> Answer:
    file = data["file"]
    kept = Attachment(file["name"], file["type"], base64.b64decode(file["data"])) if file else None
    return Answer(data["requirement"], data["value"], kept)


def as_json(content: BidContent) -> dict[str, Any]:
    """The whole bid, for a draft."""
    return {
        "currency": content.currency,
        "valid_to": content.valid_to,
        "note": content.note,
        "offers": [_offer_json(offer) for offer in content.offers],
        "answers": [_answer_json(answer) for answer in content.answers],
    }


def from_json(data: Mapping[str, Any]) -> BidContent:
    return BidContent(
        currency=data["currency"],
        valid_to=_day(data["valid_to"]),
        note=data["note"],
        offers=tuple(_offer(each) for each in data["offers"]),
        answers=tuple(_answer(each) for each in data["answers"]),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one sealed part holds: of one envelope, the offers of one lot and the answers that belong there."""

    lot_id: int
    envelope: int
    content: dict[str, Any] = field(hash=False)


def parts_of(content: BidContent, asked: Asked, bidder: Mapping[str, Any]) -> list[Part]:
    """The bid in parts, one for each lot that is bid for and each envelope; `bidder` says who, in every part.

    With two envelopes prices lie in the second; answers in the one their requirement names. What is asked for the whole
    tender is repeated with each lot, since lots are opened one by one.
    """
    wanted = {each.id: each for each in asked.answers}
    found = []
    for lot in asked.lots:
        if not content.bids_for(lot):
            continue
        for envelope in range(1, asked.envelopes + 1):
            answers = [
                each for each in content.answers
                if (need := wanted.get(each.requirement_id)) is not None and need.lot_id in (None, lot.id)
                and min(need.envelope, asked.envelopes) == envelope
            ]  # fmt: skip
            holds_prices = envelope == asked.envelopes
            body = BidContent(
                currency=content.currency,
                valid_to=content.valid_to,
                note=content.note if envelope == 1 else "",
                offers=tuple(
                    each for each in content.of_lot(lot) if holds_prices and (each.is_priced or each.is_no_offer)
                ),
                answers=tuple(answers),
            )
            found.append(Part(lot.id, envelope, as_json(body) | {"bidder": dict(bidder)}))
    return found


def merged(parts: Iterable[Mapping[str, Any]]) -> BidContent:
    """One bid from its parts, as its supplier reads it again."""
    read = [from_json(part) for part in parts]
    answers = {answer.requirement_id: answer for part in read for answer in part.answers}
    return BidContent(
        currency=read[0].currency,
        valid_to=read[0].valid_to,
        note=next((part.note for part in read if part.note), ""),
        offers=tuple(offer for part in read for offer in part.offers),
        answers=tuple(answers.values()),
    )
