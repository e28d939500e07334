"""A cart as it is shown and as it is ordered: lines with price and stock, what is wrong with them, what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from app.catalog.domain.article import Article
from app.catalog.domain.order_quantity import fit
from app.core.errors import Invalid
from app.core.quantity import Fit
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.inventory.domain.promise import Promise
from app.inventory.domain.words import shortage_words
from app.pricing.domain.book import Book
from app.pricing.domain.levels import LevelKind
from app.pricing.domain.price import PricedLine
from app.pricing.domain.promotions import NO_EFFECTS, Effects
from app.pricing.domain.totals import TaxedCharge, TaxedLine, Totals, totals
from app.pricing.domain.vat import Reason


@dataclass(frozen=True, slots=True)
class WantedLine:
    """What a buyer puts into the cart: a quantity in the unit as entered."""

    article_id: int
    quantity: Decimal
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line cannot be ordered as it is, and what would do instead.

    `quantities` are valid neighbours in the entered unit, `replacement` is the SKU of a successor. `is_secret`: a smaller
    quantity would do, but the account is not told which.
    """

    code: str
    message: Message
    quantities: tuple[Decimal, ...] = ()
    replacement: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The price the buyer was shown and the present one, each for its base quantity; `old` None: never shown."""

    sku: str
    name: str
    unit: str
    old: Decimal | None
    old_base_quantity: Decimal | None
    new: Decimal | None
    new_base_quantity: Decimal

    @property
    def is_dearer(self) -> bool:
        if self.old is None or self.new is None:
            return False
        return self.new * (self.old_base_quantity or 1) > self.old * self.new_base_quantity


@dataclass(frozen=True, slots=True)
class AllowanceChange:
    """What a promotion took off when the buyer was shown it, and what it takes off now; zero: nothing."""

    code: str
    name: str
    old: Decimal
    new: Decimal


@dataclass(frozen=True, slots=True)
class BreakHint:
    """Order `more` of `unit` and each costs `price` (for `base_quantity`)."""

    more: Decimal
    unit: str
    price: Decimal
    base_quantity: Decimal


class Kept(NamedTuple):
    """What pricing found of a line, for the sums; `net` None: without a price or not in the assortment."""

    net: Decimal | None
    vat_category: str | None
    vat_rate: Decimal | None
    is_agreed: bool
    has_problem: bool
    has_moved: bool


NOTHING_KEPT = Kept(None, None, None, False, False, False)


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of a cart, those that cannot be ordered (the first few by id and SKU), those whose price has moved."""

    lines: int
    problems: int
    moved: int
    first_problems: tuple[tuple[int, str], ...] = ()


FIRST_PROBLEMS = 12


@dataclass(slots=True)
class CartRow:
    """One line of a cart, priced. `checked_*` is the price the buyer was shown last.

    `version` and `changed_*` tell of its last change, `kept` what was kept of it before this pricing.
    """

    line_id: int
    position: int
    article: Article
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    note: str
    checked_price: Decimal | None
    checked_base_quantity: Decimal | None
    price: PricedLine
    promise: Promise
    problems: tuple[LineProblem, ...] = ()
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""
    changed_by_id: int | None = None
    kept: Kept | None = None

    @property
    def was(self) -> str:
        """Quantity and unit as a page sends them back, to tell what was changed on it."""
        return f"{self.quantity.normalize():f} {self.unit}"

    @property
    def facts(self) -> Kept:
        """What to keep of this pricing."""
        price, change = self.price, self.change
        is_counted = price.problem is None and self.article.is_visible
        return Kept(
            price.net if is_counted else None,
            price.vat_category,
            price.vat_rate,
            price.level == LevelKind.CONTRACT,
            bool(self.problems),
            change is not None and change.old is not None,
        )

    @property
    def change(self) -> PriceChange | None:
        """How the price differs from what the buyer was shown; None when it does not."""
        price = self.price
        if self.checked_price == price.unit_price and self.checked_base_quantity == price.base_quantity:
            return None
        return PriceChange(
            self.article.sku, self.article.name, price.price_unit, self.checked_price, self.checked_base_quantity,
            price.unit_price, price.base_quantity,
        )  # fmt: skip

    @property
    def hint(self) -> BreakHint | None:
        return break_hint(self.price)


