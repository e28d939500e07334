"""Requisition lists: who may do what with one, the states of its approval, its lines at today's prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from app.catalog.domain.article import Article
from app.core.errors import Conflict
from app.core.texts import N_, Message
from app.ordering.domain.cart import LineProblem, WantedLine, assortment_problem
from app.ordering.domain.preview import LARGEST

NOTE_LENGTH = 300
_EXACT = Decimal("0.000001")


class Access(IntEnum):
    """What a person may do with a list; each includes the ones before it. Who made a list holds all."""

    NONE = 0
    SEE = 1
    EDIT = 2
    OWN = 3


ACCESS_NAMES: dict[Access, Message] = {Access.SEE: N_("see and order from it"), Access.EDIT: N_("see and change it")}
ACCESS_CODES = {Access.SEE: "see", Access.EDIT: "edit"}


class ListState(StrEnum):
    """Where a list is on its way to approval; of no meaning in companies that do not ask for it."""

    DRAFT = "draft"
    READY = "ready"
    APPROVED = "approved"
    REJECTED = "rejected"


STATE_NAMES: dict[ListState, Message] = {
    ListState.DRAFT: N_("Draft"),
    ListState.READY: N_("Waits for approval"),
    ListState.APPROVED: N_("Approved"),
    ListState.REJECTED: N_("Rejected"),
}
_NEXT: dict[ListState, frozenset[ListState]] = {
    ListState.DRAFT: frozenset({ListState.READY, ListState.APPROVED}),
    ListState.READY: frozenset({ListState.DRAFT, ListState.APPROVED, ListState.REJECTED}),
    ListState.APPROVED: frozenset({ListState.DRAFT}),
    ListState.REJECTED: frozenset({ListState.DRAFT, ListState.READY, ListState.APPROVED}),
}


def moved(old: str, new: ListState) -> ListState:
    """The new state; raises Conflict where the step is not allowed."""
    if new not in _NEXT[ListState(old)]:
        raise Conflict(
            N_("The list is “{state}” by now. Look at it again.", state=STATE_NAMES[ListState(old)]), details=old
        )
    return new


@dataclass(frozen=True, slots=True)
class Release:
    """The latest approved version of a list."""

    number: int
    at: datetime
    by: str
    line_count: int


@dataclass(frozen=True, slots=True)
class ListHead:
    """A list without its lines, as one person has it. `needs_approval`: its company orders from approved lists only."""

    id: int
    company_id: int
    owner_id: int | None
    name: str
    note: str
    state: ListState
    reason: str
    decided_by: str
    version: int
    line_count: int
    created_by: str
    changed_at: datetime
    changed_by: str
    is_deleted: bool
    access: Access
    needs_approval: bool
    release: Release | None
    share_count: int = 0

    @property
    def may_edit(self) -> bool:
        """Whether the lines may be changed now: not while somebody decides on them."""
        return self.access >= Access.EDIT and not (self.needs_approval and self.state is ListState.READY)


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What a person entered for a line; `version` is the one that was shown. None leaves a part as it is."""

    version: int
    quantity: Decimal | None = None
    unit: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """A line that somebody else changed, or took out (`quantity` None), after it was shown."""

    line_id: int
    sku: str
    entered: Decimal | None
    quantity: Decimal | None
    unit: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole list at today's prices: the sum of what has a price, and how many lines need a look."""

    net: Decimal
    lines: int
    troubled: int
    unpriced: int


def figures(nets: Iterable[tuple[Decimal | None, bool]]) -> Figures:
    """Of pairs of a line's net, None without a price, and whether something is wrong with it."""
    rows = list(nets)
    return Figures(
        sum((net for net, _is_troubled in rows if net is not None), Decimal(0)),
        len(rows),
        sum(1 for _net, is_troubled in rows if is_troubled),
        sum(1 for net, _is_troubled in rows if net is None),
    )


def merged(lines: Iterable[WantedLine]) -> list[WantedLine]:
    """One line per article and unit with the sum, in the order of the first ones."""
    found: dict[tuple[int, str], WantedLine] = {}
    for line in lines:
        key = (line.article_id, line.unit)
        held = found.get(key)
        total = line.quantity if held is None else held.quantity + line.quantity
        found[key] = WantedLine(line.article_id, total, line.unit, (held.note if held else "") or line.note)
    return list(found.values())


def refusal(article: Article | None, line: WantedLine) -> LineProblem | None:
    """Why a line cannot stand on a list at all."""
    if article is None:
        return LineProblem("unknown", N_("There is no such article."))
    forbidden = assortment_problem(article)
    if forbidden is not None:
        return forbidden
    if article.is_head:
        return LineProblem("head", N_("{sku} comes in variants. Choose one of them.", sku=article.sku))
    if article.factor(line.unit) is None:
        return LineProblem("unknown_unit", N_("{sku} is not sold in this unit. Take another one.", sku=article.sku))
    if line.quantity <= 0:
        return LineProblem("not_positive", N_("The quantity must be more than zero."))
    if line.quantity >= LARGEST:
        return LineProblem("too_large", N_("The quantity is too large."))
    if line.quantity != line.quantity.quantize(_EXACT):
        return LineProblem("too_fine", N_("At most six digits after the decimal sign."))
    if len(line.note) > NOTE_LENGTH:
        return LineProblem("note", N_("A note has at most {most} characters.", most=NOTE_LENGTH))
    return None
