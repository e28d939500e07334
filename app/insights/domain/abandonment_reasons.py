"""Why a cart was probably left behind: from facts alone, several reasons with their evidence, one of them the main one.

A weight (0 to 100) says how much a reason keeps somebody from ordering: what makes ordering impossible stands above what
annoys. Reasons of lines count by the share of the cart's value that they touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.core.money import Money
from app.core.texts import N_, Message

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
RISE_LEAST = Decimal(2)  # percent that a price must have risen
EXTRA_LEAST = Decimal(1)  # percent of the cart that all rises together must come to
DELIVERY_LEAST = Decimal(5)  # percent of the goods that delivery must cost
NAMED = 3  # articles named in one text


class Reason(StrEnum):
    APPROVAL_REFUSED = "approval_refused"
    CREDIT_LIMIT = "credit_limit"
    BELOW_MINIMUM = "below_minimum"
    NO_PRICE = "no_price"
    OUT_OF_STOCK = "out_of_stock"
    QUANTITY_RULE = "quantity_rule"
    UPLOAD_ERRORS = "upload_errors"
    APPROVAL_STUCK = "approval_stuck"
    PRICE_ROSE = "price_rose"
    LATE_DATE = "late_date"
    DELIVERY_COST = "delivery_cost"
    SEARCHED_IN_VAIN = "searched_in_vain"
    NONE = "none"


# Equal weights are told in the order of the reasons above.
_WEIGHTS = {
    Reason.APPROVAL_REFUSED: 95, Reason.CREDIT_LIMIT: 90, Reason.BELOW_MINIMUM: 85, Reason.NO_PRICE: 80,
    Reason.OUT_OF_STOCK: 78, Reason.QUANTITY_RULE: 70, Reason.UPLOAD_ERRORS: 65, Reason.APPROVAL_STUCK: 60,
    Reason.PRICE_ROSE: 58, Reason.LATE_DATE: 56, Reason.DELIVERY_COST: 40, Reason.SEARCHED_IN_VAIN: 35,
}  # fmt: skip
REASON_NAMES: dict[Reason, Message] = {
    Reason.APPROVAL_REFUSED: N_("Approval refused"),
    Reason.CREDIT_LIMIT: N_("Credit limit"),
    Reason.BELOW_MINIMUM: N_("Below the minimum order"),
    Reason.NO_PRICE: N_("No price"),
    Reason.OUT_OF_STOCK: N_("Out of stock"),
    Reason.QUANTITY_RULE: N_("Quantity does not fit"),
    Reason.UPLOAD_ERRORS: N_("Errors in an uploaded file"),
    Reason.APPROVAL_STUCK: N_("Approval got stuck"),
    Reason.PRICE_ROSE: N_("Price rose"),
    Reason.LATE_DATE: N_("Late delivery date"),
    Reason.DELIVERY_COST: N_("Delivery cost"),
    Reason.SEARCHED_IN_VAIN: N_("Searched in vain"),
    Reason.NONE: N_("No reason found"),
}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of the cart. `net` at today's price; `rise` in percent against the last order, None when not comparable.

    `extra` is what the rise costs, net. `leaves_on`: when all of it can leave the house, None: at once or not known.
    `problems` are the codes of what keeps the line from being ordered.
    """

    sku: str
    net: Decimal
    rise: Decimal | None = None
    extra: Decimal = ZERO
    leaves_on: date | None = None
    problems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """What became of the last request for approval of this cart: rejected, returned, expired or withdrawn."""

    state: str
    number: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class CartFacts:
    """Everything looked at. Amounts in `currency`: `net` goods after discounts, `goods` before them, `gross` with VAT.

    `minimum`: the value of goods from which orders are taken. `credit_left` None: no limit. `delivery` net, None: not
    known. `saw_costs`: the buyer got as far as where delivery is told. `upload`: name and open rows of his last file.
    """

    currency: str
    today: date
    late_after: date
    lines: Sequence[LineFacts]
    net: Decimal
    goods: Decimal
    gross: Decimal
    minimum: Decimal | None = None
    credit_left: Decimal | None = None
    credit_currency: str = ""
    approval: ApprovalFact | None = None
    upload: tuple[str, int] | None = None
    delivery: Decimal | None = None
    saw_costs: bool = False
    misses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A reason with its weight and the facts in words."""

    code: Reason
    weight: int
    words: Message


def reasons_of(facts: CartFacts) -> tuple[Found, ...]:
    """All reasons the facts name, the main one first; empty when they name none."""
    found = [
        *_of_account(facts),
        *_of_lines(facts),
        *_of_way(facts),
    ]
    order = list(Reason)
    return tuple(sorted(found, key=lambda one: (-one.weight, order.index(one.code))))


def main_reason(found: Sequence[Found]) -> Reason:
    return found[0].code if found else Reason.NONE


def _whole(code: Reason, words: Message) -> Found:
    return Found(code, _WEIGHTS[code], words)


def _of_account(facts: CartFacts) -> Iterable[Found]:
    """What the rules of the account and its people say."""
    if facts.approval is not None:
        yield _approval(facts.approval)
    left = facts.credit_left
    if left is not None and facts.credit_currency == facts.currency and facts.gross > left:
        yield _whole(Reason.CREDIT_LIMIT, N_(
            "{gross} with VAT is more than the credit that is free: {left}.",
            gross=Money(facts.gross, facts.currency), left=Money(max(left, ZERO), facts.currency),
        ))  # fmt: skip
    if facts.minimum is not None and facts.goods < facts.minimum:
        yield _whole(Reason.BELOW_MINIMUM, N_(
            "Orders start at {least}; {missing} are missing.",
            least=Money(facts.minimum, facts.currency), missing=Money(facts.minimum - facts.goods, facts.currency),
        ))  # fmt: skip


def _approval(fact: ApprovalFact) -> Found:
    if fact.state == "rejected":
        text = N_("Request {number} was refused: {words}", number=fact.number, words=fact.words or "–")
        return _whole(Reason.APPROVAL_REFUSED, text)
    if fact.state == "expired":
        return _whole(Reason.APPROVAL_STUCK, N_("Nobody decided on request {number} in time.", number=fact.number))
    if fact.state == "withdrawn":
        return _whole(Reason.APPROVAL_STUCK, N_("The buyer took request {number} back.", number=fact.number))
    text = N_("Request {number} came back: {words}", number=fact.number, words=fact.words or "–")
    return _whole(Reason.APPROVAL_STUCK, text)


_PROBLEMS = {
    Reason.NO_PRICE: {"no_price"},
    Reason.OUT_OF_STOCK: {"stock", "discontinued"},
    Reason.QUANTITY_RULE: {"quantity", "unknown_unit"},
}
_TEXTS: dict[Reason, Callable[[str], Message]] = {
    Reason.NO_PRICE: lambda names: N_("There is no price for {articles}.", articles=names),
    Reason.OUT_OF_STOCK: lambda names: N_("Cannot be supplied in this quantity: {articles}.", articles=names),
    Reason.QUANTITY_RULE: lambda names: N_("The quantity does not fit packs or limits: {articles}.", articles=names),
}


def _of_lines(facts: CartFacts) -> Iterable[Found]:
    """What is wrong with the goods themselves."""
    lines = facts.lines
    for code, problems in _PROBLEMS.items():
        touched = [one for one in lines if one.problems & problems]
        if touched:
            yield Found(code, _weight(code, touched, facts), _TEXTS[code](_names(touched)))
    late = [one for one in lines if one.leaves_on is not None and one.leaves_on > facts.late_after]
    if late:
        last = max(one.leaves_on for one in late if one.leaves_on is not None)
        yield Found(Reason.LATE_DATE, _weight(Reason.LATE_DATE, late, facts), N_(
            "{articles} can leave on {day} only.", articles=_names(late), day=last.isoformat()))  # fmt: skip
    yield from _rises(facts)


def _rises(facts: CartFacts) -> Iterable[Found]:
    dearer = [one for one in facts.lines if one.rise is not None and one.rise >= RISE_LEAST]
    extra = sum((one.extra for one in dearer), ZERO)
    if not dearer or facts.net <= 0 or extra * _HUNDRED < EXTRA_LEAST * facts.net:
        return
    most = max(dearer, key=lambda one: (one.extra, one.sku))
    words = N_(
        "{articles} cost {extra} more than in the last order; {sku} rose by {percent} %.",
        articles=_names(dearer), extra=Money(extra, facts.currency), sku=most.sku,
        percent=f"{(most.rise or ZERO).quantize(Decimal('0.1'), ROUND_HALF_UP)}",
    )  # fmt: skip
    yield Found(Reason.PRICE_ROSE, _weight(Reason.PRICE_ROSE, dearer, facts), words)


def _of_way(facts: CartFacts) -> Iterable[Found]:
    """What happened on the way to an order."""
    if facts.upload is not None:
        name, rows = facts.upload
        text = N_("{rows} rows of {name} were left open.", rows=rows, name=name) if name else N_(
            "{rows} rows pasted or uploaded were left open.", rows=rows)  # fmt: skip
        yield _whole(Reason.UPLOAD_ERRORS, text)
    cost = facts.delivery
    if facts.saw_costs and cost and facts.net > 0 and cost * _HUNDRED >= DELIVERY_LEAST * facts.net:
        percent = (cost * _HUNDRED / facts.net).quantize(Decimal(1), ROUND_HALF_UP)
        yield _whole(
            Reason.DELIVERY_COST,
            N_(
                "Delivery costs {cost}; share of the goods: {percent} %",
                cost=Money(cost, facts.currency),
                percent=int(percent),
            ),
        )
    if facts.misses:
        texts = ", ".join(f"“{one}”" for one in facts.misses[:NAMED])
        yield _whole(Reason.SEARCHED_IN_VAIN, N_("Found nothing for {texts}.", texts=texts))


def _weight(code: Reason, lines: Sequence[LineFacts], facts: CartFacts) -> int:
    """Half of a reason's weight for touching any line, the other half by the share of lines or value it touches."""
    value = sum((one.net for one in facts.lines), ZERO)
    by_value = sum((one.net for one in lines), ZERO) / value if value > 0 else ZERO
    by_count = Decimal(len(lines)) / len(facts.lines)
    share = max(by_value, by_count)
    return int((_WEIGHTS[code] * (1 + share) / 2).quantize(Decimal(1), ROUND_HALF_UP))


def _names(lines: Sequence[LineFacts]) -> str:
    first = ", ".join(one.sku for one in lines[:NAMED])
    return first if len(lines) <= NAMED else f"{first} +{len(lines) - NAMED}"
