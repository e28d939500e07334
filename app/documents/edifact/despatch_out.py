"""A neutral despatch advice as DESADV: the whole, then each package with what is in it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from app.documents.edifact import parts_out as out
from app.documents.edifact.despatch import BATCH, CLOSED, GROSS, NET, SERIAL, SSCC, UNIT_GROSS
from app.documents.edifact.response import REASON, write_order_ref
from app.documents.edifact.writer import D96A, Body, Directory, number
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package
from app.documents.model.invoice import Note

_ID = 12  # characters of a CPS number


def write_despatch(value: DespatchAdvice, directory: Directory = D96A) -> Body:
    body = Body("DESADV", directory)
    code = value.type_code if value.type_code.isdecimal() else "351"
    body.add("BGM", code, value.number, value.function or ("" if value.type_code else "9"))
    body.day("137", value.issue_date)
    body.day("11", value.despatched_on)
    body.day("17", value.expected_on)
    _weight(body, GROSS, value.gross_weight, value.weight_unit)
    _weight(body, NET, value.net_weight, value.weight_unit)
    for order in value.orders:
        write_order_ref(body, order)
    for tracking in value.tracking:
        body.add("RFF", ("CN", tracking))
    out.references(body, value.references)
    named = (
        ("BY", value.buyer), ("SU", value.seller), ("SF", value.ship_from), ("DP", value.ship_to), ("IV", value.invoicee),
        ("CA", value.carrier),
    )  # fmt: skip
    out.parties(body, named, value.other_parties)
    out.terms(body, "TOD", "6", value.delivery_terms)
    if value.transport_mode:
        body.add("TDT", "20", "", value.transport_mode)
    _content(body, value)
    body.add("CNT", ("2", str(sum(segment[0] == "LIN" for segment in body.segments))))
    return body


def _weight(body: Body, kind: str, amount: Decimal | None, unit: str) -> None:
    if amount is not None:
        body.add("MEA", "PD", kind, (unit or "KGM", number(amount)))


def _content(body: Body, value: DespatchAdvice) -> None:
    """A line is said where its package is; what of it is in none stands under the whole."""
    names = _names(value.packages)
    lines = {line.position: line for line in value.lines}
    packed: defaultdict[str, Decimal] = defaultdict(Decimal)
    inside: dict[str, int] = defaultdict(int)
    for package in value.packages:
        for item in package.contents:
            inside[item.position] += 1
            packed[item.position] += item.quantity or Decimal(0)
    body.add("CPS", names[""])
    out.notes(body, value.notes)
    if value.package_count is not None:
        body.add("PAC", str(value.package_count))
    for line in value.lines:
        rest = None if line.quantity is None else line.quantity - packed[line.position]
        if not inside[line.position] or (rest is not None and rest > 0 and packed[line.position]):
            _line(body, line, rest, line.unit)
    for package in value.packages:
        _package(body, package, names)
        for item in package.contents:
            there = lines.get(item.position)
            if there is None:
                body.lose(f"CPS {package.id}", item.position)
                continue
            amount = item.quantity
            if amount is None and inside[item.position] == 1:
                amount = there.quantity
            _line(body, there, amount, item.unit or there.unit)


def _names(packages: tuple[Package, ...]) -> dict[str, str]:
    """The numbers of the packages, their own where CPS can hold them. The whole is the one without a name."""
    given = [package.id for package in packages]
    if len(set(given)) == len(given) and all(0 < len(name) <= _ID and name == name.strip() for name in given):
        names = {name: name for name in given}
    else:
        names = {name: str(at) for at, name in enumerate(given, 2)}
    root = 1
    while str(root) in names.values():
        root += 1
    return {"": str(root), **names}


def _package(body: Body, package: Package, names: dict[str, str]) -> None:
    body.add("CPS", names[package.id], names.get(package.parent, names[""]))
    body.add("PAC", "1" if package.count is None else str(package.count), "", package.kind)
    _weight(body, UNIT_GROSS, package.gross_weight, package.weight_unit)
    if package.sscc:
        body.add("PCI", "33E")
        body.add("GIN", SSCC, package.sscc)
    if package.marks:
        body.add("PCI", "17", [mark[: out.NAME] for mark in package.marks[:10]])
        body.lose(f"CPS {package.id}/marks", ", ".join(package.marks[10:]))


def _line(body: Body, line: DespatchLine, amount: Decimal | None, unit: str) -> None:
    out.article(body, line.position, line.ids)
    if line.batch:
        body.add("PIA", "1", (line.batch, BATCH))
    out.texts(body, line.name)
    out.quantity(body, "12", amount, unit)
    out.quantity(body, "21", line.ordered, line.unit)
    out.quantity(body, "83", line.outstanding, line.unit)
    if line.country_of_origin:
        body.add("ALI", line.country_of_origin)
    for at in range(0, len(line.serials), 5):
        body.add("GIN", SERIAL, *line.serials[at : at + 5])
    body.day("361", line.best_before)
    out.notes(body, line.notes)
    if line.reason:
        out.notes(body, [Note(line.reason, REASON)])
    write_order_ref(body, line.order_line)
    out.references(body, line.references)
    if line.is_closed:
        body.add("QVR", "", CLOSED)
