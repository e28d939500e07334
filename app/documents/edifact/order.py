"""ORDERS of any directory (D96A, D01B and between) and its relatives into a neutral order.

The same reading serves ORDRSP, ORDCHG, DESADV and INVOIC where only heads, lines and sums are wanted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from app.core.texts import N_
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.party import PartyReader
from app.documents.edifact.raw_line import (
    CATEGORIES,
    CODES,
    DELIVERY,
    FORMATS,
    FRAME,
    GROUPS,
    HANDLED,
    PRICES,
    QUANTITIES,
    ROLES,
    TOTALS,
    RawLine,
    day_of,
)
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.totals import VatCategory
from app.documents.reading import Reader, Reading
from app.documents.segments import Segment, Severity

_NO_DATES = DeliveryDates()


def read_order(message: EdifactMessage) -> Reading[Order]:
    """Whatever the message says of an order; what is missing or wrong is a fault with its place."""
    return OrderReader(message).read()


class OrderReader(Reader):
    """Messages that are built alike: heads, parties, lines, sums. Others say what differs.

    `delivery` are the moments taken as asked or promised days; where `all_quantities` are named, the line keeps each.
    """

    delivery: ClassVar[dict[str, str]] = DELIVERY
    roles: ClassVar[dict[str, str]] = ROLES
    head_dates: ClassVar[dict[str, str]] = {}
    line_dates: ClassVar[dict[str, str]] = {}
    all_quantities: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, message: EdifactMessage) -> None:
        super().__init__(message.segments, message.position)
        self._type = message.type
        self._head = RawLine()
        self._lines: list[RawLine] = []
        self._now = self._head
        self._group = ""
        self._was = ""
        self._is_summary = False
        self._party: PartyReader | None = None
        self._parties: list[PartyReader] = []
        self._totals: dict[str, Any] = {}
        self._named_by: dict[tuple[str, str], Segment] = {}

    def read(self) -> Reading[Any]:
        names = ((tag, getattr(self, f"_{tag.lower()}", None)) for tag in HANDLED)
        readers = {tag: reader for tag, reader in names if reader is not None}
        for segment in self.segments:
            tag = segment.tag
            if tag == "CUX":
                self._party = None
            if tag in GROUPS and not (self._party and tag in ("RFF", "LOC")):
                self._was, self._group = self._group, tag
                self._party = None
            reader = readers.get(tag)
            if tag == "UNS":
                self._section(segment)
            elif self._party is not None and self._party.take(segment):
                continue
            elif reader is not None:
                reader(segment)
        self._check()
        return Reading(self.document(), tuple(self.faults), tuple(self.leftovers(FRAME)))

    def _section(self, segment: Segment) -> None:
        self._is_summary = segment.value(1) == "S"
        if self._is_summary:
            self._now, self._group, self._party = self._head, "", None

    def _bgm(self, segment: Segment) -> None:
        self._head.values |= {
            "type_code": self.text(segment, 1), "number": self.text(segment, 2), "function": self.text(segment, 3),
        }  # fmt: skip

    def _dtm(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if segment.value(1, 3) == "718" and (qualifier in self.delivery or qualifier == "273"):
            names = ("earliest", "latest") if qualifier in self.delivery else ("start", "end")
            if names[0] in self.delivery.values() or names[0] in self.head_dates.values():
                self._span(segment, *names)
            return
        name = self.delivery.get(qualifier)
        other = (self.head_dates if self._now is self._head else self.line_dates).get(qualifier)
        if other and other not in self._now.dates:
            self._now.dates[other] = self._day(segment)
        elif self._now is self._head and qualifier in ("137", "4") and "day" not in self._head.dates:
            self._head.dates["day"] = self._day(segment)
        elif name and name not in self._now.dates and self._group not in ("SCC", "LOC", "PAC", "PRI", "TAX", "PAT"):
            self._now.dates[name] = self._day(segment)
        elif qualifier == "171" and self._group == "RFF" and self._now.references:
            self._now.references[-1] = replace(self._now.references[-1], date=self._day(segment))

    def _day(self, segment: Segment) -> date | None:
        """The day of any usual format: a moment, the first of a period, week or month."""
        self.take(segment, 1, 1)
        form = self.text(segment, 1, 3)
        if form not in FORMATS or not (text := segment.value(1, 2)):
            return self.day(segment, 1, 2)
        self.take(segment, 1, 2)
        found = FORMATS[form](text)
        if found is None:
            self.fault("DATE", N_("{value} is not a date.", value=text[:40]), segment, 1, 2)
        return found

    def _span(self, segment: Segment, start: str, end: str) -> None:
        """A period in one DTM, format 718."""
        self._now.dates.setdefault(start, self._day(segment))
        last = day_of(segment.value(1, 2).partition("-")[2] or segment.value(1, 2)[8:])
        if last is not None:
            self._now.dates.setdefault(end, last)

    def _ftx(self, segment: Segment) -> None:
        text = " ".join(segment.value(4, at) for at in range(1, 6)).strip()
        if text:
            self.texts(segment, 4, range(1, 6))
            self._now.notes.append(Note(text, self.text(segment, 1)))

    def _rff(self, segment: Segment) -> None:
        kind, number = self.text(segment, 1), self.text(segment, 1, 2)
        if number or segment.value(1, 3):
            self._now.references.append(Reference(kind, number, self.text(segment, 1, 3)))
            self._named_by[kind, number] = segment

    def _nad(self, segment: Segment) -> None:
        self._party = PartyReader(self, segment)
        if self._now is self._head:
            self._parties.append(self._party)
        elif ROLES.get(self._party.role) == "ship_to":
            self._now.values["ship_to"] = self._party
        else:
            self.untake(segment)

    def _cux(self, segment: Segment) -> None:
        if segment.value(1) in ("2", ""):
            self.texts(segment, 1, (1, 3))
            self._head.values["currency"] = self.text(segment, 1, 2)

    def _pat(self, segment: Segment) -> None:
        self._terms(
            "payment_terms", segment, [*self.texts(segment, 2, (1, 4, 5)), *self.texts(segment, 3, (1, 2, 3, 4))]
        )

    def _pyt(self, segment: Segment) -> None:
        self._terms("payment_terms", segment, self.texts(segment, 2, (1, 4, 5)))

    def _tod(self, segment: Segment) -> None:
        self._terms("delivery_terms", segment, self.texts(segment, 3, (1, 4, 5)))

    def _terms(self, name: str, segment: Segment, words: list[str]) -> None:
        if words and self._now is self._head:
            before = str(self._head.values.get(name, ""))
            self._head.values[name] = "; ".join(filter(None, (before, " ".join(words))))

    def _lin(self, segment: Segment) -> None:
        self._now = RawLine(segment=segment)
        self._lines.append(self._now)
        self._now.values["position"] = self.text(segment, 1) or str(len(self._lines))
        self._now.values["action"] = self.text(segment, 2)
        self._code(segment, 3)

    def _pia(self, segment: Segment) -> None:
        if self._now is not self._head:
            self.text(segment, 1)
            for element in range(2, min(7, len(segment.parts))):
                self._code(segment, element)

    def _code(self, segment: Segment, element: int) -> None:
        name = CODES.get(segment.value(element, 2))
        if name and name not in self._now.values and (code := segment.value(element)):
            self._now.values[name] = code
            self.take(segment, element, 1, 2)

    def _imd(self, segment: Segment) -> None:
        text = segment.value(3, 4) + segment.value(3, 5)
        if not text or self._now is self._head:
            return
        self.take(segment, 3, 4, 5)
        self.take(segment, 1, 1)
        values = self._now.values
        name = "description" if values.get("name") else "name"
        values[name] = f"{values[name]} {text}" if values.get(name) else text

    def _qty(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if self.all_quantities:
            self._any_quantity(segment, qualifier)
            return
        if self._now is self._head or self._group in ("SCC", "LOC", "PAC", "ALC") or qualifier not in QUANTITIES:
            return
        rank = QUANTITIES.index(qualifier)
        if rank < self._now.quantity_rank:
            self._now.quantity_rank = rank
            self.take(segment, 1, 1)
            self._now.values["quantity"] = self.number(segment, 1, 2)
            self._now.values["unit"] = self.text(segment, 1, 3)

    def _any_quantity(self, segment: Segment, qualifier: str) -> None:
        there = self._now.quantities
        if self._now is self._head or qualifier not in self.all_quantities or qualifier in there:
            return
        self.text(segment, 1)
        there[qualifier] = (self.number(segment, 1, 2), self.text(segment, 1, 3))

    def _pri(self, segment: Segment) -> None:
        name = PRICES.get(segment.value(1))
        if name is None or self._now is self._head or name in self._now.values:
            return
        self.take(segment, 1, 1)
        values = self._now.values
        values[name] = self.number(segment, 1, 2)
        if "price_unit" not in values:
            values["price_base_quantity"] = self.number(segment, 1, 5)
            values["price_unit"] = self.text(segment, 1, 6)

    def _moa(self, segment: Segment) -> None:
        qualifier = segment.value(1)
        if self._group == "ALC":
            allowance = self._now.allowances[-1]
            if qualifier in ("8", "23", "204") and not allowance.amount:
                self._now.allowances[-1] = replace(allowance, amount=self._amount(segment))
            elif qualifier == "25" and allowance.base is None:
                self._now.allowances[-1] = replace(allowance, base=self._amount(segment))
        elif self._now is not self._head and qualifier == "203" and "net" not in self._now.values:
            self._now.values["net"] = self._amount(segment)
        elif self._is_summary and (name := TOTALS.get(qualifier)) and name not in self._totals:
            self._totals[name] = self._amount(segment)

    def _amount(self, segment: Segment) -> Decimal:
        self.take(segment, 1, 1)
        if segment.value(1, 3) == self._head.values.get("currency"):
            self.text(segment, 1, 3)
        return self.number(segment, 1, 2) or Decimal(0)

    def _tax(self, segment: Segment) -> None:
        if self._was == "ALC" and self._now.allowances and segment.value(2) == "VAT":
            self._allowance_tax(segment)
        elif self._now is self._head or segment.value(2) != "VAT" or "vat_rate" in self._now.values:
            return
        else:
            self.text(segment, 1)
            self.text(segment, 2)
            self._now.values |= {"vat_rate": self.number(segment, 5, 4), "vat_category": self.text(segment, 6)}

    def _allowance_tax(self, segment: Segment) -> None:
        allowance = self._now.allowances[-1]
        category = segment.value(6)
        if category and category not in CATEGORIES:
            return
        self.text(segment, 1)
        self.text(segment, 2)
        self._now.allowances[-1] = replace(
            allowance,
            vat_rate=self.number(segment, 5, 4),
            vat_category=VatCategory(self.text(segment, 6)) if category else None,
        )

    def _alc(self, segment: Segment) -> None:
        reason = "".join(self.texts(segment, 5, (4, 5))) or self.text(segment, 2)
        item = AllowanceCharge(
            amount=Decimal(0), is_charge=self.text(segment, 1) == "C", reason=reason, reason_code=self.text(segment, 5)
        )
        self._now.allowances.append(item)

    def _pcd(self, segment: Segment) -> None:
        if self._group == "ALC" and self._now.allowances:
            self.text(segment, 1)
            percent = self.number(segment, 1, 2)
            self._now.allowances[-1] = replace(self._now.allowances[-1], percent=percent)

    def _cnt(self, segment: Segment) -> None:
        if segment.value(1) == "1":
            self.text(segment, 1)
            self._totals["quantity"] = self.number(segment, 1, 2)
        elif segment.value(1) == "2":
            self.text(segment, 1)
            found = self.number(segment, 1, 2)
            if found is not None:
                self._totals["lines"] = found
                if found != len(self._lines):
                    message = N_("CNT says {given} lines, but there are {found}.", given=found, found=len(self._lines))
                    self.fault("CNT", message, segment, 1, 2)

    def _check(self) -> None:
        bgm = next((segment for segment in self.segments if segment.tag == "BGM"), self.segments[0])
        if not self._head.values.get("number"):
            severity = Severity.FATAL if self._type == "ORDERS" else Severity.WARNING
            self.fault("BGM", N_("BGM gives no document number."), bgm, severity=severity)
        if not self._head.dates.get("day"):
            message = N_("DTM+137 is missing: the document has no date.")
            self.fault("DTM", message, bgm, severity=Severity.WARNING)

    def totals(self) -> OrderTotals:
        lines = self._totals.pop("lines", None)
        return OrderTotals(lines=int(lines) if lines is not None else None, **self._totals)

    def document(self) -> Any:
        return self._order()

    def common(self) -> dict[str, Any]:
        """What most documents have under the same names."""
        named, others = self._sorted_parties()
        head = self._head
        return {
            "number": head.values.get("number", ""), "issue_date": head.dates.get("day"), "other_parties": tuple(others),
            "references": tuple(head.references), **named,
        }  # fmt: skip

    def pick(self, kind: str) -> Reference | None:
        """Take the first reference of a kind out of those of the head."""
        found = next((item for item in self._head.references if item.kind == kind), None)
        if found is not None:
            self._head.references.remove(found)
        return found

    def _sorted_parties(self) -> tuple[dict[str, Party], list[OtherParty]]:
        named: dict[str, Party] = {}
        others: list[OtherParty] = []
        for party in self._parties:
            name = self.roles.get(party.role)
            if name and name not in named:
                named[name] = party.party()
            else:
                others.append(OtherParty(party.role, party.party()))
        return named, others

    def _order(self) -> Order:
        named, others = self._sorted_parties()
        head = self._head
        day = head.dates.pop("day", None)
        totals = self.totals()
        values: dict[str, Any] = {"number": "", **head.values, **named}
        return Order(
            **values, issue_date=day, lines=tuple(_line(line) for line in self._lines), other_parties=tuple(others),
            delivery=DeliveryDates(**head.dates), notes=tuple(head.notes), references=tuple(head.references),
            allowances_charges=tuple(head.allowances), totals=totals,
        )  # fmt: skip


def _line(line: RawLine) -> OrderLine:
    values: dict[str, Any] = {"quantity": None, **line.values}
    party = values.get("ship_to")
    if isinstance(party, PartyReader):
        values["ship_to"] = party.party()
    return OrderLine(
        **values, delivery=DeliveryDates(**line.dates) if line.dates else _NO_DATES, notes=tuple(line.notes), references=tuple(line.references),
        allowances_charges=tuple(line.allowances),
    )  # fmt: skip
