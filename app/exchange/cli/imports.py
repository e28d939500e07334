"""`kontor import` and `kontor history`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import click

from app.accounts.queries.companies import operator_party
from app.core.actor import Actor, Via
from app.core.errors import Invalid, Unavailable
from app.core.local.console import running_app
from app.core.tenancy import acting_as
from app.core.texts import Message
from app.exchange.domain.runs import RunState
from app.exchange.importers import IMPORTERS
from app.exchange.queries.history import Agreement, reprice_year
from app.exchange.queries.runs import RefusedRow, every_refused_row, refused_rows, saved_mapping
from app.exchange.queries.runs import run as run_of
from app.exchange.service.files import Settings, importer_of
from app.exchange.service.folder import Step, folder_plan
from app.exchange.service.processing import Progress, process, try_out
from app.exchange.service.report import report_rows, tally_rows, write_report
from app.exchange.service.runs import begin, cancel

ALL = "all"
PROBLEMS_SHOWN = 20
_ATTEMPTS = 5
_WAIT_SECONDS = 2


@contextmanager
def office() -> Iterator[Actor]:
    """The system at work for the operator, outside of any request."""
    with running_app() as app, app.app_context():
        anybody = Actor.system(via=Via.CLI)
        with acting_as(anybody):
            company_id = operator_party(anybody).company_id
        actor = Actor.system(company_id, via=Via.CLI)
        with acting_as(actor):
            yield actor


def _importer_options(function: Callable[..., None]) -> Callable[..., None]:
    """An option of the command line for each option an importer has."""
    helps: dict[str, list[str]] = {}
    for code, importer in IMPORTERS.items():
        for option in importer.options:
            helps.setdefault(option.name, []).append(f"{code}: {option.help}")
    for name in sorted(helps, reverse=True):
        flag = f"--{name.replace('_', '-')}"
        function = click.option(flag, name, default="", metavar="TEXT", help=" ".join(helps[name]))(function)
    return function


@click.command(name="import")
@click.argument("kind", required=False)
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--mapping", default="", metavar="NAME|K=V,...", help="A saved mapping, or field=column pairs.")
@click.option("--decimal-sign", default="", type=click.Choice(["", ".", ","]), help="Overrides the detected one.")
@click.option("--all-or-nothing", is_flag=True, help="Store nothing if a row cannot be stored.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows to a .csv or .xlsx."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--list", "is_list", is_flag=True, help="Show the kinds with their fields.")
@_importer_options
def import_(
    *, kind: str | None, file: Path | None, mapping: str, decimal_sign: str, all_or_nothing: bool, dry_run: bool,
    report: Path | None, as_json: bool, is_list: bool, **options: str,
) -> None:  # fmt: skip
    """Import FILE (CSV, TSV, XLSX, ODS, also packed) as KIND; a folder of files with agreed names as `all`.

    An import that broke off goes on where it stopped when the same command is given again.
    """
    if is_list:
        click.echo("\n".join(_kinds()))
        return
    if kind is None or file is None or file.is_dir() != (kind == ALL):
        raise click.UsageError("give a kind and a file, or `all` and a folder; `kontor import --list` shows the kinds")
    show = _Show(is_json=as_json)
    with office() as actor:
        if kind == ALL:
            steps = list(folder_plan(file))
        else:
            chosen = {name: value for name, value in options.items() if value}
            settings = Settings(kind, _mapping(actor, kind, mapping), chosen, decimal_sign, all_or_nothing)
            steps = [Step(file, settings)]
        results = [_run(actor, step, show, dry_run=dry_run, report=report) for step in steps]
    if as_json:
        click.echo(json.dumps(results if kind == ALL else results[0], ensure_ascii=False, indent=1))
    if any(result["state"] == RunState.FAILED for result in results):
        sys.exit(Invalid.exit_code)


def _kinds() -> Iterator[str]:
    for code, importer in IMPORTERS.items():
        yield f"{code}: {importer.label}. {importer.about}"
        for field in importer.fields:
            variants = f":{field.variants}" if field.variants else ""
            needed = ", needed" if field.is_required else ""
            yield f"    {field.name + variants:20} {field.label} ({field.shape}{needed}); column {field.headers[0]!r}"
        for option in importer.options:
            flag = f"--{option.name.replace('_', '-')}"
            yield f"    {flag:20} {option.label}: {option.help}"


def _mapping(actor: Actor, kind: str, given: str) -> Mapping[str, str]:
    """`sku=Artikel,unit_price=Preis` or the name of a saved mapping."""
    if "=" not in given:
        return saved_mapping(actor, importer_of(kind).code, given) if given else {}
    pairs = [pair.partition("=") for pair in given.split(",")]
    return {key.strip(): column.strip() for key, _sign, column in pairs}


def _run(actor: Actor, step: Step, show: _Show, *, dry_run: bool, report: Path | None) -> dict[str, Any]:
    started = time.monotonic_ns()
    title = f"{step.settings.kind} {step.file.name}"
    result = (_tried if dry_run else _stored)(actor, step, show.progress(title), report)
    result["seconds"] = (time.monotonic_ns() - started) // 100_000_000 * Decimal("0.1")
    show.result(title, result)
    result["seconds"] = str(result["seconds"])
    return result


def _tried(actor: Actor, step: Step, progress: Progress, report: Path | None) -> dict[str, Any]:
    reading, tally = try_out(actor, step.settings, step.file, progress)
    if report is not None:
        _write_report(report, asdict(reading), tally_rows(tally))
    return {
        "kind": step.settings.kind, "file": step.file.name, "state": RunState.CHECKED, "dry_run": True,
        "rows": tally.read, "created": tally.created, "changed": tally.changed, "same": tally.same,
        "refused": tally.refused, "figures": {name: str(amount) for name, amount in tally.figures.items()},
        "problems": [_problem(row) for row in islice(tally_rows(tally), PROBLEMS_SHOWN)], "error": "",
    }  # fmt: skip


def _stored(actor: Actor, step: Step, progress: Progress, report: Path | None) -> dict[str, Any]:
    run_id = begin(actor, step.settings, step.file)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            process(actor, run_id, progress)
            break
        except KeyboardInterrupt:
            cancel(actor, run_id)
            click.echo("\nCancelled. What is stored stays; the same command starts again.", err=True)
            raise
        except Unavailable:
            if attempt == _ATTEMPTS:
                raise
            time.sleep(_WAIT_SECONDS * attempt)
    run = run_of(actor, run_id)
    if report is not None:
        _write_report(report, run.reading, every_refused_row(actor, run_id))
    return {
        "kind": run.kind, "file": run.file_name, "state": run.state, "dry_run": False,
        "rows": run.read_rows, "created": run.created_count, "changed": run.changed_count, "same": run.same_count,
        "refused": run.refused_count, "figures": run.figures,
        "problems": [_problem(row) for row in refused_rows(actor, run_id, limit=PROBLEMS_SHOWN)],
        "error": str(Message.from_json(run.last_error)) if run.last_error else "",
    }  # fmt: skip


def _problem(row: RefusedRow) -> dict[str, Any]:
    return {"row": row.row, "reasons": [f"{column}: {message}" for column, message in row.reasons]}


def _write_report(target: Path, reading: Mapping[str, Any], refused: Iterable[RefusedRow]) -> None:
    with target.open("wb") as file:
        rows = report_rows(reading, refused, ("row", "reason"), str)
        write_report(rows, file, is_xlsx=target.suffix.lower() == ".xlsx")


class _Show:
    """What the terminal shows: a line that counts while the work runs, one line for each result."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._is_watched = sys.stderr.isatty()
        self._shown_at = 0

    def progress(self, title: str) -> Progress:
        def show(done: int, total: int) -> None:
            now = time.monotonic_ns() // 200_000_000
            if self._is_watched and (now != self._shown_at or done == total):
                self._shown_at = now
                percent = 100 * done // total if total else 100
                click.echo(f"\r\033[K{title}: {done:,} of {total:,} ({percent} %)", nl=False, err=True)

        return show

    def result(self, title: str, result: Mapping[str, Any]) -> None:
        if self._is_watched:
            click.echo("\r\033[K", nl=False, err=True)
        if self._is_json:
            return
        counts = ", ".join(f"{result[name]:,} {name}" for name in ("created", "changed", "same", "refused"))
        would = "would be " if result["dry_run"] else ""
        figures = "".join(f"; {name} {Decimal(amount):,}" for name, amount in result["figures"].items())
        click.echo(f"{title}: {result['rows']:,} rows, {would}{counts}{figures} ({result['seconds']} s)")
        for problem in result["problems"]:
            click.echo(f"    row {problem['row']}: {'; '.join(problem['reasons'])}")
        if result["refused"] > len(result["problems"]):
            click.echo("    ... --report FILE.xlsx writes all refused rows")
        if result["error"]:
            click.echo(f"    {result['error']}")


@click.group()
def history() -> None:
    """Look into orders of earlier years."""


@history.command()
@click.option("--year", type=int, required=True, help="Lines of orders of this year.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def reprice(year: int, as_json: bool) -> None:
    """Price the lines of a year again with the portal's own pricing call, at the price lists that are valid today.

    Tells how many lines agree with what was invoiced, to the penny.
    """
    show = _Show(is_json=as_json).progress(f"{year}, accounts")
    agreement = Agreement(0, 0)
    with office() as actor:
        for done, total, so_far in reprice_year(actor, year, operator_party(actor).time_zone):
            agreement = so_far
            show(done, total)
    if as_json:
        found = {"year": year, "lines": agreement.lines, "agree": agreement.agree, "share": str(agreement.share)}
        click.echo(json.dumps(found))
    else:
        click.echo(f"{agreement.agree:,} of {agreement.lines:,} lines agree ({agreement.share} %)")


COMMANDS = [import_, history]
