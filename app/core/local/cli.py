"""`kontor up`, `kontor migrate`, `kontor doctor`, `kontor roles`."""

from __future__ import annotations

import json
import sys

import click

from app.core.local import doctor as local_doctor
from app.core.local import roles as database_roles
from app.core.local.check import FAIL, OK, WARN
from app.core.local.instance import servers
from app.core.local.programs import kontor_command
from app.core.local.supervisor import Supervisor, bring_up_to_date, prepare_trial
from app.core.migrate import head
from config import Config

_COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with a wholesaler to try out.")
def up(*, demo: bool) -> None:
    """Run Kontor here, in the foreground, until Ctrl-C: servers, web, workers, clock."""
    config = Config.from_env()
    if demo and config.PAYMENT_PROVIDER == "off":
        config = config.changed(PAYMENT_PROVIDER="test")  # no money moves there
    sys.exit(Supervisor(config, say=click.echo, demo=kontor_command("demo") if demo else ()).run())


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema, as its owner."""
    config = Config.from_env()
    with servers(config.changed(BROKER_URL="memory://"), say=click.echo):
        if config.KONTOR_TRIAL and not config.is_database_embedded:
            prepare_trial(config)
        bring_up_to_date(config)
    click.echo(f"The schema is at {head()}.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of findings for programs.")
def doctor(*, as_json: bool) -> None:
    """Check this installation: each line says ok, warn or fail, and what to do."""
    findings = []
    for check in local_doctor.examine(Config.from_env()):
        findings.append(check)
        if not as_json:
            click.echo(f"{click.style(f'{check.level:4}', fg=_COLOURS[check.level])}  {check.name:10} {check.message}")
            if check.level != OK and check.remedy:
                click.echo(f"{'':17}-> {check.remedy}")
    if as_json:
        click.echo(json.dumps([check.as_json() for check in findings], indent=2))
    sys.exit(any(check.level == FAIL for check in findings))


@click.command()
@click.option("--database", default="kontor", show_default=True, help="Name of the database to make.")
def roles(*, database: str) -> None:
    """Print the SQL that prepares a PostgreSQL server of your own."""
    click.echo(database_roles.script(database), nl=False)


COMMANDS = [up, migrate, doctor, roles]
