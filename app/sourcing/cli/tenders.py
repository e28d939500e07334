"""`kontor tender`: tenders out of and into the portal as files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.core import clock
from app.core.local.console import on_console
from app.core.settings import settings
from app.documents.ocds import numbers
from app.documents.ocds.writing import record_package, release_package
from app.sourcing.documents.ocds import procurements
from app.sourcing.queries.published import published_tender


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
