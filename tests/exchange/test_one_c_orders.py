"""Orders go to 1C once it has said that it has them, and come back taken, changed, cancelled, shipped, paid."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.documents.formats import formats
from app.documents.model.order import Order as OrderDocument
from app.exchange.models.one_c import OneCFile, OneCOrder
from app.exchange.service import one_c_orders_in as module
from app.exchange.service.one_c_connections import ConnectionRow, add_connection
from app.ordering.models.orders import Order, OrderLine
from app.ordering.service.cancelling import cancel
from tests.factories import accounts, ordering
from tests.support.one_c import OneC

XSD = Path("schemas") / "commerceml" / "commerceml-2.10.xsd"


@pytest.fixture
def shop(isolated, world):
    """A connected 1C, and a buyer with two articles to order."""
    with world():
        buyer = ordering.buyer()
        goods = [ordering.article("B-1", price="12.50"), ordering.article("B-2", price="3")]
        actor = Actor.system(accounts.operator().id)
    with world(actor):
        _, password = add_connection(actor, ConnectionRow(name="1C"), "sales-1c")
    return Shop(isolated, world, actor, buyer, goods, OneC(isolated, "sales-1c", password))


class Shop:
    def __init__(self, app, world, actor, buyer, goods, one_c) -> None:
        self.app, self.world, self.actor, self.buyer, self.goods, self.one_c = app, world, actor, buyer, goods, one_c

    def order(self, *quantities: int) -> str:
        with self.world():
            lines = list(zip(self.goods, quantities or (4, 10), strict=True))
            return ordering.order(self.buyer, lines).number

    def orders(self) -> list[OrderDocument]:
        data = self.one_c.orders()
        return (
            []
            if b"<\xd0\x94\xd0\xbe\xd0\xba" not in data
            else [one.document for one in formats["commerceml-orders"].loads(data)]
        )

    def state(self, number: str) -> tuple[str, list[tuple[str, Decimal]]]:
        with self.world(self.actor):
            order = db.session.scalars(select(Order).where(Order.number == number)).one()
            lines = db.session.execute(
                select(OrderLine.state, OrderLine.quantity)
                .where(OrderLine.order_id == order.id)
                .order_by(OrderLine.position)
            )
            return order.state, [(row.state, row.quantity) for row in lines]

    def told(self, number: str) -> OneCOrder:
        with self.world(self.actor):
            found = db.session.scalars(
                select(OneCOrder).join(Order, Order.id == OneCOrder.order_id).where(Order.number == number)
            ).one()
            db.session.expunge(found)
            return found

    def notes(self) -> list[str]:
        with self.world(self.actor):
            return [note["text"] for file in db.session.scalars(select(OneCFile)) for note in file.notes]

    def back(self, documents: str, name: str = "orders.xml") -> str:
        text = f'<?xml version="1.0" encoding="windows-1251"?><КоммерческаяИнформация ВерсияСхемы="2.05" ДатаФормирования="2026-03-04">{documents}</КоммерческаяИнформация>'
        self.one_c.begin("sale")
        return self.one_c.call("sale", "file", text.encode("cp1251"), filename=name)


def document(number: str, lines: dict[str, object], **said: str) -> str:
    goods = "".join(
        f"<Товар><Ид>{sku}</Ид><Наименование>{sku}</Наименование><Количество>{quantity}</Количество></Товар>"
        for sku, quantity in lines.items()
    )
    values = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in said.items()
    )
    return (
        f"<Документ><Ид>{number}</Ид><Номер>{number}</Номер><Дата>2026-03-04</Дата><ХозОперация>Заказ товара</ХозОперация>"
        f"<Роль>Продавец</Роль><Валюта>EUR</Валюта><Курс>1</Курс><Сумма>1</Сумма><Товары>{goods}</Товары>"
        f"<ЗначенияРеквизитов>{values}</ЗначенияРеквизитов></Документ>"
    )


TAKEN = {
    "Номер_по_1С": "СС00-000017",
    "Дата_по_1С": "2026-03-04T10:00:00",
    "Проведен": "true",
    "Статус_заказа": "К отгрузке",
}


def test_an_order_is_sent_until_1c_says_it_has_it(shop):
    number = shop.order(4, 10)
    shop.one_c.begin("sale")
    for _ in range(2):
        assert number.encode() in shop.one_c.raw("sale", "query").get_data()
    assert shop.one_c.call("sale", "success") == "success"
    assert shop.one_c.call("sale", "success") == "success"
    assert number.encode() not in shop.one_c.raw("sale", "query").get_data()


def test_an_order_says_buyer_lines_and_sums(shop):
    number = shop.order(4, 10)
    (order,) = shop.orders()
    assert (order.number, order.currency) == (number, "EUR")
    assert [(line.sku, line.quantity, line.unit_price, line.net) for line in order.lines] == [
        ("B-1", 4, Decimal("12.5"), 50), ("B-2", 10, 3, 30),
    ]  # fmt: skip
    with shop.world(shop.actor):
        ours = db.session.scalars(select(Order).where(Order.number == number)).one()
        assert (order.totals.total, order.totals.tax) == (ours.gross_total, ours.vat_total)
        assert order.buyer.trading_name or order.buyer.name
        assert order.buyer.identifiers[0].value == ours.buyer["code"]
    assert {one.name: one.value for one in order.properties}["Статус заказа"] == "Новый"


def test_only_what_was_sent_counts_as_sent(shop):
    """An order that comes between query and success goes with the next exchange."""
    first = shop.order()
    shop.one_c.begin("sale")
    assert first.encode() in shop.one_c.raw("sale", "query").get_data()
    second = shop.order()
    shop.one_c.call("sale", "success")
    assert [order.number for order in shop.orders()] == [second]


def test_a_changed_order_is_sent_again(shop):
    number = shop.order()
    assert len(shop.orders()) == 1
    assert shop.orders() == []
    with shop.world(shop.actor):
        order = db.session.scalars(select(Order).where(Order.number == number)).one()
        cancel(shop.actor, order.id, {}, reason="Test", client_ref="c-1")
    (order,) = shop.orders()
    assert {one.name: one.value for one in order.properties}["Отменен"] == "true"


def test_an_order_cancelled_before_1c_knew_it_is_not_sent(shop):
    number = shop.order()
    with shop.world(shop.actor):
        order = db.session.scalars(select(Order).where(Order.number == number)).one()
        cancel(shop.actor, order.id, {}, reason="Test", client_ref="c-1")
    assert shop.orders() == []


@pytest.mark.parametrize(("version", "count"), [("", 0), ("2.08", 0), ("2.10", 1), ("3.1", 1)])
def test_newer_1c_gets_containers(shop, version, count):
    shop.order()
    shop.one_c.version = version
    shop.one_c.begin("sale")
    assert shop.one_c.raw("sale", "query").get_data().decode().count("<Контейнер>") == count


def test_the_orders_fit_the_official_schema(shop, shared):
    shop.order()
    schema = etree.XMLSchema(etree.parse(shared / XSD))
    schema.validate(etree.fromstring(shop.one_c.orders()))
    assert [str(error.message) for error in schema.error_log] == []


test_the_orders_fit_the_official_schema.pytestmark = [pytest.mark.shared]


def test_an_order_taken_by_1c_is_confirmed(shop):
    number = shop.order(4, 10)
    assert shop.back(document(number, {"B-1": 4, "B-2": 10}, **TAKEN)) == "success"
    assert shop.state(number) == ("confirmed", [("confirmed", 4), ("confirmed", 10)])
    told = shop.told(number)
    assert (told.number, str(told.dated_on), told.status, told.is_posted) == (
        "СС00-000017",
        "2026-03-04",
        "К отгрузке",
        True,
    )
    assert shop.notes() == []


def test_the_same_file_again_changes_nothing(shop):
    number = shop.order(4, 10)
    for _ in range(2):
        assert shop.back(document(number, {"B-1": 4, "B-2": 10}, **TAKEN)) == "success"
    assert shop.one_c.run("sale", "orders.xml") == "success"
    assert shop.state(number)[0] == "confirmed"
    assert shop.notes() == []


def test_an_order_that_1c_only_knows_is_left_alone(shop):
    number = shop.order(4, 10)
    shop.back(document(number, {"B-1": 4, "B-2": 10}, **(TAKEN | {"Проведен": "false"})))
    assert shop.state(number)[0] == "placed"
    assert shop.told(number).number == "СС00-000017"


def test_less_is_a_change_and_nothing_a_refusal(shop):
    number = shop.order(4, 10)
    assert shop.back(document(number, {"B-1": "3"}, **TAKEN)) == "success"
    assert shop.state(number) == ("placed", [("proposed", 4), ("rejected", 0)])  # the buyer is asked for his yes
    assert shop.back(document(number, {"B-1": "3"}, **TAKEN)) == "success"
    assert shop.told(number).differences == []


def test_more_and_further_articles_are_told_not_done(shop):
    number = shop.order(4, 10)
    shop.back(document(number, {"B-1": 9, "B-2": 10, "X-9": 1, "ORDER_DELIVERY": 1}, **TAKEN))
    assert [quantity for _, quantity in shop.state(number)[1]] == [4, 10]
    assert len(shop.told(number).differences) == 2
    assert len(shop.notes()) == 2


@pytest.mark.parametrize("said", [{"ПометкаУдаления": "true"}, {"Отменен": "true"}, {"Статус_заказа": "Отменён"}])
def test_an_order_cancelled_in_1c_is_cancelled(shop, said):
    number = shop.order()
    assert shop.back(document(number, {"B-1": 4, "B-2": 10}, **said)) == "success"
    assert shop.state(number)[0] == "cancelled"
    assert shop.told(number).is_deleted
    assert shop.back(document(number, {}, **said)) == "success"


def test_shipped_and_paid_are_remembered(shop):
    number = shop.order()
    payment = (
        f"<Документ><Ид>p</Ид><Номер>П-5</Номер><Дата>2026-03-05</Дата><ХозОперация>Выплата безналичных денег</ХозОперация>"
        f"<Роль>Продавец</Роль><Валюта>EUR</Валюта><Курс>1</Курс><Сумма>95.20</Сумма><Основание>{number}</Основание></Документ>"
    )
    shipped = TAKEN | {"Номер_отгрузки_по_1С": "Р-1", "Дата_отгрузки_по_1С": "2026-03-06"}
    shop.back(document(number, {"B-1": 4, "B-2": 10}, **shipped) + payment)
    told = shop.told(number)
    assert (told.shipped_number, str(told.shipped_on), told.paid_number, str(told.paid_on)) == (
        "Р-1", "2026-03-06", "П-5", "2026-03-05",
    )  # fmt: skip


def test_orders_that_are_not_ours_are_named(shop):
    assert shop.back(document("NOBODY-1", {"B-1": 1}, **TAKEN)) == "success"
    assert len(shop.notes()) == 1


def test_what_cannot_be_done_is_told_and_stops_nothing_else(shop):
    first, second = shop.order(), shop.order()
    shop.back(document(first, {"B-1": 4, "B-2": 10}, **TAKEN))
    both = document(first, {"B-1": 1, "B-2": 10}, **TAKEN) + document(second, {"B-1": 4, "B-2": 10}, **TAKEN)
    assert shop.back(both) == "success"
    assert shop.state(first)[1][0] == ("confirmed", 4)
    assert len(shop.told(first).differences) == 1
    assert shop.state(second)[0] == "confirmed"


def test_orders_in_parts_wait_for_the_last(shop):
    number = shop.order(4, 10)
    text = f'<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация>{document(number, {"B-1": 4, "B-2": 10}, **TAKEN)}</КоммерческаяИнформация>'
    data = text.encode()
    shop.one_c.begin("sale")
    shop.one_c.call("sale", "file", data[:700], filename="orders.xml")
    assert shop.state(number)[0] == "placed"
    assert shop.one_c.call("sale", "file", data[700:], filename="orders.xml") == "success"
    assert shop.state(number)[0] == "confirmed"


def test_a_connection_that_takes_no_orders_refuses_them(isolated, world):
    with world():
        actor = Actor.system(accounts.operator().id)
    with world(actor):
        row = ConnectionRow(name="1C", takes_orders=False, sends_orders=False)
        _, password = add_connection(actor, row, "quiet-1c")
    one_c = OneC(isolated, "quiet-1c", password)
    one_c.begin("sale")
    assert one_c.call("sale", "query").startswith("failure\n")
    assert one_c.call("sale", "file", b"<x/>", filename="orders.xml").startswith("failure\n")


def test_a_killed_import_of_orders_goes_on(shop, monkeypatch):
    numbers = [shop.order() for _ in range(3)]
    whole, left = module._note_end, [1]

    def dies(*arguments):
        if left[0]:
            left[0] -= 1
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(module, "_note_end", dies)
    documents = "".join(document(number, {"B-1": 4, "B-2": 10}, **TAKEN) for number in numbers)
    with pytest.raises(KeyboardInterrupt):
        shop.back(documents)
    assert shop.one_c.run("sale", "orders.xml") == "success"
    assert [shop.state(number)[0] for number in numbers] == ["confirmed"] * 3


def test_another_operator_scope_is_needed_to_see_it(shop, world):
    """A buyer sees nothing of the exchange with 1C."""
    shop.order()
    shop.orders()
    with shop.app.app_context(), acting_as(shop.buyer), pytest.raises(Exception, match="permission denied"):
        db.session.scalars(select(OneCOrder)).all()
