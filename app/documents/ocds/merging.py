"""Releases of one process into one: what is told later counts, lists of things with an id are joined by it.

The rules are those of OCDS 1.1, "Merging": null takes away, a list without ids is replaced as a whole. Where later
releases do not repeat a thing it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_OF_RELEASE = {"id", "date", "tag"}


def merged(releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The compiled release of these, ordered by date; id, date and tag are the last one's."""
    found: dict[str, Any] = {}
    for one in sorted(releases, key=lambda each: str(each.get("date") or "")):
        found = _objects(found, {key: value for key, value in one.items() if key not in _OF_RELEASE})
        found |= {key: one[key] for key in _OF_RELEASE if key in one}
    return found


def _objects(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(old)
    for key, value in new.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _values(found.get(key), value)
    return found


def _values(old: Any, new: Any) -> Any:
    if isinstance(new, dict):
        return _objects(old if isinstance(old, dict) else {}, new)
    if isinstance(new, list) and _has_ids(new):
        return _lists(old if isinstance(old, list) and _has_ids(old) else [], new)
    return new


def _has_ids(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(one, dict) and one.get("id") is not None for one in values)


def _lists(old: list[Any], new: list[Any]) -> list[Any]:
    found = {str(one["id"]): one for one in old}
    for one in new:
        found[str(one["id"])] = _objects(found.get(str(one["id"]), {}), one)
    return list(found.values())
