"""One line of migrations, up and down, equal to the models; exact numbers; nothing loads by accident."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Double, Float, create_engine, text
from sqlalchemy.orm import configure_mappers

from app.core.db import Base
from app.core.migrate import SCRIPTS, downgrade, upgrade


@pytest.fixture
def empty_database(config):
    """A second, empty database on the same server."""
    owner = config.database_owner_url
    admin = create_engine(owner.replace("kontor_owner@", "postgres@"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS migrations_only"))
        connection.execute(text("CREATE DATABASE migrations_only OWNER kontor_owner"))
    url = owner.replace("/kontor?", "/migrations_only?")
    inside = create_engine(url.replace("kontor_owner@", "postgres@"))
    with inside.begin() as connection:
        connection.execute(text("ALTER SCHEMA public OWNER TO kontor_owner"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO kontor_app, kontor_tenant, kontor_operator"))
    inside.dispose()
    yield url
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE migrations_only WITH (FORCE)"))
    admin.dispose()


def test_migrations_have_one_head():
    script = ScriptDirectory(str(SCRIPTS))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_migrations_go_up_down_and_up_again(empty_database):
    upgrade(empty_database)
    downgrade(empty_database)
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        left = connection.scalars(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic'")
        ).all()
        functions = connection.scalars(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        ).all()
    engine.dispose()
    assert left == []
    assert functions == []
    upgrade(empty_database)


def test_models_equal_the_migrated_schema(app, config):
    engine = create_engine(config.database_owner_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_every_constraint_has_a_name(app):
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


def test_no_inexact_number_in_the_schema(app):
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, Float | Double), f"{table.name}.{column.name}"


def test_relationships_raise_instead_of_loading(app):
    configure_mappers()
    for mapper in Base.registry.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy == "raise_on_sql", f"{mapper.class_.__name__}.{relationship.key}"
