"""ORDRSP, both ways: the lines of an order with what becomes of them."""

from __future__ import annotations

from typing import ClassVar

from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.order_out import summary
from app.documents.edifact.raw_line import CODES, RawLine
from app.documents.edifact.writer import D96A, Body, Directory
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, Reference
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment

REASON = "ACD"
_ANSWERS = {
    **dict.fromkeys(("29", "AP", "AD", "44"), Answer.ACCEPTED),
    **dict.fromkeys(("4", "28", "30", "34", "CA", "AC", "AI"), Answer.CHANGED),
    **dict.fromkeys(("27", "RE", "1"), Answer.REJECTED),
    **dict.fromkeys(("9", "11", "AB", "AG"), Answer.RECEIVED),
}
_FUNCTIONS = {Answer.ACCEPTED: "29", Answer.CHANGED: "4", Answer.REJECTED: "27", Answer.RECEIVED: "9"}
_LINES = {
    "1": LineAnswer.ADDED, "2": LineAnswer.REJECTED, "3": LineAnswer.CHANGED, "6": LineAnswer.CHANGED,
    "7": LineAnswer.REJECTED, "9": LineAnswer.CHANGED, "10": LineAnswer.REJECTED, "23": LineAnswer.CHANGED,
    "24": LineAnswer.CHANGED, "42": LineAnswer.BACKORDERED,
}  # fmt: skip
_ACTIONS = {
    LineAnswer.ACCEPTED: "5", LineAnswer.CHANGED: "3", LineAnswer.REJECTED: "7", LineAnswer.ADDED: "1",
    LineAnswer.SUBSTITUTED: "3", LineAnswer.BACKORDERED: "42",
}  # fmt: skip


def read_response(message: EdifactMessage) -> Reading[OrderResponse]:
    return _ResponseReader(message).read()


class _ResponseReader(OrderReader):
    delivery: ClassVar[dict[str, str]] = {
        "69": "requested", "67": "requested", "17": "requested", "76": "requested", "2": "requested", "64": "earliest",
        "63": "latest",
    }  # fmt: skip
    all_quantities: ClassVar[frozenset[str]] = frozenset({"21", "113", "12", "83", "170"})

    def _bgm(self, segment: Segment) -> None:
        super()._bgm(segment)
        self._head.values["response"] = self.text(segment, 4)

    def _pia(self, segment: Segment) -> None:
        if self._now is self._head or segment.value(1) != "3":
            super()._pia(segment)
            return
        self.text(segment, 1)
        for element in range(2, 7):
            name = CODES.get(segment.value(element, 2))
            if name and segment.value(element):
                self.text(segment, element, 2)
                self._now.values.setdefault("substitute", {})[name] = self.text(segment, element)

    def document(self) -> OrderResponse:
        common, head = self.common(), self._head
        order, sales = self.pick("ON"), self.pick("VN")
        function = head.values.get("function", "")
        codes = (head.values.get("response", ""), function)
        answer = next((_ANSWERS[code] for code in codes if code in _ANSWERS), Answer.RECEIVED)
        number = order.number if order else ""
        days = {name: head.dates[name] for name in ("requested", "earliest", "latest") if name in head.dates}
        common["references"] = tuple(head.references)
        return OrderResponse(
            **common, answer=answer, function=function, type_code=head.values.get("type_code", ""),
            order=OrderRef(number=number, date=order.date if order else None, sales_number=sales.number if sales else ""),
            currency=head.values.get("currency", ""), lines=tuple(_line(line, number) for line in self._lines),
            promised=DeliveryDates(**days), notes=tuple(head.notes), allowances_charges=tuple(head.allowances),
            totals=self.totals(),
        )  # fmt: skip


