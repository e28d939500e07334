"""`kontor tender receipt`: the proofs that suppliers keep."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path

import click

from app.sourcing.cli.tenders import tender
from app.sourcing.domain import receipts
from config import Config

_WORDS = {
    "": "The receipt is genuine.",
    "changed": "The receipt was changed: its signature does not fit.",
    "unreadable": "This is no receipt.",
    "foreign": "The receipt is signed with another key than the expected one.",
}


@tender.group()
def receipt() -> None:
    """Receipts of bids."""


@receipt.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", metavar="BASE64", help="The key it must be signed with, as the portal shows it.")
@click.option("--here", is_flag=True, help="It must be signed by this installation.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(file: Path, *, key: str | None, here: bool, as_json: bool) -> None:
    """Check the signature of a receipt; needs no database. Exits with 1 when it does not hold."""
    expected = None
    if key:
        try:
            expected = base64.b64decode(key, validate=True)
        except binascii.Error:
            raise click.BadParameter("is not base64", param_hint="--key") from None
    elif here:
        expected = receipts.public_key(receipts.signing_key(Config.from_env().sealing_key))
    data = file.read_bytes()
    problem = receipts.problem_of(data, expected_key=expected)
    facts = {} if problem == "unreadable" else json.loads(data)["receipt"]
    if as_json:
        click.echo(
            json.dumps({"genuine": not problem, "problem": problem, "receipt": facts}, ensure_ascii=False, indent=1)
        )
    else:
        click.echo(_WORDS[problem])
        for name in ("tender", "bid", "version", "event", "received_at", "sha256") if facts else ():
            click.echo(f"  {name}: {facts.get(name, '')}")
    if problem:
        raise click.exceptions.Exit(1)
