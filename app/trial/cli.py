"""Commands to try Kontor out: demo data, smoke run, benchmarks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.core import clock
from app.core.local.console import on_console
from app.insights.cli.reports import reports
from app.sourcing.cli.tenders import tender
from app.trial.auction_trial import auction_trial, running_address
from app.trial.bench import benches
from app.trial.bench_stock import bench_stock
from app.trial.cart_week import cart_week
from app.trial.crash import crash_run
from app.trial.demo.filling import fill
from app.trial.exchange_crash import exchange_crash_run
from app.trial.measure import measure, table
from app.trial.report_trial import report_trial
from app.trial.scale.ground import Size, scale_ground
from app.trial.scale.load import load
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


def _large_ground(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that use the large ground."""
    size = click.option("--articles", default=100_000, show_default=True, help="Articles of the large ground.")
    folder = click.option("--keep", type=click.Path(file_okay=False, path_type=Path),
                          help="Folder to keep the large ground in and to find it again; else it is thrown away.")  # fmt: skip
    return size(folder(command))


@click.group()
def bench() -> None:
    """Speed, as ratios to a floor measured in the same run."""


@bench.command(name="list")
def list_() -> None:
    """The names of the benchmarks."""
    for name, found in benches.items():
        click.echo(f"{name:<24}{found.title} / {found.floor}")


@bench.command()
@click.argument("names", nargs=-1)
@click.option("--runs", type=int, help="How often each is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: an object for one name, else a list.")
@_large_ground
def run(names: tuple[str, ...], *, runs: int | None, as_json: bool, articles: int, keep: Path | None) -> None:
    """Measure benchmarks by name, or all; the results are kept under bench/ in the instance."""
    try:
        chosen = [benches[name] for name in names or list(benches)]
    except LookupError as error:
        raise click.UsageError(str(error)) from None
    rows = []
    for is_large in (False, True):
        here = [found for found in chosen if found.is_large is is_large]
        if here:
            ground = scale_ground(Size(articles), keep=keep, say=_aside) if is_large else bench_stock()
            with ground as stock:
                rows += [(found, measure(found, stock, runs)) for found in here]
    results = [figures.as_json() for _, figures in rows]
    text = "\n".join(table(rows))
    _keep_results(text, results)
    click.echo(json.dumps(results[0] if len(names) == 1 else results, indent=2) if as_json else text)


@bench.command(name="load")
@click.option("--clients", default=8, show_default=True, help="Browsers at once.")
@click.option("--workers", default=2, show_default=True, help="Web server processes.")
@click.option("--seconds", default=10, show_default=True, help="How long each server is asked.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_large_ground
def load_(*, clients: int, workers: int, seconds: int, as_json: bool, articles: int, keep: Path | None) -> None:
    """Requests a second of the listings at own price and stock, beside a bare Flask route in the same server."""
    with scale_ground(Size(articles), keep=keep, say=_aside) as stock:
        ours, floor = (
            load(stock.config, clients=clients, workers=workers, seconds=seconds, is_floor=is_floor).as_json()
            for is_floor in (False, True)
        )
    results = {"clients": clients, "workers": workers, "articles": articles, "kontor": ours, "floor": floor}
    lines = [f"{'':<14}{'Kontor':>12}{'floor':>12}", *(f"{key:<14}{ours[key]:>12}{floor[key]:>12}" for key in ours)]
    _keep_results("\n".join(lines), results)
    click.echo(json.dumps(results, indent=2) if as_json else "\n".join(lines))


@tender.command(name="auction-trial")
@click.option("--bidders", default=50, show_default=True, help="Suppliers who bid at once.")
@click.option("--seconds", default=120, show_default=True, help="How long bidding lasts without its extensions.")
@click.option("--url", help="The running server; without it the one of this instance.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def auction_trial_(*, bidders: int, seconds: int, url: str | None, as_json: bool) -> None:
    """Auction a lot of an invented tender on the running server over HTTP, and compare answers and log."""
    with on_console():
        base = (url or running_address(Config.from_env().instance_dir)).rstrip("/")
        report = auction_trial(base, bidders=bidders, seconds=seconds, say=_aside)
    found = report.as_json()
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(f"{key:<18}{found[key]}" for key in found))
    sys.exit(0 if report.is_ok else 1)


@reports.command(name="trial")
@click.option("--lines", default=5_000_000, show_default=True, help="Order lines of the invented history.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Folder to keep the database in.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report_trial_(*, lines: int, keep: Path | None, as_json: bool) -> None:
    """Open every report over millions of order lines on a throw-away database, and count its sums again."""
    found = report_trial(lines=lines, say=_aside, keep=keep)
    shown = {key: value for key, value in found.items() if key not in ("pages", "check")}
    click.echo(json.dumps(found, indent=1) if as_json else "\n".join(f"{key:<18}{shown[key]}" for key in shown))
    sys.exit(0 if found["all_right"] else 1)


def _aside(text: str) -> None:
    click.echo(text, err=True)


def _keep_results(text: str, results: Any) -> None:
    folder = Config.from_env().instance_dir / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%d-%H%M%S")
    (folder / f"{stamp}.json").write_text(json.dumps(results, indent=2))
    (folder / f"{stamp}.txt").write_text(text + "\n")


@click.group()
def exchange() -> None:
    """Look into business documents; fetch those of partners."""


@exchange.command(name="crash")
@click.option("--orders", default=500, show_default=True, help="How many orders partners send.")
@click.option("--seed", default=1, show_default=True, help="Which random moments.")
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the result.")
def exchange_crash(*, orders: int, seed: int, as_json: bool) -> None:
    """Kill processes at random moments while orders of a partner arrive, then count what became of them."""
    say = (lambda _text: None) if as_json else (lambda text: click.echo(text, err=True))
    report = exchange_crash_run(orders=orders, seed=seed, say=say)
    click.echo(json.dumps(report.as_json(), indent=2))
    sys.exit(1 if report.faults else 0)


@click.group()
def carts() -> None:
    """Carts left behind."""


@carts.command(name="trial")
@click.option("--accounts", default=200, show_default=True, help="Accounts that leave a cart.")
@click.option("--seed", default=1, show_default=True, help="Which random moments and reasons.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def carts_trial(*, accounts: int, seed: int, as_json: bool) -> None:
    """Simulate a week of abandoned carts with planted reasons on a throw-away database, and count what the desk found."""
    report = cart_week(accounts=accounts, seed=seed, say=_aside)
    found = report.as_json()
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(f"{key:<24}{found[key]}" for key in found))
    sys.exit(0 if report.is_ok else 1)


COMMANDS = [demo, smoke, crash, bench, exchange, carts]
