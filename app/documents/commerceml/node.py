"""Elements read by local name, each value that is taken noted; what is left over can be named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from app.core.texts import N_, Message
from app.documents.commerceml.values import is_true, read_day, read_number
from app.documents.reading import Leftover
from app.documents.segments import Fault, Severity

MAX_LEFTOVERS = 10_000


class Log:
    """What was wrong in a file, and the values of it that nobody took; both end at a limit."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.leftovers: list[Leftover] = []

    def fault(self, rule: str, message: Message, line: int, path: str, severity: Severity = Severity.WARNING) -> None:
        if len(self.faults) < MAX_LEFTOVERS:
            self.faults.append(Fault(rule, message, line, 0, path, severity))

    def left(self, path: str, value: str, line: int) -> None:
        if len(self.leftovers) < MAX_LEFTOVERS:
            self.leftovers.append(Leftover(path, value, line, 0))


def local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


class Node:
    """One element. Texts come without surrounding blanks; what is absent is "" or None."""

    __slots__ = ("_children", "_log", "_taken", "element", "path")

    def __init__(self, element: etree._Element, log: Log, path: str = "") -> None:
        self.element = element
        self.path = path or f"/{local(element)}"
        self._log = log
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            self._children.setdefault(str(child.tag).rpartition("}")[2], []).append(child)
        self._taken: set[str] = set()

    def text(self, *names: str) -> str:
        """The text of the first of the children so named that has one."""
        found = ""
        for name in names:
            self._taken.add(name)
            for child in self._children.get(name, ()):
                found = found or (child.text or "").strip()
        return found

    def texts(self, name: str) -> list[str]:
        self._taken.add(name)
        return [text for child in self._children.get(name, ()) if (text := (child.text or "").strip())]

    def own_text(self) -> str:
        return (self.element.text or "").strip()

    def number(self, *names: str) -> Decimal | None:
        text = self.text(*names)
        return self._number(text, names[0]) if text else None

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if not text or text.startswith("0001-01-01"):  # an empty date of 1C
            return None
        found = read_day(text)
        if found is None:
            self.fault("DATE", N_("{value} is not a date.", value=text[:40]), name)
        return found

    def flag(self, name: str) -> bool:
        return is_true(self.text(name))

    def attribute(self, name: str) -> str:
        self._taken.add(f"@{name}")
        return (self.element.get(name) or "").strip()

    def attribute_number(self, name: str) -> Decimal | None:
        text = self.attribute(name)
        return self._number(text, f"@{name}") if text else None

    def _number(self, text: str, name: str) -> Decimal | None:
        found = read_number(text)
        if found is None:
            self.fault("NUMBER", N_("{value} is not a number.", value=text[:40]), name, Severity.FATAL)
        return found

    def child(self, name: str) -> Node | None:
        return next(self.all(name), None)

    def all(self, *path: str) -> Iterator[Node]:
        """Every child with the last name, below the children with the names before it."""
        first, *rest = path
        self._taken.add(first)
        for n, child in enumerate(self._children.get(first, ())):
            node = Node(child, self._log, f"{self.path}/{first}" + (f"[{n + 1}]" if n else ""))
            if rest:
                yield from node.all(*rest)
                node.done()
            else:
                yield node

    def take(self, *names: str) -> None:
        """These hold the file together and say nothing."""
        self._taken.update(names)

    def fault(self, rule: str, message: Message, name: str = "", severity: Severity = Severity.WARNING) -> None:
        found = self._children.get(name, ())
        line = (found[0] if found else self.element).sourceline or 0
        self._log.fault(rule, message, line, f"{self.path}/{name}" if name else self.path, severity)

    def done(self) -> None:
        """Name what nobody took."""
        for name, children in self._children.items():
            if name not in self._taken:
                for child in children:
                    self._leave(child, f"{self.path}/{name}")
        for key, value in self.element.attrib.items():
            name = str(key).rpartition("}")[2]
            if f"@{name}" not in self._taken and str(value).strip():
                self._log.left(f"{self.path}/@{name}", str(value), self.element.sourceline or 0)

    def _leave(self, element: etree._Element, path: str) -> None:
        stack = [(element, path)]
        while stack:
            node, at = stack.pop()
            text = " ".join((node.text or "").split())
            if text and not len(node):
                self._log.left(at, text, node.sourceline or 0)
            for key, value in node.attrib.items():
                self._log.left(f"{at}/@{str(key).rpartition('}')[2]}", str(value), node.sourceline or 0)
            stack.extend((child, f"{at}/{local(child)}") for child in reversed(node))
