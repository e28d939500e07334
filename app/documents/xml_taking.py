"""XML read by local names: each value that is taken is noted, wrong ones are faults, what is left over can be named.

Paths are local names, with `@` before an attribute: `БанкРекв/СвБанк/@БИК`. Namespaces are not looked at, for real files
often lack or mistake them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlError, parse
from app.documents.formats import FormatError
from app.documents.reading import Leftover
from app.documents.segments import Fault, Severity
from app.documents.xml_places import Places

_NUMBER = re.compile(r"([+-]?)([0-9]{1,18})(?:\.([0-9]{0,12}))?|([+-]?)\.([0-9]{1,12})", re.ASCII)
_DAYS = (
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?", re.ASCII), (1, 2, 3)),
    (re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", re.ASCII), (3, 2, 1)),
    (re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII), (1, 2, 3)),
)
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_MAX_FAULTS = 1_000
_SHOWN = 200  # characters of a value that a report shows


class Taking:
    """What was taken of one document, and what was wrong in it."""

    def __init__(self, root: etree._Element) -> None:
        self.root = Part(root, self)
        self.faults: list[Fault] = []
        self.places = Places(root, {})
        self._taken: dict[etree._Element, set[str]] = {}

    @classmethod
    def of(cls, data: bytes) -> Taking:
        """Within the limits of `core.xml`."""
        try:
            return cls(parse(data))
        except XmlError as error:
            raise FormatError(error.message, error.line) from None

    def take(self, element: etree._Element, name: str) -> None:
        self._taken.setdefault(element, set()).add(name)

    def leftovers(self) -> Iterator[Leftover]:
        """Values nobody took, in the order of the file; places are `/Файл/Документ/ТаблСчФакт/СведТов[2]/@НомСтр`."""
        for element in self.root.element.iter(etree.Element):
            taken = self._taken.get(element, ())
            for name, value in element.attrib.items():
                if str(name) not in taken and str(value).strip() and not str(name).startswith(_INSTANCE):
                    yield self._leftover(element, f"/@{etree.QName(str(name)).localname}", str(value))
            text = (element.text or "").strip()
            if text and "" not in taken and not len(element):
                yield self._leftover(element, "", text)

    def _leftover(self, element: etree._Element, name: str, value: str) -> Leftover:
        return Leftover(self.places.address(element) + name, value.strip()[:_SHOWN], element.sourceline or 0, 0)


class Part:
    """An element. Values come without blanks around them; what is absent or blank is "" (texts) or None (others)."""

    __slots__ = ("_of", "element")

    def __init__(self, element: etree._Element, taking: Taking) -> None:
        self.element = element
        self._of = taking

    @property
    def name(self) -> str:
        return etree.QName(self.element).localname

    def find(self, path: str) -> Part | None:
        element: etree._Element | None = self.element
        for step in path.split("/"):
            element = next(element.iterchildren(f"{{*}}{step}"), None) if element is not None else None
        return None if element is None else Part(element, self._of)

    def need(self, path: str) -> Part:
        """The element, or FormatError."""
        found = self.find(path)
        if found is None:
            raise self.error(N_("{path} is missing.", path=path), path)
        return found

    def all(self, path: str) -> list[Part]:
        """Every element with the last name, under the first of each earlier one."""
        *parents, last = path.split("/")
        parent = self.find("/".join(parents)) if parents else self
        return [Part(item, self._of) for item in parent.element.iterchildren(f"{{*}}{last}")] if parent else []

    def text(self, *paths: str) -> str:
        """The first that is given."""
        for path in paths:
            if value := self._value(path):
                return value
        return ""

    def need_text(self, *paths: str) -> str:
        value = self.text(*paths)
        if not value:
            raise self.error(N_("{path} is missing.", path=paths[0]), paths[0])
        return value

    def texts(self, path: str) -> list[str]:
        return [value for part in self.all(path) if (value := part.text(""))]

    def number(self, *paths: str) -> Decimal | None:
        """A plain number; anything else is a fault."""
        value = self.text(*paths)
        if not value:
            return None
        found = _NUMBER.fullmatch(value)
        if found is None:
            self.fault(
                "NUMBER", N_("{path}: {value} is not a number.", path=paths[0] or self.name, value=value[:40]), paths[0]
            )
            return None
        return Decimal(value)

    def day(self, *paths: str) -> date | None:
        """YYYY-MM-DD with or without a time, DD.MM.YYYY or YYYYMMDD; anything else is a fault."""
        value = self.text(*paths)
        if not value:
            return None
        for pattern, order in _DAYS:
            if found := pattern.fullmatch(value):
                try:
                    return date(*(int(found[group]) for group in order))
                except ValueError:
                    break
        self.fault("DATE", N_("{path}: {value} is not a date.", path=paths[0] or self.name, value=value[:40]), paths[0])
        return None

    def fault(self, rule: str, message: Message, path: str = "", severity: Severity = Severity.FATAL) -> None:
        if len(self._of.faults) >= _MAX_FAULTS:
            return
        line, place = self._place(path)
        self._of.faults.append(Fault(rule, message, line, 0, place, severity))

    def error(self, message: Message, path: str = "") -> FormatError:
        line, place = self._place(path)
        return FormatError(message, line, place)

    def _place(self, path: str) -> tuple[int, str]:
        element = self.element
        for step in path.split("/") if path else ():
            element = next(element.iterchildren(f"{{*}}{step}"), element) if not step.startswith("@") else element
        return element.sourceline or 0, self._of.places.address(self.element) + (f"/{path}" if path else "")

    def _value(self, path: str) -> str:
        parents, _, last = path.rpartition("/")
        is_attribute = last.startswith("@")
        if not is_attribute:
            parents, last = path, ""
        part = self.find(parents) if parents else self
        if part is None:
            return ""
        name = last[1:] if is_attribute else ""
        value = part.element.get(name) if is_attribute else part.element.text
        if value is None:
            return ""
        self._of.take(part.element, name)
        return str(value).strip()
