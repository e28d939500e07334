"""`kontor exchange poll`."""

from __future__ import annotations

import sys

import click

from app.core.errors import NotFound, Unavailable
from app.core.texts import N_
from app.exchange.cli.imports import office
from app.exchange.queries.channels import channels_named, polled_channels
from app.exchange.service.fetching import fetch


@click.group()
def exchange() -> None:
    """Look into business documents; fetch those of partners."""


@exchange.command()
@click.option("--channel", "channel", default="", metavar="NAME", help="Only this channel: its name or key.")
def poll(channel: str) -> None:
    """Fetch now what waits at the channels of partners, whatever their schedule; files are kept and worked off.

    The exit code is 75 when a channel could not be reached.
    """
    has_failed = False
    with office() as actor:
        found = [(one.id, one.name) for one in (channels_named(actor, channel) if channel else polled_channels(actor))]
        if channel and not found:
            raise NotFound(N_("There is no channel {name}.", name=channel))
        for channel_id, name in found:
            fetched = fetch(actor, channel_id)
            state = str(fetched.error) if fetched.error else "" if fetched.is_ours else "is being fetched already"
            click.echo(f"{name}: {fetched.count} new{'; ' + state if state else ''}")
            has_failed = has_failed or fetched.error is not None
    if has_failed:
        sys.exit(Unavailable.exit_code)


COMMANDS = [exchange]
