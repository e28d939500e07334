"""Answers that one web page asks of the database several times, kept while its transaction reads.

They go with the transaction, so with the scope too; inside a command, where something may change, each is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.core.db import in_command

T = TypeVar("T")
_held: ContextVar[dict[Hashable, Any] | None] = ContextVar("kontor_once", default=None)


def begin() -> None:
    """From here on to `end` answers are kept: around one web request."""
    _held.set({})


def end() -> None:
    _held.set(None)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer under this key, asked for where it is not known; without `begin`, always."""
    held = _held.get()
    if held is None or in_command():
        return ask()
    if key not in held:
        held[key] = ask()
    return cast("T", held[key])


def keep(key: Hashable, answer: object) -> None:
    """Keep what another statement has brought along."""
    held = _held.get()
    if held is not None and not in_command():
        held[key] = answer


@event.listens_for(Session, "after_transaction_end")
def _forget(_session: Session, transaction: SessionTransaction) -> None:
    held = _held.get()
    if held and transaction.parent is None:
        held.clear()
