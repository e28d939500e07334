"""Codes that differ from a given one by a single slip: a sign wrong, missing, too many, or two swapped."""

from __future__ import annotations

from collections.abc import Iterator

_SHORTEST, _LONGEST = 3, 20
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"


def near_codes_of(key: str) -> Iterator[str]:
    """What may have been meant by a code in the form in which codes are compared; the likelier slips first.

    Nothing for codes so short that every slip makes another one, or so long that nobody types them.
    """
    if not _SHORTEST <= len(key) <= _LONGEST:
        return
    yield from _swapped(key)
    for place in range(len(key), -1, -1):  # a sign that was left off stood at the end
        yield from (key[:place] + sign + key[place:] for sign in _SIGNS)
    for place in range(len(key)):
        yield from (key[:place] + sign + key[place + 1 :] for sign in _SIGNS if sign != key[place])
    yield from (key[:place] + key[place + 1 :] for place in range(len(key)))


def _swapped(key: str) -> Iterator[str]:
    for place in range(len(key) - 1):
        if key[place] != key[place + 1]:
            yield key[:place] + key[place + 1] + key[place] + key[place + 2 :]