def _line(line: RawLine, number: str) -> OrderResponseLine:
    values = line.values
    answer = _LINES.get(values.get("action", ""), LineAnswer.ACCEPTED)
    backordered = line.amount("83")
    quantity, ordered = line.amount("113", "12", "170"), line.amount("21")
    if quantity is None and backordered is None and answer is not LineAnswer.REJECTED:
        quantity, ordered = ordered, None
    substitute = values.get("substitute")
    if answer is LineAnswer.CHANGED and substitute:
        answer = LineAnswer.SUBSTITUTED
    elif answer is LineAnswer.CHANGED and backordered and not quantity:
        answer = LineAnswer.BACKORDERED
    reasons = [note for note in line.notes if note.subject == REASON]
    return OrderResponseLine(
        position=values["position"], answer=answer, order_line=order_ref(line, number), ids=line.ids,
        name=values.get("name", ""), quantity=quantity, unit=line.unit, ordered=ordered, backordered=backordered,
        **{name: values[name] for name in _SAME if name in values}, promised=DeliveryDates(**line.dates),
        substitute=ItemIds(**substitute) if substitute else None, reason=" ".join(note.text for note in reasons),
        notes=tuple(note for note in line.notes if note.subject != REASON), references=tuple(line.references),
    )  # fmt: skip


_SAME = ("unit_price", "price_base_quantity", "price_unit", "net", "vat_rate", "vat_category")


def order_ref(line: RawLine, number: str = "") -> OrderRef | None:
    """The line of an order that RFF+ON names; it is taken out of the references."""
    found = next((item for item in line.references if item.kind == "ON"), None)
    if found is None:
        return None
    line.references.remove(found)
    sales = next((item for item in line.references if item.kind == "VN"), None)
    if sales is not None:
        line.references.remove(sales)
    return OrderRef(
        number=found.number or number, line=found.line, date=found.date, sales_number=sales.number if sales else ""
    )


def write_order_ref(body: Body, order: OrderRef | None) -> None:
    if order is None or not order.number:
        return
    out.references(body, [Reference("ON", order.number, order.line, order.date)])
    if order.sales_number:
        body.add("RFF", ("VN", order.sales_number))


def write_response(value: OrderResponse, directory: Directory = D96A) -> Body:
    body = Body("ORDRSP", directory)
    function = value.function if _ANSWERS.get(value.function) is value.answer else _FUNCTIONS[value.answer]
    code = value.type_code if value.type_code.isdecimal() else "231"
    body.add("BGM", code, value.number, function, "AB" if value.answer is Answer.RECEIVED else "")
    body.day("137", value.issue_date)
    out.delivery(body, value.promised, "69")
    out.notes(body, value.notes)
    write_order_ref(body, value.order)
    out.references(body, value.references)
    named = (("BY", value.buyer), ("SU", value.seller), ("DP", value.ship_to), ("IV", value.invoicee))
    out.parties(body, named, value.other_parties)
    if value.currency:
        body.add("CUX", ("2", value.currency, "9"))
    out.allowances(body, value.allowances_charges)
    body.lose("is_to_change", value.is_to_change)
    for line in value.lines:
        _write_line(body, line)
    summary(body, value.totals)
    return body


def _write_line(body: Body, line: OrderResponseLine) -> None:
    action = _ACTIONS[line.answer]
    if line.answer is LineAnswer.BACKORDERED and line.backordered and not line.quantity:
        action = "3"
    out.article(body, line.position, line.ids, action, line.substitute)
    out.texts(body, line.name)
    body.lose(f"LIN {line.position}/substitute_name", line.substitute_name)
    out.quantity(body, "21", line.ordered, line.unit)
    out.quantity(body, "113", line.quantity, line.unit)
    out.quantity(body, "83", line.backordered, line.unit)
    out.delivery(body, line.promised, "69")
    out.money(body, "203", line.net)
    out.notes(body, line.notes)
    if line.reason:
        out.notes(body, [Note(line.reason, REASON)])
    out.price(body, "AAA", line.unit_price, line.price_base_quantity, line.price_unit)
    write_order_ref(body, line.order_line)
    out.references(body, line.references)
    out.tax(body, line.vat_rate, line.vat_category)
