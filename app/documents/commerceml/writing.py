"""CommerceML as 1C reads it: 2.10 with namespace, in the element order of the schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.commerceml.order import CONTAINER, DOCUMENT, ORDER
from app.documents.commerceml.party import BUYER, PAYER, RECEIVER, SELLER, write_party
from app.documents.commerceml.values import NAMESPACE, ROOT, VERSION, unit_facts
from app.documents.model.catalogue import Catalogue, CatalogueGroup, CatalogueItem, CatalogueMode, ItemAction
from app.documents.model.line import AllowanceCharge, Attribute
from app.documents.model.order import Order, OrderLine
from app.documents.model.party import Party
from app.documents.model.payment_notice import PaymentNotice
from app.documents.okei import okei_name

_CARRIER = "Прочее"


@dataclass(frozen=True, slots=True)
class Style:
    """What the other side can read: `version` of the schema; without `namespace` below 2.07; each document in a container."""

    version: str = VERSION
    has_namespace: bool = True
    has_containers: bool = False
    encoding: str = "UTF-8"


def _root(style: Style, formed: str) -> XmlWriter:
    names = {"": NAMESPACE} if style.has_namespace else {}
    return XmlWriter(ROOT, names, ВерсияСхемы=style.version, ДатаФормирования=formed)


def _finish(writer: XmlWriter, style: Style) -> bytes:
    data = writer.finish()
    if style.encoding == "UTF-8":
        return data
    text = data.decode().replace('encoding="UTF-8"', f'encoding="{style.encoding}"', 1)
    return text.encode(style.encoding, "xmlcharrefreplace")


def _formed(day: date | None, at: time | None = None) -> str:
    return f"{day or date(2000, 1, 1)}T{(at or time()).isoformat(timespec='seconds')}"


def write_orders(documents: Iterable[Order | PaymentNotice], style: Style = Style()) -> bytes:
    """The file is dated by the newest document in it, so that the same documents give the same bytes."""
    documents = tuple(documents)
    days = [(one.issue_date, one.issue_time or time()) for one in documents if one.issue_date]
    writer = _root(style, _formed(*max(days, default=(None, time()))))
    for document in documents:
        if style.has_containers:
            with writer.group(CONTAINER):
                _document(writer, document)
        else:
            _document(writer, document)
    return _finish(writer, style)


def _document(writer: XmlWriter, document: Order | PaymentNotice) -> None:
    with writer.group(DOCUMENT):
        if isinstance(document, Order):
            _order(writer, document)
        else:
            _payment(writer, document)


def _order(writer: XmlWriter, order: Order) -> None:
    _head(writer, order, order.type_code or ORDER, order.function or SELLER, order.totals.total)
    _parties(writer, ((BUYER, order.buyer), (SELLER, order.seller), (RECEIVER, order.ship_to), (PAYER, order.invoicee)),
             [(one.role, one.party) for one in order.other_parties])  # fmt: skip
    writer.leaf("Время", order.issue_time.isoformat(timespec="seconds") if order.issue_time else "")
    writer.leaf("СрокПлатежа", order.payment_terms)
    writer.leaf("Комментарий", "\n".join(note.text for note in order.notes))
    if order.totals.tax is not None or order.is_gross:
        with writer.group("Налоги"), writer.group("Налог"):
            _tax_name(writer, is_gross=order.is_gross)
            writer.leaf("Сумма", number(order.totals.tax or Decimal(0)))
    _discounts(writer, order.allowances_charges)
    with writer.group("Товары"):
        for n, line in enumerate(order.lines, 1):
            with writer.group("Товар"):
                _line(writer, line, n, is_gross=order.is_gross)
    _properties(writer, order.properties)
    with writer.group("ПодчиненныеДокументы"):
        for one in order.references:
            _subordinate(writer, one.number, one.date, one.kind)


def _subordinate(writer: XmlWriter, key: str, day: date | None, operation: str) -> None:
    with writer.group("ПодчиненныйДокумент"):
        writer.leaf("Ид", key)
        writer.leaf("Номер", key)
        writer.leaf("Дата", str(day or ""))
        writer.leaf("ХозОперация", operation)


def _head(writer: XmlWriter, document: Order | PaymentNotice, operation: str, role: str, total: Decimal | None) -> None:
    writer.leaf("Ид", document.record_id or document.number)
    writer.leaf("Номер", document.number)
    writer.leaf("Дата", str(document.issue_date or ""))
    writer.leaf("ХозОперация", operation)
    writer.leaf("Роль", role)
    writer.leaf("Валюта", document.currency)
    writer.leaf("Курс", number(document.exchange_rate if document.exchange_rate is not None else Decimal(1)))
    writer.leaf("Сумма", number(total))


def _parties(writer: XmlWriter, known: Iterable[tuple[str, Party | None]], others: Iterable[tuple[str, Party]]) -> None:
    with writer.group("Контрагенты", keep=True):
        for role, party in (*known, *others):
            if party is not None:
                write_party(writer, party, role)


def _tax_name(writer: XmlWriter, *, is_gross: bool) -> None:
    writer.leaf("Наименование", "НДС")
    writer.leaf("УчтеноВСумме", "true" if is_gross else "false")


def _discounts(writer: XmlWriter, items: Iterable[AllowanceCharge]) -> None:
    items = tuple(items)
    for group, name, is_charge in (("Скидки", "Скидка", False), ("ДопРасходы", "ДопРасход", True)):
        with writer.group(group):
            for one in items:
                if one.is_charge == is_charge:
                    with writer.group(name):
                        writer.leaf("Наименование", one.reason or _CARRIER)
                        writer.leaf("Сумма", number(one.amount))
                        writer.leaf("Процент", number(one.percent))
                        writer.leaf("УчтеноВСумме", "false")


def _line(writer: XmlWriter, line: OrderLine, position: int, *, is_gross: bool) -> None:
    writer.leaf("Ид", line.record_id)
    writer.leaf("Штрихкод", line.gtin)
    writer.leaf("Артикул", line.sku)
    writer.leaf("Наименование", line.name or line.sku)
    _unit(writer, line.unit)
    writer.leaf("ИдТовараУКонтрагента", line.buyer_sku)
    writer.leaf("Описание", line.description)
    _rate(writer, line.vat_rate)
    _properties(writer, line.properties)
    writer.leaf("ЦенаЗаЕдиницу", number(line.unit_price))
    writer.leaf("Количество", number(line.quantity))
    writer.leaf("Сумма", number(line.net))
    if line.position != str(position):
        writer.leaf("НомерСтроки", line.position)
    if line.vat_rate is not None and is_gross:
        with writer.group("Налоги"), writer.group("Налог"):
            _tax_name(writer, is_gross=is_gross)
            writer.leaf("Сумма", number(_tax_in(line)))
            writer.leaf("Ставка", number(line.vat_rate))
    _discounts(writer, line.allowances_charges)


def _tax_in(line: OrderLine) -> Decimal:
    """The VAT that is part of a gross amount."""
    rate = line.vat_rate or Decimal(0)
    return ((line.net or Decimal(0)) * rate / (100 + rate)).quantize(Decimal("0.01"))


def _unit(writer: XmlWriter, unit: str) -> None:
    writer.leaf("БазоваяЕдиница", okei_name(unit), **unit_facts(unit))


def _rate(writer: XmlWriter, rate: Decimal | None) -> None:
    if rate is not None:
        with writer.group("СтавкиНалогов"), writer.group("СтавкаНалога"):
            writer.leaf("Наименование", "НДС")
            writer.leaf("Ставка", number(rate))


def _properties(writer: XmlWriter, properties: Iterable[Attribute]) -> None:
    with writer.group("ЗначенияРеквизитов"):
        for one in properties:
            with writer.group("ЗначениеРеквизита"):
                writer.leaf("Наименование", one.name)
                writer.leaf("Значение", one.value)


def _payment(writer: XmlWriter, payment: PaymentNotice) -> None:
    _head(writer, payment, payment.type_code or "Выплата безналичных денег", SELLER, payment.amount)
    _parties(
        writer,
        ((BUYER, payment.payer), (SELLER, payment.payee)),
        [(one.role, one.party) for one in payment.other_parties],
    )
    writer.leaf("Время", payment.issue_time.isoformat(timespec="seconds") if payment.issue_time else "")
    writer.leaf("Комментарий", "\n".join(note.text for note in payment.notes))
    _properties(writer, payment.properties)
    with writer.group("ПодчиненныеДокументы"):
        for order in payment.orders:
            _subordinate(writer, order.number, order.date or payment.issue_date, ORDER)


def write_catalogue(catalogue: Catalogue, style: Style = Style()) -> bytes:
    """import.xml: the classifier with groups and properties, then the articles without prices and stock."""
    writer = _root(style, _formed(catalogue.issue_date))
    with writer.group("Классификатор"):
        _identity(writer, catalogue.number, catalogue.name)
        _owner(writer, catalogue)
        _groups(writer, catalogue.groups)
        with writer.group("Свойства"):
            for kind in catalogue.feature_kinds:
                with writer.group("Свойство"):
                    _identity(writer, kind.id, kind.name)
                    writer.leaf("ТипЗначений", kind.kind)
                    with writer.group("ВариантыЗначений"):
                        for key, value in kind.choices:
                            if key:
                                with writer.group("Справочник"):
                                    writer.leaf("ИдЗначения", key)
                                    writer.leaf("Значение", value)
                            else:
                                writer.leaf("Значение", value)
    is_partial = "true" if catalogue.mode is CatalogueMode.UPDATE_ITEMS else "false"
    with writer.group("Каталог", СодержитТолькоИзменения=is_partial):
        writer.leaf("Ид", catalogue.number)
        writer.leaf("ИдКлассификатора", catalogue.number)
        writer.leaf("Наименование", catalogue.name or catalogue.number)
        _owner(writer, catalogue)
        with writer.group("Товары", keep=True):
            for item in catalogue.items:
                with writer.group("Товар", Статус=_STATUS[item.action]):
                    _item(writer, item)
                    _properties(writer, item.properties)
    return _finish(writer, style)


_STATUS = {ItemAction.NEW: "", ItemAction.UPDATE: "Изменен", ItemAction.DELETE: "Удален"}


def _identity(writer: XmlWriter, key: str, name: str) -> None:
    writer.leaf("Ид", key)
    writer.leaf("Наименование", name or key)


def _owner(writer: XmlWriter, catalogue: Catalogue) -> None:
    if catalogue.seller is not None:
        write_party(writer, catalogue.seller, tag="Владелец")


def _groups(writer: XmlWriter, groups: tuple[CatalogueGroup, ...]) -> None:
    below: dict[str, list[CatalogueGroup]] = {}
    known = {group.id for group in groups}
    for group in groups:
        below.setdefault(group.parent if group.parent in known else "", []).append(group)

    def write(parent: str) -> None:
        with writer.group("Группы"):
            for group in below.pop(parent, ()):
                with writer.group("Группа"):
                    _identity(writer, group.id, group.name)
                    write(group.id)

    write("")


def _item(writer: XmlWriter, item: CatalogueItem) -> None:
    writer.leaf("Ид", item.ids.record_id or item.ids.sku)
    writer.leaf("Штрихкод", item.ids.gtin)
    writer.leaf("Артикул", item.ids.sku)
    writer.leaf("Наименование", next((name for name in item.names.values() if name), item.ids.sku))
    _unit(writer, item.order_unit)
    writer.leaf("ИдТовараУКонтрагента", item.ids.buyer_sku)
    with writer.group("Группы"):
        for group in item.groups:
            writer.leaf("Ид", group)
    writer.leaf("Описание", next((text for text in (item.descriptions or {}).values() if text), ""))
    for file in item.media:
        writer.leaf("Картинка", file.source)
    writer.leaf("Страна", item.country_of_origin)
    writer.leaf("ТорговаяМарка", item.brand)
    with writer.group("Изготовитель"):
        writer.leaf("Наименование", item.manufacturer)
        writer.leaf("ОфициальноеНаименование", item.manufacturer)
    with writer.group("ЗначенияСвойств"):
        for feature in item.features:
            if feature.code:
                with writer.group("ЗначенияСвойства"):
                    writer.leaf("Ид", feature.code)
                    writer.leaf("Наименование", feature.name)
                    for value in feature.values:
                        writer.leaf("Значение", value)
    _rate(writer, item.vat_rate)
    with writer.group("ХарактеристикиТовара"):
        for feature in item.features:
            if not feature.code:
                with writer.group("ХарактеристикаТовара"):
                    writer.leaf("Наименование", feature.name)
                    writer.leaf("Значение", ", ".join(feature.values))


def write_offers(catalogue: Catalogue, style: Style = Style()) -> bytes:
    """offers.xml: prices by kind, stock by warehouse."""
    writer = _root(style, _formed(catalogue.issue_date))
    with writer.group("ПакетПредложений", СодержитТолькоИзменения="false"):
        _identity(writer, catalogue.number, catalogue.name)
        writer.leaf("ИдКаталога", catalogue.previous_version or catalogue.number)
        writer.leaf("ДействительноС", str(catalogue.start or ""))
        writer.leaf("ДействительноДо", str(catalogue.end or ""))
        _owner(writer, catalogue)
        with writer.group("ТипыЦен", keep=True):
            for kind in catalogue.price_kinds:
                with writer.group("ТипЦены"):
                    _identity(writer, kind.id, kind.name)
                    writer.leaf("Валюта", kind.currency)
                    with writer.group("Налог"):
                        _tax_name(writer, is_gross=kind.is_gross)
        with writer.group("Склады"):
            for place in catalogue.places:
                with writer.group("Склад"):
                    _identity(writer, place.id, place.name)
        with writer.group("Предложения", keep=True):
            for item in catalogue.items:
                with writer.group("Предложение", Статус="Удален" if item.action is ItemAction.DELETE else ""):
                    _offer(writer, item, catalogue.currency)
    return _finish(writer, style)


def _offer(writer: XmlWriter, item: CatalogueItem, currency: str) -> None:
    _item(writer, item)
    _properties(writer, item.properties)
    with writer.group("Цены"):
        for price in item.prices:
            with writer.group("Цена"):
                writer.leaf("ИдТипаЦены", price.kind)
                writer.leaf("ЦенаЗаЕдиницу", number(price.amount))
                writer.leaf("Валюта", price.currency or currency)
                writer.leaf("Единица", unit_facts(price.unit)["Код"] if price.unit else "")
                writer.leaf("Коэффициент", number(price.base_quantity))
                writer.leaf("МинКоличество", number(price.from_quantity) if price.from_quantity != 1 else "")
    wholes = [one.quantity for one in item.stock if not one.place]
    writer.leaf("Количество", number(wholes[0]) if wholes else "")
    for one in item.stock:
        if one.place:
            writer.empty("Склад", ИдСклада=one.place, КоличествоНаСкладе=number(one.quantity))
