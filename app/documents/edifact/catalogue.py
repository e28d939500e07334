"""PRICAT, both ways: articles with prices from quantities on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.quotation import PriceReader, prices, write_prices
from app.documents.edifact.raw_line import RawLine
from app.documents.edifact.writer import D96A, Body, Directory, number
from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode, ItemAction
from app.documents.model.order import OtherParty
from app.documents.reading import Reading
from app.documents.segments import Segment

_ACTIONS = {"1": ItemAction.NEW, "2": ItemAction.DELETE, "3": ItemAction.UPDATE}
_CODES = {action: code for code, action in _ACTIONS.items()}
_MODES = {"4": CatalogueMode.UPDATE_ITEMS, "2": CatalogueMode.UPDATE_ITEMS, "5": CatalogueMode.NEW}


def read_catalogue(message: EdifactMessage) -> Reading[Catalogue]:
    return _CatalogueReader(message).read()


class _CatalogueReader(PriceReader):
    delivery: ClassVar[dict[str, str]] = {}
    head_dates: ClassVar[dict[str, str]] = {"194": "start", "157": "start", "206": "end", "36": "end"}
    line_dates: ClassVar[dict[str, str]] = {"194": "start", "157": "start", "206": "end", "36": "end"}
    all_quantities: ClassVar[frozenset[str]] = frozenset({"53", "54", "59", "1"})

    def _ali(self, segment: Segment) -> None:
        if self._now is not self._head:
            self._now.values["country"] = self.text(segment, 1)

    def _mea(self, segment: Segment) -> None:
        kinds = ("AAB", "G", "WT", "AAD")
        if self._now is not self._head and segment.value(2) in kinds and segment.value(3) == "KGM":
            self.texts(segment, 1, (1,))
            self.text(segment, 2)
            self.text(segment, 3)
            self._now.values["weight"] = self.number(segment, 3, 2)

    def document(self) -> Catalogue:
        common, head = self.common(), self._head
        for name, role in (("ship_to", "DP"), ("invoicee", "IV")):
            party = common.pop(name, None)
            if party is not None:
                common["other_parties"] = (*common["other_parties"], OtherParty(role, party))
        self._give_back(common.pop("other_parties"))
        values = head.values
        return Catalogue(
            **common, items=tuple(_item(line) for line in self._lines),
            mode=_MODES.get(values.get("function", ""), CatalogueMode.NEW), currency=values.get("currency", ""),
            start=head.dates.get("start"), end=head.dates.get("end"), name=" ".join(note.text for note in head.notes),
        )  # fmt: skip

    def _give_back(self, others: tuple[OtherParty, ...]) -> None:
        roles = {other.role for other in others}
        for segment in self.segments:
            if segment.tag == "NAD" and segment.value(1) in roles:
                self.untake(segment)


def _item(line: RawLine) -> CatalogueItem:
    values = line.values
    contents = line.quantities.get("59", (None, ""))
    order = next((line.quantities[code] for code in ("53", "1") if code in line.quantities), (None, ""))
    description = " ".join(filter(None, (values.get("description", ""), *(note.text for note in line.notes))))
    return CatalogueItem(
        ids=line.ids, names={"": values["name"]} if values.get("name") else {},
        action=_ACTIONS.get(values.get("action", ""), ItemAction.NEW),
        descriptions={"": description} if description else None, order_unit=order[1], content_unit=contents[1],
        contents=contents[0], minimum=line.amount("53"), maximum=line.amount("54"), prices=prices(line),
        vat_rate=values.get("vat_rate"), country_of_origin=values.get("country", ""), weight_kg=values.get("weight"),
        start=line.dates.get("start"), end=line.dates.get("end"),
    )  # fmt: skip


def write_catalogue(value: Catalogue, directory: Directory = D96A) -> Body:
    body = Body("PRICAT", directory)
    body.add("BGM", "9", value.number, "9" if value.mode is CatalogueMode.NEW else "4")
    body.day("137", value.issue_date)
    body.day("194", value.start)
    body.day("206", value.end)
    if value.name:
        body.add("FTX", "AAI", "", "", body.fit("FTX", value.name, 70 if directory.is_old else 512, 5))
    out.references(body, value.references)
    out.parties(body, (("SU", value.seller), ("BY", value.buyer)))
    if value.currency:
        body.add("CUX", ("2", value.currency, "8"))
    body.add("PGI", "10")
    for name in ("version", "previous_version", "language", "territories"):
        body.lose(name, getattr(value, name))
    body.lose("groups", ", ".join(group.name for group in value.groups))
    for at, item in enumerate(value.items, 1):
        _write_item(body, item, at, value.currency)
    return body


def _write_item(body: Body, item: CatalogueItem, at: int, currency: str) -> None:
    out.article(body, str(at), item.ids, _CODES[item.action])
    out.texts(body, _first(item.names), _first(item.descriptions or {}))
    if item.weight_kg is not None:
        body.add("MEA", "PD", "AAB", ("KGM", number(item.weight_kg)))
    if item.minimum is not None:
        out.quantity(body, "53", item.minimum, item.order_unit)
    elif item.order_unit:
        out.quantity(body, "1", Decimal(1), item.order_unit)
    out.quantity(body, "54", item.maximum, item.order_unit)
    out.quantity(body, "59", item.contents, item.content_unit)
    if item.country_of_origin:
        body.add("ALI", item.country_of_origin)
    body.day("194", item.start)
    body.day("206", item.end)
    if item.vat_rate is not None:
        out.tax(body, item.vat_rate, "S" if item.vat_rate else "Z")
    write_prices(body, item.prices, item.order_unit, currency)
    path = f"LIN {at}"
    lost: tuple[tuple[str, Any], ...] = (
        ("step", item.step), ("lead_time_days", item.lead_time_days), ("groups", ", ".join(item.groups)),
        ("manufacturer", item.manufacturer), ("brand", item.brand), ("keywords", ", ".join(item.keywords)),
        ("customs_number", item.customs_number), ("media", ", ".join(one.source for one in item.media)),
        ("features", ", ".join(one.name for one in item.features)),
        ("classifications", ", ".join(one.code for one in item.classifications)),
        ("names", ", ".join([*item.names.values()][1:])),
    )  # fmt: skip
    for name, given in lost:
        body.lose(f"{path}/{name}", given)


def _first(texts: dict[str, str]) -> str:
    return next(iter(texts.values()), "")
