"""The engine of both machines: a table of transitions; what it does not list is refused and changes nothing.

A machine only says where an event leads and who may cause it. Guards on content (dates, prices, money) belong to the
commands, which ask the machine first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.core.errors import Conflict, Forbidden
from app.core.texts import N_, Message

ROLES = ("buyer", "sales", "approver", "supplier", "committee", "reviewer", "timer", "system")
_NO_WORDS: Mapping[str, Message] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `to` None: the state stays. `sources` without a state in them: the event that creates.

    Two rows of one event may share a source; then the caller names which of the targets it means.
    """

    event: str
    sources: frozenset[str]
    to: str | None
    roles: frozenset[str]

    def leads_from(self, state: str) -> str:
        return state if self.to is None else self.to


def row(event: str, sources: str | None, to: str | None, roles: str) -> Transition:
    """A row written as in the table: states and roles parted by blanks; no sources for the event that creates."""
    return Transition(event, frozenset((sources or "").split()), to, frozenset(roles.split()))


@dataclass(frozen=True)
class Machine:
    """States, ends and transitions of one kind of object; checked for spelling when it is made.

    `initial` is the state that creation by the table's owner leads to; None when only events create.
    `words` names the states for the message of a refusal.
    """

    name: str
    initial: str | None
    states: tuple[str, ...]
    ends: frozenset[str]
    transitions: tuple[Transition, ...]
    words: Mapping[str, Message] = field(default_factory=lambda: _NO_WORDS)

    def __post_init__(self) -> None:
        known = set(self.states)
        named = {state for each in self.transitions for state in (*each.sources, each.to or self.states[0])}
        if unknown := (named | self.ends | {self.initial or self.states[0]}) - known:
            raise ValueError(f"{self.name}: unknown states {sorted(unknown)}")
        if unknown := {role for each in self.transitions for role in each.roles} - set(ROLES):
            raise ValueError(f"{self.name}: unknown roles {sorted(unknown)}")

    @property
    def events(self) -> tuple[str, ...]:
        """Each event once, in the order of the table."""
        return tuple(dict.fromkeys(each.event for each in self.transitions))

    def rows(self, event: str, state: str | None) -> tuple[Transition, ...]:
        """The rows of an event that leave a state, or (None) that create."""
        return tuple(
            each
            for each in self.transitions
            if each.event == event and (state in each.sources if state is not None else not each.sources)
        )

    def target(self, state: str | None, event: str, role: str, to: str | None = None) -> str:
        """Where the event leads, `to` choosing between several; Conflict when unlisted, Forbidden for another role."""
        rows = [each for each in self.rows(event, state) if to is None or each.leads_from(state or "") == to]
        if not rows:
            raise Conflict(N_("This is not possible now. The state is: {state}.", state=self.word(state)))
        mine = [each for each in rows if role in each.roles]
        if not mine:
            raise Forbidden(N_("You have no right to do this."))
        targets = {each.leads_from(state or "") for each in mine}
        if len(targets) > 1:
            raise ValueError(f"{self.name}: {event} from {state} leads to {sorted(targets)}: name one")
        return targets.pop()

    def word(self, state: str | None) -> Message | str:
        """The name of a state for people."""
        return self.words.get(state or "", state or "-")

    def possible(self, state: str, roles: Collection[str]) -> frozenset[str]:
        """The events that somebody with any of these roles may try in a state (buttons of a page)."""
        wanted = set(roles)
        return frozenset(each.event for each in self.transitions if state in each.sources and each.roles & wanted)
