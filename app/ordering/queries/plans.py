"""How a cart would be delivered and what that costs: at most four statements, whatever the number of lines and parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.accounts.domain.company import BuyingTerms, PostalAddress, demand_may_buy
from app.accounts.queries.addresses import addresses_by_id, default_address
from app.accounts.queries.companies import buying_terms
from app.catalog.queries.articles import articles_by_id
from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.texts import Message
from app.ordering.domain.cart import CartPage, CartRow, LineProblem, quantity_problem, sums
from app.ordering.domain.charges import Charge, bases_of
from app.ordering.domain.delivery_cost import Load, free_hint, quote
from app.ordering.domain.order_costs import Costs, confirmation, costs_of
from app.ordering.domain.splits import Part, Where, Whole, divide, sum_problem, undivided, wishes_of
from app.ordering.domain.terms import AccountTerms
from app.ordering.domain.thresholds import judge
from app.ordering.domain.wishes import PartWish, Wishes
from app.ordering.queries.cart import CartHead
from app.ordering.queries.splits import cart_parts
from app.ordering.queries.terms import LineWeight, account_terms, goes_by_weight, weights
from app.pricing.domain.totals import Totals

ZERO = Decimal(0)


@dataclass(slots=True)
class Plan:
    """The deliveries of a cart with their addresses, its parts, its costs, and what is wrong with the splitting."""

    terms: AccountTerms
    deliveries: list[Where]
    parts: list[Part]
    addresses: dict[int, PostalAddress]
    costs: Costs
    split: Mapping[int, Sequence[PartWish]]
    problems: list[tuple[str, LineProblem]] = field(default_factory=list)  # (sku, problem)

    @property
    def is_split(self) -> bool:
        return bool(self.split)

    def place(self, number: int) -> PostalAddress:
        """Where a delivery goes."""
        return self.addresses[self.deliveries[number].ship_to_id]


def plan(
    actor: Actor,
    head: CartHead,
    buyer: BuyingTerms,
    lines: Sequence[Whole],
    wishes: Wishes,
    *,
    taken_off: Decimal = ZERO,
    locale: str = "",
) -> Plan:
    """What becomes of the lines of a cart as they are; names of methods in `locale`, by default the account's.

    Raises NotFound for an address that is not in the account's book.
    """
    terms = account_terms(actor, head.currency, company_id=head.company_id, locale=locale or buyer.locale)
    split = cart_parts(head.id, head.company_id)
    if split:
        deliveries, parts = divide(lines, wishes_of(lines, wishes, split), head.currency)
    else:
        deliveries, parts = undivided(lines, wishes)
    wanted = {where.ship_to_id for where in deliveries} | {wishes.ship_to_id}
    if wishes.bill_to_id is not None:
        wanted.add(wishes.bill_to_id)
    book = addresses_by_id(actor, wanted, company_id=head.company_id)
    heavy = weights(head.id, head.company_id) if goes_by_weight(terms.delivery, head.currency) else {}
    costs = costs_of(
        terms,
        wishes,
        places=[(book[one.ship_to_id].country, book[one.ship_to_id].postcode) for one in deliveries],
        loads=_loads(lines, parts, len(deliveries), heavy),
        bases=bases_of((line.net, line.vat_category, line.vat_rate) for line in lines),
        taken_off=taken_off,
        currency=head.currency,
        on_hold=buyer.is_on_credit_hold,
    )
    wrong = _split_problems(actor, head, lines, split) if split else []
    return Plan(terms, deliveries, parts, book, costs, split, wrong)


@dataclass(slots=True)
class CheckoutPage:
    """A cart as it would be ordered: with its deliveries, all that is charged, and the sums of both."""

    cart: CartPage
    plan: Plan
    totals: Totals
    buyer: BuyingTerms

    @property
    def code(self) -> str:
        """What a confirmation of this page refers to."""
        found = self.plan
        return confirmation(self.cart.fingerprint(), found.costs, found.deliveries, found.parts)

    @property
    def charges(self) -> tuple[Charge, ...]:
        return self.plan.costs.charges

    @property
    def hints(self) -> list[Message]:
        return self.plan.costs.hints(self.cart.currency)

    @property
    def obstacle(self) -> Message | None:
        """Why the account may not order at present; None when it may."""
        try:
            demand_may_buy(self.buyer, on_account=not self.plan.costs.payments)
        except Conflict as error:
            return error.message
        return None

    @property
    def refusals(self) -> list[Message]:
        """What keeps these goods from being ordered in this way, beside the problems of the lines."""
        return [one.message for one in self.plan.costs.problems]

    def brought(self, number: int) -> list[tuple[CartRow, Part]]:
        """The lines of one delivery with the part it brings."""
        return [(self.cart.rows[part.line], part) for part in self.plan.parts if part.delivery == number]


def checkout_page(
    actor: Actor, head: CartHead, cart: CartPage, wishes: Wishes, *, locale: str = ""
) -> CheckoutPage:  # fmt: skip
    """The cart with what it costs beside its goods; names in the reader's `locale`."""
    buyer = buying_terms(actor, head.company_id)
    found = plan(
        actor, head, buyer, [_whole(row) for row in cart.rows], wishes, taken_off=cart.effects.total, locale=locale
    )
    rows = found.costs.rows
    prices = (row.price for row in cart.rows if row.article.is_visible)
    totals = sums(prices, head.currency, cart.effects, [row.taxed for row in rows]) if rows else cart.totals
    return CheckoutPage(cart, found, totals, buyer)


