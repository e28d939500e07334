"""What Kontor needs from the servers around it: database, broker, file storage, mail."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
from kombu.connection import Connection
from psycopg import sql
from sqlalchemy.exc import SQLAlchemyError

from app.core import migrate, storage
from app.core.clock import now
from app.core.errors import Unavailable
from app.core.local import roles
from app.core.local.check import FAIL, OK, WARN, Check
from app.core.local.postgres import EmbeddedPostgres
from app.core.local.valkey import EmbeddedValkey
from config import Config, local_path

OLDEST_POSTGRES = 15


def libpq_url(url: str) -> str:
    """SQLAlchemy's address in the form psycopg takes."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


_LOGIN = """
    SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), current_user,
           rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind = 'r')
             OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND datdba = r.oid),
           extract(epoch FROM clock_timestamp())
    FROM pg_roles r WHERE rolname = current_user
"""


def database(config: Config) -> Iterator[Check]:
    """Reachable, new enough, roles, login without power, schema, clock."""
    if config.is_database_embedded and not EmbeddedPostgres(config.instance_dir).is_running():
        yield Check("database", OK, "embedded PostgreSQL, not running; `kontor up` starts it")
        return
    before = now()
    try:
        with psycopg.connect(libpq_url(config.database_url), connect_timeout=5, autocommit=True) as connection:
            major, version, login, is_super, bypasses, owns, clock = connection.execute(_LOGIN).fetchone() or ()
            missing = _missing_roles(connection, config)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        yield Check("database", FAIL, f"The database of DATABASE_URL does not answer ({reason}).",
                    "Start it, or correct the address and the password.")  # fmt: skip
        return
    if major < OLDEST_POSTGRES:
        yield Check("database", FAIL, f"The database of DATABASE_URL is PostgreSQL {version}, too old.",
                    f"Kontor needs {OLDEST_POSTGRES} or later.")  # fmt: skip
        return
    yield Check("database", OK, f"PostgreSQL {version} as {login}")
    yield _roles(config, missing)
    yield _login(config, login, is_super=is_super, bypasses=bypasses, owns=owns)
    yield _schema(config)
    skew = abs(int(clock) - int(before.timestamp()))
    if skew > 30:
        yield Check("clock", WARN, f"The clocks of database and machine differ by {skew} s.", "Set both by NTP.")
    else:
        yield Check("clock", OK, "database and machine agree")


def _missing_roles(connection: psycopg.Connection[Any], config: Config) -> list[str]:
    found = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    assumed = {roles.TENANT, roles.OPERATOR}
    missing = sorted((assumed if config.KONTOR_TRIAL else set(roles.ROLES)) - found)
    query = sql.SQL("SELECT pg_has_role(current_user, {}, 'MEMBER')")
    for role in sorted(assumed & found):
        row = connection.execute(query.format(sql.Literal(role))).fetchone()
        if row is None or not row[0]:
            missing.append(f"{role} for this login")
    return missing


def _roles(config: Config, missing: list[str]) -> Check:
    if not missing:
        return Check("roles", OK, "all there")
    remedy = "`kontor up` makes them." if config.KONTOR_TRIAL else "Run what `kontor roles` prints on the server."
    return Check("roles", FAIL, f"The database lacks {', '.join(missing)}.", remedy)


def _login(config: Config, login: str, *, is_super: bool, bypasses: bool, owns: bool) -> Check:
    powers = [name for name, holds in (("a superuser", is_super), ("free of row-level security", bypasses),
                                       ("the owner of tables or database", owns)) if holds]  # fmt: skip
    if not powers:
        return Check("login", OK, f"{login} has no power of its own")
    message = f"The login {login} of DATABASE_URL is {' and '.join(powers)}, so companies are not kept apart by it."
    if config.KONTOR_TRIAL:
        return Check("login", WARN, message, "Good for a trial only.")
    return Check("login", FAIL, message, "Use the login kontor_app (`kontor roles`), or KONTOR_TRIAL=1 for a trial.")


def _schema(config: Config) -> Check:
    wanted = migrate.head()
    try:
        found = migrate.current(config.database_url)
    except SQLAlchemyError as error:
        return Check("schema", FAIL, f"The schema's version cannot be read ({error.__class__.__name__}).")
    if found == wanted:
        return Check("schema", OK, wanted)
    return Check("schema", FAIL, f"The schema is at {found or 'nothing'}, this release needs {wanted}.", "Run `kontor up`, or `kontor migrate` on servers of your own.")  # fmt: skip


def demand_harmless_login(config: Config) -> None:
    """Refuse to serve with a login that row-level security does not bind; raises StartError."""
    if config.is_database_embedded or config.KONTOR_TRIAL:
        return
    for check in database(config):
        if check.name in ("database", "login"):
            check.demand()


def broker(config: Config) -> Check:
    if config.is_broker_embedded:
        server = EmbeddedValkey(config.instance_dir)
        if not server.is_running():
            return Check("broker", OK, "embedded Valkey, not running; `kontor up` starts it")
        if not server.answers():
            return Check("broker", FAIL, "The embedded Valkey does not answer.", "Stop Kontor and start it again.")
        return Check("broker", OK, "embedded Valkey")
    parts = urlsplit(config.broker_url)
    where = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or parts.path
    try:
        options = {"socket_connect_timeout": 5}
        with Connection(config.broker_url, connect_timeout=5, transport_options=options) as link:  # type: ignore[no-untyped-call]
            link.ensure_connection(max_retries=1, timeout=5)
    except Exception as error:  # each transport has errors of its own
        return Check("broker", FAIL, f"The message broker of BROKER_URL at {where} does not answer ({error}).",
                     "Start it, or correct the address and the password.")  # fmt: skip
    return Check("broker", OK, f"{parts.scheme} at {where}")


def files(config: Config) -> Check:
    try:
        storage.open_store(config.storage_url).check()
    except (Unavailable, ValueError) as error:
        return Check("storage", FAIL, str(error), "Correct STORAGE_URL or the rights of this user.")
    return Check("storage", OK, config.storage_url.partition("?")[0])


def mail(config: Config) -> Check:
    parts = urlsplit(config.mail_url)
    if parts.scheme == "null":
        return Check("mail", WARN, "All mail is dropped.", "Set MAIL_URL when people should get it.")
    if parts.scheme == "file":
        folder = local_path(config.mail_url)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return Check("mail", FAIL, f"{folder} cannot be used ({error.strerror}).", "Correct MAIL_URL.")
        return Check("mail", WARN if not free else OK, f"written as files into {folder}")
    kind: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 25), timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return Check("mail", FAIL, f"The mail server {parts.hostname} does not answer ({error}).", "Correct MAIL_URL.")
    return Check("mail", OK, f"sent through {parts.hostname}")
