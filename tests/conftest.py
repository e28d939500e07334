"""A real database per worker, a savepoint per test, no network, no mail that leaves."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from app import create_app
from app.core.actor import Actor
from app.core.db import db
from app.core.jobs import MemorySender, sender
from app.core.local.instance import temporary_instance
from app.core.migrate import upgrade
from app.core.tenancy import acting_as
from config import Config
from tests.support.browser import chromium, served
from tests.support.page import PageClient

# A busy machine is no error of ours.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


ROOT = Path(__file__).resolve().parent.parent
World = Callable[..., AbstractContextManager[None]]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are counted, not spelled: a packed file holds the time of day, and every worker must see the same ids."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def config() -> Iterator[Config]:
    """Settings of a throw-away instance with the newest schema."""
    with temporary_instance(
        broker=False, BROKER_URL="memory://", SECRET_KEY="t" * 40, ABANDONED_CART_HOLD_OUT=0
    ) as config:
        upgrade(config.database_owner_url)
        yield config


@pytest.fixture(scope="session")
def app(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def sent(app: Flask) -> Iterator[MemorySender]:
    """The jobs sent during the test, to look at or to run with `tests.support.work.drain`."""
    jobs = sender()
    assert isinstance(jobs, MemorySender)
    jobs.sent.clear()
    yield jobs
    jobs.sent.clear()


@pytest.fixture
def isolated(app: Flask, sent: MemorySender) -> Iterator[Flask]:
    """Commits are real for this test and gone after it: all sessions join one open transaction."""
    with app.app_context():
        engines = db.engines
        engine = engines[None]
    connection = engine.connect()
    outer = connection.begin()
    connection.begin_nested()
    engines[None] = connection
    try:
        yield app
    finally:
        engines[None] = engine
        outer.rollback()
        connection.close()


@pytest.fixture
def committing(app: Flask, config: Config, sent: MemorySender) -> Iterator[Flask]:
    """For races and raw SQL: commits stay until the tables are emptied after the test."""
    yield app
    owner = create_engine(config.database_owner_url)
    with owner.begin() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).all()
        connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
    owner.dispose()


@pytest.fixture
def world(app: Flask) -> World:
    """`with world(): ...` makes direct service calls possible, as the system or as the given actor.

    Never keep it open around requests of the client: `flask.g` would leak from one into the next.
    """

    @contextmanager
    def enter(actor: Actor | None = None) -> Iterator[None]:
        with app.app_context(), acting_as(actor or Actor.system()):
            yield

    return enter


@pytest.fixture
def ctx(isolated: Flask, world: World) -> Iterator[None]:
    """An open world for the whole test: for tests of services and queries without requests."""
    with world():
        yield


@pytest.fixture
def client(isolated: Flask) -> PageClient:
    """Opens pages and checks each of them."""
    return PageClient(isolated)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for the tests of one file; skips where it does not start."""
    with chromium() as found:
        yield found


@pytest.fixture
def base(committing: Flask) -> Iterator[str]:
    """The address of the application as a browser finds it; what it commits is taken back afterwards."""
    with served(committing) as address:
        yield address


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with reference material; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("KONTOR_SHARED", ROOT.parent / "shared")).resolve()
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the reference material: set KONTOR_SHARED (looked in {folder})")
    return folder


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to other machines fail at once."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests may not reach {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
