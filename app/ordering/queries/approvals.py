"""Requests for approval as people see them: the inbox, one request in full, what a cart and an order say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core import audit, clock
from app.core.actor import Actor, Scope
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.once import once
from app.core.texts import N_, Message
from app.ordering.domain.approval_conditions import Firing
from app.ordering.domain.approval_request import RequestState, Trouble
from app.ordering.models.approvals import Approval, ApprovalLine
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, active_cart, active_cart_beside

LINES_MOST = 500  # on the page of a request; the rest is counted

# An open seat that the person may decide today: his own, handed to him, or of somebody he stands in for.
_MY_SEAT = """
    SELECT 1 FROM approval_steps t JOIN approval_seats s ON s.step_id = t.id
    WHERE t.approval_id = a.id AND t.state = 'open' AND s.approved_at IS NULL
    AND (s.holder_id = :me OR s.holder_id IN (
        SELECT d.user_id FROM approval_deputies d
        WHERE d.company_id = :company AND d.deputy_id = :me AND d.starts_on <= :today AND d.ends_on >= :today))
    AND NOT EXISTS (SELECT 1 FROM approval_seats x WHERE x.step_id = t.id AND x.decided_by_id = :me)"""
# staff who act for a buyer decide nothing in his place
WAITS_FOR_ME = (
    "NOT CAST(:is_staff AS boolean) AND a.state = 'waiting' AND a.user_id <> :me AND a.expires_at > :now "
    f"AND EXISTS ({_MY_SEAT})"
)
_VISIBLE = f"""(:all OR a.user_id = :me OR EXISTS (
    SELECT 1 FROM approval_steps t JOIN approval_seats s ON s.step_id = t.id
    WHERE t.approval_id = a.id AND (s.user_id = :me OR s.holder_id = :me OR s.decided_by_id = :me))
    OR EXISTS ({_MY_SEAT}))"""  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class Filters:
    """What the inbox shows: `tab` waiting (for me), mine or company."""

    tab: str = "waiting"
    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait for the person, and how many of his own and of the company's wait at all."""

    waiting: int
    mine: int
    company: int


@dataclass(frozen=True, slots=True)
class RequestRow:
    id: int
    number: str
    created_at: datetime
    user_id: int
    person: str
    net_total: Decimal
    currency: str
    line_count: int
    state: RequestState
    expires_at: datetime
    po_number: str
    waits_for: str  # names of those who may decide now
    is_mine: bool  # waits for the person who asks


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "company": actor.company_id,
        "me": actor.user_id or 0,
        "today": clock.today(actor.time_zone),
        "now": clock.now(),
        "all": actor.can(Permission.READ_APPROVALS),
        "is_staff": actor.staff_id is not None,
    }


_ROW = f"""
SELECT a.id, a.number, a.created_at, a.user_id, u.name, a.net_total, a.currency, a.line_count,
    CASE WHEN a.state = 'waiting' AND a.expires_at <= :now THEN 'expired' ELSE a.state END, a.expires_at,
    coalesce(a.wishes ->> 'po_number', ''),
    coalesce((SELECT string_agg(DISTINCT h.name, ', ' ORDER BY h.name) FROM approval_steps t
        JOIN approval_seats s ON s.step_id = t.id JOIN users h ON h.id = s.holder_id
        WHERE t.approval_id = a.id AND t.state = 'open' AND s.approved_at IS NULL AND a.state = 'waiting'), ''),
    {WAITS_FOR_ME}
FROM approvals a JOIN users u ON u.id = a.user_id
WHERE a.company_id = :company"""  # noqa: S608 -- constants
_TABS = {
    "waiting": f" AND {WAITS_FOR_ME}",
    "mine": " AND a.user_id = :me",
    "company": f" AND {_VISIBLE}",
}


