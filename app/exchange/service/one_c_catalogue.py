"""Catalogues and offers of 1C become imports like those people make: in steps, each of which may be the last.

A file is read in segments. A segment and its imports are stored in one transaction with the place to go on at; the
imports keep their own place. So a step that breaks off is done again, and nothing is done twice.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.core.texts import N_, Message
from app.documents.commerceml.catalogue import CatalogueStream, Head
from app.documents.commerceml.goods import VARIANT
from app.documents.model.catalogue import CatalogueItem, PriceKind
from app.exchange.domain.one_c import (
    ARTICLE_COLUMNS,
    PRICE_COLUMNS,
    SEGMENT,
    STOCK_COLUMNS,
    Known,
    Table,
    article_row,
    code_for,
    plain,
    price_rows,
    stock_rows,
)
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCSession
from app.exchange.service.files import Settings
from app.exchange.service.one_c_keys import codes_of, numbers_of
from app.exchange.service.runs import begin
from app.inventory.models.stock import Warehouse
from app.inventory.service.stock import WarehouseRow, upsert_warehouses
from app.pricing.models.lists import PriceList
from app.pricing.service.lists import PriceListRow, upsert_price_list

_BLOCK = 1 << 20
_MAX_NOTES = 100
_NAME_LENGTH = 100
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Segment:
    """The next articles of a file, `is_last` when there are no more; `notes` say what was wrong in them."""

    head: Head
    items: list[tuple[CatalogueItem, bool]]
    is_last: bool
    notes: list[Message]


def read_segment(source: IO[bytes], start: int, size: int = SEGMENT) -> Segment:
    """The articles behind the first `start`. Raises XmlError."""
    stream = CatalogueStream(_blocks(source))
    items: list[tuple[CatalogueItem, bool]] = []
    is_last = True
    for element, is_offer in stream.elements():
        if stream.head.count <= start:
            continue
        if len(items) == size:
            is_last = False
            break
        items.append((stream.item(element, is_offer=is_offer), is_offer))
    notes = [N_("Line {line}: {problem}", line=one.line, problem=one.message) for one in stream.log.faults[:_MAX_NOTES]]
    return Segment(stream.head, items, is_last, notes)


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def take_segment(actor: Actor, file_id: int) -> None:
    """Read the next articles of a file and make imports of them. A file that cannot be read raises XmlError."""
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    start, stored = file.next_item, storage.find(actor, file.file_id or 0)
    with storage.open_file(stored) as source:
        segment = read_segment(source, start)
    head = segment.head
    if not head.has_catalogue and not head.groups and not head.features and not head.price_kinds and not head.places:
        segment.notes.append(N_("The file holds neither a catalogue nor offers nor documents."))  # units, contacts
    _store(actor, file_id, start, segment)


@command
def _store(actor: Actor, file_id: int, start: int, segment: Segment) -> None:
    (file,) = lock_rows(OneCFile, [file_id])
    if file.state != "working" or file.run_id is not None or file.next_item != start or file.figures.get("is_read"):
        return  # somebody else was faster
    connection = db.session.get_one(OneCConnection, file.connection_id, with_for_update=True)
    taker = _Taker(actor, connection, file.session_id, segment)
    tables = [table for table in taker.tables(is_first=start == 0) if table.rows]
    runs = [_begin(actor, table, file.name, start + 1) for table in tables]
    file.next_item = start + len(segment.items)
    file.runs = [*file.runs, *runs]
    file.run_id = runs[0] if runs else None
    file.notes = [*file.notes, *(note.as_json() for note in (*segment.notes, *taker.notes))][:_MAX_NOTES]
    file.figures = {
        **file.figures, "articles": file.next_item, "is_read": segment.is_last, "is_partial": segment.head.is_partial,
        "is_offers": segment.head.is_offers,
    }  # fmt: skip
    if segment.is_last and segment.head.has_catalogue and not segment.head.is_offers and not segment.head.is_partial:
        db.session.get_one(OneCSession, file.session_id).has_all = True


def _begin(actor: Actor, table: Table, name: str, first: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        stem = name.rpartition("/")[2].rpartition(".")[0] or "1c"
        path = Path(folder) / f"{stem[:100]}-{table.options.get('price_list') or table.kind}-{first}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows(table.rows)
        mapping = {column: column for column in table.columns}
        return begin(actor, Settings(table.kind, mapping, dict(table.options), "."), path)


class _Taker:
    """Makes rows of a segment, as the connection wants them."""

    def __init__(self, actor: Actor, connection: OneCConnection, session_id: int, segment: Segment) -> None:
        self.actor, self.connection, self.session_id, self.segment = actor, connection, session_id, segment
        self.notes: list[Message] = []

    def tables(self, *, is_first: bool) -> Iterator[Table]:
        connection, head = self.connection, self.segment.head
        self._note_kinds(head)
        self._note_places(head)
        items = [item for item, _ in self.segment.items]
        known = numbers_of(connection, self.session_id, items, self.notes)
        if connection.takes_articles:
            groups = codes_of(connection, "group", {group.id: group.name for group in head.groups})
            properties = codes_of(connection, "property", {key: kind.name for key, kind in head.features.items()})
            if is_first:
                yield self._groups(head, groups)
                yield self._properties(head, properties)
            yield self._articles(known, groups, properties)
        if connection.takes_prices:
            yield from self._prices(known, head)
        if connection.takes_stock:
            yield self._stock(known)

    def _groups(self, head: Head, codes: Mapping[str, str]) -> Table:
        rows = [
            (codes[group.id], codes.get(group.parent, ""), group.name[:200], str(group.position or 0))
            for group in head.groups
            if group.id in codes
        ]
        return Table("categories", ("code", "parent", "name", "position"), rows)

    def _properties(self, head: Head, codes: Mapping[str, str]) -> Table:
        rows = [
            (codes[key], kind.name[:100], "yes" if kind.kind == "Справочник" else "")
            for key, kind in head.features.items()
            if key in codes
        ]
        return Table("attributes", ("code", "name", "is_facet"), rows)

    def _articles(self, known: Mapping[str, Known], groups: Mapping[str, str], properties: Mapping[str, str]) -> Table:
        """Offers make articles only of variants that have a name: the others are known by the catalogue."""
        rows = []
        for item, is_offer in self.segment.items:
            found = known.get(item.ids.record_id)
            if found is None or (is_offer and (VARIANT not in item.ids.record_id or not item.names)):
                continue
            rows.append(article_row(item, found, groups, properties))
        return Table("products", ARTICLE_COLUMNS, rows)

    def _numbered(self, known: Mapping[str, Known]) -> list[tuple[CatalogueItem, str]]:
        return [
            (item, found.sku) for item, _ in self.segment.items if (found := known.get(item.ids.record_id)) is not None
        ]

    def _prices(self, known: Mapping[str, Known], head: Head) -> Iterator[Table]:
        by_kind: dict[str, list[tuple[str, ...]]] = {}
        for kind, row in price_rows(self._numbered(known)):
            by_kind.setdefault(kind, []).append(row)
        self._note_kinds_of(by_kind)
        for kind, rows in by_kind.items():
            said = self.connection.price_kinds[kind]
            if not said["list"]:
                self.notes.append(N_("Prices of the kind {name} are not taken.", name=said["name"] or kind))
                continue
            currency = self._list(kind, said)
            if currency:
                options = {"price_list": said["list"], "chain": self.connection.chain}
                yield Table("price_list", PRICE_COLUMNS, rows, options)

    def _list(self, kind: str, said: Mapping[str, Any]) -> str:
        """The currency of the list, which is made where it is missing; "" where prices do not fit into it."""
        code = said["list"]
        known = db.session.execute(
            select(PriceList.currency, PriceList.is_gross).where(PriceList.code == code)
        ).one_or_none()
        if known is None:
            if not _CURRENCY.fullmatch(said["currency"]):
                self.notes.append(N_("Prices of the kind {name} have no currency.", name=said["name"] or kind))
                return ""
            row = PriceListRow(code, said["name"][:_NAME_LENGTH] or code, said["currency"], said["is_gross"])
            upsert_price_list(self.actor, row)
            return str(said["currency"])
        if said["currency"] and known.currency != said["currency"]:
            problem = N_("The price list {code} is in {currency}, its prices in 1C in {other}.", code=code,
                         currency=known.currency, other=said["currency"])  # fmt: skip
            self.notes.append(problem)
            return ""
        if known.is_gross != said["is_gross"]:
            self.notes.append(
                N_("The price list {code} and its prices in 1C differ in whether VAT is included.", code=code)
            )
            return ""
        return str(known.currency)

    def _note_kinds(self, head: Head) -> None:
        """Kinds of price are remembered; new ones get a list of their own where that is wanted."""
        known = dict(self.connection.price_kinds)
        for kind in head.price_kinds.values():
            said = known.get(kind.id)
            known[kind.id] = {
                "name": kind.name or (said or {}).get("name", ""),
                "currency": kind.currency or (said or {}).get("currency", ""),
                "is_gross": kind.is_gross, "list": said["list"] if said else self._new_list(kind),
            }  # fmt: skip
        if known != self.connection.price_kinds:
            self.connection.price_kinds = known

    def _note_kinds_of(self, by_kind: Mapping[str, object]) -> None:
        """Split files of prices name kinds that another file describes."""
        currencies = {price.kind: price.currency for item, _ in self.segment.items for price in item.prices}
        missing = {
            kind: {"name": kind, "currency": currencies.get(kind, ""), "is_gross": False,
                   "list": self._new_list(PriceKind(kind, kind))}
            for kind in by_kind if kind not in self.connection.price_kinds
        }  # fmt: skip
        filled = {
            kind: {**said, "currency": said["currency"] or currencies.get(kind, "")}
            for kind, said in self.connection.price_kinds.items()
        }
        if missing or filled != self.connection.price_kinds:
            self.connection.price_kinds = {**filled, **missing}

    def _new_list(self, kind: PriceKind) -> str:
        return f"1c-{code_for(kind.id, kind.name)}"[:40] if self.connection.makes_lists else ""

    def _note_places(self, head: Head) -> None:
        self._add_places({place.id: place.name for place in head.places.values()})

    def _add_places(self, names: Mapping[str, str]) -> None:
        known = dict(self.connection.warehouses)
        for key, name in names.items():
            said = known.get(key)
            code = f"1c-{code_for(key, name)}"[:40] if key else "1c"
            new = code if self.connection.makes_warehouses else ""
            known[key] = {"name": name or (said or {}).get("name", ""), "code": said["code"] if said else new}
        if known != self.connection.warehouses:
            self.connection.warehouses = known

    def _stock(self, known: Mapping[str, Known]) -> Table:
        counted = list(stock_rows(self._numbered(known)))
        places = {place for place, _, _ in counted}
        self._add_places({place: "" for place in places if place not in self.connection.warehouses})
        said = self.connection.warehouses
        wanted = {place: said[place]["code"] for place in places if said[place]["code"]}
        for place in sorted(places - wanted.keys()):
            self.notes.append(
                N_("Stock of the warehouse {name} is not taken.", name=said[place]["name"] or place or "-")
            )
        self._open({code: said[place]["name"][:_NAME_LENGTH] or N_("1C").text for place, code in wanted.items()})
        rows = _summed((wanted[place], sku, quantity) for place, sku, quantity in counted if place in wanted)
        return Table("stock", STOCK_COLUMNS, rows)

    def _open(self, names: Mapping[str, str]) -> None:
        known = set(db.session.scalars(select(Warehouse.code)))
        missing = [code for code in names if code not in known]
        if missing:
            rows = [WarehouseRow(code, names[code], len(known) + n) for n, code in enumerate(missing)]
            upsert_warehouses(self.actor, rows)


def _summed(counts: Iterable[tuple[str, str, Decimal]]) -> list[tuple[str, str, str]]:
    """Two warehouses of 1C may be one of ours."""
    found: dict[tuple[str, str], Decimal] = {}
    for code, sku, quantity in counts:
        found[sku, code] = found.get((sku, code), Decimal(0)) + quantity
    return [(sku, code, plain(quantity)) for (sku, code), quantity in found.items()]
