"""Hash chains of events: each hash covers the one before it, so that no row can be changed or removed unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

START = bytes(32)


def _plain(value: Any) -> Any:
    """JSON values with one spelling each; raises TypeError for what has none (floating point numbers)."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment in a chain needs a time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(part) for part in value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as it is stored: decimals and moments as text."""
    result: dict[str, Any] = _plain(content)
    return result


def canonical(content: Mapping[str, Any]) -> bytes:
    """UTF-8, sorted keys, no blanks, decimals as text, moments in UTC with six digits."""
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, content: bytes) -> bytes:
    """The hash of an event: SHA-256 over the hash before it (`START` for the first) and its canonical content."""
    return hashlib.sha256(previous + content).digest()


@dataclass(frozen=True, slots=True)
class Link:
    """One stored event: its content as bytes, and the two hashes written beside it."""

    sequence: int
    content: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain does not hold: changed, missing, or cut."""

    sequence: int
    problem: str


def first_break(links: Iterable[Link], *, length: int, head: bytes) -> Broken | None:
    """Follow a chain from its start to the length and head noted for it; None when it holds.

    `links` come in the order of their sequence.
    """
    previous, expected = START, 1
    for each in links:
        if each.sequence != expected:
            return Broken(expected, "missing")
        if each.previous != previous or link(previous, each.content) != each.hash:
            return Broken(expected, "changed")
        previous, expected = each.hash, expected + 1
    if expected - 1 != length:
        return Broken(expected, "missing" if expected - 1 < length else "surplus")
    return None if previous == head else Broken(length, "head")
