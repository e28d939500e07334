"""`kontor stock ...`."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from app.accounts.queries.companies import account_id, operator_party
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.core.local.console import on_console
from app.core.texts import N_
from app.inventory.domain.promise import Need, Promise
from app.inventory.queries.promises import promise as promise_for
from app.inventory.queries.verify import CHECKS, Fault
from app.inventory.queries.verify import verify as verify_stock


@click.group()
def stock() -> None:
    """Stock and what can be promised."""


@stock.command()
@click.option("--account", required=True, metavar="CODE", help="Who buys.")
@click.option("--sku", required=True, help="The article's number, GTIN or the account's own number for it.")
@click.option("--qty", "quantity", required=True, metavar="NUMBER", help="How much, in base units.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day it is wanted; without it today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def promise(account: str, sku: str, quantity: str, day: datetime | None, *, as_json: bool) -> None:
    """Say how much of an article an account can have, when and from where."""
    with on_console() as system:
        company_id = account_id(system, account)
        found = articles_by_code(system, [sku], company_id=company_id)
        matches = next(iter(found.values()), [])
        if len(matches) != 1:
            raise NotFound(N_("There is no article {sku}.", sku=sku))
        article = matches[0]
        today = clock.today(operator_party(system).time_zone)
        on = day.date() if day else today
        if on < today:
            raise Invalid("on", N_("{day} is in the past. Take today or a later day.", day=on))
        need = Need(article.id, _number(quantity), article.order_policy, article.lead_time_days, article.is_kit)
        answer = promise_for(system, need, on, company_id=company_id, today=today)
    facts = _facts(article, account, need, on, answer)
    click.echo(json.dumps(facts, ensure_ascii=False, indent=1) if as_json else _words(facts))


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0:
        raise Invalid("quantity", N_("“{given}” is not a quantity.", given=text))
    return value


def _facts(article: Article, account: str, need: Need, on: date, answer: Promise) -> dict[str, Any]:
    def day(value: date | None) -> str | None:
        return None if value is None else value.isoformat()

    return {
        "sku": article.sku, "account": account, "unit": article.base_unit, "asked": f"{need.quantity:f}",
        "on": on.isoformat(), "is_enough": answer.is_enough, "ships_on": day(answer.ships_on),
        "available": f"{answer.available:f}",
        "obtainable": None if answer.obtainable is None else f"{answer.obtainable:f}",
        "later": f"{answer.backordered:f}", "next_arrival": day(answer.next_on), "is_low": answer.is_low,
        "account_is_shown": str(answer.view.display),
        "parts": [
            {"quantity": f"{part.quantity:f}", "day": day(part.day), "source": str(part.source), "place": part.place}
            for part in answer.parts
        ],
    }  # fmt: skip


def _words(facts: dict[str, Any]) -> str:
    state = "can be had" if facts["is_enough"] else "cannot be had"
    lines = [f"{facts['asked']} {facts['unit']} of {facts['sku']} for {facts['account']} on {facts['on']} {state}"]
    lines.extend(
        f"{part['quantity']:>12}  {part['day'] or 'no day yet':<10}  {part['source']}  {part['place']}".rstrip()
        for part in facts["parts"]
    )
    lines.append(f"{facts['available']} {facts['unit']} lie free in the account's warehouses")
    if facts["next_arrival"]:
        lines.append(f"the next goods are expected {facts['next_arrival']}")
    return "\n".join(lines)


@stock.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(*, as_json: bool) -> None:
    """Compare every sum of stock with the rows behind it; ends with 1 when one is wrong."""
    with on_console() as system:
        found = verify_stock(system)
    facts = {
        "is_right": not found.faults, "shelves": found.shelves, "moves": found.moves, "checks": list(CHECKS),
        "faults": [_fault(one) for one in found.faults], "notes": [_fault(one) for one in found.notes],
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        click.echo(
            f"{found.shelves} shelves, {found.moves} moves: {len(found.faults)} faults, {len(found.notes)} notes"
        )
        for word, rows in (("fault", found.faults), ("note", found.notes)):
            for one in rows:
                click.echo(
                    f"{word}: {one.check} of {one.sku} in {one.place}: {_bare(one.kept)}, by its rows {_bare(one.by_rows)}"
                )
    if found.faults:
        raise SystemExit(1)


def _fault(fault: Fault) -> dict[str, str]:
    return {
        "check": fault.check, "sku": fault.sku, "place": fault.place, "kept": _bare(fault.kept),
        "rows": _bare(fault.by_rows),
    }  # fmt: skip


def _bare(value: Decimal) -> str:
    return f"{value.normalize() + 0:f}"


COMMANDS = [stock]
