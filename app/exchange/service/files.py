"""Opening the file of an import: how it reads, and the plan a mapping makes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.tables.opening import Table, open_table
from app.core.tables.sources import Source
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, chunks
from app.exchange.domain.reading import Plan, Reading, guess, is_header_for, make_plan, read_sample
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.queries.runs import saved_mappings


@dataclass(frozen=True, slots=True)
class Settings:
    """How a file is to be imported. `mapping` maps keys of fields to names of columns; empty: by the headers."""

    kind: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    decimal_sign: str = ""
    is_all_or_nothing: bool = False

    def checksum(self, sha256: str) -> str:
        """One text for a file and everything that decides what it does."""
        return hashlib.sha256(json.dumps([sha256, asdict(self)], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A table with the plan to read it by."""

    importer: Importer
    table: Table
    reading: Reading
    plan: Plan
    options: Mapping[str, str]

    def count_rows(self) -> int:
        """Rows below the header; reads the whole file once."""
        return sum(1 for row in self.table.rows() if row.number > self.plan.header_row)

    def parts(self, from_row: int = 0) -> Iterator[Chunk]:
        return chunks(
            self.table.rows(),
            self.plan,
            self.importer.fields,
            self.options,
            size=self.importer.chunk_rows,
            group=self.importer.group,
            from_row=from_row,
        )


def importer_of(kind: str) -> Importer:
    if kind not in IMPORTERS:
        raise Invalid(
            "kind", N_("There is no import of “{kind}”. Known: {known}.", kind=kind, known=", ".join(IMPORTERS))
        )
    return IMPORTERS[kind]


@contextmanager
def opened_table(importer: Importer, source: Source) -> Iterator[Table]:
    with open_table(source, is_header=is_header_for(importer.fields)) as table:
        yield table


@contextmanager
def opened_file(actor: Actor, settings: Settings, source: Source) -> Iterator[OpenFile]:
    """Open a file by its settings; Invalid says what does not fit."""
    importer = importer_of(settings.kind)
    options = checked_options(importer, settings.options)
    with opened_table(importer, source) as table:
        reading = read_sample(table, importer.fields)
        mapping = settings.mapping or suggested_mapping(actor, importer, reading)
        plan = make_plan(reading, importer.fields, mapping, sign=settings.decimal_sign, time_zone=actor.time_zone)
        yield OpenFile(importer, table, reading, plan, options)


def suggested_mapping(actor: Actor, importer: Importer, reading: Reading) -> dict[str, str]:
    """The newest saved mapping that fits the file and says more than its headers do, else what the headers say."""
    by_headers = guess(reading, importer.fields)
    for mapping in saved_mappings(actor, importer.code).values():
        if len(mapping) >= len(by_headers) and all(reading.column(name) for name in mapping.values()):
            return dict(mapping)
    return by_headers


def checked_options(importer: Importer, given: Mapping[str, str]) -> dict[str, str]:
    """Options with their defaults; Invalid for unknown and missing ones."""
    known = {option.name: option for option in importer.options}
    for name in given:
        if name not in known:
            raise Invalid("options", N_("The import of {kind} has no option “{name}”.", kind=importer.code, name=name))
    values = {name: given.get(name) or option.default for name, option in known.items()}
    for name, option in known.items():
        if option.is_required and not values[name]:
            raise Invalid(name, N_("“{name}” is needed.", name=option.label))
    return values
