"""Tables by pages with keyset: an address holds the sort key of the row to go on from, never a page number.

    keyset = keyset_from_request(size=50)
    rows = queries.orders(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    page = page_of(rows, keyset, key=lambda order: (order.placed_at, order.id))

The query compares rows with the key, ordered; with `before` it reads backwards and returns rows in reading order.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from flask import Flask, request, url_for

Row = TypeVar("Row")
Key = tuple[str, ...]
SIZES = (20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Keyset:
    """Where to go on. Key parts are texts; the query casts them to the types of its columns."""

    after: Key | None
    before: Key | None
    size: int

    @property
    def limit(self) -> int:
        """One row more than shown tells whether there is a further page."""
        return self.size + 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows to show and the keys for the links. `total` only where counting is cheap."""

    rows: Sequence[Row]
    size: int
    next: str | None = None
    previous: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """The column a table is sorted by; `?sort=-net` is descending."""

    column: str
    is_descending: bool = False

    def __str__(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


def write_key(values: Sequence[object]) -> str:
    texts = [v.isoformat() if isinstance(v, date) else str(v) for v in values]
    return base64.urlsafe_b64encode(json.dumps(texts, ensure_ascii=False).encode()).decode().rstrip("=")


def read_key(text: str | None) -> Key | None:
    """None also for a key somebody has damaged: the table then starts at the top."""
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(values, list) or not values or not all(isinstance(v, str) for v in values):
        return None
    return tuple(values)


def keyset_from_request(size: int = 50, *, parts: Sequence[Callable[[str], object]] = ()) -> Keyset:
    """What the address asks for. `parts` (str, int, Decimal, ...) says how each part of a key must read; a key that
    somebody has damaged counts as none.
    """
    asked = request.args.get("size", "")
    chosen = int(asked) if asked.isdecimal() and int(asked) in SIZES else size
    after = _fitting(read_key(request.args.get("after")), parts)
    return Keyset(after, None if after else _fitting(read_key(request.args.get("before")), parts), chosen)


def _fitting(key: Key | None, parts: Sequence[Callable[[str], object]]) -> Key | None:
    if key is None or not parts:
        return key
    try:
        return key if [part(text) for part, text in zip(parts, key, strict=True)] else None
    except (ArithmeticError, ValueError):
        return None


def page_of(
    rows: Sequence[Row], keyset: Keyset, key: Callable[[Row], Sequence[object]], *, total: int | None = None
) -> Page[Row]:
    """Cut the extra row off and make the keys of the neighbouring pages."""
    has_extra = len(rows) > keyset.size
    backwards = keyset.before is not None
    shown = rows[-keyset.size :] if backwards else rows[: keyset.size]
    has_next = bool(shown) and (backwards or has_extra)
    has_previous = bool(shown) and (has_extra if backwards else keyset.after is not None)
    return Page(
        shown,
        keyset.size,
        next=write_key(key(shown[-1])) if has_next else None,
        previous=write_key(key(shown[0])) if has_previous else None,
        total=total,
    )


def sort_from_request(allowed: Sequence[str], default: str) -> Sort:
    """The sort the address asks for; anything not allowed gives the default."""
    asked = request.args.get("sort", default)
    chosen = asked if asked.lstrip("-") in allowed else default
    return Sort(chosen.lstrip("-"), chosen.startswith("-"))


def here_with(**changes: object) -> str:
    """The address of the page with some parameters changed; None takes one out."""
    arguments: dict[str, object] = {
        name: values if len(values) > 1 else values[0] for name, values in request.args.lists()
    }
    arguments.update(request.view_args or {})
    arguments.update(changes)
    kept = {name: value for name, value in arguments.items() if value is not None}
    return url_for(str(request.endpoint), **kept)  # type: ignore[arg-type]  # parameters of any type


def init_app(app: Flask) -> None:
    app.jinja_env.globals["here_with"] = here_with
