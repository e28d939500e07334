"""A record on paper: what happened, was compared or decided, as facts, paragraphs and tables. All words are said already."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """`share`: 2 to 4 tenths of the width are kept for a text, 1: as much as it needs. Numbers are set to the right."""

    label: str
    share: int = 1
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class RecordSection:
    """A part under a heading: paragraphs, then a table. `is_new_page` begins it on a fresh page."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    columns: tuple[RecordColumn, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_new_page: bool = False


@dataclass(frozen=True, slots=True)
class RecordDocument:
    """`addressee` are the lines of a letter's address; `foot` stands small at the end, for hashes and signatures."""

    title: str
    number: str
    issuer: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[RecordSection, ...]
    addressee: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    is_wide: bool = False
