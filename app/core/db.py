"""The one way to change data: `@command` runs in a transaction, `on_commit` acts after it.

Services never commit and never roll back themselves; the outermost command commits, a nested one is a savepoint.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Numeric, String, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from app.core.errors import Unavailable
from app.core.texts import N_

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Column types with one meaning each. Amounts and prices are net unless the column's table says otherwise.
Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Ref = Annotated[int, mapped_column(BigInteger)]
Exact = Annotated[Decimal, mapped_column(Numeric(18, 6))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Code = Annotated[str, mapped_column(String(64))]
Currency = Annotated[str, mapped_column(String(3))]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """Declarative base with named constraints."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, disable_autonaming=True)


class _Frame:
    """Callbacks registered inside one open transaction or savepoint."""

    __slots__ = ("callbacks",)

    def __init__(self) -> None:
        self.callbacks: list[Callable[[], None]] = []


def _frames() -> list[_Frame]:
    frames: list[_Frame] = db.session().info.setdefault("kontor_frames", [])
    return frames


def in_command() -> bool:
    """Whether a command's transaction is open."""
    return bool(_frames())


# 40001 serialization failure, 40P01 deadlock, 55P03 lock not available, 57014 cancelled by time-out, 57P0x shutdown
_TRANSIENT = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03"}


def is_transient(error: DBAPIError) -> bool:
    """Whether trying the same transaction again can help."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state in _TRANSIENT or (isinstance(error, OperationalError) and not state)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a transaction, or a savepoint inside an open one; raises Unavailable on deadlock, time-out or lost server."""
    session = db.session()
    frames = _frames()
    frame = _Frame()
    if frames:
        frames.append(frame)
        locked = session.info.get("kontor_locked", -1)
        try:
            with session.begin_nested():
                yield session
        except BaseException:
            session.info["kontor_locked"] = locked  # PostgreSQL frees the locks of a savepoint that is rolled back
            raise
        finally:
            frames.pop()
        frames[-1].callbacks.extend(frame.callbacks)
        return
    frames.append(frame)
    try:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            frames.clear()
            session.info.pop("kontor_locked", None)
    except DBAPIError as error:
        if is_transient(error):
            raise Unavailable(N_("The database is busy. Please try again."), retry_after=2) from error
        raise
    for callback in frame.callbacks:
        try:
            callback()
        except Exception:
            # What was committed stays committed; sweeps look for work whose message was lost.
            log.exception("a step after the commit failed")


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service function in `transaction()`."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction():
            return function(*args, **kwargs)

    return run


def on_commit(callback: Callable[[], None]) -> None:
    """Run after the outer commit; dropped with the savepoint or rollback it belongs to."""
    frames = _frames()
    if not frames:
        raise RuntimeError("on_commit() needs an open command")
    frames[-1].callbacks.append(callback)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL statements sent within the block (for tests and `kontor bench`)."""
    seen: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        if "set_config" not in statement and not statement.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
