"""RECADV, both ways: what of a despatch was received, accepted, missing or refused."""

from __future__ import annotations

from typing import ClassVar

from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.raw_line import RawLine
from app.documents.edifact.response import order_ref, write_order_ref
from app.documents.edifact.writer import D96A, Body, Directory
from app.documents.model.invoice import Note
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment

_QUANTITIES = (
    ("12", "despatched"), ("48", "received"), ("194", "accepted"), ("119", "short"), ("121", "over"), ("124", "damaged"),
    ("195", "refused"),
)  # fmt: skip


def read_receipt(message: EdifactMessage) -> Reading[ReceiptAdvice]:
    return _ReceiptReader(message).read()


class _ReceiptReader(OrderReader):
    delivery: ClassVar[dict[str, str]] = {}
    head_dates: ClassVar[dict[str, str]] = {"50": "received", "35": "received"}
    all_quantities: ClassVar[frozenset[str]] = frozenset({code for code, _ in _QUANTITIES} | {"196"})

    def _qvr(self, segment: Segment) -> None:
        if self._now is not self._head and "reason_code" not in self._now.values:
            self._now.values["reason_code"] = self.text(segment, 2) or self.text(segment, 3)
            self._now.values["reason"] = self.text(segment, 3, 4)

    def document(self) -> ReceiptAdvice:
        common, head = self.common(), self._head
        named = [item for item in head.references if item.kind == "ON"]
        head.references = [item for item in head.references if item.kind != "ON"]
        orders = [OrderRef(number=item.number, line=item.line, date=item.date) for item in named]
        despatch = self.pick("AAK") or self.pick("DQ")
        for name in ("invoicee",):
            common.pop(name, None)
        common["references"] = tuple(head.references)
        return ReceiptAdvice(
            **common, lines=tuple(_line(line) for line in self._lines), despatch_number=despatch.number if despatch else "",
            orders=tuple(orders), type_code=head.values.get("type_code", ""), function=head.values.get("function", ""),
            received_on=head.dates.get("received"), notes=tuple(head.notes),
        )  # fmt: skip


def _line(line: RawLine) -> ReceiptLine:
    values = line.values
    despatch = next((item for item in line.references if item.kind in ("AAK", "DQ")), None)
    amounts = {name: line.amount(code) for code, name in _QUANTITIES}
    if amounts["refused"] is None:
        amounts["refused"] = line.amount("196")
    return ReceiptLine(
        position=values["position"], despatch_line=despatch.line if despatch else "", order_line=order_ref(line),
        ids=line.ids, name=values.get("name", ""), unit=line.unit, **amounts, reason=values.get("reason", ""),
        reason_code=values.get("reason_code", ""), notes=tuple(line.notes),
    )  # fmt: skip


def write_receipt(value: ReceiptAdvice, directory: Directory = D96A) -> Body:
    body = Body("RECADV", directory)
    code = value.type_code if value.type_code.isdecimal() else "632"
    body.add("BGM", code, value.number, value.function or ("" if value.type_code else "9"))
    body.day("137", value.issue_date)
    body.day("50", value.received_on)
    _notes(body, value.notes)
    for order in value.orders:
        write_order_ref(body, order)
    if value.despatch_number:
        body.add("RFF", ("AAK", value.despatch_number))
    out.references(body, value.references)
    named = (("BY", value.buyer), ("SU", value.seller), ("DP", value.ship_to))
    out.parties(body, named, value.other_parties)
    if value.lines:
        body.add("CPS", "1")
    for line in value.lines:
        out.article(body, line.position, line.ids)
        out.texts(body, line.name)
        for code, name in _QUANTITIES:
            out.quantity(body, code, getattr(line, name), line.unit)
        if line.reason_code or line.reason:
            body.add("QVR", "", line.reason_code, ("", "", "", *body.pack("QVR", line.reason, out.NAME, 1)))
        _notes(body, line.notes)
        write_order_ref(body, line.order_line)
        if line.despatch_line:
            body.add("RFF", ("AAK", value.despatch_number, line.despatch_line))
    body.add("CNT", ("2", str(len(value.lines))))
    return body


def _notes(body: Body, notes: tuple[Note, ...]) -> None:
    """RECADV has no texts before D01B."""
    if not body.directory.is_old:
        out.notes(body, notes)
        return
    for note in notes:
        body.lose("FTX", note.text)
