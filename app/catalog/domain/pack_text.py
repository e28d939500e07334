"""The packs of an article in one cell: "XBX=12 gtin:4006381333931 kg:1.5; XPX=7/3 mm:1200x800x145 digits:2"."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from app.catalog.domain.article_row import PackRow
from app.core.errors import Invalid
from app.core.texts import N_

_SIZES = ("length_mm", "width_mm", "height_mm")


def written_packs(packs: Iterable[PackRow]) -> str:
    """Packs as a cell that `read_packs` reads again."""
    return "; ".join(_written(pack) for pack in packs)


def _written(pack: PackRow) -> str:
    content = str(pack.numerator) if pack.denominator == 1 else f"{pack.numerator}/{pack.denominator}"
    sizes = [getattr(pack, name) for name in _SIZES]
    parts = [
        f"{pack.unit}={content}",
        f"gtin:{pack.gtin}" if pack.gtin else "",
        f"digits:{pack.precision}" if pack.precision else "",
        f"kg:{_plain(pack.weight_kg)}" if pack.weight_kg is not None else "",
        f"mm:{'x'.join(_plain(size) for size in sizes)}" if any(size is not None for size in sizes) else "",
    ]
    return " ".join(part for part in parts if part)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize() + 0:f}"


def read_packs(text: str) -> tuple[PackRow, ...]:
    """Packs of a cell. Raises Invalid("packs", ...) with the part that cannot be read."""
    return tuple(_read(part.strip()) for part in text.split(";") if part.strip())


def _read(part: str) -> PackRow:
    head, *facts = part.split()
    unit, _sign, content = head.partition("=")
    try:
        size = Fraction(content)
        said = dict(fact.split(":", 1) for fact in facts)
        lengths = [_number(length) for length in said.pop("mm", "xx").split("x")]
        pack = PackRow(
            unit.upper(), size.numerator, size.denominator, said.pop("gtin", ""), int(said.pop("digits", "0")),
            _number(said.pop("kg", "")), *lengths,
        )  # fmt: skip
    except (ValueError, ArithmeticError, InvalidOperation, TypeError):
        raise _unreadable(part) from None
    if said or len(lengths) != len(_SIZES):
        raise _unreadable(part)
    return pack


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _unreadable(part: str) -> Invalid:
    return Invalid("packs", N_("“{part}” is no pack. Write it as XBX=12 gtin:4006381333931 kg:1.5.", part=part))
