"""What promotions take off a cart: which apply in which order, how much, and why the others do not.

The order is fixed: by priority it is decided which promotions go together; then what they give is worked out for lines,
bundles and the whole cart, in this order, each on what the ones before have left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from app.core.money import Money
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.totals import TaxedCharge

ZERO = Decimal(0)


class Kind(StrEnum):
    LINE = "line"
    BUNDLE = "bundle"
    CART = "cart"


class Off(StrEnum):
    """What is given: percent, an amount, a fixed price of a bundle, or fewer of its goods to pay."""

    PERCENT = "percent"
    AMOUNT = "amount"
    FIXED_PRICE = "fixed_price"
    PAY_FEWER = "pay_fewer"


STAGES: Mapping[Kind, int] = {Kind.LINE: 0, Kind.BUNDLE: 1, Kind.CART: 2}


@dataclass(frozen=True, slots=True)
class Part:
    """Goods that fit, None: all; in a bundle so many base units of them."""

    articles: frozenset[int] | None
    quantity: Decimal = ZERO

    def has(self, article_id: int) -> bool:
        return self.articles is None or article_id in self.articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A promotion as it stands for one account now. `*_left` None: without end. `coupon` is the code that opened it."""

    id: int
    code: str
    name: str
    kind: Kind
    effect: Off
    value: Decimal
    parts: tuple[Part, ...] = (Part(None),)
    min_quantity: Decimal = ZERO
    min_net: Decimal = ZERO
    priority: int = 100
    is_exclusive: bool = False
    exclusion_group: str = ""
    on_agreed_prices: bool = False
    budget_left: Decimal | None = None
    uses_left: int | None = None
    account_uses_left: int | None = None
    coupon: str = ""
    coupon_id: int | None = None

    @property
    def articles(self) -> frozenset[int] | None:
        """All that fits, whatever the part; None: everything."""
        known = [part.articles for part in self.parts if part.articles is not None]
        return frozenset().union(*known) if len(known) == len(self.parts) else None

    def offer(self, currency: str) -> Message:
        """What it gives, in few words."""
        if self.effect is Off.PERCENT:
            return N_("a discount of {percent}%: {name}", percent=self.value, name=self.name)
        if self.effect is Off.AMOUNT:
            return N_("{amount} off: {name}", amount=Money(self.value, currency), name=self.name)
        return N_("“{name}”", name=self.name)


