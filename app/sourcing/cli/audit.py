"""`kontor audit`: whether the history of quotes and tenders is whole."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from app.core.local.console import on_console
from app.sourcing.queries.chains import Verdict, verify_chains

_PROBLEMS = {
    "changed": "was changed",
    "missing": "is missing",
    "surplus": "was added",
    "head": "ends otherwise than noted",
    "sealed": "was changed while it is sealed",
}


@click.group()
def audit() -> None:
    """The history of quotes and tenders."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, as_json: bool) -> None:
    """Follow every chain of events from its start; exits with 1 where one does not hold."""
    with on_console() as actor:
        verdict = verify_chains(actor)
    click.echo(json.dumps(asdict(verdict), default=str, indent=1) if as_json else "\n".join(_report(verdict)))
    if verdict.broken:
        sys.exit(1)


def _report(verdict: Verdict) -> list[str]:
    return [
        f"{verdict.chains} chains with {verdict.events} events, fingerprint {verdict.fingerprint}",
        *(
            f"broken: {one.object_type} {one.object_id}, event {one.sequence} {_PROBLEMS[one.problem]}"
            for one in verdict.broken
        ),
        *(
            f"late: {one.object_type} {one.object_id}, {one.kind} was due {one.due_at.isoformat(timespec='seconds')}"
            + (f", failed {one.attempts} times: {one.last_error.splitlines()[0]}" if one.last_error else "")
            for one in verdict.late
        ),
        "every chain holds" if not verdict.broken else f"{len(verdict.broken)} chains do not hold",
    ]
