"""Which words in a header row name the columns of an order file, and in which language."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from app.core.tables.rows import BLANKS, Cell, cell_text

_LONGEST = 200
_BRACKETED = re.compile(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
_OPEN_BRACKET = re.compile(r"[(\[{].*", re.DOTALL)
_COMMAS = re.compile("[,\u060c\uff0c].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """Normal form of a header text -> language code, for each kind of column."""

    sku: Mapping[str, str]
    quantity: Mapping[str, str]
    unit: Mapping[str, str]
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns are, counted from 0. Without a header the language is English."""

    sku: int
    quantity: int
    unit: int | None = None
    language: str = "en"
    note: int | None = None


FIRST_TWO = Columns(sku=0, quantity=1)


def normal_form(text: str) -> str:
    """Header text without case, blanks, punctuation, bracketed parts and what follows a comma."""
    text = unicodedata.normalize("NFC", text)
    previous = None
    while previous != text:
        previous, text = text, _BRACKETED.sub(" ", text)
    text = _COMMAS.sub("", _OPEN_BRACKET.sub("", text))
    return "".join(c for c in text.casefold() if not _is_left_out(c))


def _is_left_out(character: str) -> bool:
    """Currency signs stay: an amount in money is not a quantity."""
    return character in BLANKS or unicodedata.category(character) in _LEFT_OUT


_LEFT_OUT = frozenset(("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sk", "So", "Cf"))


def _words(**by_language: str) -> Mapping[str, str]:
    """Names separated by `;`, by language."""
    named = [(normal_form(name), language) for language, names in by_language.items() for name in names.split(";")]
    return MappingProxyType(dict(named))


_SKU = {
    "en": "SKU;Item code;Item no.;Item number;Product code;Part no.;Part number;Article;Article number",
    "de": "Artikelnummer;Artikel-Nr.;Artikelnr.;Art.-Nr.;Bestellnummer;Bestell-Nr.;Sachnummer",
    "ru": "Артикул;Код;Код товара",
}
_QUANTITY = {
    "en": "Quantity;Qty;Order qty;Order quantity;Qty ordered;Quantity ordered",
    "de": "Menge;Bestellmenge;Anzahl;Stück;Stückzahl",
    "ru": "Количество;Кол-во",
}
_UNIT = {
    "en": "Unit;UOM;Unit of measure",
    "de": "Einheit;ME;Mengeneinheit",
    "ru": "Ед.;Ед. изм.;Единица;Единица измерения",
    "uk": "Од.;Од. вим.;Одиниця;Одиниця виміру",
}

_NOTE = {
    "en": "Note;Notes;Comment;Remark;Line note",
    "de": "Bemerkung;Notiz;Hinweis;Positionstext",
    "ru": "Примечание;Комментарий",
    "uk": "Примітка;Коментар",
}

# Exactly the names that order files are promised to be read by; columns of units and notes are not among them.
ORDER_FILE_WORDS = HeaderWords(_words(**_SKU), _words(**_QUANTITY), _words())
# What the portal reads on top: Ukrainian names, units and notes.
PORTAL_WORDS = HeaderWords(
    _words(uk="Код товару", **_SKU),
    _words(uk="Кількість;К-сть", **_QUANTITY),
    _words(**_UNIT),
    _words(**_NOTE),
)


def signature(cells: Sequence[Cell]) -> str:
    """By what a head row is known again: its words in their normal form, whatever case and punctuation."""
    names = [normal_form(cell_text(cell)[:_LONGEST]) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def find_columns(cells: Sequence[Cell], words: HeaderWords) -> Columns | None:
    """The columns of a header row: one cell names the SKU and another the quantity; of several the leftmost."""
    names = [normal_form(cell) if isinstance(cell, str) and len(cell) <= _LONGEST else "" for cell in cells]
    sku, sku_language = _first(names, words.sku)
    quantity, language = _first(names, words.quantity)
    if sku is None or quantity is None:
        return None
    unit, _ = _first(names, words.unit)
    note, _ = _first(names, words.note)
    return Columns(sku, quantity, unit, language if language != "en" else sku_language, note)


def _first(names: Sequence[str], words: Mapping[str, str]) -> tuple[int | None, str]:
    return next(((index, words[name]) for index, name in enumerate(names) if name in words), (None, "en"))
