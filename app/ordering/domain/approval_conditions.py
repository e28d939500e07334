"""What is known of an order that asks for approval, and the conditions rules put on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.accounts.domain.roles import Role
from app.core.money import Money, UnitPrice
from app.core.texts import N_, Message

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
NAMED = 5  # of what fired a rule so many are named


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts for the account today. Limits are net in the account's currency; None: no limit."""

    user_id: int
    role: str
    buy_up_to: Decimal | None = None
    approve_up_to: Decimal | None = None

    def may_approve(self, amount: Decimal) -> bool:
        return self.approve_up_to is None or amount <= self.approve_up_to

    @property
    def is_approver(self) -> bool:
        """Somebody set to decide: by role, or by a limit of his own."""
        return self.role == Role.APPROVER or self.approve_up_to is not None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line. Prices are net per base unit, `net` is that of the line; `categories` are its own and all above."""

    line_id: int
    sku: str
    net: Decimal
    price: Decimal
    vat_rate: Decimal = _ZERO
    categories: frozenset[int] = frozenset()
    maker: str = ""
    is_new_maker: bool = False
    last_price: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        """Percent above the last price paid; None when it was never bought."""
        if not self.last_price:
            return None
        return (self.price - self.last_price) * _HUNDRED / self.last_price


@dataclass(frozen=True, slots=True)
class CentreFacts:
    """What the order puts on one cost centre, net."""

    id: int
    code: str
    amount: Decimal
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class BudgetAsk:
    """A budget with the rule "ask" that the order exceeds."""

    cost_centre_id: int
    name: str
    left: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """Totals are before promotions and coupons, with charges."""

    requester: Person
    currency: str
    net_total: Decimal
    gross_total: Decimal
    lines: tuple[LineFacts, ...]
    people: tuple[Person, ...]
    delivery_cost: Decimal = _ZERO
    cost_centres: tuple[CentreFacts, ...] = ()
    budget_asks: tuple[BudgetAsk, ...] = ()
    new_ship_tos: tuple[str, ...] = ()


class Kind(StrEnum):
    TOTAL = "total"
    LINE_PRICE = "line_price"
    LINE_NET = "line_net"
    CATEGORY = "category"
    COST_CENTRE = "cost_centre"
    BUDGET = "budget"
    NEW_MAKER = "new_maker"
    NEW_SHIP_TO = "new_ship_to"
    PRICE_CHANGE = "price_change"
    LINES = "lines"
    DELIVERY = "delivery"


KIND_NAMES: dict[Kind, Message] = {
    Kind.TOTAL: N_("Total of the order"),
    Kind.LINE_PRICE: N_("Price of an article"),
    Kind.LINE_NET: N_("Amount of a line"),
    Kind.CATEGORY: N_("Amount in categories"),
    Kind.COST_CENTRE: N_("Amount on cost centres"),
    Kind.BUDGET: N_("Budget that asks"),
    Kind.NEW_MAKER: N_("Maker bought for the first time"),
    Kind.NEW_SHIP_TO: N_("Ship-to address used for the first time"),
    Kind.PRICE_CHANGE: N_("Change against the last price paid, in percent"),
    Kind.LINES: N_("Number of lines"),
    Kind.DELIVERY: N_("Cost of delivery"),
}
WITH_AMOUNT = frozenset(Kind) - {Kind.BUDGET, Kind.NEW_MAKER, Kind.NEW_SHIP_TO}
WITH_TARGETS = frozenset({Kind.CATEGORY, Kind.COST_CENTRE, Kind.BUDGET})
WITH_GROSS = frozenset({Kind.TOTAL, Kind.LINE_PRICE, Kind.LINE_NET})

_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda actual, value: actual > value,
    ">=": lambda actual, value: actual >= value,
    "<": lambda actual, value: actual < value,
    "<=": lambda actual, value: actual <= value,
}
COMPARATORS = tuple(_COMPARE)


@dataclass(frozen=True, slots=True)
class Firing:
    """Why a rule speaks: what it allows, what the order has, which lines, cost centres or names are meant."""

    kind: Kind
    comparator: str = ""
    value: Decimal | None = None
    actual: Decimal | None = None
    currency: str = ""
    names: tuple[str, ...] = ()
    line_ids: tuple[int, ...] = ()
    centre_ids: tuple[int, ...] = ()

    @property
    def message(self) -> Message:
        """In words with figures."""
        return _WORDS[self.kind](self)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "comparator": self.comparator,
            "value": None if self.value is None else str(self.value),
            "actual": None if self.actual is None else str(self.actual),
            "currency": self.currency,
            "names": list(self.names),
            "line_ids": list(self.line_ids),
            "centre_ids": list(self.centre_ids),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Firing:
        value, actual = data["value"], data["actual"]
        return cls(
            Kind(data["kind"]), data["comparator"], None if value is None else Decimal(value),
            None if actual is None else Decimal(actual), data["currency"], tuple(data["names"]),
            tuple(data["line_ids"]), tuple(data["centre_ids"]),
        )  # fmt: skip


def _named(firing: Firing) -> str:
    shown = ", ".join(firing.names[:NAMED])
    return shown + (", …" if len(firing.names) > NAMED else "")


def _money(amount: Decimal | None, currency: str) -> Money:
    return Money(amount or _ZERO, currency)


def _amount(text: str) -> Callable[[Firing], Message]:
    def words(firing: Firing) -> Message:
        return Message(text, {
            "actual": _money(firing.actual, firing.currency), "value": _money(firing.value, firing.currency),
            "sign": firing.comparator, "names": _named(firing),
        })  # fmt: skip

    return words


def _line_price(firing: Firing) -> Message:
    return N_(
        "{names}: the price of {actual} is {sign} {value}.", names=_named(firing), sign=firing.comparator,
        actual=UnitPrice(firing.actual or _ZERO, firing.currency),
        value=UnitPrice(firing.value or _ZERO, firing.currency),
    )  # fmt: skip


def _change(firing: Firing) -> Message:
    return N_(
        "{names}: {actual} % against the last price paid, the rule says {sign} {value} %.", names=_named(firing),
        sign=firing.comparator, actual=(firing.actual or _ZERO).quantize(Decimal("0.1")), value=firing.value or _ZERO,
    )  # fmt: skip


def _lines(firing: Firing) -> Message:
    return N_("The order has {n} lines, the rule says {sign} {value}.", n=int(firing.actual or 0),
              sign=firing.comparator, value=int(firing.value or 0))  # fmt: skip


_TEXTS = {
    Kind.TOTAL: N_("The total of {actual} is {sign} {value}."),
    Kind.LINE_NET: N_("{names}: {actual} is {sign} {value}."),
    Kind.CATEGORY: N_("{actual} for articles of these categories ({names}), the rule says {sign} {value}."),
    Kind.COST_CENTRE: N_("{actual} on cost centre {names}, the rule says {sign} {value}."),
    Kind.DELIVERY: N_("The delivery costs {actual}, the rule says {sign} {value}."),
    Kind.BUDGET: N_("The budget of {names} has {value} left, this order takes {actual}."),
}
_WORDS: dict[Kind, Callable[[Firing], Message]] = {kind: _amount(words.text) for kind, words in _TEXTS.items()} | {
    Kind.LINE_PRICE: _line_price,
    Kind.PRICE_CHANGE: _change,
    Kind.LINES: _lines,
    Kind.NEW_MAKER: lambda firing: N_("Bought for the first time from {names}.", names=_named(firing)),
    Kind.NEW_SHIP_TO: lambda firing: N_("Goods go to {names} for the first time.", names=_named(firing)),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule speaks. `value` None with categories or cost centres: whatever the amount.

    `targets` are category or cost centre ids; none: any. Amounts are in `currency`; in another currency nothing can be
    compared, and the rule speaks.
    """

    kind: Kind
    comparator: str = ">"
    value: Decimal | None = None
    is_gross: bool = False
    currency: str = ""
    targets: frozenset[int] = frozenset()

    def firing(self, facts: Facts) -> Firing | None:
        return _JUDGES[self.kind](self, facts)

    def is_met(self, actual: Decimal, currency: str) -> bool:
        if self.value is None or (self.currency and currency != self.currency):
            return True
        return _COMPARE[self.comparator](actual, self.value)

    def fired(self, actual: Decimal | None, facts: Facts, **parts: Any) -> Firing:
        sign, value = ("", None) if self.value is None else (self.comparator, self.value)
        return Firing(self.kind, sign, value, actual, facts.currency, **parts)


