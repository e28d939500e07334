"""The console script `kontor`: gathers the commands of all slices, answers errors in one sentence."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import OperationalError

from app.core.errors import DomainError
from app.core.local.cli import COMMANDS as LOCAL
from app.core.local.errors import StartError
from app.core.local.machine import pango
from app.documents.cli import COMMANDS as DOCUMENTS
from app.factory import commands
from config import ConfigError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kontor")
def kontor() -> None:
    """Kontor, the wholesale procurement portal."""


def load_slices() -> None:
    """Add the commands of all slices, if the libraries they load are there."""
    try:
        pango().demand()
    except StartError as error:
        error.show()
        sys.exit(error.exit_code)
    for command in commands():
        known = kontor.commands.get(command.name)
        if isinstance(known, click.Group) and isinstance(command, click.Group):
            for one in command.commands.values():  # a slice adds to a group that needs no slice
                known.add_command(one)
        else:
            kontor.add_command(command)


def _is_known(words: list[str]) -> bool:
    """Whether the command is there without the slices."""
    found = kontor.commands.get(words[0]) if words else None
    if isinstance(found, click.Group):
        return len(words) > 1 and words[1] in found.commands
    return found is not None


def main() -> None:
    """Run a command; exit codes as in core.errors."""
    for command in (*LOCAL, *DOCUMENTS):
        kontor.add_command(command)
    # `kontor up` and `kontor doctor` must answer where a slice cannot be loaded (a library is missing), and at once;
    # `kontor exchange` looks into files and needs no slice, except for what a slice adds to it.
    if not _is_known(sys.argv[1:3]):
        load_slices()
    try:
        kontor()
    except DomainError as error:
        click.echo(f"kontor: {error}", err=True)
        sys.exit(error.exit_code)
    except ConfigError as error:
        click.echo(f"kontor: {error}", err=True)
        sys.exit(2)
    except OperationalError as error:
        first_line = str(error.orig).strip().splitlines()[0]
        click.echo(f"kontor: the database does not answer ({first_line}). Run `kontor doctor`.", err=True)
        sys.exit(75)
