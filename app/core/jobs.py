"""Background work by name: `enqueue("billing.render_invoice", 42)` after the commit, arguments are ids only.

`@job` in a slice's tasks.py registers the function; `app.worker` makes Celery tasks of all of them.
A lost message costs minutes, not work: every job works off a row that a sweep finds again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.actor import Actor, Scope, Via
from app.core.db import on_commit
from app.core.tenancy import Bounds, current_bounds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A named function of ids and the queue it runs on."""

    name: str
    run: Callable[..., Any]
    queue: str


class Sender(Protocol):
    """Hands a job to whatever runs it."""

    def send(self, job: Job, ids: tuple[int, ...], bounds: Bounds) -> None: ...


JOBS: dict[str, Job] = {}
SCHEDULE: dict[str, float] = {}  # job name -> seconds between runs; periods, not amounts


class MemorySender:
    """Keeps what was sent for the caller to run: used when there is no broker (tests, one-off commands)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, tuple[int, ...], Bounds]] = []

    def send(self, job: Job, ids: tuple[int, ...], bounds: Bounds) -> None:
        self.sent.append((job.name, ids, bounds))


_sender: Sender = MemorySender()


def use_sender(sender: Sender) -> None:
    global _sender  # noqa: PLW0603 -- one sender a process, chosen at start
    _sender = sender


def sender() -> Sender:
    return _sender


def job(name: str, *, queue: str = "default", every: int | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Register a job; `every` seconds makes it periodic (then it takes no ids and runs in system scope)."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in JOBS and JOBS[name].run is not function:
            raise RuntimeError(f"the job {name} is registered twice")
        JOBS[name] = Job(name, function, queue)
        if every is not None:
            SCHEDULE[name] = every
        return function

    return register


def enqueue(name: str, *ids: int) -> None:
    """Send a job after the commit, in the scope of the current work."""
    bounds = current_bounds() or Bounds(Scope.SYSTEM, 0)
    on_commit(lambda: send_now(name, *ids, bounds=bounds))


def send_now(name: str, *ids: int, bounds: Bounds) -> None:
    """Send a job at once. A broker that does not answer is logged, not raised: the sweeps find the work."""
    try:
        _sender.send(JOBS[name], ids, bounds)
    except Exception:
        log.exception("could not send %s%s; a sweep will pick the work up", name, ids)


def actor_of(bounds: Bounds) -> Actor:
    """The system at work in the scope a job was sent with."""
    return Actor(None, bounds.company_id, bounds.scope, frozenset({"*"}), via=Via.JOB, name="system")


def current_actor() -> Actor:
    """The system in the scope of the job that is running."""
    bounds = current_bounds()
    if bounds is None:
        raise RuntimeError("current_actor() needs a scope")
    return actor_of(bounds)
