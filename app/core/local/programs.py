"""The programs that `kontor up` runs besides the servers, and their restart when one dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.core.local.places import ROOT
from app.core.local.processes import send_group, spawn
from config import Config

_STEADY_SECONDS = 60  # who lives that long starts again with no wait
_LONGEST_WAIT = 30


@dataclass(frozen=True, slots=True)
class Program:
    """A command that should always run; its name is that of its log file."""

    name: str
    command: tuple[str, ...]
    pass_fds: tuple[int, ...] = ()


def web(config: Config, descriptor: int) -> Program:
    """The web server on a listening socket that we hold: while it restarts, requests wait instead of failing."""
    command = [
        sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{descriptor}", "--worker-class", "gthread",
        "--workers", str(config.WEB_WORKERS), "--threads", str(config.WEB_THREADS), "--preload",
        "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket",
        "--access-logfile", "-", "--log-level", config.LOG_LEVEL.lower(),
    ]  # fmt: skip
    return Program("web", tuple(command), (descriptor,))


def worker(config: Config, queue: str, concurrency: int) -> Program:
    """A Celery worker of one queue, so that slow documents never hold up quick jobs."""
    command = [
        sys.executable, "-m", "celery", "--app", "app.worker", "worker", "--queues", queue,
        "--hostname", f"{queue}@%h", "--concurrency", str(concurrency), "--max-tasks-per-child", "500",
        "--without-gossip", "--without-mingle", "--loglevel", config.LOG_LEVEL,
    ]  # fmt: skip
    return Program(f"worker-{queue}", tuple(command))


def beat(config: Config) -> Program:
    """The clock that starts sweeps."""
    command = [sys.executable, "-m", "celery", "--app", "app.worker", "beat", "--loglevel", config.LOG_LEVEL]
    return Program("beat", tuple(command))


def programs(config: Config, descriptor: int) -> list[Program]:
    return [
        web(config, descriptor),
        worker(config, "default", config.WORKER_CONCURRENCY),
        worker(config, "documents", config.DOCUMENT_CONCURRENCY),
        beat(config),
    ]


def kontor_command(*words: str) -> list[str]:
    """The console script as a command of this Python, wherever it is installed."""
    return [sys.executable, "-c", "from app.main import main; main()", *words]


class Child:
    """A program being kept running."""

    def __init__(self, program: Program, log_dir: Path, env: Mapping[str, str]) -> None:
        self.program = program
        self.log = log_dir / f"{program.name}.log"
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._due = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        self._process = spawn(
            self.program.command,
            log=self.log,
            env=self._env,
            cwd=ROOT,
            death_signal=signal.SIGTERM,
            pass_fds=self.program.pass_fds,
        )

    @property
    def exit_code(self) -> int | None:
        """How the running program ended; None while it runs or waits to be started again."""
        return None if self._process is None else self._process.poll()

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def bury(self) -> int:
        """After the program's death: let its own children finish, plan the restart; returns the seconds until then."""
        assert self._process is not None
        send_group(self._process.pid, signal.SIGTERM)
        self._process = None
        lived = time.monotonic() - self._started
        self._deaths = 1 if lived > _STEADY_SECONDS else self._deaths + 1
        wait = 0 if self._deaths == 1 else min(2 ** (self._deaths - 2), _LONGEST_WAIT)
        self._due = time.monotonic() + wait
        return wait

    def restart_if_due(self) -> None:
        if self._process is None and time.monotonic() >= self._due:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """To the program alone when it is asked to end (it tells its own children), to its group when it is killed."""
        if self._process is None:
            return
        if number == signal.SIGKILL:
            send_group(self._process.pid, number)
        elif self._process.poll() is None:
            self._process.send_signal(number)
