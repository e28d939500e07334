"""Товар and Предложение: one article of a catalogue or of a package of offers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.core.texts import N_
from app.documents.commerceml.node import Node
from app.documents.commerceml.values import currency_of, read_number, unit_of
from app.documents.model.catalogue import CatalogueItem, Feature, FeatureKind, ItemAction, ItemStock, MediaFile
from app.documents.model.line import Attribute
from app.documents.model.reference import ItemIds, ScalePrice
from app.documents.segments import Severity

VARIANT = "#"
_DELETED = "удален"
_WEIGHT = ("Вес", "ВесНетто")


def read_item(node: Node, features: Mapping[str, FeatureKind], *, is_offer: bool) -> CatalogueItem:
    """`features` are the properties the classifier names, by id."""
    ids = read_ids(node)
    name = node.text("Наименование", "ПолноеНаименование")
    if not ids.record_id and not ids.sku:
        node.fault("NO_ID", N_("The article has neither Ид nor Артикул."), "Ид", Severity.FATAL)
    unit = read_unit(node)
    properties = read_properties(node)
    description = node.text("Описание")
    item = CatalogueItem(
        ids=ids, names={"": name} if name else {}, action=_action(node, is_offer=is_offer),
        descriptions={"": description} if description else None, order_unit=unit, prices=_prices(node),
        vat_rate=read_vat_rate(node), groups=tuple(text for group in node.all("Группы") for text in _ids(group)),
        features=(*_features(node, features), *_characteristics(node)), media=_media(node), manufacturer=_maker(node),
        brand=node.text("ТорговаяМарка"), country_of_origin=_country(node), weight_kg=_weight(node, properties),
        stock=_stock(node), properties=properties,
    )  # fmt: skip
    node.take("ПолноеНаименование", "НомерВерсии")
    node.done()
    return item


def read_ids(node: Node) -> ItemIds:
    barcode = node.text("Штрихкод", "ШтрихКод")
    return ItemIds(
        record_id=node.text("Ид"), sku=node.text("Артикул"), gtin=barcode,
        buyer_sku=node.text("ИдТовараУКонтрагента"), manufacturer_sku=node.text("АртикулПроизводителя"),
    )  # fmt: skip


def _ids(node: Node) -> list[str]:
    found = node.texts("Ид")
    node.done()
    return found


def _action(node: Node, *, is_offer: bool) -> ItemAction:
    status = node.attribute("Статус").casefold() or node.text("Статус").casefold()
    if status.replace("ё", "е") == _DELETED or node.flag("ПометкаУдаления"):
        return ItemAction.DELETE
    return ItemAction.UPDATE if status == "изменен" or is_offer else ItemAction.NEW


def read_unit(node: Node) -> str:
    """The base unit; how it is counted over into others does not matter for it."""
    base = node.child("БазоваяЕдиница")
    if base is None:
        return unit_of(node.text("Единица"))
    code, short = base.attribute("Код"), base.attribute("МеждународноеСокращение")
    base.take("@НаименованиеПолное", "@НаименованиеКраткое", "НаименованиеПолное", "НаименованиеКраткое")
    named = base.own_text() or base.text("Наименование")
    for conversion in base.all("Пересчет"):
        if (factor := conversion.number("Коэффициент")) not in (None, Decimal(1)):
            node.fault(
                "UNIT", N_("The unit is counted over by {factor}; it is not taken.", factor=factor), "БазоваяЕдиница"
            )
        conversion.take("Единица", "ДополнительныеДанные")
        conversion.done()
    named = base.text("Код") or named or short or base.text("МеждународноеСокращение")
    base.done()
    return unit_of(code or named)


def read_vat_rate(node: Node) -> Decimal | None:
    """The VAT of an article; "Без НДС" is none."""
    found: Decimal | None = None
    for rate in node.all("СтавкиНалогов", "СтавкаНалога"):
        name, text = rate.text("Наименование"), rate.text("Ставка").rstrip(" %")
        value = read_number(text) if text else None
        if found is None and value is not None and (not name or "ндс" in name.casefold() or "vat" in name.casefold()):
            found = value
        rate.done()
    return found


def read_properties(node: Node, *groups: str) -> tuple[Attribute, ...]:
    """ЗначенияРеквизитов: name and value; a name without a value says nothing."""
    found = []
    for group in groups or ("ЗначенияРеквизитов",):
        for one in node.all(group, "ЗначениеРеквизита"):
            name = one.text("Наименование")
            found += [Attribute(name, value) for value in one.texts("Значение")]
            one.done()
    return tuple(found)


def _features(node: Node, known: Mapping[str, FeatureKind]) -> list[Feature]:
    found = []
    for one in node.all("ЗначенияСвойств", "ЗначенияСвойства"):
        code, name = one.text("Ид"), one.text("Наименование")
        values = one.texts("Значение") + [
            text for part in one.all("ЗначениеСвойства") for text in part.texts("Значение")
        ]
        one.take("ИдЗначения")
        one.done()
        kind = known.get(code)
        choices = dict(kind.choices) if kind else {}
        said = tuple(choices.get(value, value) for value in values)
        if said:
            found.append(Feature(name=name or (kind.name if kind else "") or code, values=said, code=code))
    return found


def _characteristics(node: Node) -> list[Feature]:
    """What makes a variant: colour, size. These have a name and often no id."""
    found = []
    for one in node.all("ХарактеристикиТовара", "ХарактеристикаТовара"):
        code, name, values = one.text("Ид"), one.text("Наименование"), one.texts("Значение")
        one.done()
        if values:
            found.append(Feature(name=name or code, values=tuple(values), code=code))
    return found


def _media(node: Node) -> tuple[MediaFile, ...]:
    return tuple(MediaFile(source=text, purpose=name) for name in ("Картинка", "Файл") for text in node.texts(name))


def _maker(node: Node) -> str:
    maker = node.child("Изготовитель")
    if maker is None:
        return node.text("Производитель")
    maker.take("Ид", "ОфициальноеНаименование")
    found = maker.text("Наименование") or maker.own_text()
    maker.done()
    return found


def _country(node: Node) -> str:
    return node.text("Страна", "СтранаПроисхождения")


def _weight(node: Node, properties: tuple[Attribute, ...]) -> Decimal | None:
    text = node.text(*_WEIGHT) or next((one.value for one in properties if one.name in _WEIGHT), "")
    return read_number(text) if text else None


def _prices(node: Node) -> tuple[ScalePrice, ...]:
    found = []
    for one in node.all("Цены", "Цена"):
        amount = one.number("ЦенаЗаЕдиницу")
        start, factor = one.number("МинКоличество"), one.number("Коэффициент")
        kind, currency = one.text("ИдТипаЦены"), one.text("Валюта")
        unit = one.text("Единица")
        one.take("Представление", "ИдКаталога", "ДополнительныеДанные")
        one.done()
        if amount is None:
            continue
        found.append(
            ScalePrice(
                amount=amount,
                kind=kind,
                currency=currency_of(currency) if currency else "",
                unit=unit_of(unit),
                from_quantity=start or Decimal(1),
                base_quantity=factor if factor not in (None, Decimal(1), Decimal(0)) else None,
            )
        )
    return tuple(found)


def _stock(node: Node) -> tuple[ItemStock, ...]:
    """By warehouse where it is said, else the whole."""
    found = []
    for one in node.all("Склад"):
        place = one.attribute("ИдСклада") or one.text("Ид", "ИдСклада")
        quantity = one.attribute_number("КоличествоНаСкладе")
        if quantity is None:
            quantity = one.number("Количество", "КоличествоНаСкладе")
        one.take("Наименование")
        one.done()
        if quantity is not None:
            found.append(ItemStock(quantity, place))
    for rest in node.all("Остатки", "Остаток"):
        for one in rest.all("Склад"):
            place, quantity = one.text("Ид"), one.number("Количество")
            one.take("Наименование")
            one.done()
            if quantity is not None:
                found.append(ItemStock(quantity, place))
        whole = rest.number("Количество")
        if whole is not None:
            found.append(ItemStock(whole))
        rest.done()
    whole = node.number("Количество")
    if whole is not None and not found:
        found.append(ItemStock(whole))
    return tuple(found)
