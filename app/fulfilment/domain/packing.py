"""What is in which package, and what still lies on the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Conflict, Invalid
from app.core.texts import N_, Message

ZERO = Decimal(0)
# UN/ECE recommendation 21
KINDS: Mapping[str, Message] = {
    "CT": N_("Carton"),
    "PX": N_("Pallet"),
    "BX": N_("Box"),
    "BG": N_("Bag"),
    "TU": N_("Tube"),
    "PK": N_("Package"),
}


@dataclass(frozen=True, slots=True)
class Picked:
    """A picked line and how much of it is in packages already; in base units."""

    id: int
    article_id: int
    sku: str
    picked: Decimal
    packed: Decimal

    @property
    def left(self) -> Decimal:
        return self.picked - self.packed


def put(lines: Iterable[Picked], article_id: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
    """Which lines a scanned quantity of an article is taken from: pairs of line and quantity. Raises Invalid."""
    mine = [line for line in lines if line.article_id == article_id]
    if not mine:
        raise Invalid("code", N_("This does not belong to this delivery."))
    left = sum((line.left for line in mine), ZERO)
    if quantity > left:
        raise Invalid(
            "code",
            N_(
                "{sku}: only {left} are still to pack, this is {quantity}.",
                sku=mine[0].sku,
                left=left,
                quantity=quantity,
            ),
        )
    parts = []
    for line in mine:
        part = min(line.left, quantity)
        if part > 0:
            parts.append((line.id, part))
            quantity -= part
    return parts


@dataclass(frozen=True, slots=True)
class Box:
    """A package as it is closed."""

    position: int
    weight: Decimal | None
    item_count: int


def demand_complete(lines: Iterable[Picked], boxes: Iterable[Box], limit: Decimal | None) -> None:
    """Raise Conflict when something is not packed, a package is empty, or one is too heavy for the carrier."""
    left = [line.sku for line in lines if line.left > 0]
    if left:
        raise Conflict(N_("Not packed yet: {articles}.", articles=", ".join(left[:5])))
    for box in boxes:
        if not box.item_count:
            raise Conflict(N_("Package {position} is empty. Fill it or take it away.", position=box.position))
        if limit is not None and box.weight is not None and box.weight > limit:
            raise Conflict(
                N_(
                    "Package {position}: the carrier takes {limit} kg at most.",
                    position=box.position,
                    limit=limit.normalize() + 0,
                )
            )
