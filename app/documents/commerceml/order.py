"""Документ: orders and payments, alone, several in a file, or each in a Контейнер."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.commerceml.goods import read_ids, read_properties, read_unit, read_vat_rate
from app.documents.commerceml.node import Log, Node, local
from app.documents.commerceml.party import BUYER, PAYER, RECEIVER, SELLER, read_party
from app.documents.commerceml.values import currency_of, read_time
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.payment_notice import PaymentNotice
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Severity

DOCUMENT, CONTAINER = "Документ", "Контейнер"
ORDER = "Заказ товара"
PAYMENTS = frozenset({"выплата наличных денег", "выплата безналичных денег", "эквайринговая операция", "поступление наличных денег",
                      "поступление безналичных денег"})  # fmt: skip
REFUNDS = frozenset({"возврат наличных денег", "возврат безналичных денег"})


def documents_in(root: etree._Element) -> Iterator[etree._Element]:
    """Every Документ that stands by itself; those a document holds (ПодчиненныеДокументы) belong to it."""
    for child in root:
        name = local(child)
        if name == DOCUMENT:
            yield child
        elif name == CONTAINER:
            yield from (inner for inner in child if local(inner) == DOCUMENT)


def operation_of(element: etree._Element) -> str:
    found = next((child for child in element if local(child) == "ХозОперация"), None)
    return "" if found is None else (found.text or "").strip()


def kind_of(operation: str) -> type[Order | PaymentNotice] | None:
    """None: a kind of document that is not read."""
    plain = " ".join(operation.casefold().split())
    if plain in PAYMENTS or plain in REFUNDS:
        return PaymentNotice
    return Order if plain == ORDER.casefold() or not plain else None


def read_document(element: etree._Element, position: int) -> Reading[Order] | Reading[PaymentNotice] | None:
    """None for a kind of document that is not read."""
    log = Log()
    node = Node(element, log, f"/{DOCUMENT}[{position}]")
    kind = kind_of(operation_of(element))
    if kind is Order:
        order = _order(node)
        node.done()
        return Reading(order, tuple(log.faults), tuple(log.leftovers))
    if kind is PaymentNotice:
        payment = _payment(node)
        node.done()
        return Reading(payment, tuple(log.faults), tuple(log.leftovers))
    return None


def _number(node: Node) -> str:
    found = node.text("Номер") or node.text("Ид")
    if not found:
        node.fault("NO_NUMBER", N_("The document has no number."), "Номер", Severity.FATAL)
    return found


def _order(node: Node) -> Order:
    parties = _parties(node)
    taxes = [(tax.number("Сумма"), tax.flag("УчтеноВСумме")) for tax in _taxes(node)]
    lines = tuple(_line(one, n) for n, one in enumerate(node.all("Товары", "Товар"), 1))
    gross = {is_gross for _, is_gross in taxes} | {is_gross for _, is_gross in lines}
    role, operation = node.text("Роль"), node.text("ХозОперация")
    sums = [amount for amount, _ in taxes if amount is not None]
    comment = node.text("Комментарий")
    discounts = (*_discounts(node, "Скидки", "Скидка", False), *_discounts(node, "ДопРасходы", "ДопРасход", True))
    term = node.text("СрокПлатежа")
    references = []
    for one in node.all("ПодчиненныеДокументы", "ПодчиненныйДокумент"):
        key = one.text("Ид")
        references.append(Reference(one.text("ХозОперация"), one.text("Номер") or key, date=one.day("Дата")))
        one.done()
    return Order(
        number=_number(node), issue_date=node.day("Дата"), lines=tuple(line for line, _ in lines),
        currency=currency_of(node.text("Валюта")), type_code=operation if operation != ORDER else "",
        function=role if role != SELLER else "", buyer=parties.pop(BUYER, None), seller=parties.pop(SELLER, None),
        ship_to=parties.pop(RECEIVER, None), invoicee=parties.pop(PAYER, None),
        other_parties=tuple(OtherParty(name, party) for name, party in parties.items()),
        payment_terms=term, notes=(Note(comment),) if comment else (), references=tuple(references),
        allowances_charges=discounts,
        totals=OrderTotals(total=node.number("Сумма"), tax=sum(sums, Decimal(0)) if sums else None),
        record_id=node.text("Ид"), issue_time=read_time(node.text("Время")), exchange_rate=node.number("Курс"),
        is_gross=True in gross, properties=read_properties(node),
    )  # fmt: skip


def _taxes(node: Node) -> Iterator[Node]:
    for tax in node.all("Налоги", "Налог"):
        yield tax
        tax.take("Наименование", "Акциз", "Ставка")
        tax.done()


def _line(node: Node, position: int) -> tuple[OrderLine, bool]:
    """The line, and whether its price has the VAT in it."""
    ids, unit, rate, is_gross = read_ids(node), read_unit(node), read_vat_rate(node), False
    for tax in node.all("Налоги", "Налог"):
        given = tax.number("Ставка")
        rate = rate if rate is not None else given
        is_gross = is_gross or tax.flag("УчтеноВСумме")
        tax.take("Наименование", "Акциз", "Сумма")
        tax.done()
    price, quantity = node.number("ЦенаЗаЕдиницу", "Цена"), node.number("Количество")
    if not ids.record_id and not ids.sku:
        node.fault("NO_ID", N_("The article has neither Ид nor Артикул."), "Ид", Severity.FATAL)
    factor = node.number("Коэффициент")
    line = OrderLine(
        position=node.text("НомерСтроки", "НомерПозиции") or str(position), quantity=quantity,
        unit=unit, sku=ids.sku, buyer_sku=ids.buyer_sku, gtin=ids.gtin,
        manufacturer_sku=ids.manufacturer_sku, record_id=ids.record_id, name=node.text("Наименование"),
        description=node.text("Описание", "Комментарий"), unit_price=price, net=node.number("Сумма"), vat_rate=rate,
        allowances_charges=(*_discounts(node, "Скидки", "Скидка", False), *_discounts(node, "ДопРасходы", "ДопРасход", True)),
        properties=read_properties(node, "ЗначенияРеквизитов", "ДополнительныеЗначенияРеквизитов"),
    )  # fmt: skip
    if factor not in (None, Decimal(1)):
        node.fault("UNIT", N_("The unit is counted over by {factor}; it is not taken.", factor=factor), "Коэффициент")
    node.take("ПолноеНаименование", "Единица")
    node.done()
    return line, is_gross


def _discounts(node: Node, group: str, name: str, is_charge: bool) -> tuple[AllowanceCharge, ...]:
    found = []
    for one in node.all(group, name):
        amount, percent = one.number("Сумма"), one.number("Процент")
        reason = one.text("Наименование", "Комментарий")
        one.take("УчтеноВСумме")
        one.done()
        if amount:
            found.append(AllowanceCharge(amount=amount, is_charge=is_charge, reason=reason, percent=percent))
    return tuple(found)


def _payment(node: Node) -> PaymentNotice:
    parties = _parties(node)
    operation, comment = node.text("ХозОперация"), node.text("Комментарий")
    orders = [
        OrderRef(number=number)
        for name in ("Основание", "ДокументОснование", "НомерЗаказа")
        for number in node.texts(name)
    ]
    for one in node.all("ПодчиненныеДокументы", "ПодчиненныйДокумент"):
        key = one.text("Ид")
        orders.append(OrderRef(number=one.text("Номер") or key, date=one.day("Дата")))
        one.take("ХозОперация")
        one.done()
    node.take("Роль", "Налоги", "Товары")
    return PaymentNotice(
        number=_number(node), issue_date=node.day("Дата"), amount=node.number("Сумма"),
        currency=currency_of(node.text("Валюта")), type_code=operation,
        is_refund=" ".join(operation.casefold().split()) in REFUNDS,
        payer=parties.pop(BUYER, None) or parties.pop(PAYER, None),
        payee=parties.pop(SELLER, None) or parties.pop(RECEIVER, None),
        other_parties=tuple(OtherParty(name, party) for name, party in parties.items()),
        orders=tuple(order for order in orders if order.number), record_id=node.text("Ид"),
        issue_time=read_time(node.text("Время")), exchange_rate=node.number("Курс"),
        notes=(Note(comment),) if comment else (), properties=read_properties(node),
    )  # fmt: skip


def _parties(node: Node) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for one in node.all("Контрагенты", "Контрагент"):
        role = one.text("Роль") or BUYER
        party = read_party(one)
        if role in found:
            one.fault("TWICE", N_("The role {role} stands there twice.", role=role), "Роль")
        else:
            found[role] = party
    return found
