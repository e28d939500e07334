"""`kontor doctor`: all checks of an installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.local import machine, services
from app.core.local.check import FAIL, Check
from app.core.local.errors import StartError
from app.core.local.places import locked
from config import Config


def examine(config: Config) -> Iterator[Check]:
    """One check after the other, each as soon as it is made."""
    single: list[tuple[str, Callable[[], Check]]] = [
        ("python", machine.python),
        ("packages", machine.packages),
        ("pango", machine.pango),
        ("front end", machine.front_end),
        ("disk", lambda: machine.disk(config)),
        ("port", lambda: machine.port(config, is_ours=_is_running(config))),
    ]
    yield from (_guarded(name, check) for name, check in single)
    try:
        yield from services.database(config)
    except (OSError, StartError) as error:
        yield Check("database", FAIL, f"The database cannot be looked at ({error}).")
    for name, look in (("broker", services.broker), ("storage", services.files), ("mail", services.mail)):
        yield _guarded(name, lambda look=look: look(config))  # type: ignore[misc]


def _is_running(config: Config) -> bool:
    """Whether a supervisor runs this instance."""
    lock = config.instance_dir / ".run.lock"
    if not lock.exists():
        return False
    with locked(lock, wait=False) as is_free:
        return not is_free


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """A check that breaks is a finding, too."""
    try:
        return check()
    except (OSError, StartError, ValueError) as error:
        return Check(name, FAIL, f"It cannot be looked at ({error}).")