def requests(
    actor: Actor, filters: Filters, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int,
) -> list[RequestRow]:  # fmt: skip
    """The latest first; keys are (id,). One statement."""
    values = _who(actor) | {"state": filters.state, "pattern": f"%{_escaped(filters.text)}%", "most": limit}
    parts = [_ROW, _TABS[filters.tab]]
    if filters.state:
        parts.append(" AND a.state = :state")
    if filters.text:
        parts.append(
            " AND (a.number ILIKE :pattern OR u.name ILIKE :pattern OR a.wishes ->> 'po_number' ILIKE :pattern)"
        )
    start = before or after
    if start is not None:
        try:
            values["start"] = int(start[0])
        except (IndexError, ValueError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
        parts.append(f" AND a.id {'>' if before is not None else '<'} :start")
    parts.append(f" ORDER BY a.id {'ASC' if before is not None else 'DESC'} LIMIT :most")
    rows = [_row(row) for row in db.session.execute(text("".join(parts)), values)]
    return rows[::-1] if before is not None else rows


def _row(row: Any) -> RequestRow:
    values = list(row)
    values[8] = RequestState(values[8])
    return RequestRow(*values)


def _escaped(pattern: str) -> str:
    return pattern.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


_COUNTS = text(f"""
SELECT count(*) FILTER (WHERE {WAITS_FOR_ME}), count(*) FILTER (WHERE a.user_id = :me),
    count(*) FILTER (WHERE {_VISIBLE})
FROM approvals a WHERE a.company_id = :company AND a.state = 'waiting'""")  # noqa: S608
_WAITING = text(f"SELECT count(*) FROM approvals a WHERE a.company_id = :company AND {WAITS_FOR_ME}")  # noqa: S608
_WAITING_BESIDE = text(f"({_WAITING.text})")


def counts(actor: Actor) -> Counts:
    """One statement; only what still waits is counted."""
    return Counts(*db.session.execute(_COUNTS, _who(actor)).one())


def waiting_count(actor: Actor) -> int:
    """How many requests wait for the person; for the menu."""
    return int(db.session.execute(_WAITING, _who(actor)).scalar_one()) if may_decide(actor) else 0


def may_decide(actor: Actor) -> bool:
    """Whether a request can wait for the person at all."""
    return actor.scope is Scope.TENANT and actor.staff_id is None and actor.can(Permission.APPROVE)


def cart_and_waiting(actor: Actor) -> tuple[CartHead | None, int]:
    """The active cart, and in the same statement how many requests wait; a page asks once, wherever it shows them."""
    return once(("active cart", actor.company_id, actor.user_id, actor.staff_id), lambda: _cart_and_waiting(actor))


def _cart_and_waiting(actor: Actor) -> tuple[CartHead | None, int]:
    if not may_decide(actor):
        return active_cart(actor), 0
    values = _who(actor)
    return active_cart_beside(
        actor,
        _WAITING_BESIDE.bindparams(**{name: values[name] for name in ("company", "me", "today", "now", "is_staff")}),
    )


# --- one request


@dataclass(frozen=True, slots=True)
class Seat:
    """`holder` decides, in place of `name` when the two differ; `by` is who did."""

    name: str
    holder: str
    is_escalated: bool
    approved_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class StepShown:
    position: int
    kind: str
    name: str
    why: Message
    need: int
    state: str
    is_fallback: bool
    seats: list[Seat] = field(default_factory=list)

    @property
    def given(self) -> int:
        return sum(seat.approved_at is not None for seat in self.seats)


@dataclass(frozen=True, slots=True)
class LineShown:
    """Prices net for `price_base` of `price_unit`; `why` marks lines that fired a rule."""

    id: int
    position: int
    sku: str
    name: str
    quantity: Decimal
    asked_quantity: Decimal
    unit: str
    unit_price: Decimal
    price_base: Decimal
    price_unit: str
    net: Decimal
    last_price: Decimal | None
    is_struck: bool
    reason: str
    changed_by: str
    cart_line_id: int
    is_meant: bool = False

    @property
    def change(self) -> Decimal | None:
        """Percent against the last price paid, to one decimal."""
        if not self.last_price:
            return None
        return ((self.unit_price - self.last_price) * 100 / self.last_price).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request in full. `may_decide`: something of it waits for the person who asks."""

    id: int
    number: str
    company_id: int
    cart_id: int
    user_id: int
    person: str
    state: RequestState
    created_at: datetime
    decided_at: datetime | None
    reason: str
    trouble: Trouble | None
    po_number: str
    requested_on: date | None
    note: str
    ship_to: str
    currency: str
    net_total: Decimal
    gross_total: Decimal
    line_count: int
    allowances: list[tuple[str, str, Decimal]]
    charges: list[tuple[str, str, Decimal]]
    budgets: list[tuple[str, str, Decimal, Decimal]]  # code, name, left, taken
    held_until: datetime | None
    is_stock_held: bool
    expires_at: datetime
    order_number: str
    may_decide: bool
    steps: list[StepShown]
    lines: list[LineShown]
    lines_left_out: int

    @property
    def is_waiting(self) -> bool:
        return self.state is RequestState.WAITING


_ONE = f"""
SELECT a.id, a.number, a.company_id, a.cart_id, a.user_id, u.name AS person,
    CASE WHEN a.state = 'waiting' AND a.expires_at <= :now THEN 'expired' ELSE a.state END AS state, a.created_at,
    a.decided_at, a.reason, a.trouble, a.wishes, a.ship_to, a.currency, a.net_total, a.gross_total, a.line_count,
    a.allowances, a.charges, a.budgets, a.held_until, a.is_stock_held, a.expires_at,
    coalesce((SELECT o.number FROM orders o WHERE o.id = a.order_id), '') AS order_number, {WAITS_FOR_ME} AS may_decide
FROM approvals a JOIN users u ON u.id = a.user_id
WHERE a.company_id = :company"""  # noqa: S608
_STEPS = text("""
SELECT t.id, t.position, t.kind, t.name, t.firing, t.need, t.state, t.is_fallback, u.name AS person, h.name AS holder,
    s.is_escalated, s.approved_at, coalesce(b.name, '') AS by
FROM approval_steps t JOIN approval_seats s ON s.step_id = t.id JOIN users u ON u.id = s.user_id
JOIN users h ON h.id = s.holder_id LEFT JOIN users b ON b.id = s.decided_by_id
WHERE t.approval_id = :id ORDER BY t.position, t.id, u.name""")


def request(actor: Actor, number: str) -> RequestPage:
    """One request with its steps and lines; three statements. NotFound also for one the person has no part in."""
    statement = text(f"{_ONE} AND a.number = :number AND {_VISIBLE}")
    return _page(db.session.execute(statement, _who(actor) | {"number": number}).one_or_none())


def request_for(actor: Actor, approval_id: int) -> RequestPage:
    """The same by its id, for the link in a mail: the person was asked, or he has decided."""
    statement = text(f"{_ONE} AND a.id = :id")
    return _page(db.session.execute(statement, _who(actor) | {"id": approval_id}).one_or_none())


_ID = text(f"SELECT a.id FROM approvals a WHERE a.company_id = :company AND a.number = :number AND {_VISIBLE}")  # noqa: S608


def approval_id(actor: Actor, number: str) -> int:
    """The id of a request that the person may see."""
    found = db.session.execute(_ID, _who(actor) | {"number": number}).scalar_one_or_none()
    if found is None:
        raise NotFound(N_("There is no such request."))
    return int(found)


def number_of(actor: Actor, approval_id: int) -> str:
    """The number of a request of the own company."""
    statement = select(Approval.number).where(Approval.id == approval_id, Approval.company_id == actor.company_id)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(N_("There is no such request."))
    return found


def request_line(found: RequestPage, line_id: int) -> LineShown:
    line = next((one for one in found.lines if one.id == line_id), None)
    if line is None:
        raise NotFound(N_("There is no such line in this request."))
    return line


def _page(row: Any) -> RequestPage:
    if row is None:
        raise NotFound(N_("There is no such request."))
    steps, meant = _steps(row.id)
    lines = _lines(row.id, meant)
    wishes, trouble = row.wishes, row.trouble
    return RequestPage(
        id=row.id, number=row.number, company_id=row.company_id, cart_id=row.cart_id, user_id=row.user_id,
        person=row.person, state=RequestState(row.state), created_at=row.created_at, decided_at=row.decided_at,
        reason=row.reason, trouble=Trouble.from_json(trouble) if trouble else None,
        po_number=wishes.get("po_number", ""),
        requested_on=date.fromisoformat(wishes["requested_on"]) if wishes.get("requested_on") else None,
        note=wishes.get("note", ""), ship_to=row.ship_to, currency=row.currency, net_total=row.net_total,
        gross_total=row.gross_total, line_count=row.line_count, allowances=_amounts(row.allowances),
        charges=_amounts(row.charges), budgets=[(one[0], one[1], Decimal(one[2]), Decimal(one[3])) for one in row.budgets], held_until=row.held_until, is_stock_held=row.is_stock_held, expires_at=row.expires_at,
        order_number=row.order_number, may_decide=row.may_decide, steps=steps, lines=lines[:LINES_MOST],
        lines_left_out=max(row.line_count - LINES_MOST, 0),
    )  # fmt: skip


def _amounts(rows: list[list[str]]) -> list[tuple[str, str, Decimal]]:
    return [(code, name, Decimal(amount)) for code, name, amount in rows]


def _steps(approval_id: int) -> tuple[list[StepShown], set[int]]:
    """The steps with their seats, and the cart lines that fired a rule."""
    found: dict[int, StepShown] = {}
    meant: set[int] = set()
    for row in db.session.execute(_STEPS, {"id": approval_id}):
        if row.id not in found:
            firing = Firing.from_json(row.firing)
            meant |= set(firing.line_ids)
            found[row.id] = StepShown(
                row.position, row.kind, row.name, firing.message, row.need, row.state, row.is_fallback
            )
        found[row.id].seats.append(Seat(row.person, row.holder, row.is_escalated, row.approved_at, row.by))
    return list(found.values()), meant


_LINE: tuple[Any, ...] = (
    ApprovalLine.id, ApprovalLine.position, ApprovalLine.sku, ApprovalLine.name, ApprovalLine.quantity,
    ApprovalLine.asked_quantity, ApprovalLine.unit, ApprovalLine.unit_price, ApprovalLine.price_base,
    ApprovalLine.price_unit, ApprovalLine.net, ApprovalLine.last_price, ApprovalLine.is_struck, ApprovalLine.reason,
    ApprovalLine.changed_by, ApprovalLine.cart_line_id,
)  # fmt: skip


def _lines(approval_id: int, meant: set[int]) -> list[LineShown]:
    """Those that fired a rule first, so that they are never left out."""
    statement = (
        select(*_LINE)
        .where(ApprovalLine.approval_id == approval_id)
        .order_by(ApprovalLine.cart_line_id.in_(meant).desc(), ApprovalLine.position)
        .limit(LINES_MOST)
    )
    rows = [LineShown(*[*row, row.cart_line_id in meant]) for row in db.session.execute(statement)]
    return sorted(rows, key=lambda line: line.position)


def history(actor: Actor, approval_id: int) -> list[AuditEntry]:
    """What happened to a request, the oldest first."""
    return audit.history(actor, "approval", approval_id)
