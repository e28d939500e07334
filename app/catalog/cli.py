"""`kontor export`."""

from __future__ import annotations

from pathlib import Path

import click

from app.catalog.domain.bulk import Filter
from app.catalog.queries.export import export_rows
from app.catalog.queries.selection import filtered_ids
from app.core.local.console import on_console
from app.core.tables.writing import write_csv, write_xlsx


@click.group()
def export() -> None:
    """Write what is in Kontor to files that can be imported again."""


@export.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--category", default="", metavar="CODE", help="Only articles of this category and those below it.")
@click.option("--search", default="", metavar="WORDS", help="Only articles that have these words or numbers.")
@click.option("--all", "with_discontinued", is_flag=True, help="Also articles that are no longer sold.")
def articles(*, file: Path, category: str, search: str, with_discontinued: bool) -> None:
    """Write articles to FILE (.csv or .xlsx), with the columns that `kontor import products` reads."""
    with on_console() as actor, file.open("wb") as target:
        ids = filtered_ids(actor, Filter(search, category, with_discontinued))
        rows = export_rows(actor, ids)
        if file.suffix.lower() == ".xlsx":
            write_xlsx(rows, target, sheet="Articles")
        else:
            write_csv(rows, target)
    click.echo(f"{len(ids):,} articles in {file}")


COMMANDS = [export]
