"""Transaction set 850 (004010, 005010) into a neutral order.

The same reading serves 855, 856, 860, 865 and 810 where only heads, lines and sums are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.texts import N_
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.party import Party
from app.documents.reading import Reader, Reading
from app.documents.segments import Segment, Severity
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.party import PartyReader

_FRAME = frozenset({"ST", "SE"})
# Head segment -> elements of number, date, function, type; -1 where there is none.
_HEADS = {
    "BEG": (3, 5, 1, 2), "BAK": (3, 4, 1, 2), "BCH": (3, 6, 1, 2), "BCA": (3, 6, 1, 2), "BIG": (2, 1, 8, 7), "BSN": (2, 3, 1, -1),
    "BIA": (3, 4, 1, 2), "BCT": (2, 5, 10, 1), "BQT": (2, 3, 1, -1), "BQR": (2, 3, 1, -1), "BGN": (2, 3, 1, -1),
}  # fmt: skip
_ROLES = {
    "BY": "buyer", "BO": "buyer", "SE": "seller", "SU": "seller", "VN": "seller", "ST": "ship_to", "BT": "invoicee",
}  # fmt: skip
_DELIVERY = {"002": "requested", "010": "requested", "017": "requested", "064": "earliest", "063": "latest"}
_CODES = {
    "UP": "gtin", "UK": "gtin", "EN": "gtin", "UA": "gtin", "UI": "gtin", "VP": "sku", "VN": "sku", "SK": "sku", "IN": "buyer_sku",
    "BP": "buyer_sku", "CB": "buyer_sku", "MG": "manufacturer_sku", "MF": "manufacturer_sku",
}  # fmt: skip
_LINE_HEADS = {"PO1", "IT1", "POC"}
_LINE_GROUPS = {"N1", "SCH", "PO1", "IT1", "POC", "LIN", "SAC", "CTT", "HL", "N9", "ACK"}


@dataclass(slots=True)
class _Line:
    values: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, date | None] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    allowances: list[AllowanceCharge] = field(default_factory=list)


def read_order(one: TransactionSet) -> Reading[Order]:
    """Whatever the set says of an order; what is missing or wrong is a fault with its place."""
    return _OrderReader(one).read()


class _OrderReader(Reader):
    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one.segments, one.position)
        self._type = one.type
        self._missing = Severity.FATAL if one.type == "850" else Severity.WARNING
        self._head = _Line()
        self._lines: list[_Line] = []
        self._now = self._head
        self._group = ""
        self._party: PartyReader | None = None
        self._parties: list[PartyReader] = []
        self._totals: dict[str, Any] = {}

    def read(self) -> Reading[Order]:
        for segment in self.segments:
            tag = segment.tag
            if tag in _LINE_GROUPS:
                self._group, self._party = tag, None
            if tag in _HEADS and segment.number <= self.segments[0].number + 1:
                self._begin(segment, *_HEADS[tag])
            elif tag in _LINE_HEADS or (tag == "LIN" and self._type not in ("850", "855", "810")):
                self._begin_line(segment, tag)
            elif self._party is not None and self._party.take(segment):
                continue
            else:
                reader = getattr(self, f"_{tag.lower()}", None) if tag not in _FRAME else None
                if reader is not None:
                    reader(segment)
        self._check()
        return Reading(self._order(), tuple(self.faults), tuple(self.leftovers(_FRAME)))

    def _begin(self, segment: Segment, number: int, day: int, function: int, kind: int) -> None:
        self._head.values |= {"number": self.text(segment, number), "function": self.text(segment, function)}
        if kind > 0:
            self._head.values["type_code"] = self.text(segment, kind)
        self._head.dates["day"] = self.day(segment, day)
        if segment.tag == "BIG" and segment.value(4):
            self._head.references.append(Reference("PO", self.text(segment, 4), date=self.day(segment, 3)))

    def _begin_line(self, segment: Segment, tag: str) -> None:
        self._now = _Line()
        self._lines.append(self._now)
        values = self._now.values
        values["position"] = self.text(segment, 1) or str(len(self._lines))
        if tag == "LIN":
            self._codes(segment, 2)
            return
        shift = 2 if tag == "POC" else 0
        if shift:
            values["action"] = self.text(segment, 2)
        values |= {
            "quantity": self.number(segment, 3 if shift else 2), "unit": self.text(segment, 3 + shift),
            "unit_price": self.number(segment, 4 + shift),
        }  # fmt: skip
        self._codes(segment, 6 + shift)

    def _codes(self, segment: Segment, first: int) -> None:
        for at in range(first, len(segment.parts) - 1, 2):
            name = _CODES.get(segment.value(at))
            if name and segment.value(at + 1) and name not in self._now.values:
                self.text(segment, at)
                self._now.values[name] = self.text(segment, at + 1)

    def _sn1(self, segment: Segment) -> None:
        if self._now is not self._head:
            self._now.values |= {"quantity": self.number(segment, 2), "unit": self.text(segment, 3)}

    def _lin(self, segment: Segment) -> None:
        self._codes(segment, 2)

    def _hl(self, segment: Segment) -> None:
        """Levels of a despatch: what stands on a level other than the item's belongs to the head."""
        if segment.value(3) != "I":
            self._now = self._head

    def _prf(self, segment: Segment) -> None:
        self._now.references.append(Reference("PO", self.text(segment, 1), date=self.day(segment, 4)))

    def _cur(self, segment: Segment) -> None:
        if "currency" not in self._head.values:
            self.text(segment, 1)
            self._head.values["currency"] = self.text(segment, 2)

    def _ref(self, segment: Segment) -> None:
        kind, number = self.text(segment, 1), self.text(segment, 2) or self.text(segment, 3)
        if number:
            self._now.references.append(Reference(kind, number))

    def _dtm(self, segment: Segment) -> None:
        name = _DELIVERY.get(segment.value(1))
        if name and name not in self._now.dates and self._group != "SCH":
            self.text(segment, 1)
            self._now.dates[name] = self.day(segment, 2)

    def _n1(self, segment: Segment) -> None:
        self._party = PartyReader(self, segment)
        if self._now is self._head:
            self._parties.append(self._party)
        elif _ROLES.get(self._party.role) == "ship_to":
            self._now.values["ship_to"] = self._party
        else:
            self.untake(segment)

    def _pid(self, segment: Segment) -> None:
        text = segment.value(5)
        if text and self._now is not self._head:
            self.text(segment, 1)
            self.text(segment, 5)
            name = "description" if self._now.values.get("name") else "name"
            self._now.values[name] = f"{self._now.values.get(name, '')} {text}".strip()

    def _msg(self, segment: Segment) -> None:
        if text := self.text(segment, 1):
            self._now.notes.append(Note(text))

    def _nte(self, segment: Segment) -> None:
        kind = self.text(segment, 1)
        if text := self.text(segment, 2):
            self._now.notes.append(Note(text, kind))

    def _n9(self, segment: Segment) -> None:
        kind, number = self.text(segment, 1), self.text(segment, 2)
        if number:
            self._now.references.append(Reference(kind, number))

    def _itd(self, segment: Segment) -> None:
        if "payment_terms" not in self._head.values:
            names = ((3, "{} %"), (5, "{} days"), (7, "net {} days"), (12, "{}"))
            words = [form.format(text) for at, form in names if (text := self.text(segment, at))]
            self._head.values["payment_terms"] = ", ".join(words)

    def _fob(self, segment: Segment) -> None:
        if self._now is self._head:
            self._head.values["delivery_terms"] = " ".join(filter(None, (self.text(segment, 1), self.text(segment, 5))))

    def _sac(self, segment: Segment) -> None:
        if segment.value(1) not in ("A", "C"):
            return
        item = AllowanceCharge(
            amount=self.number(segment, 5, implied=2) or Decimal(0), is_charge=self.text(segment, 1) == "C",
            reason_code=self.text(segment, 2), reason=self.text(segment, 15), percent=self.number(segment, 7),
        )  # fmt: skip
        self.text(segment, 6)
        self._now.allowances.append(item)

    def _txi(self, segment: Segment) -> None:
        if self._now is not self._head and "vat_rate" not in self._now.values and segment.value(3):
            self._now.values["vat_rate"] = self.number(segment, 3)
        elif self._now is self._head and "tax" not in self._totals:
            self._totals["tax"] = self.number(segment, 2)

    def _tds(self, segment: Segment) -> None:
        self._now = self._head
        self._totals["total"] = self.number(segment, 1, implied=2)

    def _ctt(self, segment: Segment) -> None:
        self._now = self._head
        count, self._totals["quantity"] = self.number(segment, 1), self.number(segment, 2)
        if count is None:
            return
        self._totals["lines"] = int(count)
        if count != len(self._lines) and self._lines and self._type != "856":
            message = N_("CTT01 says {given} lines, but there are {found}.", given=count, found=len(self._lines))
            self.fault("CTT01", message, segment, 1)

    def _amt(self, segment: Segment) -> None:
        kind = segment.value(1)
        name = {"TT": "total", "GV": "total", "1": "net"}.get(kind)
        if self._now is self._head and name and name not in self._totals:
            self.text(segment, 1)
            self._totals[name] = self.number(segment, 2)

    def _check(self) -> None:
        at = self.segments[min(1, len(self.segments) - 1)]
        if not self._head.values.get("number"):
            self.fault("NUMBER", N_("{tag} gives no document number.", tag=at.tag), at, severity=self._missing)
        if not self._head.dates.get("day"):
            self.fault("DATE", N_("{tag} gives no date of the document.", tag=at.tag), at, severity=Severity.WARNING)

    def _order(self) -> Order:
        named: dict[str, Party] = {}
        others: list[OtherParty] = []
        for party in self._parties:
            name = _ROLES.get(party.role)
            if name and name not in named:
                named[name] = party.party()
            else:
                others.append(OtherParty(party.role, party.party()))
        head = self._head
        day = head.dates.pop("day", None)
        values: dict[str, Any] = {"number": "", **head.values, **named}
        return Order(
            **values, issue_date=day, lines=tuple(_line(line) for line in self._lines), other_parties=tuple(others),
            delivery=DeliveryDates(**head.dates), notes=tuple(head.notes), references=tuple(head.references),
            allowances_charges=tuple(head.allowances), totals=OrderTotals(**self._totals),
        )  # fmt: skip


def _line(line: _Line) -> OrderLine:
    values: dict[str, Any] = {"quantity": None, **line.values}
    party = values.get("ship_to")
    if isinstance(party, PartyReader):
        values["ship_to"] = party.party()
    return OrderLine(
        **values, delivery=DeliveryDates(**line.dates), notes=tuple(line.notes), references=tuple(line.references),
        allowances_charges=tuple(line.allowances),
    )  # fmt: skip
