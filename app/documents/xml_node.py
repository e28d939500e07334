"""Reading values out of XML by path; every error names line and path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lxml import etree

from app.core.texts import N_, Message
from app.core.xml import XmlError, parse
from app.documents.formats import FormatError


class Paths(dict[str, str]):
    """Paths with our prefixes -> the steps in Clark notation, one behind the other, each worked out once."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        super().__init__()
        self.namespaces = namespaces

    def __missing__(self, path: str) -> str:
        self[path] = joined = "".join(self.steps(path))
        return joined

    def steps(self, path: str) -> list[str]:
        named = (step.split(":") for step in path.split("/")) if path else ()
        return [f"{{{self.namespaces[prefix]}}}{name}" for prefix, name in named]


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_MAX_DIGITS = 40


class Node:
    """An element read with paths such as `cac:Party/cbc:EndpointID`, which follow the first child of each name.

    Values come without surrounding blanks; what is absent or blank is "" (text), None (others).
    """

    __slots__ = ("_found", "_paths", "_prefix", "element")

    def __init__(
        self, element: etree._Element, paths: Paths, found: dict[str, etree._Element] | None = None, prefix: str = ""
    ) -> None:  # fmt: skip
        self.element = element
        self._paths = paths
        self._found = found  # below this element or one above it; the prefix is the way from that to this
        self._prefix = prefix

    def find(self, path: str) -> Node | None:
        element = self._element(path)
        return None if element is None else Node(element, self._paths, self._found, self._prefix + self._paths[path])

    def need(self, path: str) -> Node:
        """The element at the path, or FormatError."""
        node = self.find(path)
        if node is None:
            raise self.fault(N_("{path} is missing.", path=path), path)
        return node

    def all(self, path: str) -> list[Node]:
        """Every element with the last name of the path under the first parent of each earlier name."""
        first = self._element(path)
        if first is None:
            return []
        return [Node(first, self._paths), *[Node(other, self._paths) for other in first.itersiblings(str(first.tag))]]

    def text(self, path: str) -> str:
        found = self._found
        if found is None:
            found = self._index()
        element = found.get(self._prefix + self._paths[path])
        return "" if element is None else (element.text or "").strip()

    def need_text(self, path: str) -> str:
        value = self.text(path)
        if not value:
            raise self.fault(N_("{path} is missing.", path=path), path)
        return value

    def own_text(self) -> str:
        return (self.element.text or "").strip()

    def attribute(self, path: str, name: str) -> str:
        element = self._element(path) if path else self.element
        return "" if element is None else (element.get(name) or "").strip()

    def own_number(self) -> Decimal | None:
        return self.number("")

    def number(self, path: str) -> Decimal | None:
        """An xs:decimal."""
        value = self.text(path)
        if not value:
            return None
        if len(value) > _MAX_DIGITS or not _NUMBER.fullmatch(value):
            raise self.fault(N_("{path}: {value} is not a number.", path=path, value=value[:_MAX_DIGITS]), path)
        return Decimal(value)

    def need_number(self, path: str) -> Decimal:
        value = self.number(path)
        if value is None:
            raise self.fault(N_("{path} is missing.", path=path), path)
        return value

    def day(self, path: str) -> date | None:
        """An xs:date; a time zone is read past."""
        value = self.text(path)
        try:
            return date.fromisoformat(value[:10]) if value else None
        except ValueError:
            raise self.fault(N_("{path}: {value} is not a date.", path=path, value=value), path) from None

    def fault(self, message: Message, path: str = "") -> FormatError:
        """An error at the path below this element, as far as that exists."""
        element, here = self.element, address(self.element, self._paths.namespaces)
        for step, clark in zip(path.split("/") if path else (), self._paths.steps(path), strict=True):
            element = next(element.iterchildren(clark), element)
            here += f"/{step}"
        return FormatError(message, element.sourceline or 0, here)

    def _element(self, path: str) -> etree._Element | None:
        found = self._found
        if found is None:
            found = self._index()
        return found.get(self._prefix + self._paths[path])

    def _index(self) -> dict[str, etree._Element]:
        """Everything below by its path, in one go: far faster than to look for each value on its own."""
        self._found = found = {"": self.element}
        _gather(self.element, "", found)
        return found


def _gather(element: etree._Element, prefix: str, found: dict[str, etree._Element]) -> None:
    for child in element:
        key: str = prefix + child.tag  # type: ignore[operator]  # comments and the like are dropped by the parser
        if key not in found:  # the first child of each name
            found[key] = child
            if len(child):
                _gather(child, key, found)


def read_root(data: bytes, paths: Paths) -> Node:
    """The root of the document, within the limits of `core.xml`."""
    try:
        root = parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    return Node(root, paths)


def address(element: etree._Element, namespaces: Mapping[str, str]) -> str:
    """Where an element is, as `/Invoice/cac:InvoiceLine[2]`: our prefixes, counted where there are several."""
    prefixes = {uri: prefix for prefix, uri in namespaces.items()}
    parts = []
    node: etree._Element | None = element
    while node is not None:
        name = etree.QName(node)
        prefix = prefixes.get(name.namespace or "", "")
        earlier = len(list(node.itersiblings(name, preceding=True)))
        is_several = earlier > 0 or next(node.itersiblings(name), None) is not None
        parts.append((f"{prefix}:" if prefix else "") + name.localname + (f"[{earlier + 1}]" if is_several else ""))
        node = node.getparent()
    return "/" + "/".join(reversed(parts))
