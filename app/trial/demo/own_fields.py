"""What the operator made of the portal itself: own fields, a changed setting, own texts, a consent, an erasure."""

from __future__ import annotations

from app.accounts.domain.own_fields import Choice, FieldAccess, OwnField, Subject
from app.accounts.queries.accounts import accounts
from app.accounts.service.consents import give_consent
from app.accounts.service.erasing import ask_erasure
from app.accounts.service.own_fields import define_field, set_account_values
from app.core.actor import Actor
from app.core.operator_settings import change_setting
from app.core.tenancy import acting_as
from app.ordering.queries.orders import OrderFilters, orders
from app.ordering.service.own_fields import set_order_values

_ENTERED = FieldAccess.ENTERED
FIELDS = (
    OwnField(
        Subject.ACCOUNT, "trade", "Line of business", "choice", {"ru": "Отрасль", "uk": "Галузь"},
        (
            Choice("yard", {"en": "Shipyard", "ru": "Верфь", "uk": "Верф"}),
            Choice("build", {"en": "Construction", "ru": "Строительство", "uk": "Будівництво"}),
            Choice("shop", {"en": "Trade", "ru": "Торговля", "uk": "Торгівля"}),
        ), in_list=True,
    ),
    OwnField(
        Subject.ACCOUNT, "dock", "Times of goods receipt", "text",
        {"ru": "Часы приёмки товара", "uk": "Години приймання товару"}, access=_ENTERED, position=1,
    ),
    OwnField(
        Subject.ORDER, "ship", "Name of the ship or site", "text",
        {"ru": "Судно или объект", "uk": "Судно або обʼєкт"}, access=_ENTERED, is_printed=True,
    ),
)  # fmt: skip
WELCOME = {
    "en": "Welcome to Nordkontor.\n\nOrders until 14:00 leave the same day. "
    "[How we deliver](https://nordkontor.example/delivery)",
    "ru": "Добро пожаловать в Nordkontor.\n\nЗаказы до 14:00 уходят в тот же день.",
    "uk": "Ласкаво просимо до Nordkontor.\n\nЗамовлення до 14:00 відправляємо того ж дня.",
}


def add_own_fields(house: Actor, yard: Actor, sales_id: int, leaving: str) -> None:
    """Two fields of accounts, one of orders, filled in; `leaving` is the address of somebody whose erasure waits."""
    sven = Actor(sales_id, house.company_id, house.scope, house.permissions, via=house.via, name="Sven Larsen")
    with acting_as(house):
        for field in FIELDS:
            define_field(sven, field, is_new=True)
        known = {line.code: line.id for line in accounts(house, limit=20)}
        trades = ("yard", "build", "shop")
        for place, company_id in enumerate(known.values()):
            set_account_values(sven, {"trade": trades[place % 3]}, company_id=company_id)
        set_account_values(sven, {"trade": "yard", "dock": "Mo-Fr 7:00-15:00, gate 3"}, company_id=yard.company_id)
        for line in orders(house, OrderFilters(), limit=2):
            set_order_values(sven, line.id, {"ship": "MS Elbe"})
        change_setting(sven, "prices.notice_days", 21)
        change_setting(sven, "texts.welcome", WELCOME)
        ask_erasure(sven, email=leaving, reason="By letter: has left the company", client_ref="demo")
    with acting_as(yard):
        give_consent(yard, text="I agree that you write to me by mail about offers.", locale=yard.locale)
