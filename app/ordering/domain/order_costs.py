"""What an order costs beside its goods, by the ways of delivery and payment that are chosen: for cart, review and order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.money import round_amount
from app.core.texts import N_, Message
from app.ordering.domain.charges import Charge, ChargeKind, OrderChargeRow, VatKey, shared
from app.ordering.domain.delivery_cost import Load, Quoted, free_hint, quote
from app.ordering.domain.splits import Part, Where
from app.ordering.domain.terms import AccountTerms, DeliveryKind, DeliveryMethod, PaymentMethod
from app.ordering.domain.thresholds import Judged, judge
from app.ordering.domain.wishes import FieldProblem, Wishes

ZERO = Decimal(0)
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class DeliveryOffer:
    """A way of delivery with what it costs for these goods."""

    method: DeliveryMethod
    quoted: Quoted


@dataclass(frozen=True, slots=True)
class Costs:
    """All that is charged for an order, what may be chosen instead, and what speaks against it."""

    offers: tuple[DeliveryOffer, ...]
    chosen: DeliveryOffer | None
    payments: tuple[PaymentMethod, ...]
    payment: PaymentMethod | None
    judged: Judged
    charges: tuple[Charge, ...]
    rows: tuple[OrderChargeRow, ...]
    problems: tuple[FieldProblem, ...]

    def hints(self, currency: str) -> list[Message]:
        """What a little more would change: free delivery, no surcharge."""
        free = free_hint(self.chosen.quoted.more_to_free, currency) if self.chosen else None
        return [*([free] if free else []), *self.judged.hints]


def costs_of(
    terms: AccountTerms,
    wishes: Wishes,
    *,
    places: Sequence[tuple[str, str]],
    loads: Sequence[Load],
    bases: Mapping[VatKey, Decimal],
    taken_off: Decimal,
    currency: str,
    on_hold: bool,
) -> Costs:
    """`places` are country and postcode of each delivery, `loads` what it brings, `bases` the goods by VAT.

    `taken_off` is what promotions give: it changes what a way of payment costs, but no threshold and no freight.
    """
    goods = sum(bases.values(), ZERO)
    offers = tuple(
        DeliveryOffer(one, quote(one.rates, places, loads, currency, is_per_delivery=one.is_per_delivery))
        for one in terms.delivery
    )
    judged = judge(goods, currency, terms.thresholds)
    problems = [FieldProblem("order", refusal) for refusal in judged.refusals]
    chosen = _chosen(terms, offers, wishes.delivery_method)
    if terms.delivery or wishes.delivery_method:
        problems += _delivery_problems(chosen)
    payment = terms.payment_method(wishes.payment_method, on_hold=on_hold)
    if payment is None:
        problems.append(FieldProblem("payment_method", _payment_problem(terms, on_hold=on_hold)))
    charges = _charges(chosen, judged, payment, goods - taken_off, currency)
    return Costs(
        offers, chosen, terms.payments(on_hold=on_hold), payment, judged, charges,
        shared(charges, bases, currency) if bases else (), tuple(problems),
    )  # fmt: skip


def _chosen(terms: AccountTerms, offers: Sequence[DeliveryOffer], code: str) -> DeliveryOffer | None:
    """The way that was asked for; else the account's default, else the cheapest, of those that are possible.

    Nobody is sent to a warehouse who did not ask for it.
    """
    if code:
        return next((one for one in offers if one.method.code == code), None)
    possible = [one for one in offers if one.quoted.problem is None]
    default = next((one for one in possible if one.method.code == terms.default_delivery), None)
    if default is not None:
        return default
    if possible:
        return min(possible, key=lambda one: (one.method.kind is DeliveryKind.PICK_UP, one.quoted.total))
    return offers[0] if offers else None


def _delivery_problems(chosen: DeliveryOffer | None) -> list[FieldProblem]:
    if chosen is None:
        return [FieldProblem("delivery_method", N_("This way of delivery is not offered to you. Choose another one."))]
    problem = chosen.quoted.problem
    if problem is None:
        return []
    return [FieldProblem("delivery_method", N_("{method}: {reason}", method=chosen.method.name, reason=problem))]


def _payment_problem(terms: AccountTerms, *, on_hold: bool) -> Message:
    if on_hold and not terms.payments(on_hold=True):
        return N_(
            "The account is on credit hold, and no other way of payment is open to it. Ask our accounts department."
        )
    if on_hold:
        return N_("The account is on credit hold and cannot buy on account. Choose another way of payment.")
    return N_("This way of payment is not open to you. Choose another one.")


def _charges(
    chosen: DeliveryOffer | None, judged: Judged, payment: PaymentMethod | None, paid_goods: Decimal, currency: str
) -> tuple[Charge, ...]:
    found = []
    if chosen is not None and chosen.quoted.total:
        found.append(Charge(ChargeKind.DELIVERY, chosen.method.code, chosen.method.name, chosen.quoted.total))
    found += [Charge(ChargeKind.SURCHARGE, fee.code, fee.name, fee.amount) for fee in judged.fees]
    if payment is not None and payment.change:
        amount = paid_goods * payment.change / _HUNDRED if payment.is_percent else payment.change
        rounded = max(round_amount(amount, currency), -paid_goods)  # a discount never exceeds what is paid
        if rounded:
            found.append(Charge(ChargeKind.PAYMENT, payment.code, payment.name, rounded))
    return tuple(found)


def confirmation(code: str, costs: Costs, deliveries: Sequence[Where], parts: Sequence[Part]) -> str:
    """What the buyer confirms: the code of the goods, and with it all that is charged and how the goods are divided.

    The code alone where nothing is charged and nothing divided.
    """
    told = [f"{row.kind} {row.code} {row.amount} {row.vat_category} {row.vat_rate}" for row in costs.rows]
    if len(parts) != len({part.line for part in parts}) or len(deliveries) > 1:
        told += [f"{where.ship_to_id} {where.requested_on}" for where in deliveries]
        told += [f"{part.line} {part.delivery} {part.quantity.normalize()} {part.cost_centre_id}" for part in parts]
    if not told:
        return code
    return hashlib.sha256("\n".join([code, *told]).encode()).hexdigest()[:32]
