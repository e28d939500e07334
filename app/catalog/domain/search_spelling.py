"""Which word of the catalogue a misspelled one stands for."""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 4
_LONG = 7


def allowed_distance(word: str) -> int:
    """How many letters may be wrong; in short words any change makes another word."""
    return 0 if len(word) < _SHORTEST else 1 if len(word) < _LONG else 2


def distance(left: str, right: str) -> int:
    """Letters to add, drop, change or swap with their neighbour (Damerau-Levenshtein, each letter touched once)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        last, before_last, row = row, before, [i]
        before = last
        for j, other in enumerate(right, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                best = min(best, before_last[j - 2] + 1)
            row.append(best)
    return row[-1]


def nearest(word: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """The candidate, given with how often it occurs, that is nearest; among equals the commonest with its first letter."""
    allowed = allowed_distance(word)
    near = [
        (away, candidate[0] != word[0], -frequency, candidate)
        for candidate, frequency in candidates
        if abs(len(candidate) - len(word)) <= allowed and (away := distance(word, candidate)) <= allowed
    ]
    return min(near)[3] if near else None
