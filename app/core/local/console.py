"""What commands of the command line work in: the servers, the newest schema, the application, the operator's scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from app import create_app
from app.core.actor import Actor, Via
from app.core.local.instance import servers
from app.core.local.supervisor import bring_up_to_date
from app.core.tenancy import acting_as
from config import Config


@contextmanager
def running_app(config: Config | None = None) -> Iterator[Flask]:
    """The application on its servers; embedded ones are started if need be and stopped again."""
    with servers(config or Config.from_env(), say=lambda sentence: click.echo(sentence, err=True)) as ready:
        if ready.is_database_embedded:
            bring_up_to_date(ready)
        yield create_app(ready, web=False)


@contextmanager
def on_console() -> Iterator[Actor]:
    """Act as the system, in operator scope, from a command."""
    with running_app() as app, app.app_context():
        actor = Actor.system(via=Via.CLI)
        with acting_as(actor):
            yield actor
