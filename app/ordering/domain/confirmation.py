"""How the wholesaler answers a line, and which answers need the buyer's yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.ordering.domain.lifecycle import LineState
from app.ordering.domain.revision import Line, LineChange
from app.ordering.domain.rules import ChangeRules


class AnswerKind(StrEnum):
    AS_ORDERED = "as_ordered"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    SUBSTITUTE = "substitute"
    REJECTED = "rejected"


ANSWER_NAMES: Mapping[AnswerKind, Message] = {
    AnswerKind.AS_ORDERED: N_("As ordered"),
    AnswerKind.CHANGED: N_("With changes"),
    AnswerKind.BACKORDERED: N_("Comes later"),
    AnswerKind.SUBSTITUTE: N_("Another article"),
    AnswerKind.REJECTED: N_("Rejected"),
}


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """The wholesaler's answer to one line. None: as ordered. `unit_price` is for the line's price base quantity.

    A substitute names its article (SKU); its quantity is in that article's base unit, its price for one of them.
    """

    kind: AnswerKind
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    promised_on: date | None = None
    substitute: str = ""
    reason: str = ""


def demand_complete(line: Line, answer: LineAnswer) -> None:
    """Raise Invalid, naming the line, where an answer lacks something or asks for what cannot be."""
    if answer.quantity is not None and answer.quantity <= 0:
        raise _wrong(line, N_("the quantity must be above zero. Reject the line instead."))
    is_other = answer.kind is AnswerKind.SUBSTITUTE
    if answer.quantity is not None and not is_other and answer.quantity > line.quantity:
        raise _wrong(line, N_("not more than {quantity} were ordered.", quantity=line.quantity))
    if answer.unit_price is not None and answer.unit_price < 0:
        raise _wrong(line, N_("the price must not be below zero."))
    if is_other and (not answer.substitute or answer.quantity is None or answer.unit_price is None):
        raise _wrong(line, N_("another article needs its number, a quantity and a price."))
    if answer.kind is AnswerKind.REJECTED and not answer.reason.strip():
        raise _wrong(line, N_("say why it is rejected: the buyer reads it."))


def _wrong(line: Line, what: Message) -> Invalid:
    return Invalid("lines", N_("Line {position}: {problem}", position=line.position, problem=what))


def differs(line: Line, answer: LineAnswer) -> bool:
    """Whether the buyer has to be told of anything."""
    if answer.kind is AnswerKind.AS_ORDERED:
        return False
    if answer.kind is not AnswerKind.CHANGED:
        return True
    return (
        answer.quantity not in (None, line.quantity)
        or answer.unit_price not in (None, line.unit_price)
        or answer.promised_on not in (None, line.promised_on)
    )


def needs_yes(line: Line, answer: LineAnswer, rules: ChangeRules) -> bool:
    """A higher price and another article always need the buyer's yes, a smaller quantity where the rules say so."""
    if answer.kind is AnswerKind.SUBSTITUTE:
        return True
    if answer.kind not in (AnswerKind.CHANGED, AnswerKind.BACKORDERED):
        return False
    is_dearer = answer.unit_price is not None and answer.unit_price > line.unit_price
    is_less = answer.quantity is not None and answer.quantity < line.quantity
    return is_dearer or (is_less and rules.asks_for_less)


_STATES = {
    AnswerKind.AS_ORDERED: LineState.CONFIRMED,
    AnswerKind.CHANGED: LineState.CONFIRMED,
    AnswerKind.BACKORDERED: LineState.BACKORDERED,
    AnswerKind.REJECTED: LineState.REJECTED,
}


def change_of(answer: LineAnswer) -> LineChange:
    """What an answer makes of the line once it holds."""
    state = _STATES[answer.kind]
    if state is LineState.REJECTED:
        return LineChange(quantity=Decimal(0), state=state)
    return LineChange(answer.quantity, answer.unit_price, answer.promised_on, state)
