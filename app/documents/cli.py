"""`kontor exchange inspect`: needs no database, so it loads no slice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from app.documents.inspection.file import inspect_file

_BLOCK = 262_144
_FINDINGS_SHOWN = 20


@click.group()
def exchange() -> None:
    """Look into business documents: EDIFACT, X12, UBL, CII."""


@exchange.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each file.")
def inspect(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Say of each FILE, and of the files in folders, what it is, what stands in it and whether it is right."""
    for path in _files(paths):
        report = _report(path)
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


def _report(path: Path) -> dict[str, Any]:
    """A file that a fault of ours or of the disk stops is reported as such; the next one is looked at."""
    try:
        with path.open("rb") as file:
            return inspect_file(iter(lambda: file.read(_BLOCK), b"")).as_json()
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


def _words(path: Path, report: dict[str, Any]) -> Iterator[str]:
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
        yield f"    {finding['severity']} {finding['step']} {finding['rule']} ({place}): {finding['message']}"
    if len(report["findings"]) > _FINDINGS_SHOWN:
        yield f"    ... {len(report['findings']) - _FINDINGS_SHOWN} more; --json shows all"
    for reason in report["unchecked"]:
        yield f"    not checked: {reason}"


COMMANDS = [exchange]
