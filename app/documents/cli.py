"""`kontor exchange inspect`, `convert` and `rules`: they need no database, so they load no slice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from app.documents.conversion import convert as to_format
from app.documents.formats import FormatError
from app.documents.inspection.file import inspect_file
from app.documents.pdf_reading import MAX_PDF_BYTES
from app.documents.rule_list import list_rules

_BLOCK = 262_144
_FINDINGS_SHOWN = 20
_VALUE_SHOWN = 200


@click.group()
def exchange() -> None:
    """Look into business documents: EDIFACT, X12, XML of all families, PDF, and files that hold them."""


_rules_option = click.option(
    "--rules", "rules", type=click.Path(exists=True, file_okay=False, path_type=Path), envvar="KONTOR_RULES",
    help="Folder of rule packs (also: the variable KONTOR_RULES).",
)  # fmt: skip


@exchange.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each file.")
@_rules_option
def inspect(paths: tuple[Path, ...], *, as_json: bool, rules: Path | None) -> None:
    """Say of each FILE, and of the files in folders, what it is, what stands in it and whether it is right."""
    for path in _files(paths):
        report = _report(path, rules)
        if as_json:
            click.echo(json.dumps({"path": str(path), **report}, ensure_ascii=False))
        else:
            click.echo("\n".join(_words(path, report)))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        else:
            yield path


def _report(path: Path, rules: Path | None) -> dict[str, Any]:
    """A file that a fault of ours or of the disk stops is reported as such; the next one is looked at."""
    try:
        with path.open("rb") as file:
            return inspect_file(iter(lambda: file.read(_BLOCK), b""), name=path.name, rules=rules).as_json()
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        finding = {
            "step": "syntax", "ruleset": "", "rule": "INTERNAL", "severity": "fatal", "line": 0, "column": 0, "path": "",
            "message": message,
        }  # fmt: skip
        return {
            "format": "unknown", "version": "", "verdict": "not_checked", "documents": [], "rule_sets": [],
            "unchecked": [message], "findings": [finding],
        }  # fmt: skip


def _words(path: Path | str, report: dict[str, Any]) -> Iterator[str]:
    yield f"{path}: {report['format']} {report['version']}: {report['verdict'].replace('_', ' ')}"
    for document in report["documents"]:
        named = [document["type"], document["number"], document["date"] or "", document["currency"]]
        totals = "".join(f", {name} {amount}" for name, amount in document["totals"].items())
        yield f"    {' '.join(filter(None, named))}: {document['lines']} lines{totals}"
        for role, party in document["parties"].items():
            yield f"        {role}: {', '.join(party.values())}"
        if document["unused"]:
            yield f"        not used: {', '.join(item['path'] for item in document['unused'])}"
    for finding in report["findings"][:_FINDINGS_SHOWN]:
        place = (
            f"line {finding['line']}, column {finding['column']}" if finding["column"] else f"line {finding['line']}"
        )
        terms = "".join(f" [{term['id']} {term['name']}]" for term in finding.get("terms", ()))
        yield f"    {finding['severity']} {finding['step']} {finding['rule']} ({place}): {finding['message']}{terms}"
    if len(report["findings"]) > _FINDINGS_SHOWN:
        yield f"    ... {len(report['findings']) - _FINDINGS_SHOWN} more; --json shows all"
    for reason in report["unchecked"]:
        yield f"    not checked: {reason}"
    for part in report.get("parts", ()):
        yield from (f"    {line}" for line in _words(part.get("part", "-"), part))


@exchange.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--to", "target", required=True, metavar="FORMAT", help="Code of the format to write.")
@click.option(
    "--from", "source", default="", metavar="FORMAT", help="Code of the file's format, where it is not found."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of standard output."
)
@click.option("--json", "as_json", is_flag=True, help="Say what was not carried as one line of JSON.")
def convert(path: Path, *, target: str, source: str, output: Path | None, as_json: bool) -> None:
    """Write the document of FILE in another format, and name every value that could not be carried."""
    try:
        made = to_format(_whole(path), target, source)
    except FormatError as error:
        place = f" (line {error.line})" if error.line else ""
        raise click.ClickException(f"{path}: {error}{place}") from None
    if output:
        output.write_bytes(made.data)
    else:
        click.echo(made.data, nl=False)
    lost = [{"path": item.path, "value": item.value[:_VALUE_SHOWN], "line": item.line} for item in made.lost]
    if as_json:
        report = {"path": str(path), "from": made.source, "to": made.target, "output": str(output or ""), "lost": lost}
        click.echo(json.dumps(report, ensure_ascii=False), err=output is None)
        return
    click.echo(f"{path}: {made.source} to {made.target}, {len(lost)} values not carried", err=output is None)
    for item in lost:
        click.echo(f"    line {item['line']}: {item['path']}: {item['value']}", err=output is None)


def _whole(path: Path) -> bytes:
    """As much as the largest file that is read; one that is larger is refused by its reader."""
    with path.open("rb") as file:
        return file.read(MAX_PDF_BYTES + 1)


@exchange.command()
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each schema and rule set.")
@_rules_option
def rules(*, as_json: bool, rules: Path | None) -> None:
    """List the schemas and rule sets that are here, with version and SHA-256."""
    listed, problems = list_rules(rules)
    for item in listed:
        if as_json:
            click.echo(json.dumps(item.as_json(), ensure_ascii=False))
        else:
            click.echo(
                f"{item.sha256[:12] or 'missing':12}  {item.kind:6}  {item.name} {item.version}  ({item.source})"
            )
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise SystemExit(1)


COMMANDS = [exchange]
