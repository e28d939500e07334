"""Transaction set 860 into a neutral order change and back."""

from __future__ import annotations

from dataclasses import replace

from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.order import kind, order_of, write_head, write_line, write_sums
from app.documents.x12.writer import Body, day

_KINDS = {"01": ChangeKind.CANCELLATION, "05": ChangeKind.REPLACEMENT}
_FUNCTIONS = {ChangeKind.CANCELLATION: "01", ChangeKind.REPLACEMENT: "05", ChangeKind.CHANGE: "04"}
_ACTIONS = {"AI": "1", "DI": "2", "NC": "5"}  # element 670 to UNTDID 1229; all others change the line
_CODES = {"1": "AI", "2": "DI", "3": "CA", "5": "NC"}
_OWN_NUMBER = "CR"


class _ChangeReader(ContentReader):
    def begun(self, segment: Segment) -> None:
        self.head.values["sequence"] = self.text(segment, 5)
        self.head.days["own"] = self.day(segment, 11) or self.day(segment, 10)


def read_order_change(one: TransactionSet) -> Reading[OrderChange]:
    reader = _ChangeReader(one)
    reader.walk()
    reader.name_parties()
    head = reader.head
    number, own = head.get("number"), head.number_of(_OWN_NUMBER)
    for raw in reader.lines:
        raw.values["action"] = _ACTIONS.get(raw.get("action"), "3")
    content = replace(order_of(reader), number=own or number, issue_date=head.days.get("own") or reader.day_of_head)
    what = _KINDS.get(head.get("function"), ChangeKind.CHANGE)
    document = OrderChange(
        order=OrderRef(number=number, date=reader.day_of_head), what=what, content=content, sequence=head.get("sequence"),
        reason=head.reason,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def write_order_change(change: OrderChange) -> Body:
    body = Body("860")
    content, order = change.content, change.order
    dated = day(order.date) or day(content.issue_date)
    body.add(
        "BCH", _FUNCTIONS[change.what], kind(content.type_code), order.number, "", change.sequence, dated, "", "", "", "",
        day(content.issue_date),
    )  # fmt: skip
    if content.number and content.number != order.number:
        body.add("REF", _OWN_NUMBER, content.number)
    write_head(body, content, change.reason)
    for line in content.lines:
        write_line(body, replace(line, action=_CODES.get(line.action, "CA")), "POC")
    write_sums(body, content.totals, len(content.lines))
    return body
