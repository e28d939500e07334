"""Commands to try Kontor out: demo data, smoke run, benchmarks."""

from __future__ import annotations

import json
import sys

import click

from app.core import clock
from app.core.local.console import on_console
from app.trial.bench import benches
from app.trial.bench_stock import bench_stock
from app.trial.crash import crash_run
from app.trial.demo.filling import fill
from app.trial.measure import measure, table
from app.trial.smoke import smoke_run
from config import Config


@click.command()
def demo() -> None:
    """Fill an empty database with an invented wholesaler and print the logins."""
    with on_console() as actor:
        click.echo(fill(actor))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the steps as JSON.")
@click.option("--lines", default=1000, show_default=True, help="Lines of the order file.")
def smoke(*, as_json: bool, lines: int) -> None:
    """Do the whole main job over HTTP on a throw-away instance."""
    report = smoke_run(lines=lines, say=(lambda _text: None) if as_json else click.echo)
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        click.echo("OK" if report.is_ok else f"FAILED: {report.failure}")
    sys.exit(0 if report.is_ok else 1)


@click.command()
@click.option("--orders", default=200, show_default=True, help="How many orders to place.")
@click.option("--seed", default=1, show_default=True, help="Which random moments.")
def crash(*, orders: int, seed: int) -> None:
    """Kill processes at random moments while orders are placed, then count what is there."""
    report = crash_run(orders=orders, seed=seed, say=lambda text: click.echo(text, err=True))
    click.echo(json.dumps(report.as_json(), indent=2))
    sys.exit(1 if report.faults else 0)


@click.group()
def bench() -> None:
    """Speed, as ratios to a floor measured in the same run."""


@bench.command(name="list")
def list_() -> None:
    """The names of the benchmarks."""
    for name, found in benches.items():
        click.echo(f"{name:<18}{found.title} / {found.floor}")


@bench.command()
@click.argument("names", nargs=-1)
@click.option("--runs", type=int, help="How often each is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an object for one name, else a list.")
def run(names: tuple[str, ...], *, runs: int | None, as_json: bool) -> None:
    """Measure benchmarks by name, or all; the results are kept under bench/ in the instance."""
    try:
        chosen = [benches[name] for name in names or list(benches)]
    except LookupError as error:
        raise click.UsageError(str(error)) from None
    with bench_stock() as stock:
        rows = [(found, measure(found, stock, runs)) for found in chosen]
    results = [figures.as_json() for _, figures in rows]
    folder = Config.from_env().instance_dir / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%d-%H%M%S")
    (folder / f"{stamp}.json").write_text(json.dumps(results, indent=2))
    text = "\n".join(table(rows))
    (folder / f"{stamp}.txt").write_text(text + "\n")
    click.echo(json.dumps(results[0] if len(names) == 1 else results, indent=2) if as_json else text)


COMMANDS = [demo, smoke, crash, bench]
