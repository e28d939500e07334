"""Widths, line breaks and rows of columns, in thousandths of a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from app.documents.paper.fonts import REGULAR, SPACES, advances

POINT = 1000
MILLIMETRE = 2835  # 72 / 25.4 points

_UNKNOWN_ADVANCE = 600
_EM = 1000
_NBSP = "\N{NO-BREAK SPACE}"
_NARROWEST_GAP = 3 * POINT
_WIDEST_FIRST = tuple(reversed(SPACES))

# Signs of other fonts that a plain spelling can stand for; all else is left to the fonts of the machine.
_SUBSTITUTES = str.maketrans({
    "\u202f": "\u00a0", "\u2007": "\u00a0", "\u2009": "\u00a0", "\u2010": "-", "\u2011": "-", "\u2012": "\u2013",
    "\u2264": "<=", "\u2265": ">=", "\u2192": "->", "\u2300": "\u00d8", "\u2126": "Ohm", "\u200b": "", "\ufeff": "",
})  # fmt: skip


def clean(text: str) -> str:
    """One line of text without control characters or foreign spaces, in signs our fonts have as far as possible."""
    text = text.translate(_SUBSTITUTES)
    if text.isprintable():
        return text.strip()
    return "".join(char if char.isprintable() or char == _NBSP else " " for char in text).strip()


def is_covered(text: str, weight: int = REGULAR) -> bool:
    """Whether our fonts have all of it, so that its width is known exactly."""
    widths = advances(weight)
    return all(char in widths for char in text)


@lru_cache(maxsize=20_000)
def width(text: str, size: int, weight: int = REGULAR) -> int:
    """Width at a font size, without kerning."""
    widths = advances(weight)
    return sum(widths.get(char, _UNKNOWN_ADVANCE) for char in text) * size // _EM


def wrap(text: str, limit: int, size: int, weight: int = REGULAR) -> list[str]:
    """Lines no wider than the limit, broken between words; a word that is too wide is broken inside."""
    text = clean(text)
    if width(text, size, weight) <= limit:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, weight) <= limit:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, limit, size, weight)
        lines.extend(full)
    return [*lines, line]


def _pieces(word: str, limit: int, size: int, weight: int) -> list[str]:
    """A word in parts that fit, cut behind a hyphen where there is one."""
    pieces, piece = [], ""
    for char in word:
        while piece and width(piece + char, size, weight) > limit:
            cut = piece.rfind("-") + 1 or len(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
        piece += char
    return [*pieces, piece]


def pad(length: int, size: int) -> str:
    """Spaces of exactly this length (to 1/250 em)."""
    units = (length * _EM // size + 2) // 4 * 4
    parts = []
    for char, advance in _WIDEST_FIRST:
        count, units = divmod(units, advance)
        parts.append(char * count)
    return "".join(parts)


class Align(Enum):
    LEFT = "left"
    RIGHT = "right"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """Where the cells of a column stand: `at` is their left edge, right edge, or decimal sign."""

    at: int
    align: Align


def set_row(columns: Sequence[Column], cells: Sequence[str], decimal: str, size: int, weight: int = REGULAR) -> str:
    """One line of text whose cells meet their columns; columns come from left to right."""
    parts: list[str] = []
    cursor = 0
    for column, text in zip(columns, cells, strict=True):
        if not text:
            continue
        start = column.at - before(text, column.align, decimal, size, weight)
        gap = start - cursor
        if gap > 0 or parts:
            gap = max(gap, _NARROWEST_GAP)
            parts.append(pad(gap, size))
        parts.append(text)
        cursor += max(gap, 0) + width(text, size, weight)
    return "".join(parts)


def before(text: str, align: Align, decimal: str, size: int, weight: int = REGULAR) -> int:
    """How much of a text stands before its column's mark: nothing, all, or what precedes the decimal sign."""
    if align is Align.LEFT:
        return 0
    return width(text if align is Align.RIGHT else text.partition(decimal)[0], size, weight)


def length(value: int) -> str:
    """As a CSS length."""
    return f"{value // POINT}.{value % POINT:03d}pt"