def _whole(condition: Condition, actual: Decimal, facts: Facts) -> Firing | None:
    return condition.fired(actual, facts) if condition.is_met(actual, facts.currency) else None


def _total(condition: Condition, facts: Facts) -> Firing | None:
    return _whole(condition, facts.gross_total if condition.is_gross else facts.net_total, facts)


def _with_vat(condition: Condition, amount: Decimal, line: LineFacts) -> Decimal:
    return amount * (1 + line.vat_rate / _HUNDRED) if condition.is_gross else amount


def _by_line(condition: Condition, facts: Facts, amounts: Iterable[tuple[LineFacts, Decimal | None]]) -> Firing | None:
    """The lines that meet the condition; the one furthest away from it gives the figure."""
    found = [(line, a) for line, a in amounts if a is not None and condition.is_met(a, facts.currency)]
    if not found:
        return None
    furthest = min if condition.comparator.startswith("<") else max
    return condition.fired(
        furthest(amount for _, amount in found), facts, names=tuple(line.sku for line, _ in found),
        line_ids=tuple(line.line_id for line, _ in found),
    )  # fmt: skip


def _line_prices(condition: Condition, facts: Facts) -> Firing | None:
    return _by_line(condition, facts, ((line, _with_vat(condition, line.price, line)) for line in facts.lines))


