"""The engine: listed transitions work, unlisted ones are refused, spelling is checked."""

from __future__ import annotations

import pytest

from app.core.errors import Conflict, Forbidden
from app.core.texts import N_
from app.sourcing.domain.machine import Machine, row

LAMP = Machine(
    "lamp",
    "off",
    ("off", "on", "broken"),
    frozenset({"broken"}),
    (
        row("buy", None, "off", "buyer"),
        row("switch", "off", "on", "buyer sales"),
        row("switch", "on", "off", "buyer"),
        row("look", "off on", None, "buyer"),
        row("hit", "on", "broken", "sales"),
        row("hit", "on", "off", "sales"),
    ),
    {"broken": N_("Broken")},
)


def test_targets():
    assert LAMP.target(None, "buy", "buyer") == "off"
    assert LAMP.target("off", "switch", "sales") == "on"
    assert LAMP.target("on", "look", "buyer") == "on"
    assert LAMP.target("on", "hit", "sales", to="off") == "off"
    with pytest.raises(ValueError, match="name one"):
        LAMP.target("on", "hit", "sales")
    assert LAMP.events == ("buy", "switch", "look", "hit")
    assert LAMP.possible("on", {"buyer"}) == {"switch", "look"}


def test_refusals():
    with pytest.raises(Conflict, match="Broken"):
        LAMP.target("broken", "switch", "buyer")
    with pytest.raises(Conflict):
        LAMP.target("on", "hit", "sales", to="on")
    with pytest.raises(Conflict):
        LAMP.target("off", "buy", "buyer")
    with pytest.raises(Forbidden):
        LAMP.target("on", "switch", "sales")


@pytest.mark.parametrize("bad", [row("x", "nowhere", "on", "buyer"), row("x", "on", "off", "king")])
def test_spelling(bad):
    with pytest.raises(ValueError, match="unknown"):
        Machine("bad", "on", ("on", "off"), frozenset(), (bad,))
