"""`kontor archive ...`."""

from __future__ import annotations

import json
from datetime import datetime

import click

from app.billing.service.disposal import verify as verify_archive
from app.core.local.console import on_console

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def archive() -> None:
    """Documents as they were issued."""


@archive.command()
@click.option("--from", "start", type=_DAY, help="First day of issue.")
@click.option("--to", "end", type=_DAY, help="Last day of issue.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(context: click.Context, start: datetime | None, end: datetime | None, *, as_json: bool) -> None:
    """Read every stored form of every invoice and compare it with its hash; exit code 1 when one is missing or changed."""
    with on_console() as system:
        found = verify_archive(system, start=start.date() if start else None, end=end.date() if end else None)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{found['checked']} files read, {len(found['damaged'])} missing or changed.")
        for one in found["damaged"]:
            click.echo(f"{one['number']} {one['form']}")
    if not found["is_sound"]:
        context.exit(1)


COMMANDS = [archive]
