"""What was wrong in a catalogue and what was left over: the first of each kind is kept, the others are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from app.core.texts import N_, Message
from app.documents.bmecat.names import name_of, number
from app.documents.reading import Leftover
from app.documents.segments import Fault, Severity

_MAX_FAULTS = 1_000
_SHOWN = 200
_KNOWN_ATTRIBUTES = frozenset({"type", "lang", "mode", "default", "price_type"})


@dataclass(slots=True)
class Counted:
    """Values of one path: the first with its line, and how many there are."""

    first: str
    line: int
    count: int = 1


class Notes:
    """Names are those of 2005. `base` is the part that is being read, such as `/BMECAT/T_NEW_CATALOG/PRODUCT[7]`."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.more_faults = 0
        self.left: dict[str, Counted] = {}
        self.base = ""

    def fault(self, rule: str, message: Message, element: etree._Element, severity: Severity = Severity.FATAL) -> None:
        if len(self.faults) >= _MAX_FAULTS:
            self.more_faults += 1
            return
        steps, node = "", element
        while (parent := node.getparent()) is not None and not self.base.rstrip("0123456789[]").endswith(
            f"/{name_of(node)}"
        ):
            steps, node = f"/{name_of(node)}{steps}", parent
        self.faults.append(Fault(rule, message, element.sourceline or 0, 0, self.base + steps, severity))

    def leave(self, element: etree._Element, path: str) -> None:
        """The values in and below the element are left over; `path` is where it stands, without counts."""
        here = f"{path}/{name_of(element)}"
        for key, value in element.attrib.items():
            name = str(key).rpartition("}")[2]
            if name not in _KNOWN_ATTRIBUTES and str(value).strip():
                self._count(f"{here}/@{name}", str(value), element)
        if not len(element):
            if text := (element.text or "").strip():
                self._count(here, text, element)
            return
        for child in element.iterchildren(etree.Element):
            self.leave(child, here)

    def _count(self, path: str, value: str, element: etree._Element) -> None:
        found = self.left.get(path)
        if found is not None:
            found.count += 1
        elif len(self.left) < _MAX_FAULTS:
            self.left[path] = Counted(value.strip()[:_SHOWN], element.sourceline or 0)

    def leftovers(self) -> tuple[Leftover, ...]:
        """One of each path."""
        return tuple(Leftover(path, one.first, one.line, 0) for path, one in self.left.items())

    def number(self, element: etree._Element) -> Decimal | None:
        """Its number, also with a decimal comma, which is warned of; anything else is a fault."""
        text = (element.text or "").strip()
        if not text:
            return None
        value, is_plain = number(text)
        if value is None:
            message = N_("{path}: {value} is not a number.", path=name_of(element), value=text[:40])
            self.fault("NUMBER", message, element)
        elif not is_plain:
            message = N_(
                "{path}: {value} is read as {number}.",
                path=name_of(element),
                value=text[:40],
                number=format(value, "f"),
            )
            self.fault("SEPARATOR", message, element, Severity.WARNING)
        return value

    def day(self, element: etree._Element | None, text: str) -> date | None:
        text = text.strip()
        if not text or element is None:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            message = N_("{path}: {value} is not a date.", path=name_of(element), value=text[:40])
            self.fault("DATE", message, element, Severity.WARNING)
            return None
