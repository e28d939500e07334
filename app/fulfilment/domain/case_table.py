"""Tables of transitions for cases that two sides work on; what a table does not list is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.core.errors import Conflict, Forbidden
from app.core.texts import N_, Message

SIDES = ("customer", "sales", "warehouse", "accounting")


@dataclass(frozen=True, slots=True)
class Step:
    """One row. No sources: the event that opens a case. Two rows of one event and source: the caller names the target."""

    event: str
    sources: frozenset[str]
    to: str
    sides: frozenset[str]


def step(event: str, sources: str, to: str, sides: str) -> Step:
    """A row as it is written in a table: states and sides parted by blanks."""
    return Step(event, frozenset(sources.split()), to, frozenset(sides.split()))


@dataclass(frozen=True)
class CaseTable:
    """States with their names, those that end a case, and the rows; checked for spelling when it is made."""

    name: str
    words: Mapping[str, Message]
    ends: frozenset[str]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        named = {state for one in self.steps for state in (*one.sources, one.to)} | self.ends
        if unknown := named - set(self.words):
            raise ValueError(f"{self.name}: unknown states {sorted(unknown)}")
        if unknown := {side for one in self.steps for side in one.sides} - set(SIDES):
            raise ValueError(f"{self.name}: unknown sides {sorted(unknown)}")

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.words)

    @property
    def open_states(self) -> tuple[str, ...]:
        """The states in which somebody still has something to do."""
        return tuple(state for state in self.words if state not in self.ends)

    @property
    def events(self) -> tuple[str, ...]:
        """Each event once, in the order of the table."""
        return tuple(dict.fromkeys(one.event for one in self.steps))

    def target(self, state: str | None, event: str, sides: Collection[str], to: str | None = None) -> str:
        """Where an event leads, `to` choosing between several; Conflict when unlisted, Forbidden for another side."""
        rows = [one for one in self._rows(state, event) if to is None or one.to == to]
        if not rows:
            raise Conflict(N_("This is not possible now. The state is: {state}.", state=self.word(state)))
        mine = {one.to for one in rows if one.sides & set(sides)}
        if not mine:
            raise Forbidden(N_("You have no right to do this."))
        if len(mine) > 1:
            raise ValueError(f"{self.name}: {event} from {state} leads to {sorted(mine)}: name one")
        return mine.pop()

    def _rows(self, state: str | None, event: str) -> list[Step]:
        rows = (one for one in self.steps if one.event == event)
        return [one for one in rows if (state in one.sources if state is not None else not one.sources)]

    def possible(self, state: str, sides: Collection[str]) -> frozenset[str]:
        """The events somebody of these sides may try in a state (the buttons of a page)."""
        return frozenset(one.event for one in self.steps if state in one.sources and one.sides & set(sides))

    def word(self, state: str | None) -> Message | str:
        """The name of a state for people."""
        return self.words.get(state or "", state or "-")
