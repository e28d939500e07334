"""Transaction set 856 into a neutral despatch advice and back: the tree of shipment, order, tare, pack and item.

Levels hang on their HL02. Where that is missing or wrong a level goes under the nearest one before it that stands above
it; which that is, BSN05 says: a pack stands under its item in 0002, an order under its pack in 0003.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.texts import N_
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.order import Reference
from app.documents.model.party import Identifier, Party
from app.documents.model.reference import OrderRef
from app.documents.reading import Reading
from app.documents.segments import Segment, Severity
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.raw_line import RawLine

SHIPMENT, ORDER, TARE, PACK, ITEM = "S", "O", "T", "P", "I"
_ORDERS = {"0002": "SOITP", "0003": "STPOI"}
_ROLES = frozenset({"buyer", "seller", "ship_from", "ship_to", "invoicee", "carrier"})
_DAYS = {"011": "despatched", "017": "expected", "067": "expected", "371": "expected"}
_EXPIRY = "036"


@dataclass(slots=True)
class _Level:
    id: str
    kind: str
    raw: RawLine
    parent: _Level | None = None
    sscc: str = ""
    marks: list[str] = field(default_factory=list)
    package_kind: str = ""
    count: int | None = None
    weights: dict[str, Decimal] = field(default_factory=dict)
    weight_unit: str = ""
    serials: list[str] = field(default_factory=list)
    batch: str = ""
    country: str = ""
    order: OrderRef | None = None
    package: int = 0

    def above(self, *kinds: str) -> _Level | None:
        at = self.parent
        while at is not None and at.kind not in kinds:
            at = at.parent
        return at


class _DespatchReader(ContentReader):
    days_of = _DAYS
    kept_days = frozenset({_EXPIRY})

    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one)
        self.levels: list[_Level] = []
        self._by_id: dict[str, _Level] = {}
        self._last: dict[str, int] = {}
        self._rank = "SOTPI"
        self.carrier: dict[str, str] = {}
        self.transport_mode = ""

    def begun(self, segment: Segment) -> None:
        self.text(segment, 4)
        self._rank = _ORDERS.get(self.text(segment, 5), self._rank)

    @property
    def level(self) -> _Level | None:
        return self.levels[-1] if self.levels and self.now is not self.head else None

    @property
    def at_shipment(self) -> bool:
        return self.now is self.head

    def on_hl(self, segment: Segment) -> None:
        own, above, kind = self.text(segment, 1), self.text(segment, 2), self.text(segment, 3)
        self.text(segment, 4)
        is_top = kind == SHIPMENT and not self.levels
        raw = self.head if is_top else RawLine()
        level = _Level(own, kind, raw)
        if (
            kind == ORDER
            and not any(one.kind == ORDER for one in self.levels)
            and any(one.kind in (TARE, PACK) for one in self.levels)
        ):
            self._rank = _ORDERS["0003"]
        if above in self._by_id:
            level.parent = self._by_id[above]
        else:
            level.parent = self._nearest(kind)
            if above:
                message = N_("HL02 names the level {number}, which is not there before.", number=above)
                self.fault("CODE", message, segment, 2, severity=Severity.WARNING)
        if own in self._by_id:
            message = N_("The level {number} is there twice.", number=own)
            self.fault("CODE", message, segment, 1, severity=Severity.WARNING)
        self._by_id[own] = level
        self._last[kind] = len(self.levels)
        self.levels.append(level)
        self.now = raw
        if kind == ITEM:
            self.lines.append(raw)

    def _nearest(self, kind: str) -> _Level | None:
        rank = self._rank.find(kind) if kind else -1
        above = [self._last[one] for one in self._rank[: max(rank, 0)] if one in self._last]
        return self.levels[max(above)] if above else None

    def on_prf(self, segment: Segment) -> None:
        order = OrderRef(number=self.text(segment, 1), date=self.day(segment, 4), line=self.text(segment, 5))
        if self.level is not None:
            self.level.order = order
        else:
            self.now.references.append(Reference("PO", order.number, date=order.date))

    def on_lin(self, segment: Segment) -> None:
        self.now.values["position"] = self.text(segment, 1)
        self.codes(segment, 2, self.now.values)
        if (level := self.level) is None:
            return
        for at in range(2, len(segment.parts) - 1, 2):
            kind = segment.value(at)
            if kind in ("LT", "CH", "SN") and segment.value(at + 1):
                self.text(segment, at)
                value = self.text(segment, at + 1)
                if kind == "LT":
                    level.batch = value
                elif kind == "CH":
                    level.country = value
                else:
                    level.serials.append(value)

    def on_sn1(self, segment: Segment) -> None:
        values = self.now.values
        values |= {
            "quantity": self.number(segment, 2),
            "unit": self.text(segment, 3),
            "order_line": self.text(segment, 1),
        }
        if segment.value(5):
            values["ordered"] = self.number(segment, 5)
            if segment.value(6) == segment.value(3):
                self.text(segment, 6)
        if segment.value(8) == "CC":
            self.text(segment, 8)
            values["is_closed"] = True

    def on_ref(self, segment: Segment) -> None:
        if segment.value(1) == "SE" and self.level is not None and self.level.kind == ITEM:
            self.text(segment, 1)
            self.level.serials.append(self.text(segment, 2))
        else:
            super().on_ref(segment)

    def on_man(self, segment: Segment) -> None:
        if (level := self.level) is None:
            return
        for at in (1, 4):
            kind, value = segment.value(at), segment.value(at + 1)
            if not value:
                continue
            self.text(segment, at)
            self.text(segment, at + 1)
            if kind == "GM" and not level.sscc:
                level.sscc = value
            else:
                level.marks.append(value)

    def on_td1(self, segment: Segment) -> None:
        target = self.level
        count, weight = self.number(segment, 2), self.number(segment, 7)
        kind = "N" if self.text(segment, 6) == "N" else "G"
        code, unit = self.text(segment, 1), self.text(segment, 8)
        if target is None:
            if count is not None and "package_count" not in self.totals:
                self.totals["package_count"] = int(count)
            if weight is not None:
                self.totals.setdefault("weight_" + kind, weight)
                self.totals.setdefault("weight_unit", unit)
            if code:
                self.totals.setdefault("package_kind", code)
            return
        target.package_kind = target.package_kind or code
        if count is not None:
            target.count = int(count)
        if weight is not None:
            target.weights.setdefault(kind, weight)
            target.weight_unit = target.weight_unit or unit

    def on_td5(self, segment: Segment) -> None:
        if self.carrier or not self.at_shipment:
            return
        self.text(segment, 1)
        self.carrier = {
            "qualifier": self.text(segment, 2),
            "code": self.text(segment, 3),
            "name": self.text(segment, 5),
        }
        self.transport_mode = self.text(segment, 4)


def read_despatch_advice(one: TransactionSet) -> Reading[DespatchAdvice]:
    reader = _DespatchReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    packages = _packages(reader)
    lines = _lines(reader, packages)
    head, totals = reader.head, reader.totals
    named: dict[str, Any] = reader.named
    orders: dict[tuple[str, date | None], OrderRef] = {}
    for level in reader.levels:
        if level.order is not None and level.order.number:
            orders.setdefault(
                (level.order.number, level.order.date), OrderRef(number=level.order.number, date=level.order.date)
            )
    tracking = tuple(item.number for item in head.references if item.kind == "CN")
    if "carrier" not in named and any(reader.carrier.values()):
        code = reader.carrier["code"]
        ids = (Identifier(code, reader.carrier["qualifier"]),) if code else ()
        named["carrier"] = Party(name=reader.carrier["name"], address=None, identifiers=ids)
    document = DespatchAdvice(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(lines), orders=tuple(orders.values()),
        function=head.get("function"), **named, other_parties=reader.others, despatched_on=head.dates.get("despatched"),
        expected_on=head.dates.get("expected"), tracking=tracking, packages=tuple(packages),
        package_count=totals.get("package_count"), gross_weight=totals.get("weight_G"), net_weight=totals.get("weight_N"),
        weight_unit=totals.get("weight_unit", ""), transport_mode=reader.transport_mode,
        delivery_terms=head.get("delivery_terms"), notes=tuple(head.notes),
        references=tuple(item for item in head.references if item.kind != "CN"),
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _packages(reader: _DespatchReader) -> list[Package]:
    """T and P in their order, numbered from 1; one SSCC that comes again under another order is one package."""
    found: list[Package] = []
    by_sscc: dict[str, int] = {}
    for level in reader.levels:
        if level.kind not in (TARE, PACK):
            continue
        if level.sscc in by_sscc:
            level.package = by_sscc[level.sscc]
            continue
        level.package = len(found) + 1
        if level.sscc:
            by_sscc[level.sscc] = level.package
        above = level.above(TARE, PACK)
        kind = level.package_kind
        found.append(
            Package(
                id=str(level.package), parent=str(above.package) if above else "", sscc=level.sscc, kind=kind,
                count=level.count, marks=tuple(level.marks), gross_weight=level.weights.get("G"),
                weight_unit=level.weight_unit,
            )
        )  # fmt: skip
    return found


def _lines(reader: _DespatchReader, packages: list[Package]) -> list[DespatchLine]:
    """Items; what is spread over packages is one line again, with its sum."""
    found: dict[tuple[object, ...], DespatchLine] = {}
    contents: dict[int, list[Packed]] = {}
    positions: dict[int, str] = {}
    for level in reader.levels:
        if level.kind != ITEM:
            continue
        raw, order, pack = level.raw, level.above(ORDER), level.above(TARE, PACK)
        values = raw.values
        quantity, unit, given = values.get("quantity"), raw.get("unit"), raw.get("position")
        position = given or str(len(found) + 1)
        ref = order.order if order is not None else None
        key = (
            (id(order) if ref is None else ref.number, given, raw.ids, level.batch)
            if pack is not None and given
            else (id(level),)
        )
        if key in found:
            first = found[key]
            position = first.position
            total = (first.quantity or Decimal(0)) + quantity if quantity is not None else first.quantity
            found[key] = _with(first, total, tuple(level.serials))
        else:
            line = raw.get("order_line") or given
            found[key] = DespatchLine(
                position=position, quantity=quantity, unit=unit, ids=raw.ids, name=raw.get("name"),
                order_line=OrderRef(number=ref.number, date=ref.date, line=line) if ref is not None else None,
                ordered=values.get("ordered"), is_closed=bool(values.get("is_closed")), batch=level.batch,
                best_before=raw.days.get(_EXPIRY), serials=tuple(level.serials), country_of_origin=level.country,
                notes=tuple(raw.notes), references=tuple(raw.references),
            )  # fmt: skip
        positions[id(level)] = position
        if pack is not None:
            contents.setdefault(pack.package, []).append(Packed(position=position, quantity=quantity, unit=unit))
    for level in reader.levels:
        above = level.above(ITEM) if level.kind in (TARE, PACK) else None
        if above is not None:
            packed = level.raw.values.get("quantity")
            contents.setdefault(level.package, []).append(
                Packed(position=positions[id(above)], quantity=packed, unit=level.raw.get("unit"))
            )
    packages[:] = [_filled(one, tuple(contents.get(at, ()))) for at, one in enumerate(packages, 1)]
    return list(found.values())


def _with(line: DespatchLine, quantity: Decimal | None, serials: tuple[str, ...]) -> DespatchLine:
    return replace(line, quantity=quantity, serials=(*line.serials, *serials))


def _filled(package: Package, contents: tuple[Packed, ...]) -> Package:
    return replace(package, contents=contents) if contents else package
