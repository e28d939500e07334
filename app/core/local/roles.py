"""The four database roles, as SQL for PostgreSQL 15 to 18. The embedded server, `kontor roles` and trials run the same.

`kontor_owner` owns the tables and runs migrations; `kontor_app` is the login of web, workers and command line, with
no rights of its own; `kontor_tenant` and `kontor_operator` cannot log in, hold the rights that migrations grant, and
are assumed per transaction.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

OWNER, APP, TENANT, OPERATOR = "kontor_owner", "kontor_app", "kontor_tenant", "kontor_operator"
ROLES = (OWNER, APP, TENANT, OPERATOR)

_ATTRIBUTES = {OWNER: "LOGIN", APP: "LOGIN NOINHERIT", TENANT: "NOLOGIN", OPERATOR: "NOLOGIN"}

# From 16 on inheritance belongs to the grant, before it to the member (NOINHERIT above).
_GRANT = """DO $$ BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT {held} TO {member} WITH INHERIT {inherit}, SET TRUE';
  ELSE
    EXECUTE 'GRANT {held} TO {member}';
  END IF;
END $$"""


def server_statements() -> list[str]:
    """Roles and who may assume which; for a login with CREATEROLE. Running them again changes nothing."""
    create = [
        f"""DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} {_ATTRIBUTES[role]}; END IF;
END $$"""
        for role in ROLES
    ]
    assume = [_GRANT.format(held=held, member=APP, inherit="FALSE") for held in (TENANT, OPERATOR)]
    return [*create, *assume]


def database_statements(owner: str = OWNER) -> list[str]:
    """Rights in the database, for its owner or a superuser connected to it."""
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {TENANT}, {OPERATOR}",
    ]


def trial_statements() -> list[str]:
    """What one login that owns the database needs to play all roles: it may assume the two that hold rights."""
    assume = [_GRANT.format(held=held, member="CURRENT_USER", inherit="FALSE") for held in (TENANT, OPERATOR)]
    return [*server_statements(), *assume, f"GRANT USAGE ON SCHEMA public TO {TENANT}, {OPERATOR}"]


def run(connection: psycopg.Connection[tuple[object, ...]], statements: list[str]) -> None:
    """Run statements of this file on an open connection, in its transaction."""
    for statement in statements:
        connection.execute(sql.SQL(statement))


def script(database: str = "kontor") -> str:
    """A psql script that prepares a server of your own, for its administrator."""
    name = '"' + database.replace('"', '""') + '"'
    prepare = [
        f"GRANT {OWNER} TO CURRENT_USER",
        f"CREATE DATABASE {name} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0",
        f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {name} TO {APP}",
    ]
    lines = [
        "-- Run with psql as an administrator of the server (superuser, or CREATEROLE and CREATEDB).",
        "-- Then set the passwords:  \\password kontor_owner   and   \\password kontor_app",
        *(f"{statement};" for statement in server_statements()),
        *(f"{statement};" for statement in prepare),
        f"\\connect {name}",
        *(f"{statement};" for statement in database_statements()),
    ]
    return "\n".join(lines) + "\n"
