"""`kontor i18n ...`: gather, update, compile and check the texts of the pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.web.catalogues import CODES, ROOT, TRANSLATIONS, compile_catalogue, source

POT = TRANSLATIONS / "messages.pot"
_KEYWORDS = ("_", "N_", "ngettext:1,2")


def _babel(*arguments: str) -> None:
    command = [sys.executable, "-m", "babel.messages.frontend", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode:
        raise click.ClickException(result.stderr.strip()[-2000:])


@click.group()
def i18n() -> None:
    """Texts of the pages: en, ru, uk."""


@i18n.command()
def extract() -> None:
    """Gather all marked texts into app/translations/messages.pot."""
    keywords = [part for keyword in _KEYWORDS for part in ("-k", keyword)]
    _babel(
        "extract", "-F", "babel.cfg", "--no-default-keywords", *keywords, "--no-location", "--sort-output",
        "--omit-header", "-o", str(POT.relative_to(ROOT)), "."
    )  # fmt: skip
    click.echo(f"{len(_read(POT))} texts in {POT.relative_to(ROOT)}")


@i18n.command()
def update() -> None:
    """Bring the gathered texts into the three catalogues; texts no longer used go away."""
    for code in CODES:
        po = source(code)
        verb = "update" if po.is_file() else "init"
        po.parent.mkdir(parents=True, exist_ok=True)
        options = ("--no-fuzzy-matching", "--ignore-obsolete", "--omit-header") if verb == "update" else ()
        _babel(verb, "-i", str(POT), "-d", str(TRANSLATIONS), "-l", code, "--no-wrap", *options)
        click.echo(f"{code}: {len(missing_texts(po))} to translate")


@i18n.command(name="compile")
def compile_() -> None:
    """Write the compiled catalogues that the program reads."""
    for code in CODES:
        compile_catalogue(source(code))


@i18n.command()
def missing() -> None:
    """List texts without translation; exits with 1 if there are any."""
    count = 0
    for code in CODES:
        for text in missing_texts(source(code)):
            click.echo(f"{code}\t{text}")
            count += 1
    if count:
        raise SystemExit(1)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def missing_texts(po: Path) -> list[str]:
    """Texts of a catalogue that have no translation, plural forms included. English needs none: it is the source."""
    if po.parents[1].name == "en":
        return []
    found = []
    for message in _read(po):
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and (message.fuzzy or not all(words)):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


COMMANDS = [i18n]
