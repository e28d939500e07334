"""Any neutral document for reading: facts, parties, one table of lines, sums, notes. One shape for all types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any

from app.core.texts import Message
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import OtherParty
from app.documents.model.party import Identifier, Party
from app.documents.model.reference import ItemIds, OrderRef, ScalePrice
from app.documents.model.totals import VatBreakdown
from app.exchange.domain.rendered_words import FIELD_NAMES, ROLES

Value = str | Decimal | date | datetime | int | Message
_COLUMNS = 12
_LINE_FIELDS = ("lines", "items", "messages")
_TOTALS = {"totals", "opening", "closing", "total_debit", "total_credit"}
# In this order, as on paper: the goods, what is beside them, without tax, the tax, all in all.
_ORDER = ("line_net", "beside", "allowances", "charges", "net", "vat", "tax", "gross", "total", "prepaid", "rounding",
          "payable")  # fmt: skip
_HIDDEN = {"kind", "is_to_change", "language"}
# These stand in one column each, in this order.
_FIRST = (
    "position", "article", "text", "quantity", "unit_price", "net", "vat_rate", "order_line", "requested", "promised",
    "answer",
)  # fmt: skip
_NUMBERS = {"quantity", "unit_price", "net", "vat_rate", "list_price", "ordered", "outstanding", "backordered",
            "debit", "credit", "balance", "received", "accepted", "despatched"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartyView:
    role: Message | str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: Message | str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Quantified:
    """A number with its unit, or with what it is for."""

    value: Decimal
    unit: str = ""
    per: Decimal | None = None


@dataclass(slots=True)
class Rendered:
    """`line_count` are all lines (None: not counted), `rows` those shown; cells of a row by the key of the column."""

    facts: list[tuple[Message | str, Value]] = field(default_factory=list)
    parties: list[PartyView] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    totals: list[tuple[Message | str, Decimal]] = field(default_factory=list)
    sums: list[tuple[str, tuple[Message | str, Decimal]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    line_count: int | None = None
    currency: str = ""


def rendered(document: Any, *, first: int = 0, limit: int = 200) -> Rendered:
    """The document with `limit` of its lines from the line `first` (0) on."""
    view = Rendered(currency=getattr(document, "currency", "") or "")
    _head(document, view)
    view.totals = [
        row for _key, row in sorted(view.sums, key=lambda one: _ORDER.index(one[0]) if one[0] in _ORDER else -1)
    ]
    lines = next((getattr(document, name) for name in _LINE_FIELDS if hasattr(document, name)), None)
    if lines is None and hasattr(document, "content"):
        lines = document.content.lines
        view.currency = document.content.currency
    if lines is not None:
        view.line_count = len(lines) if hasattr(lines, "__len__") else None
        view.rows = [_row(line) for line in islice(lines, first, first + limit)]
        view.columns = _columns(view.rows)
    return view


def label(name: str) -> Message | str:
    """What a field is called; one without a word of ours by its name."""
    return FIELD_NAMES.get(name) or name.replace("_", " ")


def _head(document: Any, view: Rendered, prefix: str = "") -> None:
    for one in fields(document):
        value = getattr(document, one.name)
        if one.name in _HIDDEN or one.name in _LINE_FIELDS or value in ("", None, ()) or value is False:
            continue
        _head_field(one.name, value, view, prefix)


def _head_field(name: str, value: Any, view: Rendered, prefix: str) -> None:
    if isinstance(value, Party):
        view.parties.append(_party(ROLES.get(name) or label(name), value))
    elif isinstance(value, tuple):
        for part in value:
            _part(name, part, view)
    elif name in _TOTALS and isinstance(value, Decimal):
        view.sums.append((name, (label(name), value)))
    elif name in _TOTALS:
        view.sums += [
            (key, (label(key), amount))
            for key, amount in _leaves(value)
            if isinstance(amount, Decimal) and key != "quantity"
        ]
    elif isinstance(value, OrderRef):
        view.facts.append((label(name), _order_ref(value)))
    elif is_dataclass(value):
        _head(value, view, name)
    else:
        view.facts.append((label(name), _leaf(value)))


def _part(name: str, part: Any, view: Rendered) -> None:
    """One of several values of a field."""
    if isinstance(part, Note):
        view.notes.append(part.text)
    elif isinstance(part, OtherParty):
        view.parties.append(_party(part.role, part.party))
    elif isinstance(part, Party):
        view.parties.append(_party(label(name), part))
    elif isinstance(part, VatBreakdown):
        rate = "" if part.rate is None else f" {part.rate.normalize():f} %"
        view.sums.append(("vat", (f"{part.category.value}{rate}", part.tax)))
    elif isinstance(part, AllowanceCharge):
        amount = part.amount if part.is_charge else -part.amount
        view.sums.append(("beside", (part.reason or part.reason_code, amount)))
    elif isinstance(part, OrderRef):
        view.facts.append((label(name), _order_ref(part)))
    elif is_dataclass(part):
        view.facts.append((label(name), _joined(part)))
    else:
        view.facts.append((label(name), _leaf(part)))


def _leaf(value: Any) -> Value:
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, (str, Decimal, date, int, Message)):
        return value
    return str(value)


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    for one in fields(value):
        part = getattr(value, one.name)
        if part in ("", None, ()) or part is False:
            continue
        if is_dataclass(part) and not isinstance(part, type):
            yield from _leaves(part)
        elif isinstance(part, tuple):
            for item in part:
                yield from _leaves(item) if is_dataclass(item) else iter([(one.name, item)])
        else:
            yield one.name, part


def _joined(value: Any) -> str:
    """All that is given of a small value, in one line."""
    if isinstance(value, Note):
        return value.text
    return " ".join(_text(part) for _name, part in _leaves(value))


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return str(_leaf(value))


def _order_ref(value: OrderRef) -> str:
    parts = [
        value.number,
        f"/ {value.line}" if value.line else "",
        f"({value.sales_number})" if value.sales_number else "",
    ]
    return " ".join(filter(None, [*parts, value.date.isoformat() if value.date else ""]))


def _party(role: Message | str, party: Party) -> PartyView:
    address = party.address
    lines = [party.trading_name]
    if address:
        lines += [
            address.street, address.additional, address.third_line,
            " ".join(filter(None, [address.postal_code, address.city])),
            " ".join(filter(None, [address.region, address.country])),
        ]  # fmt: skip
    lines += [f"GLN {party.gln}" if party.gln else "", party.vat_id, party.tax_number]
    lines += [_identifier(one) for one in (party.endpoint, party.registration, *party.identifiers) if one]
    if party.contact:
        lines += [party.contact.name, party.contact.phone, party.contact.email]
    return PartyView(role, party.name, tuple(dict.fromkeys(filter(None, lines))))


def _identifier(value: Identifier) -> str:
    return f"{value.scheme}:{value.value}" if value.scheme else value.value


# Lines


def _row(line: Any) -> dict[str, Any]:
    """Cells by key; what has no column of its own is in `more`."""
    row: dict[str, Any] = {}
    more: list[str] = []
    values = {one.name: getattr(line, one.name) for one in fields(line)}
    row["article"] = _article(values)
    row["text"] = values.pop("name", "") or _names(values.pop("names", None))
    _measure(values, row)
    for name, value in values.items():
        if value in ("", None, ()) or value is False:
            continue
        if isinstance(value, OrderRef):
            row[name] = _order_ref(value)
        elif name == "prices":
            row["unit_price"] = ", ".join(_scale(price) for price in value)
        elif name in ("delivery", "promised"):
            key = "requested" if name == "delivery" else "promised"
            row[key] = next((day for _name, day in _leaves(value)), None)
        elif isinstance(value, tuple):
            more += filter(None, (_joined(part) if is_dataclass(part) else str(part) for part in value))
        elif isinstance(value, dict):
            more += filter(None, value.values())
        elif is_dataclass(value):
            more += filter(None, [_joined(value)])
        elif name in ("description", "note", "reason"):
            more.append(str(value))
        else:
            row[name] = _leaf(value)
    row["more"] = tuple(dict.fromkeys(more))
    return {key: value for key, value in row.items() if value not in ("", None, ())}


def _measure(values: dict[str, Any], row: dict[str, Any]) -> None:
    """Quantities with their units, prices with what they are for."""
    unit = values.pop("unit", "") or ""
    for name in ("quantity", "ordered", "outstanding", "backordered", "despatched", "received", "accepted", "short",
                 "over", "damaged", "refused"):  # fmt: skip
        value = values.pop(name, None)
        if isinstance(value, Decimal):
            row[name] = Quantified(value, unit)
    price, per = values.pop("unit_price", None), values.pop("price_base_quantity", None)
    price_unit = values.pop("price_unit", "")
    if isinstance(price, Decimal):
        row["unit_price"] = Quantified(price, price_unit if per or price_unit != unit else "", per)


def _article(values: dict[str, Any]) -> tuple[str, ...]:
    ids = values.pop("ids", None)
    found = [values.pop(name, "") for name in ("sku", "buyer_sku", "gtin", "manufacturer_sku")]
    if isinstance(ids, ItemIds):
        found += [ids.sku, ids.buyer_sku, ids.gtin, ids.manufacturer_sku]
    return tuple(dict.fromkeys(filter(None, found)))


def _names(names: dict[str, str] | None) -> str:
    return next(iter(names.values()), "") if names else ""


def _scale(price: ScalePrice) -> str:
    per = f" / {_text(price.base_quantity)}" if price.base_quantity else ""
    since = f" ≥ {_text(price.from_quantity)}" if price.from_quantity != 1 else ""
    return f"{_text(price.amount)} {price.currency}{per}{since}".strip()


def _columns(rows: list[dict[str, Any]]) -> list[Column]:
    """Columns that hold something, the usual ones first; what is beyond the last goes to the rows' `more`."""
    given = dict.fromkeys(key for row in rows for key in row if key != "more")
    order = [key for key in _FIRST if key in given] + [key for key in given if key not in _FIRST]
    for row in rows:
        rest = tuple(f"{label(key)}: {_text(row[key])}" for key in order[_COLUMNS:] if key in row)
        if rest:
            row["more"] = (*row.get("more", ()), *rest)
    return [Column(key, label(key), key in _NUMBERS) for key in order[:_COLUMNS]]
