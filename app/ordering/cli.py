"""`kontor orderfile`: what a buyer's order file comes to, without placing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.accounts.queries.companies import account_id
from app.core.local.console import on_console
from app.ordering.domain.order_file import read_order_file
from app.ordering.domain.order_file_check import check_result, load_catalogue
from app.ordering.queries.order_file import account_catalogue


@click.group()
def orderfile() -> None:
    """Look at order files of buyers."""


@orderfile.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, metavar="CODE", help="The customer account that sends the file.")
@click.option(
    "--catalogue",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with products.csv and price_breaks.csv to check against instead of the account's own prices.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
def check(file: Path, account: str, catalogue: Path | None, as_json: bool) -> None:
    """Read FILE row by row: what is accepted at which price, what is refused and why. Nothing is stored."""
    order = read_order_file(file)
    if catalogue is not None:
        prices = load_catalogue(catalogue)
    else:
        with on_console() as actor:
            prices = account_catalogue(actor, account_id(actor, account), order.skus())
    result = check_result(order, file.name, account, prices.articles, prices.breaks)
    click.echo(json.dumps(result, ensure_ascii=False, indent=1) if as_json else "\n".join(_report(result)))


def _report(result: dict[str, Any]) -> list[str]:
    reading, counts = result["reading"], result["counts"]
    header = f"header in row {reading['header_row']}" if reading["header_row"] else "no header"
    place = f"sheet {reading['sheet']}" if "sheet" in reading else f"{reading['encoding']}, {reading['delimiter']!r}"
    columns = reading["columns"]
    return [
        f"{result['file']}: {reading['kind']}, {place}, {header}, SKU in {columns['sku']}, quantity in {columns['qty']}",
        *(f"sheet {name}: not read" for name in reading.get("sheets_ignored", ())),
        *(f"row {row['row']}: refused, {row['reason']}: {row['sku']!r}, {row['qty']!r}" for row in result["rejected"]),
        *(f"row {row['row']}: ignored, {row['reason']}" for row in result["ignored"]),
        *(
            f"rows {', '.join(map(str, line['rows']))}: together {line['qty']} of {line['sku']}"
            for line in result["merged"]
        ),
        f"{counts['accepted_lines']} lines from {counts['accepted_rows']} rows, {counts['units']} units",
        f"net {result['net_total']} {result['currency']}; {counts['rejected_rows']} rows refused",
    ]


COMMANDS = [orderfile]
