"""DESADV into a neutral despatch advice: the tree of CPS with its packages, their SSCC and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.order import OrderReader
from app.documents.edifact.raw_line import RawLine
from app.documents.edifact.response import REASON, order_ref
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment

SSCC, SERIAL, BATCH = "BJ", "BN", "NB"
GROSS, NET, UNIT_GROSS = "AAD", "AAC", "AAB"
CLOSED = "CP"


@dataclass(slots=True)
class _Pack:
    """A CPS: without SSCC and parent it stands for the whole despatch."""

    id: str
    parent: str
    sscc: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)
    contents: list[Packed] = field(default_factory=list)


def read_despatch(message: EdifactMessage) -> Reading[DespatchAdvice]:
    return _DespatchReader(message).read()


class _DespatchReader(OrderReader):
    roles: ClassVar[dict[str, str]] = {
        "BY": "buyer", "SU": "seller", "SE": "seller", "SF": "ship_from", "DP": "ship_to", "ST": "ship_to", "UC": "ship_to",
        "IV": "invoicee", "CA": "carrier",
    }  # fmt: skip
    delivery: ClassVar[dict[str, str]] = {}
    head_dates: ClassVar[dict[str, str]] = {"11": "despatched", "17": "expected"}
    line_dates: ClassVar[dict[str, str]] = {"361": "best_before", "36": "best_before"}
    all_quantities: ClassVar[frozenset[str]] = frozenset({"12", "21", "83"})

    def __init__(self, message: EdifactMessage) -> None:
        super().__init__(message)
        self._packs: list[_Pack] = []
        self._where: list[_Pack | None] = []

    def _cps(self, segment: Segment) -> None:
        self._now = self._head
        self._packs.append(_Pack(self.text(segment, 1) or str(len(self._packs) + 1), self.text(segment, 2)))
        self.text(segment, 3)

    def _lin(self, segment: Segment) -> None:
        super()._lin(segment)
        self._where.append(self._packs[-1] if self._packs else None)

    @property
    def _pack(self) -> _Pack | None:
        return self._packs[-1] if self._packs and self._now is self._head else None

    def _pac(self, segment: Segment) -> None:
        pack = self._pack
        if pack is not None and "count" not in pack.values:
            count = self.number(segment, 1)
            pack.values["count"] = int(count) if count is not None and count == int(count) else None
            pack.values["kind"] = self.text(segment, 3)

    def _mea(self, segment: Segment) -> None:
        kind = segment.value(2)
        if kind not in (GROSS, NET, UNIT_GROSS) or self._now is not self._head:
            return
        pack = self._pack
        values = self._head.values if pack is None else pack.values
        name = "net_weight" if kind == NET else "gross_weight"
        if name not in values:
            self.texts(segment, 1, (1,))
            self.text(segment, 2)
            values[name] = self.number(segment, 3, 2)
            unit = self.text(segment, 3)
            values["weight_unit"] = values.get("weight_unit") or unit

    def _pci(self, segment: Segment) -> None:
        self.text(segment, 1)
        pack = self._pack
        if pack is not None:
            pack.marks += self.texts(segment, 2, range(1, 11))

    def _gin(self, segment: Segment) -> None:
        kind, pack = segment.value(1), self._pack
        if kind == SSCC and pack is not None and not pack.sscc:
            self.text(segment, 1)
            pack.sscc = self.text(segment, 2)
        elif kind == SERIAL and self._now is not self._head:
            self.text(segment, 1)
            self._now.values.setdefault("serials", []).extend(
                text for element in range(2, 7) if (text := self.text(segment, element))
            )

    def _pia(self, segment: Segment) -> None:
        super()._pia(segment)
        for element in range(2, 7):
            if segment.value(element, 2) == BATCH and self._now is not self._head:
                self.text(segment, element, 2)
                self._now.values["batch"] = self.text(segment, element)

    def _ali(self, segment: Segment) -> None:
        if self._now is not self._head:
            self._now.values["country"] = self.text(segment, 1)

    def _qvr(self, segment: Segment) -> None:
        if segment.value(2) == CLOSED and self._now is not self._head:
            self.text(segment, 2)
            self._now.values["is_closed"] = True

    def _tdt(self, segment: Segment) -> None:
        if self._now is self._head and "mode" not in self._head.values:
            self.text(segment, 1)
            self._head.values["mode"] = self.text(segment, 3)

    def document(self) -> DespatchAdvice:
        orders, tracking = self._orders()
        head = self._head
        common = self.common()
        root = next((pack for pack in self._packs if not pack.parent and not pack.sscc), None)
        lines = self._despatch_lines(root)
        packages = tuple(_package(pack, root) for pack in self._packs if pack is not root)
        values = head.values
        root_values = root.values if root is not None else {}
        return DespatchAdvice(
            **common, lines=lines, orders=orders, type_code=values.get("type_code", ""), function=values.get("function", ""),
            despatched_on=head.dates.get("despatched"), expected_on=head.dates.get("expected"), tracking=tracking,
            packages=packages, package_count=root_values.get("count"),
            gross_weight=values.get("gross_weight", root_values.get("gross_weight")),
            net_weight=values.get("net_weight", root_values.get("net_weight")),
            weight_unit=values.get("weight_unit") or root_values.get("weight_unit", ""),
            transport_mode=values.get("mode", ""), delivery_terms=values.get("delivery_terms", ""), notes=tuple(head.notes),
        )  # fmt: skip

    def _orders(self) -> tuple[tuple[OrderRef, ...], tuple[str, ...]]:
        orders: list[OrderRef] = []
        tracking: list[str] = []
        rest = []
        for item in self._head.references:
            if item.kind == "ON":
                orders.append(OrderRef(number=item.number, line=item.line, date=item.date))
            elif item.kind == "VN" and orders and not orders[-1].sales_number:
                last = orders.pop()
                orders.append(OrderRef(number=last.number, line=last.line, date=last.date, sales_number=item.number))
            elif item.kind == "CN":
                tracking.append(item.number)
            else:
                rest.append(item)
        self._head.references = rest
        return tuple(orders), tuple(tracking)

    def _despatch_lines(self, root: _Pack | None) -> tuple[DespatchLine, ...]:
        """Parts of one line in several packages are one line again."""
        found: dict[tuple[object, ...], list[Any]] = {}
        number = ""
        for line, pack in zip(self._lines, self._where, strict=True):
            position, ids, amount = line.values["position"], line.ids, line.amount("12")
            if pack is not None and pack is not root:
                pack.contents.append(Packed(position=position, quantity=amount, unit=line.unit))
            before = found.get((position, ids))
            if before is None:
                found[position, ids] = [line, amount]
            elif amount is not None:
                before[1] = (before[1] or Decimal(0)) + amount
        return tuple(_line(line, amount, number) for line, amount in found.values())


def _package(pack: _Pack, root: _Pack | None) -> Package:
    parent = "" if root is not None and pack.parent == root.id else pack.parent
    values = pack.values
    return Package(
        id=pack.id, parent=parent, sscc=pack.sscc, kind=values.get("kind", ""), count=values.get("count"),
        marks=tuple(pack.marks), gross_weight=values.get("gross_weight"), weight_unit=values.get("weight_unit", ""),
        contents=tuple(pack.contents),
    )  # fmt: skip


def _line(line: RawLine, amount: Decimal | None, number: str) -> DespatchLine:
    values = line.values
    reason = " ".join(note.text for note in line.notes if note.subject == REASON)
    return DespatchLine(
        position=values["position"], quantity=amount, unit=line.unit, order_line=order_ref(line, number), ids=line.ids,
        name=values.get("name", ""), ordered=line.amount("21"), outstanding=line.amount("83"),
        is_closed=values.get("is_closed", False), reason=reason, batch=values.get("batch", ""),
        best_before=line.dates.get("best_before"), serials=tuple(values.get("serials", ())),
        country_of_origin=values.get("country", ""),
        notes=tuple(note for note in line.notes if note.subject != REASON), references=tuple(line.references),
    )  # fmt: skip
