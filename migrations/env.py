"""Runs the migrations as the owner of the schema, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.core.db import Base
from app.factory import load_models

load_models()


def run() -> None:
    engine = create_engine(context.config.attributes["owner_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        # One migration at a time, whoever starts first.
        connection.execute(text("SELECT pg_advisory_lock(7203114)"))
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
            connection.execute(text("GRANT SELECT ON alembic_version TO PUBLIC"))
        connection.commit()
    engine.dispose()


run()
