"""`kontor price ...`."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import click

from app.accounts.queries.companies import account_id, buying_terms
from app.core import clock
from app.core.errors import Invalid
from app.core.local.console import on_console
from app.core.texts import N_
from app.pricing.queries.explain import Explanation
from app.pricing.queries.explain import explain as explain_price


@click.group()
def price() -> None:
    """Prices of accounts."""


@price.command()
@click.option("--account", required=True, metavar="CODE", help="Who buys.")
@click.option("--sku", required=True, help="The article's number, GTIN or the account's own number for it.")
@click.option("--qty", "quantity", required=True, metavar="NUMBER", help="How much, in the unit.")
@click.option("--unit", default="", metavar="CODE", help="UN/ECE code; without it the article's base unit.")
@click.option("--at", "when", metavar="DATE", help="A day (2026-05-04), or a past moment (2026-05-04T10:30).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(account: str, sku: str, quantity: str, unit: str, when: str | None, *, as_json: bool) -> None:
    """Say what an account pays for an article, and why: every price of its levels and what became of it."""
    with on_console() as system:
        company_id = account_id(system, account)
        on, at = moment_of(when or "", buying_terms(system, company_id).time_zone)
        found = explain_price(system, company_id, sku, _number(quantity), unit=unit.upper(), on=on, at=at)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1) if as_json else _words(found, on))


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid("quantity", N_("“{given}” is not a number.", given=text))
    return value


def moment_of(text: str, time_zone: str) -> tuple[date, datetime | None]:
    """The day meant, and the moment where a time is given; nothing given is today. Raises Invalid."""
    try:
        if not text:
            return clock.today(time_zone), None
        if len(text) <= 10:
            return date.fromisoformat(text), None
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("on", N_("“{given}” is not a day.", given=text)) from None
    return moment.date(), moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))


def _words(found: Explanation, on: date) -> str:
    line = found.line
    lines = [
        f"{found.article.sku} {found.article.name}",
        f"{found.account}, {on.isoformat()}, {line.quantity} {line.unit}",
    ]
    if line.net is not None:
        lines.append(f"{line.net} {line.currency} net")
    lines.extend(str(step) for step in line.steps)
    for level in found.levels:
        lists = ", ".join(prices.code for prices in level.lists) or "no list"
        lines.append(f"  {level.kind:<9}{level.chain} ({level.strategy}, then {level.combine}): {lists}")
    if found.floor:
        sign = "BELOW THE FLOOR" if found.is_below_floor else "margin"
        lines.append(f"  cost {found.floor.cost:f}, {sign} {found.margin} %, least price {found.floor.price or '-'}")
    for one in found.candidates:
        sign = "*" if one.is_winner else " "
        lines.append(
            f"{sign} {one.level:<9}{one.step.list_code:<16} {one.step.min_quantity:>10f} {one.step.unit}  "
            f"{one.step.price:>12f} {one.currency}  {one.verdict}"
        )
    return "\n".join(lines)


COMMANDS = [price]
