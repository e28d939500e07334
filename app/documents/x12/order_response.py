"""Transaction sets 855 and 865 into a neutral order response and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.order import function, write_sums
from app.documents.x12.raw_line import RawLine, item_ids
from app.documents.x12.writer import Body, day, number

_ANSWERS = {
    "AC": Answer.CHANGED, "AD": Answer.ACCEPTED, "AE": Answer.CHANGED, "AH": Answer.RECEIVED, "AK": Answer.ACCEPTED,
    "AP": Answer.ACCEPTED, "AT": Answer.ACCEPTED, "RD": Answer.REJECTED, "RF": Answer.REJECTED, "RJ": Answer.REJECTED,
    "RO": Answer.CHANGED,
}  # fmt: skip
_LINE_ANSWERS = {
    "IA": LineAnswer.ACCEPTED, "AA": LineAnswer.ACCEPTED, "AC": LineAnswer.ACCEPTED, "AR": LineAnswer.ACCEPTED,
    "IC": LineAnswer.CHANGED, "IQ": LineAnswer.CHANGED, "IP": LineAnswer.CHANGED, "DR": LineAnswer.CHANGED,
    "IE": LineAnswer.ACCEPTED, "IB": LineAnswer.BACKORDERED, "BP": LineAnswer.BACKORDERED, "SP": LineAnswer.BACKORDERED,
    "IR": LineAnswer.REJECTED, "ID": LineAnswer.REJECTED, "IS": LineAnswer.SUBSTITUTED,
}  # fmt: skip
_LATER = {"IB", "BP"}
_CODES = {
    LineAnswer.ACCEPTED: "IA", LineAnswer.CHANGED: "IC", LineAnswer.REJECTED: "IR", LineAnswer.SUBSTITUTED: "IS",
    LineAnswer.ADDED: "IA", LineAnswer.BACKORDERED: "BP",
}  # fmt: skip
_PROMISED = {
    "017": "requested", "067": "requested", "068": "requested", "002": "requested", "010": "requested",
    "064": "earliest", "063": "latest",
}  # fmt: skip
_NO_ANSWER = "NA"


class _ResponseReader(ContentReader):
    days_of = _PROMISED

    def begun(self, segment: Segment) -> None:
        values, text = self.head.values, self.text
        at = (8, 9) if segment.tag == "BAK" else (9, 10)
        values["own_number"] = text(segment, at[0])
        self.head.days["own"] = self.day(segment, at[1])
        if segment.tag == "BCA":
            values["sequence"] = text(segment, 5)


def read_order_response(one: TransactionSet) -> Reading[OrderResponse]:
    reader = _ResponseReader(one)
    reader.walk()
    reader.name_parties()
    head = reader.head
    sales_number = head.number_of("VN")
    order = OrderRef(number=head.get("number"), date=reader.day_of_head, sales_number=sales_number)
    lines = tuple(_line(reader, raw) for raw in reader.lines)
    code = head.get("type_code")
    document = OrderResponse(
        number=head.get("own_number") or order.number, issue_date=head.days.get("own") or reader.day_of_head, order=order,
        answer=_ANSWERS.get(code) or _answer(lines), lines=lines, is_to_change=one.type == "865",
        currency=head.get("currency"), type_code=code, function=head.get("function"), **reader.named,
        other_parties=reader.others, promised=reader.delivery(head), notes=tuple(head.notes),
        references=tuple(head.references), allowances_charges=tuple(head.allowances), totals=reader.sums(),
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _answer(lines: tuple[OrderResponseLine, ...]) -> Answer:
    """What the lines come to, where the head does not say it."""
    answers = {line.answer for line in lines}
    if answers <= {LineAnswer.ACCEPTED}:
        return Answer.ACCEPTED if answers else Answer.RECEIVED
    return Answer.REJECTED if answers == {LineAnswer.REJECTED} else Answer.CHANGED


def _line(reader: ContentReader, raw: RawLine) -> OrderResponseLine:
    values: dict[str, Any] = {
        name: raw.values[name]
        for name in ("name", "unit", "unit_price", "price_base_quantity", "net", "vat_rate", "vat_category")
        if name in raw.values
    }
    acks = raw.acks
    answer = _LINE_ANSWERS.get(acks[0].code, LineAnswer.CHANGED) if acks else LineAnswer.ACCEPTED
    if any(ack.code in _LATER for ack in acks):
        answer = LineAnswer.BACKORDERED
    if any(ack.added for ack in acks) or raw.get("action") == "AI":
        answer = LineAnswer.ADDED
    ordered = raw.values.get("quantity")
    later = [ack.quantity for ack in acks if ack.code == "IB"]
    coming = [ack.quantity for ack in acks if ack.code not in ("IB", "IR", "ID") and ack.quantity is not None]
    quantity = sum(coming, Decimal(0)) if coming else ordered if not acks else None
    replaced = next((ack.ids for ack in acks if ack.ids), None)
    promised = reader.delivery(raw)
    if day := next((ack.day for ack in acks if ack.day), None):
        promised = type(promised)(requested=day, earliest=promised.earliest, latest=promised.latest)
    order = reader.head.get("number")
    return OrderResponseLine(
        position=raw.get("position"), answer=answer, order_line=OrderRef(number=order, line=raw.get("position")), ids=raw.ids,
        quantity=quantity, ordered=ordered, backordered=later[0] if later else None, promised=promised,
        substitute=item_ids(replaced) if replaced else None, reason=raw.reason, notes=tuple(raw.notes),
        references=tuple(raw.references), **values,
    )  # fmt: skip


def write_order_response(response: OrderResponse) -> Body:
    body = Body("865" if response.is_to_change else "855")
    order, code = response.order, _code(response)
    if response.is_to_change:
        body.add("BCA", function(response.function), code, order.number, "", "", day(order.date), "", "",
                 response.number, day(response.issue_date))  # fmt: skip
    else:
        body.add("BAK", function(response.function), code, order.number, day(order.date), "", "", "", response.number,
                 day(response.issue_date))  # fmt: skip
    if response.currency:
        body.add("CUR", "SE", response.currency)
    if order.sales_number:
        body.add("REF", "VN", order.sales_number)
    dated = next((at for at, item in enumerate(response.references) if item.date), len(response.references))
    out.references(body, response.references[:dated])
    out.allowances(body, response.allowances_charges)
    out.delivery(body, response.promised, "017")
    if response.totals.tax is not None:
        body.add("TXI", "VA", number(response.totals.tax))
    out.references(body, response.references[dated:])
    out.notes(body, response.notes)
    named = (("BY", response.buyer), ("SE", response.seller), ("ST", response.ship_to), ("BT", response.invoicee))
    out.parties(body, named, response.other_parties)
    for line in response.lines:
        _write_line(body, line, response)
    write_sums(body, response.totals, len(response.lines))
    return body


def _code(response: OrderResponse) -> str:
    """Element 587; the one the document came with when it says the same."""
    if _ANSWERS.get(response.type_code) is response.answer:
        return response.type_code
    detailed = {Answer.ACCEPTED: "AD", Answer.CHANGED: "AC", Answer.REJECTED: "RD", Answer.RECEIVED: "AH"}
    plain = {Answer.ACCEPTED: "AT", Answer.CHANGED: "AC", Answer.REJECTED: "RJ", Answer.RECEIVED: "AH"}
    return (detailed if response.lines else plain)[response.answer]


def _write_line(body: Body, line: OrderResponseLine, response: OrderResponse) -> None:
    ordered = line.ordered if line.ordered is not None else line.quantity
    amount, basis = out.price(line.unit_price, line.price_base_quantity)
    position = line.order_line.line if line.order_line and line.order_line.line else line.position
    unit = out.unit(line.unit)
    if response.is_to_change:
        action = "AI" if line.answer is LineAnswer.ADDED else "DI" if line.answer is LineAnswer.REJECTED else "CA"
        body.add("POC", position, action, number(ordered), "", unit, amount, basis, *out.id_pairs(line.ids))
    else:
        body.add("PO1", position, number(ordered), unit, amount, basis, *out.id_pairs(line.ids))
    out.texts(body, line.name, "")
    out.delivery(body, type(line.promised)(earliest=line.promised.earliest, latest=line.promised.latest))
    dated = next((at for at, item in enumerate(line.references) if item.date), len(line.references))
    out.references(body, line.references[:dated])
    _write_acks(body, line, unit)
    if line.net is not None:
        body.add("AMT", "1", number(line.net))
    out.tax(body, line.vat_rate, line.vat_category)
    out.references(body, line.references[dated:])
    out.notes(body, line.notes, line.reason)
    body.lose(f"line {line.position}/substitute_name", line.substitute_name)
    body.lose(f"line {line.position}/price_unit", line.price_unit if line.price_unit != line.unit else "")
    if position != line.position:
        body.lose(f"line {line.position}/position", line.position)


def _write_acks(body: Body, line: OrderResponseLine, unit: str) -> None:
    """One ACK for what comes, one (IB) for what comes later."""
    promised = day(line.promised.requested)
    kind = "017" if promised else ""
    pairs = out.id_pairs(line.substitute) if line.substitute else ()
    code = _CODES[line.answer]
    only_later = line.answer is LineAnswer.BACKORDERED and not line.quantity and line.backordered is not None
    if not only_later or line.quantity is not None:
        added = [*[""] * (20 - len(pairs)), "ZZ", "", "ADD"] if line.answer is LineAnswer.ADDED else []
        count = number(line.quantity) if line.answer is not LineAnswer.REJECTED else ""
        body.add("ACK", code, count, unit if count else "", kind, promised, "", *pairs, *added)
    if line.backordered is not None:
        body.add(
            "ACK",
            "IB",
            number(line.backordered),
            unit,
            *((kind, promised) if only_later and line.quantity is None else ()),
        )
