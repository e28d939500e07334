"""Values out of cXML, each noted when it is taken, so that what is left over can be named; and the tree to be written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlError, parse
from app.documents.formats import FormatError
from app.documents.reading import Leftover
from app.documents.segments import Fault, Severity
from app.documents.xml_node import address

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SECRETS = frozenset({"SharedSecret", "DigitalSignature", "CredentialMac", "Signature"})  # never shown to anybody
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAX_FAULTS = 100
_MAX_LEFTOVERS = 5000
_SHOWN = 200


class Source:
    """One cXML document while it is read."""

    def __init__(self, root: etree._Element) -> None:
        self.root = Node(root, self)
        self.faults: list[Fault] = []
        self.taken: set[tuple[etree._Element, str]] = set()

    def fault(
        self,
        rule: str,
        message: Message,
        element: etree._Element,
        severity: Severity = Severity.FATAL,
        *,
        name: str = "",
    ) -> None:
        if len(self.faults) < _MAX_FAULTS:
            path = address(element, {}) + (f"/@{name}" if name else "")
            self.faults.append(Fault(rule, message, element.sourceline or 0, 0, path, severity))

    def leftovers(self, top: etree._Element) -> tuple[Leftover, ...]:
        """Texts and attributes below an element that nobody took; secrets are never among them."""
        found: list[Leftover] = []
        for element, path in _with_paths(top):
            if len(found) >= _MAX_LEFTOVERS:
                break
            line = element.sourceline or 0
            for name, value in element.attrib.items():
                if value.strip() and name != LANGUAGE and (element, str(name)) not in self.taken:
                    found.append(Leftover(f"{path}/@{name}", value.strip()[:_SHOWN], line, 0))
            text = own_text(element)
            if text and (element, "") not in self.taken:
                found.append(Leftover(path, text[:_SHOWN], line, 0))
        return tuple(found)


def _with_paths(top: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Every element from here down with its path, siblings counted once; without secrets and what is in them."""
    paths = {top: address(top, {})}
    alike: dict[etree._Element, Counter[str]] = {}
    passed: dict[etree._Element, Counter[str]] = {}
    for element in top.iter(etree.Element):
        parent, name = element.getparent(), str(element.tag)
        if element is not top and parent is not None:
            if parent not in paths:
                continue
            if parent not in alike:
                alike[parent] = Counter(str(child.tag) for child in parent.iterchildren(etree.Element))
                passed[parent] = Counter()
            passed[parent][name] += 1
            paths[element] = f"{paths[parent]}/{name}" + (
                f"[{passed[parent][name]}]" if alike[parent][name] > 1 else ""
            )
        if name in SECRETS:
            del paths[element]
            continue
        yield element, paths[element]


class Node:
    """An element, read by paths of names from here: `ItemDetail/UnitPrice/Money`. What is absent is "" or None."""

    __slots__ = ("element", "source")

    def __init__(self, element: etree._Element, source: Source) -> None:
        self.element = element
        self.source = source

    @property
    def name(self) -> str:
        return str(self.element.tag)

    def find(self, path: str) -> Node | None:
        found = self.element.find(path)
        return None if found is None else Node(found, self.source)

    def all(self, path: str) -> Iterator[Node]:
        return (Node(element, self.source) for element in self.element.iterfind(path))

    def children(self) -> Iterator[Node]:
        return (Node(element, self.source) for element in self.element.iterchildren(etree.Element))

    def text(self, path: str = "") -> str:
        element = self.element.find(path) if path else self.element
        if element is None:
            return ""
        self.source.taken.add((element, ""))
        return own_text(element)

    def get(self, name: str, path: str = "") -> str:
        element = self.element.find(path) if path else self.element
        if element is None:
            return ""
        self.source.taken.add((element, name))
        return (element.get(name) or "").strip()

    def untake(self, name: str = "") -> None:
        """What was taken here is left over after all."""
        self.source.taken.discard((self.element, name))

    def number(self, path: str = "", attribute: str = "") -> Decimal | None:
        text = self.get(attribute, path) if attribute else self.text(path)
        if not text:
            return None
        plain = text.replace(",", "")  # Money may have commas between thousands
        if not _NUMBER.fullmatch(plain):
            self.fault("NUMBER", N_("{value} is not a number.", value=text[:40]), path, attribute)
            return None
        return Decimal(plain)

    def whole(self, path: str = "", attribute: str = "") -> int | None:
        value = self.number(path, attribute)
        return int(value) if value is not None and value == value.to_integral_value() else None

    def day(self, attribute: str, path: str = "") -> date | None:
        """The day of an ISO 8601 moment, as its sender's clock has it."""
        text = self.get(attribute, path)
        if not text:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self.fault("DATE", N_("{value} is not a date.", value=text[:40]), path, attribute)
            return None

    def need(self, path: str, attribute: str = "") -> str:
        """A value the document makes no sense without."""
        value = self.get(attribute, path) if attribute else self.text(path)
        if not value:
            named = f"{path}/@{attribute}".lstrip("/") if attribute else path
            self.fault("MISSING", N_("{path} is missing.", path=named or self.name), path, attribute)
        return value

    def fault(
        self, rule: str, message: Message, path: str = "", attribute: str = "", severity: Severity = Severity.FATAL
    ) -> None:
        element = self.element.find(path) if path else self.element
        self.source.fault(rule, message, self.element if element is None else element, severity, name=attribute)


def own_text(element: etree._Element) -> str:
    """The texts of an element that has no elements, or what stands before and between them."""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return " ".join(" ".join(parts).split()) if len(parts) > 1 else parts[0].strip()


def read_source(data: bytes) -> Source:
    try:
        root = parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    if root.tag != "cXML":
        raise FormatError(N_("This is no cXML."), root.sourceline or 0, address(root, {}))
    return Source(root)


def add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    """An element at the end of another; attributes without a value are left out. `lang` is xml:lang."""
    element: etree._Element = etree.SubElement(parent, tag)
    for name, value in attributes.items():
        if value:
            element.set(LANGUAGE if name == "lang" else name, clean(value))
    if text:
        element.text = clean(text)
    return element


def leaf(parent: etree._Element, tag: str, text: str, **attributes: str) -> None:
    """An element with a text, left out when there is none."""
    if text:
        add(parent, tag, text, **attributes)


def clean(text: str) -> str:
    """Without the characters that XML cannot carry at all."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def moment(day: date | None) -> str:
    return "" if day is None else f"{day.isoformat()}T00:00:00+00:00"
