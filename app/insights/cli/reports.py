"""`kontor reports`: check and rebuild the sums that reports are made of."""

from __future__ import annotations

import json
import sys

import click

from app.core.local.console import on_console
from app.insights.service import aggregates
from app.insights.service.sums_check import check


@click.group()
def reports() -> None:
    """Sums of what was ordered, which reports are made of."""


@reports.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def verify(*, as_json: bool) -> None:
    """Count all order lines and compare with the maintained sums; ends with 1 where they differ."""
    with on_console() as actor:
        found = check(actor)
    figures = found.as_json()
    click.echo(json.dumps(figures, indent=1) if as_json else "\n".join(f"{key:<28}{figures[key]}" for key in figures))
    sys.exit(0 if found.is_right else 1)


@reports.command()
def rebuild() -> None:
    """Work all sums out afresh, in the operator's time zone."""
    with on_console() as actor:
        click.echo(f"{aggregates.rebuild(actor)} account months")
