"""What commercial transaction sets have in common: head, parties, lines and sums, read in one way for all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from app.core.texts import N_
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OrderTotals, OtherParty, Reference
from app.documents.model.reference import ScalePrice
from app.documents.reading import Reader
from app.documents.segments import Segment, Severity
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.party import PartyReader
from app.documents.x12.raw_line import Ack, RawLine

FRAME = frozenset({"ST", "SE"})
# Head segment -> elements of number, date, function, type; -1 where there is none.
_HEADS = {
    "BEG": (3, 5, 1, 2), "BAK": (3, 4, 1, 2), "BCH": (3, 6, 1, 2), "BCA": (3, 6, 1, 2), "BIG": (2, 1, 8, 7), "BSN": (2, 3, 1, -1),
    "BIA": (3, 4, 1, 2), "BCT": (2, -1, 10, 1), "BQT": (2, 3, 1, -1), "BQR": (2, 3, 1, -1), "BGN": (2, 3, 1, -1),
    "BRA": (1, 2, 3, 4), "XQ": (-1, 2, 1, -1),
}  # fmt: skip
ROLES = {
    "BY": "buyer", "BO": "buyer", "OB": "buyer", "SE": "seller", "SU": "seller", "VN": "seller", "ST": "ship_to",
    "BT": "invoicee", "SF": "ship_from", "CA": "carrier",
}  # fmt: skip
_ORDER_ROLES = {"buyer", "seller", "ship_to", "invoicee"}
_DELIVERY = {"002": "requested", "010": "requested", "017": "requested", "064": "earliest", "063": "latest"}
_CODES = {
    "UP": "gtin", "UK": "gtin", "EN": "gtin", "UA": "gtin", "UI": "gtin", "VP": "sku", "VN": "sku", "SK": "sku", "VC": "sku",
    "IN": "buyer_sku", "BP": "buyer_sku", "CB": "buyer_sku", "MG": "manufacturer_sku",
}  # fmt: skip
_PER = {"PE": Decimal(1), "HP": Decimal(100), "TP": Decimal(1000)}
_LIST_PRICES = {"LPR", "CAT", "MSR"}
_GROUPS = {
    "N1", "SCH", "PO1", "IT1", "POC", "LIN", "SAC", "CTT", "HL", "N9", "ACK", "SLN", "TDS", "QTY", "RCD", "SDQ", "LDT", "CTP",
}  # fmt: skip
_MONEY = {"TT": "total", "GV": "total", "1": "net", "T": "tax"}
_SHORT_SUBJECT = 3
_NO_DATES = DeliveryDates()


class ContentReader(Reader):
    """`walk` reads everything; what a set has of its own is added by methods named as the segments."""

    days_of = _DELIVERY
    kept_days: frozenset[str] = frozenset()
    has_price_scales = False
    line_heads = frozenset({"PO1", "IT1", "POC", "RCD"})
    passed_over = frozenset({"SLN", "SDQ", "LDT"})
    """Groups whose segments are not looked at."""
    note_kinds = frozenset({"L1"})

    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one.segments, one.position)
        self.type = one.type
        self.missing = Severity.FATAL if one.type == "850" else Severity.WARNING
        self.head = RawLine()
        self.lines: list[RawLine] = []
        self.now = self.head
        self.group = ""
        self.totals: dict[str, Any] = {}
        self.party: PartyReader | None = None
        self.head_parties: list[PartyReader] = []
        self.named: dict[str, Any] = {}
        self.others: tuple[OtherParty, ...] = ()
        self._subject = ""

    def walk(self) -> None:
        names = {segment.tag for segment in self.segments} - FRAME
        readers = {tag: getattr(self, f"on_{tag.lower()}", None) for tag in names}
        last_head = self.segments[0].number + 1
        for segment in self.segments:
            tag = segment.tag
            if tag in _GROUPS:
                self.group, self.party = tag, None
            if tag in _HEADS and segment.number <= last_head:
                self._begin(segment, *_HEADS[tag])
            elif tag in self.line_heads:
                self._begin_line(segment, tag)
            elif (self.party is not None and self.party.take(segment)) or self.group in self.passed_over:
                continue
            elif (reader := readers.get(tag)) is not None:
                reader(segment)
        self._check()

    def rest(self) -> tuple[Any, ...]:
        return tuple(self.leftovers(FRAME))

    def name_parties(self, wanted: frozenset[str] | set[str] = _ORDER_ROLES) -> None:
        """`named` by use, the first of each; all else are `others` with their role."""
        others = []
        for party in self.head_parties:
            name = ROLES.get(party.role, "")
            if name in wanted and name not in self.named:
                self.named[name] = party.party()
            else:
                others.append(OtherParty(party.role, party.party()))
        self.others = tuple(others)

    def give_back(self, wanted: frozenset[str]) -> None:
        """Parties that the document has no place for are left over."""
        seen: set[str] = set()
        for party in self.head_parties:
            name = ROLES.get(party.role, "")
            if name not in wanted or name in seen:
                for segment in party.segments:
                    self.untake(segment)
            seen.add(name)

    @property
    def day_of_head(self) -> date | None:
        return self.head.dates.get("day")

    def delivery(self, raw: RawLine) -> DeliveryDates:
        if not raw.dates:
            return _NO_DATES
        return DeliveryDates(**{name: value for name, value in raw.dates.items() if name != "day"})

    def sums(self) -> OrderTotals:
        return OrderTotals(**self.totals)

    def _begin(self, segment: Segment, number: int, day: int, function: int, kind: int) -> None:
        self.head.values |= {
            "number": self.text(segment, number) if number > 0 else "", "function": self.text(segment, function)
        }  # fmt: skip
        if kind > 0:
            self.head.values["type_code"] = self.text(segment, kind)
        if day > 0:
            self.head.dates["day"] = self.day(segment, day)
        self.begun(segment)

    def begun(self, segment: Segment) -> None:
        """What the head segment of a set has of its own."""

    def _begin_line(self, segment: Segment, tag: str) -> None:
        self.now = RawLine()
        self.lines.append(self.now)
        values = self.now.values
        values["position"] = self.text(segment, 1) or str(len(self.lines))
        if tag == "LIN":
            self.codes(segment, 2, values)
            return
        if tag == "RCD":
            values |= {"quantity": self.number(segment, 2), "unit": self.text(segment, 3)}
            return
        shift = 2 if tag == "POC" else 0
        if shift:
            values["action"] = self.text(segment, 2)
        values["quantity"] = self.number(segment, 3 if shift else 2)
        values["unit"] = self.text(segment, 3 + shift)
        values["unit_price"] = self.number(segment, 4 + shift)
        base = _PER.get(segment.value(5 + shift))
        if base is not None:
            self.take(segment, 5 + shift, 1)
            values["price_base_quantity"] = base
        self.codes(segment, 6 + shift, values)

    def codes(self, segment: Segment, first: int, values: dict[str, Any]) -> None:
        for at in range(first, len(segment.parts) - 1, 2):
            name = _CODES.get(segment.value(at))
            if name and name not in values and (code := segment.value(at + 1)):
                self.take(segment, at, 1)
                self.take(segment, at + 1, 1)
                values[name] = code

    def on_sn1(self, segment: Segment) -> None:
        if self.now is not self.head:
            self.now.values |= {"quantity": self.number(segment, 2), "unit": self.text(segment, 3)}

    def on_lin(self, segment: Segment) -> None:
        self.codes(segment, 2, self.now.values)

    def on_ack(self, segment: Segment) -> None:
        if self.now is self.head:
            return
        ids: dict[str, str] = {}
        self.codes(segment, 7, ids)
        self.now.acks.append(
            Ack(
                self.text(segment, 1), self.number(segment, 2), self.text(segment, 3), self.day(segment, 5),
                self.text(segment, 4), ids, self.text(segment, 29) == "ADD",
            )
        )  # fmt: skip
        if segment.value(27) == "ZZ":
            self.text(segment, 27)

    def on_cur(self, segment: Segment) -> None:
        if "currency" not in self.head.values:
            self.text(segment, 1)
            self.head.values["currency"] = self.text(segment, 2)

    def on_ref(self, segment: Segment) -> None:
        kind = self.text(segment, 1)
        if kind == "L1" and segment.value(3):
            subject = self.text(segment, 2)
            self.now.notes.append(Note(self.text(segment, 3), "" if subject == "TXT" else subject))
            return
        number = self.text(segment, 2) or self.text(segment, 3)
        if number:
            self.now.references.append(Reference(kind, number))

    def on_dtm(self, segment: Segment) -> None:
        kind = segment.value(1)
        if self.group in ("SCH", "N9"):
            return
        name = self.days_of.get(kind)
        if name and name not in self.now.dates:
            self.take(segment, 1, 1)
            self.now.dates[name] = self.day(segment, 2)
        elif kind in self.kept_days and kind not in self.now.days:
            self.text(segment, 1)
            self.now.days[kind] = self.day(segment, 2)

    def on_n1(self, segment: Segment) -> None:
        self.party = PartyReader(self, segment)
        if self.now is self.head:
            self.head_parties.append(self.party)
        elif ROLES.get(self.party.role) == "ship_to" and "ship_to" not in self.now.values:
            self.now.values["ship_to"] = self.party
        else:
            self.untake(segment)

    def on_pid(self, segment: Segment) -> None:
        text = segment.value(5)
        if not text or self.now is self.head:
            return
        values, kind = self.now.values, segment.value(2)
        is_own = kind in ("08", "GEN") and segment.value(1) == "F"
        for at in (1, 2, 5) if is_own else (1, 5):
            self.take(segment, at, 1)
        name = "name" if (is_own and kind == "08") or not (values.get("name") or is_own) else "description"
        values[name] = f"{values[name]} {text}" if values.get(name) else text

    def on_msg(self, segment: Segment) -> None:
        if not (text := self.text(segment, 1)):
            return
        if self.group == "N9" and self._subject == "REASON":
            self.now.reason = f"{self.now.reason} {text}".strip()
        else:
            self.now.notes.append(Note(text, self._subject if self.group == "N9" else ""))

    def on_nte(self, segment: Segment) -> None:
        kind = self.text(segment, 1)
        if text := self.text(segment, 2):
            self.now.notes.append(Note(text, "" if kind == "GEN" else kind))

    def on_n9(self, segment: Segment) -> None:
        kind, number = self.text(segment, 1), segment.value(2)
        self._subject = ""
        if kind in self.note_kinds:
            if number in ("REASON", "TXT") or 0 < len(number) <= _SHORT_SUBJECT:
                self.text(segment, 2)
                self._subject = "" if number == "TXT" else number
        elif number:
            self.now.references.append(Reference(kind, self.text(segment, 2), date=self.day(segment, 4)))

    def on_itd(self, segment: Segment) -> None:
        words = []
        values = self.head.values
        if "payment_terms" not in values:
            names = ((3, "{} %"), (5, "{} days"), (7, "net {} days"), (12, "{}"))
            words = [form.format(text) for at, form in names if (text := self.text(segment, at))]
            values["payment_terms"] = ", ".join(words)
        elif segment.value(12) and not any(segment.value(at) for at in range(1, 12)):
            values["payment_terms"] = f"{values['payment_terms']} {self.text(segment, 12)}".strip()

    def on_fob(self, segment: Segment) -> None:
        if self.now is self.head and "delivery_terms" not in self.head.values:
            pays, terms = self.text(segment, 1), self.text(segment, 5)
            if segment.value(4) == "01":
                self.text(segment, 4)
            self.head.values["delivery_terms"] = " ".join(filter(None, ("" if terms and pays == "DF" else pays, terms)))

    def on_sac(self, segment: Segment) -> None:
        if segment.value(1) not in ("A", "C"):
            return
        code = self.text(segment, 2)
        if not code and segment.value(3) == "ZZ":
            self.text(segment, 3)
            code = self.text(segment, 4)
        item = AllowanceCharge(
            amount=self.number(segment, 5, implied=2) or Decimal(0), is_charge=self.text(segment, 1) == "C",
            reason_code=code, reason=self.text(segment, 15), percent=self.number(segment, 7),
        )  # fmt: skip
        self.text(segment, 6)
        self.now.allowances.append(item)

    def on_txi(self, segment: Segment) -> None:
        if (self.group == "SAC" and self.type == "810") or (
            self.now is self.head and self.type != "810" and "tax" in self.totals
        ):
            return
        if self.type == "810":
            self.now.taxes.append(
                (self.text(segment, 1), self.number(segment, 2), self.number(segment, 3), self.text(segment, 10),
                 self.number(segment, 8))
            )  # fmt: skip
            self.text(segment, 7)
            if self.now is self.head:
                self.totals["tax"] = (self.totals.get("tax") or Decimal(0)) + (self.now.taxes[-1][1] or Decimal(0))
            return
        for at, plain in ((1, "VA"), (2, "0")):
            if segment.value(at) == plain:
                self.text(segment, at)
        if self.now is self.head:
            self.totals["tax"] = self.number(segment, 2)
        elif "vat_rate" not in self.now.values and "vat_category" not in self.now.values:
            for name, value in (("vat_rate", self.number(segment, 3)), ("vat_category", self.text(segment, 10))):
                if value not in (None, ""):
                    self.now.values[name] = value

    def on_ctp(self, segment: Segment) -> None:
        kind, amount = segment.value(2), segment.value(3)
        if self.now is self.head or not amount:
            return
        if self.has_price_scales:
            self.text(segment, 2)
            start = self.number(segment, 4)
            value = self.number(segment, 3)
            if value is not None:
                self.now.prices.append(
                    ScalePrice(amount=value, from_quantity=start or Decimal(1), unit=self.text(segment, 5), kind=kind)
                )
        elif kind in _LIST_PRICES and "list_price" not in self.now.values:
            self.text(segment, 2)
            self.now.values["list_price"] = self.number(segment, 3)

    def on_tds(self, segment: Segment) -> None:
        self.now = self.head
        self.totals["total"] = self.number(segment, 1, implied=2)

    def on_ctt(self, segment: Segment) -> None:
        self.now = self.head
        count, self.totals["quantity"] = self.number(segment, 1), self.number(segment, 2)
        if count is None:
            return
        self.totals["lines"] = int(count)
        if count != len(self.lines) and self.lines and self.type != "856":
            message = N_("CTT01 says {given} lines, but there are {found}.", given=count, found=len(self.lines))
            self.fault("CTT01", message, segment, 1)

    def on_amt(self, segment: Segment) -> None:
        kind = segment.value(1)
        name = _MONEY.get(kind)
        if self.now is not self.head:
            if kind == "1" and "net" not in self.now.values:
                self.take(segment, 1, 1)
                self.now.values["net"] = self.number(segment, 2)
        elif name and name not in self.totals:
            self.text(segment, 1)
            self.totals[name] = self.number(segment, 2)

    def _check(self) -> None:
        at = self.segments[min(1, len(self.segments) - 1)]
        if not self.head.values.get("number") and self.type != "852":
            self.fault("NUMBER", N_("{tag} gives no document number.", tag=at.tag), at, severity=self.missing)
        if not self.head.dates.get("day") and self.type != "832":
            self.fault("DATE", N_("{tag} gives no date of the document.", tag=at.tag), at, severity=Severity.WARNING)