def _whole(row: CartRow) -> Whole:
    price = row.price
    counts = price.problem is None and row.article.is_visible
    return Whole(
        row.line_id, row.article.id, row.quantity, row.unit, row.base_quantity, (price.net or ZERO) if counts else ZERO,
        price.vat_category, price.vat_rate,
    )  # fmt: skip


def _loads(
    lines: Sequence[Whole], parts: Sequence[Part], count: int, heavy: Mapping[int, LineWeight]
) -> list[Load]:  # fmt: skip
    """What each delivery brings; a part weighs its share of its line."""
    nets, kgs = [ZERO] * count, [ZERO] * count
    missing: list[dict[str, None]] = [{} for _ in range(count)]
    for part in parts:
        nets[part.delivery] += part.net
        line = lines[part.line]
        weight = heavy.get(line.line_id)
        if weight is None:
            continue
        if weight.kg is None:
            missing[part.delivery][weight.sku] = None
        else:
            kgs[part.delivery] += weight.kg * part.quantity / line.quantity
    return [Load(net, kg, tuple(skus)) for net, kg, skus in zip(nets, kgs, missing, strict=True)]


def _split_problems(
    actor: Actor, head: CartHead, lines: Sequence[Whole], split: Mapping[int, Sequence[PartWish]]
) -> list[tuple[str, LineProblem]]:
    """Lines whose parts do not add up, and parts that do not fit the rule of their article; one statement."""
    mine = [line for line in lines if line.line_id in split]
    articles = articles_by_id(actor, {line.article_id for line in mine}, company_id=head.company_id)
    found: list[tuple[str, LineProblem]] = []
    for line in mine:
        article, parts = articles[line.article_id], split[line.line_id]
        problems = [quantity_problem(article, part.quantity, line.unit) for part in parts]
        problems.append(sum_problem(line.quantity, line.unit, parts))
        found.extend((article.sku, problem) for problem in problems if problem is not None)
    return found


@dataclass(frozen=True, slots=True)
class CartHints:
    """What the buyer should know of delivery and order value before check-out; `delivery` None: nothing is set up.

    For the account's usual address; what goes by weight is told at check-out.
    """

    messages: tuple[Message, ...] = ()
    method: str = ""
    delivery: Decimal | None = None


def cart_hints(actor: Actor, company_id: int, currency: str, goods: Decimal, *, locale: str) -> CartHints:
    """The same as at check-out, from the value of the goods alone; two statements, whatever the number of lines."""
    terms = account_terms(actor, currency, company_id=company_id, locale=locale)
    if not goods or not (terms.delivery or terms.thresholds):
        return CartHints()
    judged = judge(goods, currency, terms.thresholds)
    told = (*judged.refusals, *judged.hints)
    method = terms.delivery_method("")
    place = default_address(actor, company_id=company_id) if method else None
    if method is None or place is None:
        return CartHints(told)
    quoted = quote(
        method.rates, [(place.country, place.postcode)], [Load(goods)], currency, is_per_delivery=method.is_per_delivery
    )  # fmt: skip
    free = free_hint(quoted.more_to_free, currency)
    is_known = quoted.problem is None and not goes_by_weight((method,), currency)
    return CartHints((*((free,) if free else ()), *told), method.name, quoted.total if is_known else None)