@dataclass(slots=True)
class CartPage:
    """A whole cart at the account's own prices and stock. `totals` counts the lines that have a price and a tax.

    `allowances_seen` is what promotions took off when the buyer was shown it last, None before he was.
    """

    cart_id: int
    company_id: int
    name: str
    version: int
    currency: str
    rows: list[CartRow]
    totals: Totals
    effects: Effects = NO_EFFECTS
    allowances_seen: list[list[str]] | None = None
    is_fixed: bool = False  # at agreed prices: nothing to add or to leave out

    @property
    def problem_rows(self) -> list[CartRow]:
        return [row for row in self.rows if row.problems]

    @property
    def counts(self) -> Counts:
        wrong = self.problem_rows
        first = tuple((row.line_id, row.article.sku) for row in wrong[:FIRST_PROBLEMS])
        return Counts(len(self.rows), len(wrong), len(self.changes), first)

    @property
    def is_ready(self) -> bool:
        """Whether everything in it can be ordered."""
        return bool(self.rows) and not any(row.problems for row in self.rows)

    @property
    def changes(self) -> list[PriceChange]:
        """Prices that moved since the buyer was shown them."""
        return [change for row in self.rows if (change := row.change) and change.old is not None]

    @property
    def allowance_changes(self) -> list[AllowanceChange]:
        """What promotions give more or less than the buyer was shown."""
        return allowance_changes(self.allowances_seen, self.effects)

    def fingerprint(self) -> str:
        """What a confirmation of this page refers to."""
        return fingerprint_of(
            ((row.article.id, row.quantity, row.unit, row.price, row.note) for row in self.rows),
            self.currency,
            self.effects,
        )


@dataclass(slots=True)
class CartEdit:
    """A cart after a change: the lines that were priced again, and sums of all, as each line was priced last."""

    cart_id: int
    company_id: int
    name: str
    version: int
    currency: str
    rows: list[CartRow]
    totals: Totals
    counts: Counts
    effects: Effects = NO_EFFECTS
    is_fixed: bool = False


def break_hint(price: PricedLine) -> BreakHint | None:
    """The next lower price and how much is missing to it; left out where it takes more than twice the quantity."""
    following = price.next_break
    if following is None or price.unit_price is None:
        return None
    if following.price * price.base_quantity >= price.unit_price * following.base_quantity:
        return None
    more = following.min_quantity - price.priced_quantity
    if more > price.priced_quantity:
        return None
    return BreakHint(more, price.price_unit, following.price, following.base_quantity)


def quantity_problem(article: Article, quantity: Decimal, unit: str) -> LineProblem | None:
    """Whether so much of an article may be ordered in this unit; the problem names the nearest quantities that may."""
    try:
        answer = fit(article, quantity, unit)
    except Invalid as error:
        return LineProblem("unknown_unit", error.message)
    return None if answer.is_valid else _misfit(article, answer, unit)


def _misfit(article: Article, answer: Fit, unit: str) -> LineProblem:
    asked, name = answer.asked, unit_name(unit)
    below, above = answer.below, answer.above
    if below is None and above is None:
        text = N_("No quantity in {unit} fits the rule of this article. Take another unit.", unit=name)
    elif below is None:
        text = N_("{asked} is below the minimum. Take {above} {unit}.", asked=asked, above=above, unit=name)
    elif above is None:
        text = N_("{asked} is above the maximum. Take {below} {unit}.", asked=asked, below=below, unit=name)
    elif asked % 1 and article.precision == 0 and above - below == 1:
        text = N_("{asked} is not a whole number. Take {below} or {above} {unit}.",
                  asked=asked, below=below, above=above, unit=name)  # fmt: skip
    else:
        text = N_("{asked} does not fit the packs. Take {below} or {above} {unit}.",
                  asked=asked, below=below, above=above, unit=name)  # fmt: skip
    return LineProblem("quantity", text, tuple(q for q in (below, above) if q is not None))


def assortment_problem(article: Article) -> LineProblem | None:
    """Whether the account may see the article at all."""
    if article.is_visible:
        return None
    return LineProblem("not_in_assortment", N_("Not in your assortment. Ask us if you need it."))


