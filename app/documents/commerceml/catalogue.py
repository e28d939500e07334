"""import.xml and offers.xml as a stream: the head first, then article by article in bounded memory.

Split files (prices, rests, storages, goods, groups) are packages of offers or catalogues with less in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, XmlStart, parts, read_start
from app.documents.commerceml.goods import read_item
from app.documents.commerceml.node import Log, Node, local
from app.documents.commerceml.party import read_party
from app.documents.commerceml.structure import element_faults
from app.documents.commerceml.values import ROOT, currency_of, is_true, read_day
from app.documents.formats import FormatError
from app.documents.model.catalogue import (
    Catalogue,
    CatalogueGroup,
    CatalogueItem,
    CatalogueMode,
    FeatureKind,
    PriceKind,
    StockPlace,
)
from app.documents.model.party import Party
from app.documents.segments import Fault, Severity

MAX_BYTES = 2_000_000_000
GOODS, OFFER = "Товар", "Предложение"
_CHANGES = "ИзмененияПакетаПредложений"
_HOLDERS = {"Каталог": False, "ПакетПредложений": True, _CHANGES: True}
_MAX_GROUP_DEPTH = 40
# Elements that are read whole. Товары and Предложения are never kept: their children go one by one.
_PARTS = (GOODS, OFFER, "Классификатор", *_HOLDERS)


@dataclass(slots=True)
class Head:
    """What stands beside the articles. It is whole when the articles have been read; most of it stands before them."""

    version: str = ""
    formed_on: date | None = None
    has_catalogue: bool = False
    is_offers: bool = False
    is_partial: bool = False
    number: str = ""
    catalogue: str = ""
    name: str = ""
    start: date | None = None
    end: date | None = None
    owner: Party | None = None
    groups: list[CatalogueGroup] = field(default_factory=list)
    features: dict[str, FeatureKind] = field(default_factory=dict)
    price_kinds: dict[str, PriceKind] = field(default_factory=dict)
    places: dict[str, StockPlace] = field(default_factory=dict)
    count: int = 0


class CatalogueStream:
    """One pass over a file. Raises XmlError where the XML is broken; what else is wrong stands in `log`."""

    def __init__(self, chunks: Iterable[bytes], *, max_bytes: int = MAX_BYTES) -> None:
        self.start, self._chunks = read_start(chunks)
        self.head, self.log = _head_of(self.start), Log()
        self.faults: list[Fault] = []  # what the lists before the articles lack, by `structure`
        self._max_bytes = max_bytes

    def items(self) -> Iterator[CatalogueItem]:
        for element, is_offer in self.elements():
            yield self.item(element, is_offer=is_offer)

    def item(self, element: etree._Element, *, is_offer: bool) -> CatalogueItem:
        return read_item(Node(element, self.log, self.place(element)), self.head.features, is_offer=is_offer)

    def place(self, element: etree._Element) -> str:
        return f"/{ROOT}/{local(element)}[{self.head.count}]"

    def elements(self) -> Iterator[tuple[etree._Element, bool]]:
        """Each article as it stands, and whether it is an offer; the rest goes into the head."""
        for element in parts(self._chunks, _PARTS, max_bytes=self._max_bytes):
            name = local(element)
            holder = _holder(element)
            if name in (GOODS, OFFER):
                if holder in _HOLDERS:
                    self.head.count += 1
                    self._note_holder(element, holder)
                    yield element, _HOLDERS[holder]
            elif name == "Классификатор":
                self.faults += element_faults(element, f"/{ROOT}/{name}")
                self._read_classifier(Node(element, self.log))
            elif name in _HOLDERS:
                self.faults += element_faults(element, f"/{ROOT}/{name}", frozenset({"Товары", "Предложения"}))
                self._read_holder(element, name, self.log)

    def _note_holder(self, element: etree._Element, name: str) -> None:
        """What is said before the articles is known when they come; it is read, and complained of, at the end again."""
        if not self.head.has_catalogue:
            holder = next((one for one in element.iterancestors() if local(one) == name), None)
            if holder is not None:
                self._read_holder(holder, name, Log())

    def _read_holder(self, element: etree._Element, name: str, log: Log) -> None:
        head, node = self.head, Node(element, log)
        head.has_catalogue = True
        head.is_offers = head.is_offers or _HOLDERS[name]
        partial = node.attribute("СодержитТолькоИзменения") or node.text("СодержитТолькоИзменения")
        head.is_partial = name == _CHANGES or is_true(partial)
        head.number = node.text("Ид") or head.number
        head.name = node.text("Наименование") or head.name
        head.catalogue = node.text("ИдКаталога") or head.catalogue
        head.start, head.end = node.day("ДействительноС") or head.start, node.day("ДействительноДо") or head.end
        owner = node.child("Владелец")
        if owner is not None:
            head.owner = read_party(owner)
        self._lists(node)
        node.take("ИдКлассификатора", "Товары", "Предложения", "ЗначенияСвойств", "Классификатор", "Подписанты")
        node.done()

    def _read_classifier(self, node: Node) -> None:
        owner = node.child("Владелец")
        if owner is not None and self.head.owner is None:
            self.head.owner = read_party(owner)
        for groups in node.all("Группы"):
            self._groups(groups, "", 0)
        for group in node.all("Свойства"):
            for name in ("Свойство", "СвойствоНоменклатуры"):
                for one in group.all(name):
                    self._feature(one)
        self._lists(node)
        if not self.head.name:
            self.head.name = node.text("Наименование")
        node.take("Ид", "Наименование", "Категории", "ЕдиницыИзмерения", "Подписанты", "@СодержитТолькоИзменения")
        node.done()

    def _lists(self, node: Node) -> None:
        for one in node.all("ТипыЦен"):
            self._price_kinds(one)
        for one in node.all("Склады"):
            self._places(one)

    def _groups(self, node: Node, parent: str, depth: int) -> None:
        for position, group in enumerate(node.all("Группа")):
            key, name = group.text("Ид"), group.text("Наименование")
            if not key:
                group.fault("NO_ID", N_("The group has no Ид."), "Ид")
                continue
            is_deleted = group.flag("ПометкаУдаления") or group.attribute("Статус").casefold() == "удален"
            if not is_deleted:
                self.head.groups.append(CatalogueGroup(id=key, name=name or key, parent=parent, position=position))
            group.take("НомерВерсии", "Описание", "Свойства", "Картинка")
            if depth < _MAX_GROUP_DEPTH:
                for below in group.all("Группы"):
                    self._groups(below, key, depth + 1)
            group.done()
        node.done()

    def _feature(self, node: Node) -> None:
        key, name = node.text("Ид"), node.text("Наименование")
        choices = []
        for variants in node.all("ВариантыЗначений"):
            for one in variants.all("Справочник"):
                choices.append((one.text("ИдЗначения"), one.text("Значение")))
                one.done()
            choices += [("", text) for text in variants.texts("Значение")]
            variants.done()
        if key and not node.flag("ПометкаУдаления"):
            kind = node.text("ТипЗначений", "ТипыЗначений")
            self.head.features[key] = FeatureKind(key, name or key, kind, tuple(choices))
        node.take("НомерВерсии", "Обязательное", "Множественное", "ДляТоваров", "ДляПредложений", "ДляДокументов", "Описание",
                  "ИспользованиеСвойства", "Внешний", "Информационное")  # fmt: skip
        node.done()

    def _price_kinds(self, node: Node) -> None:
        for one in node.all("ТипЦены"):
            key, taxes = one.text("Ид"), list(one.all("Налог"))
            is_gross = any(tax.flag("УчтеноВСумме") for tax in taxes)
            for tax in taxes:
                tax.take("Наименование", "Акциз", "Ставка")
                tax.done()
            currency = one.text("Валюта")
            if key:
                name = one.text("Наименование")
                self.head.price_kinds[key] = PriceKind(key, name, currency_of(currency) if currency else "", is_gross)
            one.take("НомерВерсии", "ПометкаУдаления", "Описание")
            one.done()
        node.take("ИдКлассификатора")
        node.done()

    def _places(self, node: Node) -> None:
        for one in node.all("Склад"):
            key = one.text("Ид")
            if key:
                self.head.places[key] = StockPlace(key, one.text("Наименование"))
            one.take("Комментарий", "НомерВерсии", "ПометкаУдаления")
            one.done()
        node.done()


def _holder(element: etree._Element) -> str:
    """Which part of the file the element stands in: the name two or, for lists, one level up."""
    parent = element.getparent()
    while parent is not None:
        name = local(parent)
        if name in _HOLDERS:
            return name
        if name not in ("Товары", "Предложения"):
            return name
        parent = parent.getparent()
    return ""


def _head_of(start: XmlStart) -> Head:
    formed = start.attributes.get("ДатаФормирования", "")
    return Head(start.attributes.get("ВерсияСхемы", ""), read_day(formed) if formed else None)


def read_catalogue(data: bytes, *, max_bytes: int) -> tuple[Catalogue, Log, Head]:
    """A file as a whole. FormatError for what is no catalogue or breaks off."""
    try:
        stream = CatalogueStream([data], max_bytes=max_bytes)
        if stream.start.name != ROOT:
            raise FormatError(N_("This is no CommerceML file."), 1)
        items = tuple(stream.items())
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    return catalogue_of(stream.head, items), stream.log, stream.head


def catalogue_of(head: Head, items: Iterable[CatalogueItem]) -> Catalogue:
    mode = CatalogueMode.NEW
    if head.is_offers or head.is_partial:
        mode = CatalogueMode.UPDATE_PRICES if head.is_offers else CatalogueMode.UPDATE_ITEMS
    kinds = tuple(head.price_kinds.values())
    currencies = {kind.currency for kind in kinds if kind.currency}
    return Catalogue(
        number=head.number or head.catalogue, items=items, issue_date=head.formed_on, mode=mode, name=head.name, language="",
        previous_version=head.catalogue if head.is_offers and head.catalogue != head.number else "",
        currency=currencies.pop() if len(currencies) == 1 else "", seller=head.owner, start=head.start, end=head.end,
        groups=tuple(head.groups), price_kinds=kinds, places=tuple(head.places.values()),
        feature_kinds=tuple(head.features.values()),
    )  # fmt: skip


def fatal_fault(log: Log) -> FormatError | None:
    fault = next((one for one in log.faults if one.severity is Severity.FATAL), None)
    return FormatError(fault.message, fault.line, fault.path, column=fault.column) if fault else None
