"""Quote win rate: what became of requests, by time, salesperson, account and reason."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_, Message
from app.insights.domain.report_parameters import Period, choice, period_of
from app.insights.domain.report_rows import Block, Column, Row, Rows, Value, share, sums
from app.insights.policy import Permission
from app.insights.queries.quote_results import QuoteSums, quote_sums
from app.insights.reports import Chart, Report, reports
from app.sourcing.domain.quote_machine import DECLINE_REASONS, LABELS, LOST_REASONS, WITHDRAW_REASONS

BY = (
    ("month", N_("Month")),
    ("manager", N_("Salesperson")),
    ("account", N_("Account")),
    ("reason", N_("Reason of loss")),
)
_FIGURES = (
    Column("quotes", N_("Requests"), "number", is_summed=True),
    Column("offered", N_("Offered"), "number", is_summed=True),
    Column("won", N_("Won"), "number", is_summed=True),
    Column("lost", N_("Lost"), "number", is_summed=True),
    Column("refused", N_("Not offered"), "number", is_summed=True),
    Column("pending", N_("Pending"), "number", is_summed=True),
    Column("rate", N_("Win rate"), "percent"),
    Column("won_net", N_("Won, net"), "money", is_summed=True),
    Column("lost_net", N_("Lost, net"), "money", is_summed=True),
    Column("hours", N_("Hours to the offer, mean"), "quantity"),
)
_OF_REASONS = (
    Column("state", N_("State")),
    Column("name", N_("Reason of loss")),
    Column("quotes", N_("Requests"), "number", is_summed=True),
    Column("lost_net", N_("Lost, net"), "money", is_summed=True),
)
_REASONS = {"declined_by_buyer": LOST_REASONS, "declined_by_seller": DECLINE_REASONS, "withdrawn": WITHDRAW_REASONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteWins:
    """Requests submitted in the period."""

    period: Period = period_of("last_12_months")
    by: str = choice(N_("Group by"), BY)


def columns_of(by: str) -> tuple[Column, ...]:
    """Time, reason, or number and name, then the figures."""
    if by == "reason":
        return _OF_REASONS
    if by == "month":
        return (Column("key", N_("Month"), "month"), *_FIGURES)
    name = Column("name", dict(BY)[by])
    return (Column("code", N_("Number")), name, *_FIGURES) if by == "account" else (name, *_FIGURES)


def rows(actor: Actor, parameters: QuoteWins) -> Rows:
    columns = columns_of(parameters.by)
    found = quote_sums(actor, parameters.period, parameters.by)
    blocks = []
    for currency in sorted({one.currency for one in found}):
        lines = [_row(one, parameters.by) for one in found if one.currency == currency]
        total = sums(lines, columns)
        if parameters.by != "reason":
            won, lost = total["won"] or 0, total["lost"] or 0
            total["rate"] = share(won, won + lost)  # type: ignore[arg-type, operator]
        blocks.append(Block(currency, lines, total))
    return Rows(blocks, (), columns)


def _row(one: QuoteSums, by: str) -> Row:
    name: Value = one.name or N_("none")
    if by == "reason":
        name = _reason(one.code, one.name or "")
    return {
        "key": one.month, "code": one.code, "name": name, "state": LABELS["sales"].get(one.code, one.code),
        "quotes": one.quotes, "offered": one.offered, "won": one.won, "lost": one.lost, "refused": one.refused,
        "pending": one.pending, "rate": share(one.won, one.won + one.lost), "won_net": one.won_net,
        "lost_net": one.lost_net, "hours": one.hours,
    }  # fmt: skip


def _reason(state: str, code: str) -> Message:
    return _REASONS.get(state, {}).get(code, N_("none"))


reports.put(
    Report(
        "quote-wins",
        N_("Quote win rate"),
        "sales",
        QuoteWins,
        columns_of("month"),
        rows,
        Permission.READ_REPORTS,
        N_("What became of requests submitted in the period. Won of won and lost offers; replaced ones are left out."),
        lambda parameters: (
            None
            if parameters.by == "reason"
            else Chart(
                "line" if parameters.by == "month" else "bars", "key" if parameters.by == "month" else "name", "rate"
            )
        ),
    )
)