class Goods(NamedTuple):
    """A priced line as promotions see it. `is_agreed`: its price comes from a contract or a quote."""

    article_id: int
    base_quantity: Decimal
    base_unit: str
    net: Decimal
    vat_category: str
    vat_rate: Decimal | None
    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an allowance that belongs to one VAT category and rate; positive."""

    amount: Decimal
    vat_category: str
    vat_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one promotion takes off, net and positive, split by VAT."""

    promotion_id: int
    code: str
    name: str
    amount: Decimal
    shares: tuple[Share, ...]
    coupon: str = ""
    coupon_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A promotion that gives nothing here: the whole reason for staff, a kind word for the buyer where one helps."""

    code: str
    name: str
    reason: Message
    hint: Message | None = None
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class CouponAnswer:
    """What became of a code the buyer has entered. `is_known`: there is such a coupon."""

    code: str
    is_applied: bool
    message: Message
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Effects:
    """All that promotions do to a cart, in the order they were worked out."""

    allowances: tuple[Allowance, ...] = ()
    lost: tuple[Lost, ...] = ()
    coupons: tuple[CouponAnswer, ...] = ()

    @property
    def charges(self) -> list[TaxedCharge]:
        """As the totals want them: negative, one for each VAT category and rate."""
        return [
            TaxedCharge(-share.amount, share.vat_category, share.vat_rate)
            for allowance in self.allowances
            for share in allowance.shares
        ]

    @property
    def total(self) -> Decimal:
        return sum((allowance.amount for allowance in self.allowances), ZERO)

    @property
    def hints(self) -> list[Message]:
        """What the buyer could do to get more; codes he entered are answered apart."""
        return [lost.hint for lost in self.lost if lost.hint is not None and not lost.coupon]

    @property
    def seen(self) -> list[list[str]]:
        """What a buyer is shown of them, in a form that can be kept and compared."""
        return [[one.code, one.name, str(one.amount)] for one in self.allowances]


NO_EFFECTS = Effects()


@dataclass(slots=True)
class Table:
    """The lines of a cart while promotions are worked out; `left` is what remains of each line's net."""

    goods: Sequence[Goods]
    currency: str
    left: list[Decimal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = [goods.net for goods in self.goods]

    def fitting(self, promotion: Promotion) -> list[int]:
        """Lines a promotion is for."""
        articles, on_agreed = promotion.articles, promotion.on_agreed_prices
        return [
            place
            for place, goods in enumerate(self.goods)
            if (on_agreed or not goods.is_agreed) and (articles is None or goods.article_id in articles)
        ]

    def quantities(self, places: Iterable[int]) -> dict[int, Decimal]:
        """Base units of each article over all its lines."""
        found: dict[int, Decimal] = {}
        for place in places:
            goods = self.goods[place]
            found[goods.article_id] = found.get(goods.article_id, ZERO) + goods.base_quantity
        return found


def order_of(promotion: Promotion) -> tuple[int, int, str]:
    """By which it is decided who goes first."""
    return promotion.priority, STAGES[promotion.kind], promotion.code


def refusal(promotion: Promotion, table: Table) -> Lost | None:
    """Why a promotion cannot apply to these lines at all; None when it can."""
    places = table.fitting(promotion)
    if not places:
        return _lost(promotion, _no_goods(promotion, table))
    for left, reason in (
        (promotion.budget_left, N_("Its budget is used up.")),
        (promotion.uses_left, N_("It has been used as often as it may be.")),
        (promotion.account_uses_left, N_("This account has used it as often as it may.")),
    ):
        if left is not None and left <= 0:
            return _lost(promotion, reason)
    net = sum((table.goods[place].net for place in places), ZERO)
    if net < promotion.min_net:
        missing = Money(promotion.min_net - net, table.currency)
        reason = N_("{missing} are missing to {least}.", missing=missing,
                    least=Money(promotion.min_net, table.currency))  # fmt: skip
        offer = N_("{missing} more and {offer}", missing=missing, offer=promotion.offer(table.currency))
        return _lost(promotion, reason, offer if 2 * net >= promotion.min_net else None)
    if promotion.kind is Kind.LINE:
        return _too_few(promotion, table, places)
    if promotion.kind is Kind.BUNDLE and not bundles_of(promotion, table, places)[0]:
        complete = sum(1 for have, want in _bundle_quantities(promotion, table, places) if have >= want)
        hint = N_("Add the rest and {offer}", offer=promotion.offer(table.currency)) if complete else None
        return _lost(promotion, N_("The goods of a bundle are not all in the cart."), hint)
    return None


def _lost(promotion: Promotion, reason: Message, hint: Message | None = None) -> Lost:
    return Lost(promotion.code, promotion.name, reason, hint, promotion.coupon)


def _no_goods(promotion: Promotion, table: Table) -> Message:
    articles = promotion.articles
    if any(articles is None or goods.article_id in articles for goods in table.goods):
        return N_("The goods that fit have agreed prices, which promotions leave alone.")
    return N_("No article in the cart belongs to it.")


def _too_few(promotion: Promotion, table: Table, places: Sequence[int]) -> Lost | None:
    if not promotion.min_quantity:
        return None
    quantities = table.quantities(places)
    if any(quantity >= promotion.min_quantity for quantity in quantities.values()):
        return None
    article_id, most = max(quantities.items(), key=lambda pair: pair[1])
    unit = next(table.goods[place].base_unit for place in places if table.goods[place].article_id == article_id)
    missing = promotion.min_quantity - most
    reason = N_("{missing} {unit} of one article are missing to {least}.", missing=missing, unit=unit_name(unit),
                least=promotion.min_quantity)  # fmt: skip
    hint = N_("{missing} {unit} more of one article and {offer}", missing=missing, unit=unit_name(unit),
              offer=promotion.offer(table.currency))  # fmt: skip
    return _lost(promotion, reason, hint if 2 * most >= promotion.min_quantity else None)


def assigned(promotion: Promotion, table: Table, places: Iterable[int]) -> list[list[int]]:
    """Lines by the part of a bundle they serve; goods that fit several parts serve the first."""
    parts: list[list[int]] = [[] for _ in promotion.parts]
    for place in places:
        article_id = table.goods[place].article_id
        parts[next(i for i, part in enumerate(promotion.parts) if part.has(article_id))].append(place)
    return parts


def _bundle_quantities(
    promotion: Promotion, table: Table, places: Sequence[int]
) -> list[tuple[Decimal, Decimal]]:  # fmt: skip
    """What is there of each part, and what one bundle takes of it."""
    return [
        (sum((table.goods[place].base_quantity for place in mine), ZERO), part.quantity)
        for mine, part in zip(assigned(promotion, table, places), promotion.parts, strict=True)
    ]


def bundles_of(promotion: Promotion, table: Table, places: Sequence[int]) -> tuple[int, list[list[int]]]:
    """How many whole bundles are in the cart, and the lines of each part."""
    counts = [int(have // want) for have, want in _bundle_quantities(promotion, table, places)]
    return min(counts), assigned(promotion, table, places)


def choose(candidates: Sequence[Promotion]) -> tuple[list[Promotion], list[Lost]]:
    """Which go together, by the exclusion rules: the first by priority stays, what it shuts out is lost."""
    chosen: list[Promotion] = []
    lost: list[Lost] = []
    groups: dict[str, str] = {}
    for one in candidates:
        shut = next((other for other in chosen if other.is_exclusive or one.is_exclusive), None)
        held = groups.get(one.exclusion_group) if one.exclusion_group else None
        if shut is not None:
            lost.append(_lost(one, N_("It does not go together with “{name}”, which comes first.", name=shut.name)))
        elif held is not None:
            lost.append(_lost(one, N_("Only one of its group applies, and “{name}” comes first.", name=held)))
        else:
            chosen.append(one)
            if one.exclusion_group:
                groups[one.exclusion_group] = one.name
    return chosen, lost
