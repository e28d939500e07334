"""`kontor price ...`."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

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
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; without it today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(account: str, sku: str, quantity: str, unit: str, day: datetime | None, *, as_json: bool) -> None:
    """Say what an account pays for an article, and why: every price of its lists and what became of it."""
    with on_console() as system:
        company_id = account_id(system, account)
        on = day.date() if day else clock.today(buying_terms(system, company_id).time_zone)
        found = explain_price(system, company_id, sku, _number(quantity), unit=unit.upper(), on=on)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1) if as_json else _words(found, on))


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid("quantity", N_("“{given}” is not a number.", given=text))
    return value


def _words(found: Explanation, on: date) -> str:
    line = found.line
    lines = [
        f"{found.article.sku} {found.article.name}",
        f"{found.account}, {on.isoformat()}, {line.quantity} {line.unit}",
    ]
    if line.net is not None:
        lines.append(f"{line.net} {line.currency} net")
    lines.extend(str(step) for step in line.steps)
    for one in found.candidates:
        sign = "*" if one.is_winner else " "
        lines.append(
            f"{sign} {one.step.list_code:<16} {one.step.min_quantity:>10f} {one.step.unit}  "
            f"{one.step.price:>12f} {one.currency}  {one.verdict}"
        )
    return "\n".join(lines)


COMMANDS = [price]
