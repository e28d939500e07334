"""The 1C of the wholesaler's Ukrainian branch: prices of its own, the newest orders, one of them taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.documents.commerceml.writing import Style, write_offers, write_orders
from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode, PriceKind
from app.documents.model.line import Attribute
from app.documents.model.order import Order as OrderDocument
from app.documents.model.order import OrderLine as OrderLineDocument
from app.documents.model.reference import ItemIds, ScalePrice
from app.exchange.service.one_c_calls import CATALOG, SALE, Call, answer
from app.exchange.service.one_c_connections import ConnectionRow, add_connection
from app.ordering.models.orders import Order, OrderLine
from app.trial.demo.families import DemoArticle

LOGIN = "demo-1c"
_ARTICLES = 12
_DAYS = 3
_RATE = Decimal(45)


def add_one_c(house: Actor, items: Sequence[DemoArticle]) -> None:
    """One exchange of goods and one of orders, as 1C makes them."""
    today = clock.today(house.time_zone)
    row = ConnectionRow(
        name="1C Kyiv", takes_articles=False, takes_stock=False, orders_since=today - timedelta(days=_DAYS)
    )
    _, password = add_connection(house, row, LOGIN)
    offers = write_offers(_offers(items[:_ARTICLES]), Style())
    _exchange(CATALOG, password, {"offers.xml": offers}, "import")
    _exchange(SALE, password, {}, "query", "success")
    order = db.session.scalars(
        select(Order).where(Order.state == "placed", Order.source == "portal").order_by(Order.id.desc()).limit(1)
    ).one_or_none()
    if order is not None:
        _exchange(SALE, password, {"orders.xml": write_orders([_known(order)])})


def _exchange(kind: str, password: str, files: dict[str, bytes], *modes: str) -> None:
    token = str(answer(Call(kind, "checkauth", login=LOGIN, password=password)).lines[2])
    answer(Call(kind, "init", token=token))
    for name, data in files.items():
        answer(Call(kind, "file", name, token=token, body=data))
    for mode in modes:
        for name in files or ("",):
            while answer(Call(kind, mode, name, token=token)).lines[:1] == ("progress",):
                continue


def _offers(items: Sequence[DemoArticle]) -> Catalogue:
    kind = PriceKind("6f9619ff-8b86-4d01-b42d-00c04fc964ff", "Гуртова", "UAH")
    return Catalogue(
        number="3f2504e0-4f89-41d3-9a0c-0305e82c3301", name="Nordkontor Kyiv", mode=CatalogueMode.UPDATE_PRICES,
        issue_date=None, price_kinds=(kind,),
        items=[
            CatalogueItem(
                ids=ItemIds(record_id=f"3f2504e0-4f89-41d3-9a0c-{n:012d}", sku=item.sku), names={"": item.names["en"]},
                order_unit=item.unit,
                prices=(ScalePrice(amount=round(item.price * _RATE / item.base_quantity, 2), kind=kind.id, currency="UAH"),),
            )
            for n, item in enumerate(items, 1)
        ],
    )  # fmt: skip


def _known(order: Order) -> OrderDocument:
    """1C has the order and has not worked on it yet."""
    lines = db.session.execute(
        select(OrderLine.sku, OrderLine.name, OrderLine.base_quantity).where(OrderLine.order_id == order.id)
    ).all()
    said = (
        Attribute("Номер по 1С", "КФ00-000231"),
        Attribute("Проведен", "false"),
        Attribute("Статус заказа", "К обеспечению"),
    )
    return OrderDocument(
        number=order.number, record_id=order.number, issue_date=order.placed_at.date(), currency=order.currency,
        lines=tuple(
            OrderLineDocument(position=str(n), record_id=line.sku, sku=line.sku, name=line.name, quantity=line.base_quantity)
            for n, line in enumerate(lines, 1)
        ),
        properties=said,
    )  # fmt: skip