def status_problem(article: Article) -> LineProblem | None:
    """Whether the article is sold, and still is."""
    if article.is_head:
        return LineProblem("head", N_("{sku} comes in variants. Choose one of them.", sku=article.sku))
    if article.is_active:
        return None
    if article.successor_sku:
        text = N_("No longer sold. The successor is {sku}.", sku=article.successor_sku)
    else:
        text = N_("No longer sold, and there is no successor.")
    return LineProblem("discontinued", text, replacement=article.successor_sku)


def stock_problem(article: Article, unit: str, promise: Promise) -> LineProblem | None:
    """Whether the stock is enough for all lines of this article together; names the greatest quantity that can be had.

    An account that is shown bands or a light is told no quantity.
    """
    if promise.is_enough:
        return None
    text = shortage_words(promise, unit_name(article.base_unit))
    if not promise.view.shows_numbers:
        return LineProblem("stock", text, is_secret=bool(promise.obtainable))
    largest = largest_in_stock(article, unit, promise.obtainable or Decimal(0))
    return LineProblem("stock", text, () if largest is None else (largest,))


def largest_in_stock(article: Article, unit: str, available: Decimal) -> Decimal | None:
    """The greatest quantity of a unit that so much stock allows and the article's rule fits."""
    factor = article.factor(unit)
    if factor is None or available <= 0:
        return None
    most = available * factor.denominator / factor.numerator
    problem = quantity_problem(article, most, unit)
    if problem is None:
        return most
    below = [quantity for quantity in problem.quantities if quantity <= most]
    return max(below) if below else None


def find_problems(
    article: Article, quantity: Decimal, unit: str, price: PricedLine, promise: Promise
) -> tuple[LineProblem, ...]:
    """Everything that keeps a line from being ordered; no problem is hidden behind another.

    Of what is not in the assortment nothing else is told: not whether it is in stock, nor what replaces it.
    """
    if (forbidden := assortment_problem(article)) is not None:
        return (forbidden,)
    price_problem = LineProblem("no_price", price.problem) if price.problem is not None else None
    found = (
        status_problem(article),
        quantity_problem(article, quantity, unit),
        price_problem,
        stock_problem(article, unit, promise),
    )
    return tuple(problem for problem in found if problem is not None)


def sums(
    prices: Iterable[PricedLine], currency: str, effects: Effects = NO_EFFECTS, charges: Iterable[TaxedCharge] = ()
) -> Totals:
    """Totals of the lines that have a price; lines without one are counted by their problem, not here."""
    counted = [price for price in prices if price.net is not None and price.problem is None]
    return totals(
        (TaxedLine(p.net, p.vat_category, p.vat_rate) for p in counted if p.net is not None),
        currency,
        charges=[*effects.charges, *charges],
        reasons=vat_reasons(counted),
    )


def vat_reasons(prices: Sequence[PricedLine]) -> dict[str, Reason]:
    """Reasons of the account's own why it pays no VAT."""
    book = prices[0].book if prices else None
    return book.parties.reasons if isinstance(book, Book) else {}


def allowance_changes(seen: list[list[str]] | None, effects: Effects) -> list[AllowanceChange]:
    """How promotions differ from what the buyer was shown; nothing differs before he was shown any."""
    if seen is None or seen == effects.seen:
        return []
    old = {code: (name, Decimal(amount)) for code, name, amount in seen}
    new = {one.code: (one.name, one.amount) for one in effects.allowances}
    none = ("", Decimal(0))
    return [
        AllowanceChange(code, (new.get(code) or old[code])[0], old.get(code, none)[1], new.get(code, none)[1])
        for code in old | new
        if old.get(code, none)[1] != new.get(code, none)[1]
    ]


def fingerprint_of(
    lines: Iterable[tuple[int, Decimal, str, PricedLine, str]], currency: str, effects: Effects = NO_EFFECTS
) -> str:
    """A short code of all that decides what is ordered and what it costs; equal codes, equal carts.

    `lines` are article id, quantity, unit, price and note.
    """
    parts = [currency]
    parts.extend(f"{code} {amount}" for code, _name, amount in effects.seen)
    parts.extend(
        f"{article_id} {quantity.normalize()} {unit} {price.unit_price} {price.base_quantity} "
        f"{price.vat_category} {price.vat_rate} {note}"
        for article_id, quantity, unit, price, note in lines
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
