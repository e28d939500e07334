"""`kontor tender`: tenders out of and into the portal as files."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from app.accounts.queries.companies import account_id, operator_id
from app.core import clock
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.local.console import on_console
from app.core.settings import settings
from app.documents.ocds import numbers
from app.documents.ocds.writing import record_package, release_package
from app.sourcing.documents.ocds import procurements
from app.sourcing.queries.published import published_tender
from app.sourcing.service.tender_import import import_ocds


@click.group()
def tender() -> None:
    """Tenders as files."""


@tender.command()
@click.argument("number")
@click.option("--ocds", "as_ocds", is_flag=True, required=True, help="Open Contracting Data Standard 1.1.")
@click.option("--record", is_flag=True, help="A record package: all releases and what they come to.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Instead of the screen.")
def export(number: str, *, as_ocds: bool, record: bool, output: Path | None) -> None:
    """Write a published tender: one release for each thing the public was told."""
    with on_console() as actor:
        facts = published_tender(actor, number)
        releases = procurements(facts, prefix=settings().OCDS_PREFIX, language="en")
        package = record_package if record else release_package
        whole = package(
            releases,
            uri=f"{settings().base_url.rstrip('/')}/tenders/{number}/ocds",
            publisher=facts.tender.buyer_name,
            at=clock.now(),
        )
    data = numbers.write(whole)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


@tender.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", metavar="CODE", help="The customer account that asks; without it the operator does.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def import_file(file: Path, *, account: str | None, as_json: bool) -> None:
    """Take the tenders of an OCDS file over as drafts."""
    with on_console() as actor:
        made = import_ocds(replace(actor, company_id=_company(actor, account)), file.read_bytes())
    if as_json:
        rows = [{"ocid": one.ocid, "number": one.number, "notes": [str(note) for note in one.notes]} for one in made]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for one in made:
        click.echo(f"{one.ocid}: {one.number or 'no tender in it, nothing was made'}")
        for note in one.notes:
            click.echo(f"  {note}")


def _company(actor: Actor, account: str | None) -> int:
    if account:
        return account_id(actor, account)
    found = operator_id()
    if found is None:
        raise Invalid("account", "There is no operator yet: create one first.")
    return found
