"""Delivery at Nordkontor: parcels free from 500 EUR, freight by weight, pick-up; a surcharge below 100; a split order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.accounts.queries.addresses import addresses
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.inventory.queries.shelves import warehouses
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.delivery_cost import CostRule, WithoutWeight
from app.ordering.domain.splits import equal_parts
from app.ordering.domain.terms import DeliveryKind, PaymentKind
from app.ordering.domain.thresholds import ThresholdEffect, ThresholdKind
from app.ordering.domain.wishes import PartWish, Wishes
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.splitting import set_parts
from app.ordering.service.terms import (
    DeliveryMethodRow,
    OrderTermsRow,
    PaymentMethodRow,
    RateRow,
    ThresholdRow,
    save_delivery_method,
    save_payment_method,
    save_threshold,
    set_order_terms,
)
from app.trial.demo.families import DemoArticle

_FREIGHT = tuple((Decimal(start), Decimal(cost)) for start, cost in ((0, "19"), (50, "39"), (250, "89"), (1000, "190")))
_LINES = 4


def add_delivery(actor: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Methods, payment, a threshold; and one order of the buyer in two deliveries."""
    with acting_as(actor):
        _methods(actor)
        save_threshold(actor, ThresholdRow(
            code="SMALL-ORDER", name="Small order surcharge", kind=ThresholdKind.SOFT_MIN, currency="EUR",
            names={"ru": "Доплата за малый заказ", "uk": "Доплата за мале замовлення"}, amount=Decimal(100),
            effect=ThresholdEffect.AMOUNT, fee=Decimal(12),
        ))  # fmt: skip
        set_order_terms(actor, buyer.company_id, OrderTermsRow(delivery_method="PARCEL"))
    _split_order(buyer, items)


def _methods(actor: Actor) -> None:
    parcel = (
        RateRow(currency="EUR", amount=Decimal("6.90"), free_from=Decimal(500), countries=("DE",)),
        RateRow(currency="EUR", amount=Decimal("24.90"), free_from=Decimal(2500)),
    )
    freight = RateRow(
        currency="EUR", rule=CostRule.WEIGHT, steps=_FREIGHT, countries=("DE", "AT", "PL"),
        without_weight=WithoutWeight.HIGHEST,
    )  # fmt: skip
    (first, *_others) = warehouses(actor)
    for row in (
        DeliveryMethodRow(
            code="PARCEL", name="Parcel service", names={"ru": "Посылка", "uk": "Посилка"}, lead_days=1, position=10,
            cut_off=clock.now().time().replace(hour=14, minute=0, second=0, microsecond=0), rates=parcel,
        ),
        DeliveryMethodRow(
            code="FREIGHT", name="Freight forwarder", names={"ru": "Экспедитор", "uk": "Експедитор"}, lead_days=3,
            position=20, rates=(freight,),
        ),
        DeliveryMethodRow(
            code="PICK-UP", name="Pick-up", names={"ru": "Самовывоз", "uk": "Самовивіз"}, kind=DeliveryKind.PICK_UP,
            warehouse=first.code, is_per_delivery=False, position=30, rates=(RateRow(currency="EUR"),),
        ),
    ):  # fmt: skip
        save_delivery_method(actor, row)
    for way in (
        PaymentMethodRow(code="ACCOUNT", name="On account", kind=PaymentKind.ON_ACCOUNT, position=10,
                         names={"ru": "С отсрочкой", "uk": "З відстрочкою"}),
        PaymentMethodRow(code="AHEAD", name="Prepayment, 2% off", kind=PaymentKind.PREPAYMENT, position=20,
                         names={"ru": "Предоплата, −2%", "uk": "Передоплата, −2%"}, change=Decimal(-2), is_percent=True),
    ):  # fmt: skip
        save_payment_method(actor, way)


def _split_order(buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Half of every line to the yard, half to the dock a week later."""
    moment = min(clock.now(), clock.now().replace(hour=9, minute=50))
    with clock.frozen(moment), acting_as(buyer):
        cart_id = new_cart(buyer, "Refit, dock 3")
        add_lines(buyer, cart_id, _lines(buyer, items), client_ref=str(uuid.uuid4()), page="/quick-order")
        later = clock.today(buyer.time_zone) + timedelta(days=7)
        yard, dock, *_others = [one.id for one in addresses(buyer) if one.id is not None]
        set_parts(buyer, cart_id, {
            row.line_id: [
                PartWish(row.line_id, quantity, *where)
                for quantity, where in zip(
                    equal_parts(row.quantity, 2, row.quantity / 2), ((None, None), (dock, later)), strict=True
                )
            ]
            for row in priced_cart(buyer, cart_id).rows
        })  # fmt: skip
        check_prices(buyer, cart_id)
        wishes = Wishes(yard, po_number="HW-2304", note="Half to the yard, half to the dock.")
        submit(buyer, cart_id, wishes, client_ref=str(uuid.uuid4()))


def _lines(buyer: Actor, items: Sequence[DemoArticle]) -> list[WantedLine]:
    chosen = [item for item in items if item.index % 53 and item.index % 37][20 : 20 + _LINES * 2]
    articles = articles_by_code(buyer, [item.sku for item in chosen])
    found: list[WantedLine] = []
    for item in chosen:
        (article,) = articles[item.sku]
        if article.status == "active" and len(found) < _LINES:
            found.append(WantedLine(article.id, Decimal(item.step * 4), item.unit))
    return found
