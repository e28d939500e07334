"""An order as 1C reads it, and what 1C says of one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.accounts.domain.company import PostalAddress
from app.documents.commerceml.values import is_true, read_day
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute
from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.party import Address, Contact, Identifier, Party
from app.ordering.domain.revision import Line

DELIVERY = "ORDER_DELIVERY"
_SERVICE = (Attribute("ВидНоменклатуры", "Услуга"), Attribute("ТипНоменклатуры", "Услуга"))
_GOODS = (Attribute("ВидНоменклатуры", "Товар"), Attribute("ТипНоменклатуры", "Товар"))
_STATES = {
    "placed": "Новый", "confirmed": "Подтвержден", "in_delivery": "Отгружается", "delivered": "Доставлен",
    "closed": "Закрыт", "cancelled": "Отменен",
}  # fmt: skip
_DIGITS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order of ours with its lines; `names` and `keys` by article number: what it is called, its id in 1C."""

    number: str
    placed_at: datetime
    state: str
    currency: str
    po_number: str
    requested_on: date | None
    note: str
    buyer: Mapping[str, Any]
    ship_to: Mapping[str, Any]
    bill_to: Mapping[str, Any]
    gross_total: Decimal
    vat_total: Decimal
    payment_name: str
    lines: Sequence[Line]
    names: Mapping[str, str]
    keys: Mapping[str, str]
    charges: Sequence[tuple[str, Decimal, Decimal | None]] = ()
    allowances: Sequence[tuple[str, Decimal]] = ()


def order_for_1c(facts: OrderFacts, time_zone: str) -> Order:
    """Quantities in base units, prices net; what an order costs beside goods stands there as a service."""
    placed = facts.placed_at.astimezone(ZoneInfo(time_zone))
    lines = [_line(line, facts) for line in facts.lines if line.quantity]
    for n, (name, amount, rate) in enumerate(facts.charges):
        lines.append(
            OrderLine(
                position="",
                record_id=DELIVERY if n == 0 else f"{DELIVERY}_{n + 1}",
                name=name,
                quantity=Decimal(1),
                unit="H87",
                unit_price=_plain(amount),
                net=_plain(amount),
                vat_rate=_rate(rate),
                properties=_SERVICE,
            )
        )
    lines = [replace(line, position=str(n)) for n, line in enumerate(lines, 1)]
    return Order(
        number=facts.number, record_id=facts.number, issue_date=placed.date(), issue_time=placed.time().replace(microsecond=0),
        currency=facts.currency, buyer=_buyer(facts), ship_to=_place(facts.ship_to), lines=tuple(lines),
        notes=(Note(facts.note),) if facts.note else (),
        allowances_charges=tuple(AllowanceCharge(amount=_plain(amount), reason=name) for name, amount in facts.allowances),
        totals=OrderTotals(total=_plain(facts.gross_total), tax=_plain(facts.vat_total)), properties=tuple(_said(facts)),
    )  # fmt: skip


def _line(line: Line, facts: OrderFacts) -> OrderLine:
    quantity = line.base_quantity
    is_plain = line.price_unit == line.base_unit
    price = line.unit_price / line.price_base_quantity if is_plain else line.net / quantity
    return OrderLine(
        position="", record_id=facts.keys.get(line.sku, line.sku), sku=line.sku, name=facts.names.get(line.sku, line.sku),
        quantity=_plain(quantity), unit=line.base_unit, unit_price=_plain(price.quantize(_DIGITS, ROUND_HALF_UP)),
        net=_plain(line.net), vat_rate=_rate(line.vat_rate), properties=_GOODS,
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    return Decimal(format(value.normalize(), "f"))


def _rate(value: Decimal | None) -> Decimal | None:
    return None if value is None else _plain(value)


def _said(facts: OrderFacts) -> Iterable[Attribute]:
    for name, value in (
        ("Статус заказа", _STATES.get(facts.state, facts.state)), ("Статуса заказа ИД", facts.state),
        ("Отменен", "true" if facts.state == "cancelled" else "false"), ("Номер заказа покупателя", facts.po_number),
        ("Дата отгрузки", str(facts.requested_on or "")), ("Метод оплаты", facts.payment_name),
    ):  # fmt: skip
        if value:
            yield Attribute(name, value)


def _buyer(facts: OrderFacts) -> Party:
    buyer = facts.buyer
    place = _place(facts.bill_to) or _place(facts.ship_to)
    contact = Contact(name=str(buyer.get("person") or ""), email=str(buyer.get("email") or ""))
    name = str(buyer.get("legal_name") or buyer.get("name") or "")
    return Party(
        name=name, trading_name=_other(str(buyer.get("name") or ""), name),
        address=place.address if place else None, vat_id=str(buyer.get("vat_id") or ""),
        tax_number=str(buyer.get("tax_number") or ""), identifiers=(Identifier(str(buyer.get("code") or name)),),
        contact=contact if contact != Contact() else None,
    )  # fmt: skip


def _other(text: str, than: str) -> str:
    return text if text != than else ""


def _place(value: Mapping[str, Any]) -> Party | None:
    if not value:
        return None
    place = PostalAddress.from_json(value)
    return Party(
        name=place.name or place.label,
        address=Address(
            country=place.country, street=", ".join(part for part in (place.street, place.street2) if part), city=place.city,
            postal_code=place.postcode, region=place.region,
        ),
        contact=Contact(name=place.contact, phone=place.phone) if place.contact or place.phone else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What 1C says of an order beside its lines. `is_posted` None: it does not say."""

    number: str = ""
    dated_on: date | None = None
    status: str = ""
    is_posted: bool | None = None
    is_deleted: bool = False
    is_cancelled: bool = False
    shipped_number: str = ""
    shipped_on: date | None = None
    paid_number: str = ""
    paid_on: date | None = None

    @property
    def is_taken(self) -> bool:
        """Whether 1C works on the order: it is posted, or has a number there and nothing is said of posting."""
        return self.is_posted if self.is_posted is not None else bool(self.number)


def told_of(order: Order) -> Told:
    said = {one.name.casefold(): one.value.strip() for one in order.properties if one.value.strip()}

    def flag(name: str) -> bool:
        return is_true(said.get(name, ""))

    def day(name: str) -> date | None:
        found = read_day(said[name]) if name in said else None
        return None if found is None or found.year < 1900 else found

    status = said.get("статус заказа", "") or said.get("статусзаказа", "")
    return Told(
        number=said.get("номер по 1с", "")[:60], dated_on=day("дата по 1с"), status=status[:120],
        is_posted=flag("проведен") if "проведен" in said else None, is_deleted=flag("пометкаудаления"),
        is_cancelled=flag("отменен") or status.casefold() in ("отменен", "отменён"),
        shipped_number=said.get("номер отгрузки по 1с", "")[:60], shipped_on=day("дата отгрузки по 1с"),
        paid_number=said.get("номер оплаты по 1с", "")[:60], paid_on=day("дата оплаты по 1с"),
    )  # fmt: skip
