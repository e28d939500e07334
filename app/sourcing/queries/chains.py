"""Checking the chains of events: whether any row was changed, removed or added behind the program's back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden
from app.core.texts import N_
from app.sourcing.domain.chain import Link, canonical, first_break

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """Where a chain does not hold first: `problem` is changed, missing, surplus, head, or sealed (not readable yet)."""

    object_type: str
    object_id: int
    sequence: int
    problem: str


@dataclass(frozen=True, slots=True)
class LateTimer:
    """Something that was due a while ago and has not been done."""

    object_type: str
    object_id: int
    kind: str
    due_at: datetime
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was checked; `fingerprint` covers the heads of all chains, to be compared with one that was kept elsewhere."""

    chains: int
    events: int
    fingerprint: str
    broken: tuple[BrokenChain, ...]
    late: tuple[LateTimer, ...]


# Heads and events in one statement: what is appended meanwhile is seen in both or in neither.
_EVENTS = text("""
SELECT e.object_type, e.object_id, e.owner_tag, c.length, c.head, e.sequence, e.at, e.user_id, e.actor, e.on_behalf,
       e.role, e.event, e.from_state, e.to_state, e.changes, e.reason, e.supplier_id, e.is_internal, e.content,
       e.previous_hash, e.hash
FROM sourcing_events e
LEFT JOIN event_chains c USING (object_type, object_id, owner_tag)
ORDER BY e.object_type, e.object_id, e.owner_tag, e.sequence""")
_EMPTY = text("""
SELECT c.object_type, c.object_id FROM event_chains c WHERE c.length > 0 AND NOT EXISTS (
    SELECT FROM sourcing_events e
    WHERE e.object_type = c.object_type AND e.object_id = c.object_id AND e.owner_tag = c.owner_tag)""")
_SEALED = text("SELECT object_id FROM broken_sealed_chains() ORDER BY 1")
_LATE = text("""
SELECT object_type, object_id, kind, due_at, attempts, last_error FROM timers
WHERE due_at < clock_timestamp() - interval '10 minutes' OR attempts > 0 ORDER BY due_at LIMIT 100""")


_COUNT_LATE = text("""
SELECT count(*) FROM timers WHERE due_at < clock_timestamp() - interval '10 minutes' OR attempts > 0""")


def late_count(actor: Actor) -> int:
    """How much was due a while ago, or failed when it was tried; one statement, for the operator."""
    found: int = db.session.execute(_COUNT_LATE).scalar_one()
    return found


def verify_chains(actor: Actor) -> Verdict:
    """Check every chain and the timers; for the operator. Sealed chains that nobody may read are checked unread."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    broken: list[BrokenChain] = []
    chains, events, heads = 0, 0, hashlib.sha256()
    rows = db.session.execute(_EVENTS, execution_options={"yield_per": _AT_ONCE})
    for key, group in groupby(rows, key=lambda row: tuple(row[:5])):
        kind, object_id, tag, length, head = key
        counted = _Counted(_link(row) for row in group)
        problem = first_break(counted, length=length or 0, head=bytes(head or b""))
        counted.finish()
        chains, events = chains + 1, events + counted.count
        heads.update(f"{kind}:{object_id}:{tag}:{length}:{bytes(head or b'').hex()}\n".encode())
        if problem is not None:
            broken.append(BrokenChain(kind, object_id, problem.sequence, problem.problem))
    broken += [BrokenChain(kind, object_id, 1, "missing") for kind, object_id in db.session.execute(_EMPTY)]
    known = {(one.object_type, one.object_id) for one in broken}
    broken += [
        BrokenChain("tender", tender_id, 0, "sealed")
        for tender_id in db.session.scalars(_SEALED)
        if ("tender", tender_id) not in known
    ]
    late = tuple(LateTimer(*row) for row in db.session.execute(_LATE))
    return Verdict(chains, events, heads.hexdigest(), tuple(broken), late)


class _Counted:
    """Links that are counted as they go by, to the end even when a break was found."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.count = 0
        self._links = iter(links)

    def __iter__(self) -> Iterator[Link]:
        for link in self._links:
            self.count += 1
            yield link

    def finish(self) -> None:
        self.count += sum(1 for _link in self._links)


def _link(row: Sequence[Any]) -> Link:
    """The event as its columns say it; where its stored content says otherwise, neither is believed."""
    (kind, object_id, _tag, _length, _head, sequence, at, user_id, actor, on_behalf, role, event, before, after, changes, reason,
     supplier_id, is_internal, content, previous, digest) = row  # fmt: skip
    rebuilt = canonical({
        "actor": actor, "at": at, "changes": changes, "event": event, "from": before, "internal": is_internal,
        "object": f"{kind}:{object_id}", "on_behalf": on_behalf, "reason": reason, "role": role,
        "supplier": supplier_id, "to": after, "user": user_id,
    })  # fmt: skip
    return Link(sequence, rebuilt if rebuilt == content.encode() else b"", bytes(previous), bytes(digest))
