"""A neutral despatch advice as 856: shipment, orders, what is packed under its packages, items."""

from __future__ import annotations

from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import Note
from app.documents.model.reference import OrderRef
from app.documents.x12 import parts_out as out
from app.documents.x12.order import function
from app.documents.x12.writer import Body, cut_at_blanks, day, number

_PACKED, _LOOSE = "0001", "0004"


def write_despatch_advice(advice: DespatchAdvice) -> Body:
    return _Tree(advice).write()


class _Tree:
    def __init__(self, advice: DespatchAdvice) -> None:
        self._advice = advice
        self._body = Body("856")
        self._count = 0
        self._lines = {line.position: line for line in advice.lines}
        self._children: dict[str, list[Package]] = {}
        known = {one.id for one in advice.packages}
        for one in advice.packages:
            self._children.setdefault(one.parent if one.parent in known else "", []).append(one)
        self._left = {line.position: line.quantity for line in advice.lines}
        self._written: set[str] = set()
        self._packages_written: set[str] = set()
        self._packed = {item.position for one in advice.packages for item in one.contents}

    def write(self) -> Body:
        advice, body = self._advice, self._body
        structure = _PACKED if advice.packages else _LOOSE
        body.add("BSN", function(advice.function), advice.number, day(advice.issue_date), "0000", structure)
        top = self._level("", "S")
        self._shipment()
        orders = list(advice.orders)
        known = {one.number for one in orders}
        for line in advice.lines:
            if line.order_line is not None and line.order_line.number not in known:
                known.add(line.order_line.number)
                orders.append(line.order_line)
        for order in orders:
            above = self._level(top, "O")
            body.add("PRF", order.number, "", "", day(order.date))
            body.lose(f"order {order.number}/sales_number", order.sales_number)
            self._packages("", above, order)
            self._loose(above, order)
        self._packages("", top, None)
        self._loose(top, None)
        body.add("CTT", str(self._count))
        return body

    def _level(self, parent: str, kind: str) -> str:
        self._count += 1
        self._body.add("HL", str(self._count), parent, kind)
        return str(self._count)

    def _shipment(self) -> None:
        advice, body = self._advice, self._body
        count = str(advice.package_count) if advice.package_count is not None else ""
        gross = number(advice.gross_weight)
        if count or gross:
            unit = out.unit(advice.weight_unit) if gross else ""
            body.add("TD1", "", count, "", "", "", "G" if gross else "", gross, unit)
        if advice.net_weight is not None:
            body.add("TD1", "", "", "", "", "", "N", number(advice.net_weight), out.unit(advice.weight_unit))
        carrier = advice.carrier
        plain = carrier is not None and not (carrier.address or carrier.gln or carrier.contact or carrier.vat_id)
        if plain and carrier is not None:
            first = carrier.identifiers[0] if carrier.identifiers else None
            code = (first.scheme or "2", first.value) if first else ("", "")
            body.add("TD5", "", *code, advice.transport_mode, carrier.name)
        elif advice.transport_mode:
            body.add("TD5", "", "", "", advice.transport_mode)
        for tracked in advice.tracking:
            body.add("REF", "CN", tracked)
        out.references(body, advice.references)
        _notes(body, advice.notes)
        body.day("011", advice.despatched_on)
        body.day("017", advice.expected_on)
        out.terms(body, "", advice.delivery_terms)
        named = (
            ("BY", advice.buyer), ("SE", advice.seller), ("SF", advice.ship_from), ("ST", advice.ship_to),
            ("BT", advice.invoicee), ("CA", None if plain else carrier),
        )  # fmt: skip
        out.parties(body, named, advice.other_parties)

    def _packages(self, parent: str, above: str, order: OrderRef | None) -> None:
        """Those with goods of the order; at the end those with none at all."""
        for one in self._children.get(parent, ()):
            if (order is None and one.id in self._packages_written) or not self._concerns(one, order):
                continue
            level = self._package(one, above)
            for item in one.contents:
                line = self._lines.get(item.position)
                if line is not None and _is_of(line, order):
                    self._item(line, level, item)
            self._packages(one.id, level, order)

    def _concerns(self, one: Package, order: OrderRef | None) -> bool:
        lines = [self._lines.get(item.position) for item in one.contents]
        if any(line is not None and _is_of(line, order) for line in lines):
            return True
        below = self._children.get(one.id, ())
        if any(self._concerns(child, order) for child in below):
            return True
        return order is None and not lines and not below

    def _package(self, one: Package, above: str) -> str:
        level = self._level(above, "T" if self._children.get(one.id) else "P")
        body = self._body
        count = str(one.count) if one.count is not None else ""
        if one.kind or count or one.gross_weight is not None:
            weight = number(one.gross_weight)
            unit = out.unit(one.weight_unit) if weight else ""
            body.add("TD1", one.kind, count, "", "", "", "G" if weight else "", weight, unit)
        if one.sscc:
            body.add("MAN", "GM", one.sscc)
        for mark in one.marks:
            body.add("MAN", "ZZ", mark)
        self._packages_written.add(one.id)
        return level

    def _loose(self, above: str, order: OrderRef | None) -> None:
        for line in self._advice.lines:
            if _is_of(line, order) and line.position not in self._packed:
                self._item(line, above, None)
            elif _is_of(line, order) and (left := self._left[line.position]) is not None and left > 0:
                self._item(line, above, Packed(position=line.position, quantity=left, unit=line.unit))

    def _item(self, line: DespatchLine, above: str, packed: Packed | None) -> None:
        body = self._body
        is_first = line.position not in self._written
        self._level(above, "I")
        pairs = [*out.id_pairs(line.ids)]
        for kind, value in (("LT", line.batch), ("CH", line.country_of_origin)):
            pairs += (kind, value) if value else ()
        body.add("LIN", line.position, *pairs)
        quantity = line.quantity if packed is None else packed.quantity
        unit = out.unit((packed.unit if packed else "") or line.unit)
        ordered = number(line.ordered)
        wanted = line.order_line.line if line.order_line else ""
        body.add(
            "SN1", wanted, number(quantity), unit, "", ordered, unit if ordered else "", "", "CC" if line.is_closed else ""
        )  # fmt: skip
        left = self._left[line.position]
        if left is not None and quantity is not None:
            self._left[line.position] = left - quantity
        if is_first:
            self._written.add(line.position)
            out.texts(body, line.name, "")
            for serial in line.serials:
                body.add("REF", "SE", serial)
            out.references(body, [item for item in line.references if item.date is None])
            _notes(body, line.notes)
            body.day("036", line.best_before)
            body.lose(f"line {line.position}/outstanding", line.outstanding)
            body.lose(f"line {line.position}/reason", line.reason)
            body.lose(
                f"line {line.position}/references", [item.number for item in line.references if item.date] or None
            )


def _is_of(line: DespatchLine, order: OrderRef | None) -> bool:
    if order is None or line.order_line is None:
        return order is None and line.order_line is None
    return line.order_line.number == order.number


def _notes(body: Body, notes: tuple[Note, ...]) -> None:
    """856 has no segment for texts: a reference with a description."""
    for note in notes:
        for part in cut_at_blanks(note.text, 80):
            body.add("REF", "L1", note.subject or "TXT", part)
