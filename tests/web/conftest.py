"""A small site on the web base alone: no slice, and a database address where nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.core.actor import Actor, Scope
from app.web import access, navigation, slots
from tests.support.page import PageClient
from tests.web.site import build_site

BUYER = Actor(
    user_id=7, company_id=3, scope=Scope.TENANT, permissions=frozenset({"sample:see"}), name="Olena Kovalenko"
)


class Person:
    """Who is signed in on the small site; `None` for nobody."""

    def __init__(self) -> None:
        self.actor: Actor | None = None

    def sign_in(self, **changes: object) -> None:
        self.actor = replace(BUYER, **changes)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    found = Person()
    monkeypatch.setattr(access, "_providers", {"actor": lambda: found.actor})
    return found


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, person: Person) -> Iterator[Flask]:
    """With registries of its own, so that what slices have registered stays out."""
    monkeypatch.setattr(navigation, "_entries", [])
    monkeypatch.setattr(navigation, "_searches", [])
    monkeypatch.setattr(slots, "_panels", slots.defaultdict(list))
    return build_site()


@pytest.fixture
def pages(site: Flask) -> PageClient:
    return PageClient(site)
