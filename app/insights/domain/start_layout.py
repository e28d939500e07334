"""How a person arranges the start page: what is shown, in which order."""

from __future__ import annotations

from collections.abc import Sequence

Layout = tuple[tuple[str, bool], ...]  # (code, is shown), in the order of the page


def arranged(codes: Sequence[str], saved: Sequence[tuple[str, bool]]) -> Layout:
    """What is offered as the person wants it: saved ones first, then what came later; what is gone is left out."""
    known = dict(saved)
    kept = [(code, is_shown) for code, is_shown in known.items() if code in codes]
    return (*kept, *((code, True) for code in codes if code not in known))


def changed(layout: Layout, code: str, change: str) -> Layout:
    """The layout after "up", "down", "hide" or "show" of one item; anything else leaves it as it is."""
    place = next((place for place, (known, _shown) in enumerate(layout) if known == code), None)
    if place is None:
        return layout
    if change in ("hide", "show"):
        return (*layout[:place], (code, change == "show"), *layout[place + 1 :])
    other = place + {"up": -1, "down": 1}.get(change, 0)
    if not 0 <= other < len(layout):
        return layout
    items = list(layout)
    items[place], items[other] = items[other], items[place]
    return tuple(items)
