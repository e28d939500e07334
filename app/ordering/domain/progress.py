"""How far a line of an order is: claimed, shipped, delivered, returned, invoiced; what each step needs, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from app.core.errors import Conflict, Invalid
from app.core.texts import N_, Message
from app.ordering.domain.lifecycle import GONE, LineState, moved

ZERO = Decimal(0)
_SIX_DIGITS = Decimal("0.000001")


class Step(StrEnum):
    """What is counted on a line; each name is that of a column without `_quantity`."""

    CLAIMED = "claimed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    MISSING = "missing"
    RETURNED = "returned"
    INVOICED = "invoiced"


@dataclass(frozen=True, slots=True)
class Progress:
    """A line of an order, all quantities in its unit. `quantity` is what still stands of what was ordered."""

    id: int
    position: int
    quantity: Decimal
    state: LineState
    claimed: Decimal = ZERO
    shipped: Decimal = ZERO
    delivered: Decimal = ZERO
    missing: Decimal = ZERO
    returned: Decimal = ZERO
    invoiced: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What nobody has begun to pick: so much may still be cancelled, unless it is invoiced."""
        return self.quantity - self.claimed


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which quantities of the line a count may lie, and what to say beyond them."""

    least: tuple[Step, ...]
    most: str  # the name of a count or of a property of Progress
    text: Message


# Every step of a line with what bounds it: from below by what builds on it, from above by what it builds on.
LIMITS: Mapping[Step, Limits] = {
    Step.CLAIMED: Limits(
        (Step.SHIPPED,), "quantity", N_("Line {position}: only {most} can be picked.")
    ),
    Step.SHIPPED: Limits(
        (Step.DELIVERED, Step.RETURNED), "claimed", N_("Line {position}: only {most} can be shipped.")
    ),
    Step.DELIVERED: Limits((), "shipped", N_("Line {position}: only {most} can be delivered.")),
    Step.MISSING: Limits((), "shipped", N_("Line {position}: only {most} can be missing.")),
    Step.RETURNED: Limits((), "shipped", N_("Line {position}: only {most} can come back.")),
    Step.INVOICED: Limits((), "quantity", N_("Line {position}: only {most} can be invoiced.")),
}  # fmt: skip
_ARRIVAL = {Step.DELIVERED: Step.MISSING, Step.MISSING: Step.DELIVERED}  # together not more than was shipped
MAY_BE_PICKED = frozenset({
    LineState.PLACED, LineState.CONFIRMED, LineState.BACKORDERED, LineState.IN_DELIVERY,
})  # fmt: skip


def counted(line: Progress, step: Step, delta: Decimal) -> Progress:
    """The line after `delta` more (or less) of a step, with the state that makes of it.

    Raises Invalid naming the line beyond what is possible, Conflict where its state allows nothing of the kind.
    """
    if step is Step.CLAIMED and delta > 0 and line.state not in MAY_BE_PICKED:
        raise Conflict(N_("Line {position} cannot be picked now.", position=line.position))
    limits = LIMITS[step]
    was: Decimal = getattr(line, step)
    other: Decimal = getattr(line, _ARRIVAL[step]) if step in _ARRIVAL else ZERO
    most: Decimal = getattr(line, limits.most) - other
    least = max((getattr(line, one) for one in limits.least), default=ZERO)
    if step is Step.SHIPPED:
        least = max(least, line.delivered + line.missing)
    now = was + delta
    if now > most:
        raise Invalid("lines", Message(limits.text.text, {"position": line.position, "most": most - was}))
    if now < least:
        raise Conflict(N_("Line {position}: this has gone further already.", position=line.position))
    change: dict[str, Any] = {str(step): now}
    after = replace(line, **change)
    return replace(after, state=state_after(after))


def state_after(line: Progress) -> LineState:
    """The state of a line as its counts make it; one of which nothing was shipped keeps its own."""
    if line.state in GONE or not line.quantity or not line.shipped:
        return line.state
    if line.delivered + line.missing < line.quantity:
        return moved(line.state, LineState.IN_DELIVERY)
    return line.state if line.state is LineState.DELIVERED else moved(LineState.IN_DELIVERY, LineState.DELIVERED)


class Stage(StrEnum):
    """How far an order is, for people: finer than its state, and never stored."""

    OPEN = "open"
    PICKED = "picked"
    SHIPPED_IN_PART = "shipped_in_part"
    SHIPPED = "shipped"
    DELIVERED_IN_PART = "delivered_in_part"
    DELIVERED = "delivered"


STAGE_NAMES: Mapping[Stage, Message] = {
    Stage.OPEN: N_("Nothing picked yet"),
    Stage.PICKED: N_("Being picked"),
    Stage.SHIPPED_IN_PART: N_("Shipped in part"),
    Stage.SHIPPED: N_("Shipped"),
    Stage.DELIVERED_IN_PART: N_("Delivered in part"),
    Stage.DELIVERED: N_("Delivered"),
}


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How many lines of an order still stand, and how many of these are how far."""

    lines: int
    claimed: int
    shipped: int
    shipped_in_full: int
    delivered: int
    delivered_in_full: int
    short: int


def stage_of(counts: LineCounts) -> Stage:
    """The stage of an order by its lines."""
    if counts.lines and counts.delivered_in_full == counts.lines:
        return Stage.DELIVERED
    if counts.delivered:
        return Stage.DELIVERED_IN_PART
    if counts.lines and counts.shipped_in_full == counts.lines:
        return Stage.SHIPPED
    if counts.shipped:
        return Stage.SHIPPED_IN_PART
    return Stage.PICKED if counts.claimed else Stage.OPEN


def base_share(base_quantity: Decimal, quantity: Decimal, before: Decimal, more: Decimal) -> Decimal:
    """What `more` of a line is in base units when `before` went already: the shares of a line add up to it exactly."""

    def share(part: Decimal) -> Decimal:
        return (base_quantity * part / quantity).quantize(_SIX_DIGITS, rounding=ROUND_HALF_UP)

    return (share(before + more) - share(before)).normalize() + 0
