"""Words and bars of budgets and credit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale

from app.accounts.domain.budget import KIND_NAMES, RULE_NAMES, BudgetRule, BudgetState
from app.accounts.domain.credit import KIND_NAMES as CREDIT_NAMES
from app.accounts.domain.credit import CreditKind
from app.accounts.queries.budgets import BudgetLine
from app.accounts.views.labels import Told
from app.web import formats
from app.web.charts import WIDTH
from app.web.texts import _, language, say

_TIGHT = Decimal("0.8")  # of a budget taken, from which it is shown as nearly used
_ACTIONS = {
    "created": _("Created"),
    "changed": _("Changed"),
}
_FIELDS = {
    "code": _("Code"),
    "name": _("Name"),
    "is_active": _("In force"),
    "amount": _("Amount without VAT"),
    "rule": _("When an order takes more than is left"),
    "is_recurring": _("Begin the next period by itself"),
    "carries_over": _("Carry over what is left"),
}
_KINDS = {
    "purchased": "",
    "reimbursed": "good",
    "refunded": "info",
    "reverted": "info",
    "unpaid": "bad",
    "allocated": "plain",
    "updated": "plain",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A budget as a row or page shows it; widths are parts of 1,000."""

    line: BudgetLine
    period: str
    kind: str
    rule: str
    taken_width: int
    reserved_width: int
    tone: str
    percent: Decimal | None

    @property
    def state(self) -> BudgetState:
        return self.line.state


def shown(line: BudgetLine) -> Shown:
    state = line.state
    share = state.taken / state.total if state.total > 0 else None
    taken = _width(state.taken, state.total)
    reserved = min(_width(line.reserved, state.total), taken)
    tone = (
        "bad"
        if state.left < 0 or (share is None and state.taken > 0)
        else "warn"
        if share and share >= _TIGHT
        else "good"
    )
    return Shown(line, period_text(state), say(KIND_NAMES[state.kind]), say(RULE_NAMES[state.rule]), taken - reserved, reserved,
                 tone, None if share is None else share * 100)  # fmt: skip


def _width(part: Decimal, whole: Decimal) -> int:
    if whole <= 0:
        return WIDTH if part > 0 else 0
    return int(min(max(part / whole, Decimal(0)), Decimal(1)) * WIDTH)


def period_text(state: BudgetState) -> str:
    """November 2026 would do for a month, but fiscal quarters and years need their days."""
    return f"{formats.day(state.period.starts_on, language())} – {formats.day(state.period.ends_on, language())}"


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows of a cost centre or budget in words, the latest first."""
    lines = [
        Told(one.at, str(_ACTIONS.get(one.action, one.action)), one.who, _note(one.changes), "") for one in entries
    ]
    return lines[::-1]


def _note(changes: dict[str, Any]) -> str:
    parts = []
    for name, value in changes.items():
        if name in _FIELDS and isinstance(value, list) and len(value) == 2:
            before, after = (_shown(name, part) for part in value)
            parts.append(f"{_FIELDS[name]}: {before} → {after}")
    return "; ".join(parts)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if name == "rule":
        return say(RULE_NAMES[BudgetRule(value)])
    if name == "amount":
        return formats.quantity(Decimal(value), language())
    return str(value)


def kind_chip(kind: CreditKind) -> tuple[str, str]:
    """Tone and word of a movement of the ledger."""
    return _KINDS[kind] or "warn", say(CREDIT_NAMES[kind])


def month_options() -> list[tuple[int, str]]:
    """The months by name, in the reader's language."""
    names = Locale.parse(language()).months["stand-alone"]["wide"]
    return [(month, str(names[month])) for month in range(1, 13)]