def _line_nets(condition: Condition, facts: Facts) -> Firing | None:
    return _by_line(condition, facts, ((line, _with_vat(condition, line.net, line)) for line in facts.lines))


def _changes(condition: Condition, facts: Facts) -> Firing | None:
    return _by_line(condition, facts, ((line, line.change) for line in facts.lines))


def _categories(condition: Condition, facts: Facts) -> Firing | None:
    lines = [line for line in facts.lines if not condition.targets or line.categories & condition.targets]
    amount = sum((line.net for line in lines), _ZERO)
    if not lines or not condition.is_met(amount, facts.currency):
        return None
    return condition.fired(
        amount, facts, names=tuple(line.sku for line in lines), line_ids=tuple(line.line_id for line in lines)
    )


def _centres(condition: Condition, facts: Facts) -> Firing | None:
    """Each cost centre is judged alone."""
    named = [c for c in facts.cost_centres if not condition.targets or c.id in condition.targets]
    found = [c for c in named if condition.is_met(c.amount, facts.currency)]
    if not found:
        return None
    furthest = min if condition.comparator.startswith("<") else max
    return condition.fired(
        furthest(c.amount for c in found), facts, names=tuple(c.code for c in found),
        centre_ids=tuple(c.id for c in found),
    )  # fmt: skip


def _budgets(condition: Condition, facts: Facts) -> Firing | None:
    asks = [ask for ask in facts.budget_asks if not condition.targets or ask.cost_centre_id in condition.targets]
    if not asks:
        return None
    return Firing(
        Kind.BUDGET, "", min(ask.left for ask in asks), sum((ask.amount for ask in asks), _ZERO), facts.currency,
        tuple(ask.name for ask in asks), centre_ids=tuple(ask.cost_centre_id for ask in asks),
    )  # fmt: skip


def _makers(condition: Condition, facts: Facts) -> Firing | None:
    lines = [line for line in facts.lines if line.is_new_maker]
    if not lines:
        return None
    names = dict.fromkeys(line.maker for line in lines)
    return condition.fired(None, facts, names=tuple(names), line_ids=tuple(line.line_id for line in lines))


def _ship_tos(condition: Condition, facts: Facts) -> Firing | None:
    return condition.fired(None, facts, names=facts.new_ship_tos) if facts.new_ship_tos else None


_JUDGES: dict[Kind, Callable[[Condition, Facts], Firing | None]] = {
    Kind.TOTAL: _total,
    Kind.LINE_PRICE: _line_prices,
    Kind.LINE_NET: _line_nets,
    Kind.CATEGORY: _categories,
    Kind.COST_CENTRE: _centres,
    Kind.BUDGET: _budgets,
    Kind.NEW_MAKER: _makers,
    Kind.NEW_SHIP_TO: _ship_tos,
    Kind.PRICE_CHANGE: _changes,
    Kind.LINES: lambda condition, facts: _whole(condition, Decimal(len(facts.lines)), facts),
    Kind.DELIVERY: lambda condition, facts: _whole(condition, facts.delivery_cost, facts),
}
