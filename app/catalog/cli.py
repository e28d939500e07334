"""`kontor export` and `kontor search`: articles as files, and what an account finds and why."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.accounts.queries.companies import account_id
from app.catalog.domain.bulk import Filter
from app.catalog.queries.export import export_rows
from app.catalog.queries.search_why import Hit
from app.catalog.queries.search_why import explain as explain_search
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


@click.command()
@click.argument("query")
@click.option("--account", default="", metavar="CODE", help="The customer account that searches; else the operator.")
@click.option("--limit", default=20, type=click.IntRange(1, 200), help="How many hits to show.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def search(query: str, account: str, limit: int, *, as_json: bool) -> None:
    """Search for QUERY as an account would, and say of each hit which word matched how."""
    with on_console() as actor:
        company_id = account_id(actor, account) if account else None
        found, hits = explain_search(actor, query, company_id=company_id, limit=limit)
    if as_json:
        result = {
            "query": query,
            "corrected": found.corrected,
            "total": found.total,
            "hits": [_told(hit) for hit in hits],
        }
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    if found.corrected:
        click.echo(f"nothing for {query!r}; searched for {found.corrected!r}")
    click.echo(f"{found.total:,} found")
    for hit in hits:
        reasons = "; ".join(f"{reason.typed}: {reason.how} {reason.matched}".rstrip() for reason in hit.reasons)
        click.echo(f"{hit.article.sku:<16} {hit.article.name:.60}  [{reasons}]")


def _told(hit: Hit) -> dict[str, object]:
    reasons = [{"typed": r.typed, "how": r.how, "matched": r.matched} for r in hit.reasons]
    return {"sku": hit.article.sku, "name": hit.article.name, "why": reasons}


COMMANDS = [export, search]
