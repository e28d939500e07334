"""Transaction set 832, both ways: articles with prices from quantities on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode, ItemAction
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.raw_line import RawLine
from app.documents.x12.scales import ScaleReader, write_scales
from app.documents.x12.writer import Body, cut_at_blanks, number

_ACTIONS = {"001": ItemAction.UPDATE, "002": ItemAction.DELETE, "021": ItemAction.NEW}
_CODES = {action: code for code, action in _ACTIONS.items()}
_CHANGES = {"04", "03"}  # element 353: change, delete
_LIMITS = {"57": "minimum", "70": "maximum"}  # element 673
_DAYS = {"007": "start", "092": "start", "036": "end", "093": "end", "097": "day"}
_ROLES = frozenset({"seller", "buyer"})


class _CatalogueReader(ScaleReader):
    days_of = _DAYS
    line_heads = frozenset({"LIN"})
    passed_over = frozenset({"SLN", "SDQ"})

    def begun(self, segment: Segment) -> None:
        self.head.values["version"] = self.text(segment, 3)
        self.head.values["name"] = self.text(segment, 9)

    def on_g53(self, segment: Segment) -> None:
        self.now.values["item_action"] = self.text(segment, 1)

    def on_po1(self, segment: Segment) -> None:
        if self.now is not self.head:
            self.now.values["order_unit"] = self.text(segment, 3)

    def on_po4(self, segment: Segment) -> None:
        if self.now is not self.head and self.group != "CTP":
            self.now.values |= {"contents": self.number(segment, 2), "content_unit": self.text(segment, 3)}

    def on_ctb(self, segment: Segment) -> None:
        name = _LIMITS.get(segment.value(3))
        if self.now is not self.head and self.group != "CTP" and segment.value(1) == "OR" and name:
            self.text(segment, 1)
            self.text(segment, 3)
            self.now.values[name] = self.number(segment, 4)

    def on_mea(self, segment: Segment) -> None:
        if self.now is not self.head and segment.value(2) == "G" and segment.value(4) == "KG":
            for at in (1, 2, 4):
                self.text(segment, at)
            self.now.values["weight"] = self.number(segment, 3)

    def on_ldt(self, segment: Segment) -> None:
        if self.now is not self.head and segment.value(3) == "DA":
            self.text(segment, 1)
            self.text(segment, 3)
            days = self.number(segment, 2)
            self.now.values["lead"] = int(days) if days is not None and days == int(days) else None


def read_catalogue(one: TransactionSet) -> Reading[Catalogue]:
    reader = _CatalogueReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    reader.give_back(_ROLES)
    head = reader.head
    document = Catalogue(
        number=head.get("number"), version=head.get("version"), name=head.get("name"),
        items=tuple(_item(raw) for raw in reader.lines), issue_date=reader.day_of_head,
        mode=CatalogueMode.UPDATE_ITEMS if head.get("function") in _CHANGES else CatalogueMode.NEW,
        currency=head.get("currency"), start=head.dates.get("start"), end=head.dates.get("end"),
        references=tuple(head.references), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _item(raw: RawLine) -> CatalogueItem:
    values = raw.values
    text = " ".join(filter(None, (raw.get("description"), *(note.text for note in raw.notes))))
    return CatalogueItem(
        ids=raw.ids, names={"": raw.get("name")} if raw.get("name") else {},
        action=_ACTIONS.get(raw.get("item_action"), ItemAction.NEW), descriptions={"": text} if text else None,
        order_unit=raw.get("order_unit"), content_unit=raw.get("content_unit"), contents=values.get("contents"),
        minimum=values.get("minimum"), maximum=values.get("maximum"), lead_time_days=values.get("lead"),
        prices=tuple(raw.prices), vat_rate=values.get("vat_rate"), vat_category=raw.get("vat_category"),
        weight_kg=values.get("weight"), start=raw.dates.get("start"), end=raw.dates.get("end"),
    )  # fmt: skip


def write_catalogue(value: Catalogue) -> Body:
    body = Body("832")
    purpose = "00" if value.mode is CatalogueMode.NEW else "04"
    name = cut_at_blanks(value.name, 80)
    body.add("BCT", "PC", value.number, value.version, "", "", "", "", "", name[0] if name else "", purpose)
    body.lose("name", " ".join(name[1:]))
    out.references(body, [item for item in value.references if item.date is None])
    body.day("097", value.issue_date)
    body.day("092", value.start)
    body.day("093", value.end)
    if value.currency:
        body.add("CUR", "SE", value.currency)
    out.parties(body, (("SE", value.seller), ("BY", value.buyer)), ())
    out.references(body, [item for item in value.references if item.date is not None])
    lines = 0
    for lines, item in enumerate(value.items, 1):
        _write_item(body, item, lines, value.currency)
    body.add("CTT", str(lines))
    kinds = tuple(kind.name or kind.id for kind in value.price_kinds)
    for field, given in (
        ("previous_version", value.previous_version), ("language", value.language), ("territories", value.territories),
        ("groups", tuple(group.name for group in value.groups)), ("price_kinds", kinds),
        ("places", tuple(place.name for place in value.places)),
        ("feature_kinds", tuple(kind.name for kind in value.feature_kinds)),
    ):  # fmt: skip
        body.lose(field, ", ".join(given) if isinstance(given, tuple) else given)
    return body


def _write_item(body: Body, item: CatalogueItem, at: int, currency: str) -> None:
    path = f"LIN {at}"
    body.add("LIN", str(at), *out.id_pairs(item.ids))
    if item.order_unit:
        body.add("PO1", "", "1", out.unit(item.order_unit))
    body.add("G53", _CODES[item.action])
    body.day("007", item.start)
    body.day("036", item.end)
    for code, name in _LIMITS.items():
        value: Decimal | None = getattr(item, name)
        if value is not None:
            body.add("CTB", "OR", "", code, number(value))
    out.texts(body, _first(item.names), _first(item.descriptions or {}))
    if item.weight_kg is not None:
        body.add("MEA", "PD", "G", number(item.weight_kg), "KG")
    if item.contents is not None and item.content_unit:
        body.add("PO4", "", number(item.contents), out.unit(item.content_unit))
    else:
        body.lose(f"{path}/contents", item.contents)
        body.lose(f"{path}/content_unit", item.content_unit)
    if item.lead_time_days is not None:
        body.add("LDT", "AF", str(item.lead_time_days), "DA")
    out.tax(body, item.vat_rate, item.vat_category)
    write_scales(body, item.prices, item.order_unit, currency, path)
    _lose(body, item, path)


def _lose(body: Body, item: CatalogueItem, path: str) -> None:
    lost: tuple[tuple[str, Any], ...] = (
        ("step", item.step), ("groups", ", ".join(item.groups)), ("manufacturer", item.manufacturer), ("brand", item.brand),
        ("keywords", ", ".join(item.keywords)), ("country_of_origin", item.country_of_origin),
        ("customs_number", item.customs_number), ("media", ", ".join(one.source for one in item.media)),
        ("features", ", ".join(one.name for one in item.features)), ("record_id", item.ids.record_id),
        ("classifications", ", ".join(one.code for one in item.classifications)),
        ("properties", ", ".join(one.name for one in item.properties)),
        ("stock", ", ".join(f"{one.quantity} {one.place}".strip() for one in item.stock)),
        ("names", ", ".join([*item.names.values()][1:])),
        ("descriptions", ", ".join([*(item.descriptions or {}).values()][1:])),
    )  # fmt: skip
    for name, given in lost:
        body.lose(f"{path}/{name}", given)


def _first(texts: dict[str, str]) -> str:
    return next(iter(texts.values()), "")
