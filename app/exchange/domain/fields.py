"""What an importer can take from a file: fields with the headers people give them, and choices for the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core.texts import Message

LANGUAGES = ("en", "ru", "uk", "de")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_SIGNS = re.compile(r"[\W_]+")


class Shape(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    DAY = "day"
    MOMENT = "moment"
    SWITCH = "switch"


class Variants(StrEnum):
    """A field that may stand in several columns, one per language or per code: `name_en`, `stock_north`."""

    NONE = ""
    LANGUAGE = "language"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say. `headers` are known column names, compared by `header_key`.

    A column of a field with variants has the key `name:variant`; without a variant the plain name.
    `length` is the longest text that is stored, 0 for none.
    """

    name: str
    label: Message
    headers: tuple[str, ...]
    shape: Shape = Shape.TEXT
    is_required: bool = False
    variants: Variants = Variants.NONE
    is_plain_allowed: bool = True  # whether a field with variants may also stand without one
    length: int = 0

    def key_for(self, header: str) -> str | None:
        """The key of a column with this header, or None when the header is none of this field's."""
        return self._key_for(_SIGNS.sub(" ", header.casefold()).strip()) or self._key_for(header_key(header))

    def _key_for(self, wanted: str) -> str | None:
        known = {header_key(name) for name in (self.name, *self.headers)}
        if wanted in known:
            return self.name if self.is_plain_allowed else None
        if self.variants is Variants.NONE:
            return None
        head, _, variant = wanted.rpartition(" ")
        if head not in known or (self.variants is Variants.LANGUAGE and variant not in LANGUAGES):
            return None
        return f"{self.name}:{variant}"

    def owns(self, key: str) -> bool:
        """Whether a mapping key belongs to this field."""
        name, sign, variant = key.partition(":")
        if name != self.name:
            return False
        if not sign:
            return self.is_plain_allowed
        return bool(variant) and (
            self.variants is Variants.CODE or (self.variants is Variants.LANGUAGE and variant in LANGUAGES)
        )


@dataclass(frozen=True, slots=True)
class Option:
    """A choice for the whole file, on the command line `--price-list GBP`."""

    name: str
    label: Message
    help: Message
    default: str = ""
    is_required: bool = False


def header_key(header: str) -> str:
    """A header as it is compared: lower case, one blank between words, signs and what stands in brackets left out."""
    bare = _SIGNS.sub(" ", _BRACKETS.sub(" ", header.casefold())).strip()
    return bare or _SIGNS.sub(" ", header.casefold()).strip()


def field_of(fields: Iterable[Field], key: str) -> Field | None:
    """The field a mapping key belongs to."""
    return next((field for field in fields if field.owns(key)), None)
