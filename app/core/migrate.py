"""Bring a database to the newest schema, as its owner."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "migrations"


def _config(owner_url: str) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["owner_url"] = owner_url
    return settings


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Apply what is missing, all in one transaction."""
    command.upgrade(_config(owner_url), revision)


def downgrade(owner_url: str, revision: str = "base") -> None:
    """Take migrations back."""
    command.downgrade(_config(owner_url), revision)


def head() -> str:
    """The newest revision in the scripts."""
    revision = ScriptDirectory.from_config(_config("")).get_current_head()
    if revision is None:
        raise RuntimeError("there are no migrations")
    return revision


def current(url: str) -> str | None:
    """The revision a database is at, or None when it is empty; also works for the login kontor_app."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
