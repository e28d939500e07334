"""The menu: slices register entries, the layout shows those the actor may open.

Seven places in the left bar, five in the bottom bar of a phone; what is beyond goes behind "More".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, request, url_for

from app.core.actor import Actor, Scope
from app.web.access import actor_or_none

BAR_PLACES = 7
PHONE_PLACES = 5


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the menu. `group` "main" stands in the bar by order; "more" only behind "More".

    `under`: beginnings of addresses that belong to it though they do not begin as its own.
    """

    order: int
    endpoint: str
    label: str
    permission: str
    icon: str
    group: str = "main"
    scope: Scope | None = None
    under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchEntry(NavEntry):
    """Where the search field leads; `suggest` is an endpoint that answers `?q=` with options while one types."""

    suggest: str | None = None


@dataclass(frozen=True, slots=True)
class SearchTarget:
    label: str
    address: str
    suggest: str | None


@dataclass(frozen=True, slots=True)
class NavLink:
    """A menu line for one page: address and whether the page lies under it."""

    label: str
    icon: str
    address: str
    is_current: bool = False
    is_on_phone_bar: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    bar: Sequence[NavLink]
    more: Sequence[NavLink]
    phone_more: Sequence[NavLink]


Entry = TypeVar("Entry", bound=NavEntry)

_entries: list[NavEntry] = []
_searches: list[SearchEntry] = []


def nav_entry(
    order: int,
    endpoint: str,
    label: str,
    permission: str,
    icon: str,
    *,
    group: str = "main",
    scope: Scope | None = None,
    under: tuple[str, ...] = (),
) -> None:
    """Add a menu line; call it in the slice's `views`. `label` is a lazy text, `icon` a name of img/icons.svg."""
    _add(_entries, NavEntry(order, endpoint, label, permission, icon, group, scope, under))


def search_entry(
    order: int,
    endpoint: str,
    label: str,
    permission: str,
    *,
    scope: Scope | None = None,
    suggest: str | None = None,
) -> None:
    """Where the search field of the top bar sends `?q=`; the first one the actor may open is taken."""
    _add(_searches, SearchEntry(order, endpoint, label, permission, "search", scope=scope, suggest=suggest))


def _add(entries: list[Entry], entry: Entry) -> None:
    if any(known.endpoint == entry.endpoint and known.scope == entry.scope for known in entries):
        raise RuntimeError(f"the menu already leads to {entry.endpoint}")
    entries.append(entry)
    entries.sort(key=lambda known: (known.order, known.endpoint))


def _allowed(entries: Sequence[Entry], found: Actor) -> list[Entry]:
    return [e for e in entries if found.can(e.permission) and (e.scope is None or e.scope == found.scope)]


def _links(entries: Sequence[NavEntry], here: str) -> list[NavLink]:
    addresses = [url_for(entry.endpoint) for entry in entries]
    depths = [
        max((len(a) for a in (address, *e.under) if here == a or here.startswith(a.rstrip("/") + "/")), default=0)
        for e, address in zip(entries, addresses, strict=True)
    ]
    deepest = max(depths, default=0)
    current = depths.index(deepest) if deepest else -1
    return [
        NavLink(e.label, e.icon, address, place == current)
        for place, (e, address) in enumerate(zip(entries, addresses, strict=True))
    ]


def menu() -> Menu:
    """The menu of this request's actor."""
    found = actor_or_none()
    if found is None:
        return Menu((), (), ())
    entries = _allowed(_entries, found)
    main = [e for e in entries if e.group == "main"]
    rest = [e for e in entries if e.group != "main"]
    places = BAR_PLACES if not rest and len(main) <= BAR_PLACES else BAR_PLACES - 1
    bar, more = main[:places], main[places:] + rest
    links = _links([*bar, *more], request.path)
    on_phone = len(links) if len(links) <= PHONE_PLACES else PHONE_PLACES - 1
    marked = [
        NavLink(link.label, link.icon, link.address, link.is_current, index < on_phone)
        for index, link in enumerate(links)
    ]
    return Menu(marked[: len(bar)], marked[len(bar) :], marked[on_phone:])


def search_target() -> SearchTarget | None:
    found = actor_or_none()
    allowed = _allowed(_searches, found) if found else []
    if not allowed:
        return None
    first = allowed[0]
    return SearchTarget(first.label, url_for(first.endpoint), url_for(first.suggest) if first.suggest else None)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(menu=menu, search_target=search_target)
