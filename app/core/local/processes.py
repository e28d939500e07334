"""Child processes that end with us, and the search for those that outlived a killed run."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from app.core.local.places import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _tie(death_signal: signal.Signals, parent: int) -> None:
    """In the child: ask the kernel for a signal when the parent ends (Linux; elsewhere the next start cleans up)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    answer: Path | None = None,
    env: Mapping[str, str],
    cwd: Path,
    who: Account | None = None,
    death_signal: signal.Signals | None = None,
    pass_fds: Iterable[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to a log file, or kept apart from it as its answer.

    With `death_signal` it gets that signal when the calling thread ends, so call from the main thread.
    """
    parent = os.getpid()
    switch = {} if who is None or who.is_me else {"user": who.uid, "group": who.gid, "extra_groups": []}
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as errors, (answer or log).open("wb" if answer else "ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            preexec_fn=(lambda: _tie(death_signal, parent)) if death_signal else None,  # noqa: PLW1509 -- no threads here
            **switch,
        )


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not fetched yet does not."""
    try:
        status: str = psutil.Process(pid).status()
    except psutil.Error:
        return False
    return bool(status != psutil.STATUS_ZOMBIE)


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Ask until the condition holds or the time is over; says which."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def send_group(group: int, number: signal.Signals) -> None:
    """Signal a whole process group, such as a server with its workers."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def marked(name: str, value: str) -> list[psutil.Process]:
    """Processes, other than this one and its ancestors, whose environment carries NAME=value."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid not in mine and process.environ().get(name) == value:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def working_in(folder: Path, name: str) -> list[psutil.Process]:
    """Processes of a program (by the start of its name) whose working directory is a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith(name) and Path(process.cwd()) == folder:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end(processes: Sequence[psutil.Process], *, patience: float) -> None:
    """Ask processes to end, then make them."""
    for process in processes:
        send(process.pid, signal.SIGTERM)
    _, left = psutil.wait_procs(processes, timeout=patience)
    for process in left:
        send(process.pid, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)


def tail(log: Path, lines: int = 15, *, since: int = 0) -> list[str]:
    """The last lines of a log file, not before a byte position."""
    if not log.exists():
        return []
    with log.open("rb") as source:
        size = source.seek(0, os.SEEK_END)
        source.seek(max(since, size - 20_000))
        return source.read().decode(errors="replace").splitlines()[-lines:]
