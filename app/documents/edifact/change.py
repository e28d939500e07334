"""ORDCHG, both ways: an order again, with what is changed in it."""

from __future__ import annotations

from dataclasses import replace

from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.order_out import write_order
from app.documents.edifact.response import REASON
from app.documents.edifact.writer import D96A, Body, Directory
from app.documents.model.invoice import Note
from app.documents.model.order import Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading

_KINDS = {"1": ChangeKind.CANCELLATION, "5": ChangeKind.REPLACEMENT, "4": ChangeKind.CHANGE}
_FUNCTIONS = {kind: code for code, kind in _KINDS.items()}


def read_change(message: EdifactMessage) -> Reading[OrderChange]:
    return _ChangeReader(message).read()


class _ChangeReader(OrderReader):
    def document(self) -> OrderChange:
        order, sales = self.pick("ON"), self.pick("VN")
        notes = self._head.notes
        reasons = [note.text for note in notes if note.subject == REASON]
        self._head.notes = [note for note in notes if note.subject != REASON]
        content = self._order()
        return OrderChange(
            order=OrderRef(
                number=order.number if order else "",
                date=order.date if order else None,
                sales_number=sales.number if sales else "",
            ),
            what=_KINDS.get(content.function, ChangeKind.CHANGE),
            content=content,
            reason=" ".join(reasons),
        )


def write_change(value: OrderChange, directory: Directory = D96A) -> Body:
    content, order = value.content, value.order
    function = content.function if _KINDS.get(content.function) is value.what else _FUNCTIONS[value.what]
    first = [Reference("ON", order.number, "", order.date)] if order.number else []
    first += [Reference("VN", order.sales_number)] if order.sales_number else []
    notes = (*content.notes, *([Note(value.reason, REASON)] if value.reason else []))
    whole = replace(content, function=function, notes=notes, references=(*first, *content.references))
    body = write_order(whole, directory, "ORDCHG", "230")
    body.lose("sequence", value.sequence)
    return body
