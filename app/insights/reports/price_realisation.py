"""Price realisation: what was achieved against the list, and why prices were as they were."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.core.actor import Actor
from app.core.texts import N_
from app.insights.domain.report_parameters import Period, choice, period_of, pick
from app.insights.domain.report_rows import Block, Column, Row, Rows, share, sums
from app.insights.policy import Permission
from app.insights.queries.aggregates import Selection
from app.insights.queries.margins import Valued, reasons, reference_list, valued_blocks, valued_sales
from app.insights.reports import Chart, Report, reports

BY = (
    ("month", N_("Month")),
    ("category", N_("Category")),
    ("article", N_("Article")),
    ("account", N_("Account")),
    ("manager", N_("Sales manager")),
    ("reason", N_("Reason of the price")),
)
REASONS = {
    "list": N_("List price"),
    "break": N_("Quantity break of the list"),
    "own": N_("Another price list"),
    "agreed": N_("Agreed in a quote, contract or tender"),
    "other": N_("Not known"),
}
_FIGURES = (
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("net", N_("Net"), "money", is_summed=True),
    Column("known", N_("Of it with a list price"), "money", is_summed=True),
    Column("list", N_("At list prices"), "money", is_summed=True),
    Column("discount", N_("Discount"), "money", is_summed=True),
    Column("percent", N_("Achieved of the list"), "percent"),
)
_OF_REASONS = (
    Column("name", N_("Reason of the price")),
    Column("lines", N_("Lines"), "number", is_summed=True),
    Column("net", N_("Net"), "money", is_summed=True),
    Column("share", N_("Share"), "percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Realisation:
    """`price_list`: code of the list to compare with, "" for the one with most prices."""

    period: Period = period_of("last_month")
    by: str = choice(N_("Group by"), BY, "category")
    price_list: str = pick("text", N_("Price list"))
    account: str = pick("account", N_("Account"))
    category: str = pick("category", N_("Category"))
    currency: str = pick("currency", N_("Currency"))
    limit: int | None = None


def columns_of(by: str) -> tuple[Column, ...]:
    """Time, reason, or number and name, then the figures."""
    if by == "reason":
        return _OF_REASONS
    if by == "month":
        return (Column("key", N_("Month"), "month"), *_FIGURES)
    name = Column("name", dict(BY)[by])
    return (name, *_FIGURES) if by in ("category", "manager") else (Column("code", N_("Number")), name, *_FIGURES)


def rows(actor: Actor, parameters: Realisation) -> Rows:
    known = reference_list(actor, parameters.price_list)
    code, name = known or ("", "")
    notes = (
        (N_("List prices are those of {list} at the end of each month, without breaks.", list=name),) if known else ()
    )
    if parameters.by == "reason":
        return Rows(_by_reason(actor, parameters.period, code), (), _OF_REASONS)
    selection = Selection(account=parameters.account, category=parameters.category, currency=parameters.currency)
    limit = None if parameters.by == "month" else parameters.limit
    found, totals = valued_sales(
        actor, parameters.period, parameters.by, selection, against="list", price_list=code, limit=limit
    )
    blocks = valued_blocks(found, totals, _figures)
    return Rows(blocks, notes, columns_of(parameters.by))


def _by_reason(actor: Actor, period: Period, price_list: str) -> list[Block]:
    found = reasons(actor, period, price_list)
    blocks = []
    for currency in sorted({one[0] for one in found}):
        of_currency = [one for one in found if one[0] == currency]
        total = sum((net for _currency, _why, _lines, net in of_currency), Decimal(0))
        lines: list[Row] = [
            {"name": REASONS[why], "lines": count, "net": net, "share": share(net, total)}
            for _currency, why, count, net in of_currency
        ]
        blocks.append(Block(currency, lines, sums(lines, _OF_REASONS)))
    return blocks


def _figures(one: Valued) -> Row:
    return {
        "lines": one.lines,
        "net": one.net,
        "known": one.known_net,
        "list": one.value,
        "discount": one.value - one.known_net,
        "percent": share(one.known_net, one.value),
    }


def _chart(parameters: Realisation) -> Chart:
    if parameters.by == "reason":
        return Chart("bars", "name", "net")
    return Chart("line", "key", "percent") if parameters.by == "month" else Chart("bars", "name", "discount")


reports.put(
    Report(
        "price-realisation",
        N_("Price realisation"),
        "sales",
        Realisation,
        columns_of("category"),
        rows,
        Permission.READ_REPORTS,
        N_("What was achieved of the list price, and by which prices: list, break, other lists, agreements."),
        _chart,
    )
)
