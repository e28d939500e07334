"""Kontor's own check of what CommerceML asks for: what must be there, and how long or of which kind it is.

It stands in for the official schema, which is not here; the order of elements is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlStart
from app.documents.commerceml.node import local
from app.documents.commerceml.values import NAMESPACE
from app.documents.segments import Fault, Severity

NAME, NUMBER = "Kontor CommerceML structure", "1"
_NEEDED = {
    "Классификатор": ("Ид", "Наименование", "Владелец"),
    "Каталог": ("Ид", "Наименование", "Владелец", "Товары"),
    "ПакетПредложений": ("Наименование", "ИдКаталога", "Владелец", "ТипыЦен", "Предложения"),
    "Товар": ("Наименование", "БазоваяЕдиница"),
    "Предложение": ("Наименование", "БазоваяЕдиница", "Цены"),
    "Цена": ("ИдТипаЦены", "ЦенаЗаЕдиницу"),
    "ТипЦены": ("Ид",),
    "Группа": ("Ид", "Наименование"),
    "Свойство": ("Ид", "Наименование"),
    "ЗначенияСвойства": ("Ид", "Значение"),
    "ЗначениеРеквизита": ("Наименование", "Значение"),
    "Документ": ("Ид", "Номер", "Дата", "ХозОперация", "Роль", "Валюта", "Курс", "Сумма", "Контрагенты"),
    "Контакты": ("Контакт",),
}
_DECIMAL = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*", re.ASCII)
_MONEY = re.compile(r"\s*[+-]?[0-9]{1,16}(?:\.[0-9]{0,2}0*)?\s*", re.ASCII)
_DAY = re.compile(r"\s*-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?\s*", re.ASCII)
_SHAPES = {
    "Дата": (_DAY, "DATE"), "ЦенаЗаЕдиницу": (_MONEY, "NUMBER"), "Сумма": (_MONEY, "NUMBER"), "Количество": (_DECIMAL, "NUMBER"),
    "МинКоличество": (_DECIMAL, "NUMBER"),
}  # fmt: skip
_LENGTHS = {"КПП": (9, 9), "ИНН": (10, 12), "Наименование": (0, 255), "Номер": (0, 255), "Валюта": (1, 3)}


def root_faults(start: XmlStart) -> Iterator[Fault]:
    """A root without the namespace is none of the schema's, though 2.03 to 2.05 were written so."""
    if start.namespace != NAMESPACE:
        yield _fault("NAMESPACE", N_("The root is not in the namespace {name}.", name=NAMESPACE), 1, f"/{start.name}")
    for name in ("ВерсияСхемы", "ДатаФормирования"):
        if name not in start.attributes:
            yield _fault("MISSING", N_("{path} is missing.", path=f"@{name}"), 1, f"/{start.name}/@{name}")


def element_faults(element: etree._Element, path: str, skip: frozenset[str] = frozenset()) -> Iterator[Fault]:
    """What an element and those below it lack; not below those named in `skip`, which are looked at by themselves."""
    stack = [(element, path)]
    while stack:
        node, at = stack.pop()
        name = local(node)
        children = {local(child) for child in node}
        for needed in _NEEDED.get(name, ()):
            if needed not in children:
                yield _fault("MISSING", N_("{path} is missing.", path=needed), node.sourceline or 0, f"{at}/{needed}")
        if not len(node):
            yield from _value_faults(node, name, at)
        below = [(child, f"{at}/{local(child)}") for child in node if local(child) not in skip]
        stack.extend(reversed(below))


def _value_faults(node: etree._Element, name: str, path: str) -> Iterator[Fault]:
    text, line = node.text or "", node.sourceline or 0
    if name in _SHAPES:
        shape, rule = _SHAPES[name]
        if not shape.fullmatch(text):
            kind = (
                N_("{value} is not a date.", value=text[:40])
                if rule == "DATE"
                else N_("{value} is not a number.", value=text[:40])
            )
            yield _fault(rule, kind, line, path)
    if name in _LENGTHS:
        low, high = _LENGTHS[name]
        if text and not low <= len(text) <= high:
            message = N_(
                "{name} has {n} characters; {low} to {high} are allowed.", name=name, n=len(text), low=low, high=high
            )
            yield _fault("LENGTH", message, line, path)


def _fault(rule: str, message: Message, line: int, path: str) -> Fault:
    return Fault(rule, message, line, 0, path, Severity.FATAL)
