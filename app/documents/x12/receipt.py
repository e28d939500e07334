"""Transaction set 861, both ways: what of a despatch was received, missing, damaged or sent back."""

from __future__ import annotations

from decimal import Decimal

from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.order import FUNCTIONS
from app.documents.x12.raw_line import RawLine
from app.documents.x12.writer import Body, day, number

_CONDITIONS = {"01": "damaged", "02": "short", "03": "over"}  # element 412
_DESPATCH, _LINE = "SI", "LI"  # element 128
_ALL_RECEIVED = "1"  # element 962 needs a code: the goods of a shipment
_DAYS = {"050": "received", "035": "received"}
_ROLES = frozenset({"buyer", "seller", "ship_to"})
_TRIPLETS = (6, 9, 12, 15, 18)


class _ReceiptReader(ContentReader):
    days_of = _DAYS
    line_heads = frozenset({"RCD"})

    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one)
        self.orders: list[OrderRef] = []

    def on_prf(self, segment: Segment) -> None:
        order = OrderRef(number=self.text(segment, 1), line=self.text(segment, 5), date=self.day(segment, 4))
        if self.now is self.head:
            self.orders.append(order)
        else:
            self.now.values.setdefault("order", order)

    def on_sn1(self, segment: Segment) -> None:
        if self.now is not self.head:
            self.now.values["despatched"] = self.number(segment, 2)
            self._unit(segment, 3)

    def conditions(self, raw: RawLine, segment: Segment) -> None:
        """What was sent back, and up to five quantities with the code of what is wrong with them."""
        if segment.value(4):
            raw.values["refused"] = self.number(segment, 4)
            self.text(segment, 5)
        for at in _TRIPLETS:
            name = _CONDITIONS.get(segment.value(at + 2))
            if name and name not in raw.values:
                self.text(segment, at + 2)
                raw.values[name] = self.number(segment, at)
                self._unit(segment, at + 1)

    def _unit(self, segment: Segment, at: int) -> None:
        unit = self.text(segment, at)
        if not self.now.values.get("unit"):
            self.now.values["unit"] = unit


def read_receipt(one: TransactionSet) -> Reading[ReceiptAdvice]:
    reader = _ReceiptReader(one)
    reader.walk()
    heads = [segment for segment in one.segments if segment.tag == "RCD"]
    for raw, segment in zip(reader.lines, heads, strict=True):
        reader.now = raw
        reader.conditions(raw, segment)
    reader.name_parties(_ROLES)
    head = reader.head
    document = ReceiptAdvice(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(_line(raw) for raw in reader.lines),
        despatch_number=head.number_of(_DESPATCH), orders=tuple(reader.orders), type_code=head.get("type_code"),
        function=head.get("function"), other_parties=reader.others, received_on=head.dates.get("received"),
        notes=tuple(head.notes), references=tuple(head.references), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _line(raw: RawLine) -> ReceiptLine:
    amount = raw.values.get
    return ReceiptLine(
        position=raw.get("position"), despatch_line=raw.number_of(_LINE), order_line=raw.values.get("order"),
        ids=raw.ids, name=raw.get("name"), unit=raw.get("unit"), received=amount("quantity"),
        despatched=amount("despatched"), refused=amount("refused"), damaged=amount("damaged"), short=amount("short"),
        over=amount("over"), reason=raw.reason, notes=tuple(raw.notes),
    )  # fmt: skip


def write_receipt(value: ReceiptAdvice) -> Body:
    body = Body("861")
    kind = value.type_code if len(value.type_code) == 1 else _ALL_RECEIVED
    body.add("BRA", value.number, day(value.issue_date), FUNCTIONS.get(value.function, value.function or "00"), kind)
    if value.despatch_number:
        body.add("REF", _DESPATCH, value.despatch_number)
    out.references(body, [item for item in value.references if item.date is None])
    for item in value.references:
        body.lose(f"reference {item.kind}", item.number if item.date is not None else "")
    body.day("050", value.received_on)
    for order in value.orders:
        body.add("PRF", order.number, "", "", day(order.date), order.line)
        body.lose(f"order {order.number}/sales_number", order.sales_number)
    out.parties(body, (("BY", value.buyer), ("SE", value.seller), ("ST", value.ship_to)), value.other_parties)
    body.lose("notes", " ".join(note.text for note in value.notes))
    for line in value.lines:
        _write_line(body, line)
    body.add("CTT", str(len(value.lines)))
    return body


def _write_line(body: Body, line: ReceiptLine) -> None:
    unit, path = out.unit(line.unit), f"line {line.position}"
    faults: list[str] = []
    for code, name in _CONDITIONS.items():
        amount: Decimal | None = getattr(line, name)
        if amount is not None:
            faults += [number(amount), unit, code]
    refused = number(line.refused)
    received = number(line.received)
    body.add(
        "RCD", line.position, received, unit if received else "", refused, unit if refused else "", *faults
    )  # fmt: skip
    if line.despatched is not None:
        body.add("SN1", "", number(line.despatched), unit)
    pairs = out.id_pairs(line.ids)
    if pairs:
        body.add("LIN", "", *pairs)
    out.texts(body, line.name, "")
    if line.despatch_line:
        body.add("REF", _LINE, line.despatch_line)
    if line.order_line is not None:
        body.add("PRF", line.order_line.number, "", "", day(line.order_line.date), line.order_line.line)
        body.lose(f"{path}/order_line/sales_number", line.order_line.sales_number)
    rest = None if line.received is None else line.received - (line.damaged or 0) - (line.refused or 0)
    body.lose(f"{path}/accepted", line.accepted if line.accepted != rest else None)
    for name in ("reason", "reason_code"):
        body.lose(f"{path}/{name}", getattr(line, name))
    body.lose(f"{path}/notes", " ".join(note.text for note in line.notes))
