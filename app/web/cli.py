"""`kontor i18n ...`: gather, update, compile and check the texts of the pages."""

from __future__ import annotations

import sys

import click
from babel.messages.pofile import write_po

from app.web import catalogues
from app.web.catalogues import CODES, source


def texts_in_source() -> set[str]:
    """Every text that code and templates mark for translation; of plurals the singular."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogues.gather()
        if message.id
    }  # fmt: skip


@click.group()
def i18n() -> None:
    """Texts of the pages: en, ru, uk."""


@i18n.command()
def extract() -> None:
    """Print all marked texts as a gettext template."""
    write_po(sys.stdout.buffer, catalogues.gather(), width=0, no_location=True, sort_output=True)


@i18n.command()
def update() -> None:
    """Bring the marked texts into the three catalogues; texts no longer used go away."""
    for code in CODES:
        catalogue = catalogues.update(code)
        click.echo(f"{code}: {len(catalogue)} texts, {len(_missing(code))} to translate")


@i18n.command(name="compile")
def compile_() -> None:
    """Write the compiled catalogues that the program reads."""
    for code in CODES:
        catalogues.compile_catalogue(source(code))


@i18n.command()
def missing() -> None:
    """List texts without translation; exits with 1 if there are any."""
    count = 0
    for code in CODES:
        for text in _missing(code):
            click.echo(f"{code}\t{text}")
            count += 1
    if count:
        raise SystemExit(1)


def _missing(code: str) -> list[str]:
    """English needs no translation: it is the source."""
    return [] if code == "en" else catalogues.untranslated(catalogues.read(source(code)))


COMMANDS = [i18n]
