"""What a start page is made of: figures and sheets, each for those who may see it, in the order of the role."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.insights.queries.aggregates import report_zone
from app.insights.queries.start_figures import Trend, figures, trend

WAITING = "waiting"  # what other parts of the portal add through the slot
MOST_SHOWN = 8

ROLE_FIGURES: Mapping[Role, tuple[str, ...]] = {
    Role.OPERATOR_ADMIN: (
        "today", "month", "registrations", "carts", "held", "overdue", "late", "sold_out", "my_carts", "open",
        "incoming", "incoming_late",
    ),
    Role.SALES: ("today", "month", "my_carts", "carts", "registrations", "overdue", "sold_out"),
    Role.PRICING: ("month", "sold_out"),
    Role.ACCOUNTANT: ("overdue", "open", "held", "today", "month"),
    Role.WAREHOUSE: ("late", "incoming", "incoming_late", "sold_out", "today"),
    Role.PURCHASER: ("sold_out", "incoming_late", "incoming"),
    Role.COMPANY_ADMIN: ("cart", "approvals", "under_way", "deliveries", "reorder", "budget", "due_soon", "overdue"),
    Role.BUYER: ("cart", "under_way", "deliveries", "reorder", "budget", "due_soon", "approvals"),
    Role.APPROVER: ("approvals", "budget", "under_way", "deliveries", "cart"),
    Role.BOOKKEEPER: ("overdue", "due_soon", "open", "under_way"),
    Role.TENDER_MANAGER: ("under_way", "deliveries"),
    Role.SUPPLIER: (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure as it is shown; `address` leads to the list behind it."""

    label: str
    value: str
    note: str = ""
    address: str = ""
    tone: str = ""


@dataclass(slots=True)
class Scene:
    """Who looks, when, and what was counted for the figures that are shown. `currency` is that of his company."""

    me: Actor
    today: date
    zone: str
    counts: Mapping[str, Any] = field(default_factory=dict)
    _currency: str | None = None
    _trend: Trend | None = None

    def count(self, codes: Sequence[str]) -> None:
        """Ask the database once for all counted figures of these codes."""
        self.counts = figures(self.me, codes, self.today)

    def currency(self, ask: Callable[[Actor], str]) -> str:
        if self._currency is None:
            self._currency = ask(self.me)
        return self._currency

    def trend(self, ask: Callable[[Actor], str]) -> Trend:
        """Asked for once, however many parts show it."""
        if self._trend is None:
            self._trend = trend(self.me, self.currency(ask), self.today, report_zone(self.me))
        return self._trend


@dataclass(frozen=True, slots=True)
class Figure:
    """`tiles` makes what is shown (several where there are several currencies)."""

    title: str  # lazy: put into words when shown
    may: Callable[[Actor], bool]
    tiles: Callable[[Scene], list[Tile]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`context` makes what its template needs; None: nothing to show. `is_wide`: not beside another one."""

    title: str  # lazy: put into words when shown
    may: Callable[[Actor], bool]
    template: str
    context: Callable[[Scene], dict[str, Any] | None]
    is_wide: bool = True


def offered(me: Actor, role: Role, known: Mapping[str, Figure]) -> list[str]:
    """Codes of the figures of a role that the person may see."""
    return [code for code in ROLE_FIGURES[role] if code in known and known[code].may(me)]


def is_above_zero(amounts: Mapping[str, Decimal]) -> bool:
    return any(amounts.values())
