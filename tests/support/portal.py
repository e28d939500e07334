"""A supervisor whose web server is a small one and whose workers only wait: run as a program by test_local_supervisor."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from app.core.local import programs
from app.core.local.supervisor import Supervisor
from config import Config


def hello(_environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """Answers with the number of its process."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def dummies(config: Config, descriptor: int) -> list[programs.Program]:
    web = programs.web(config, descriptor)
    application = os.environ.get("TEST_APPLICATION", "tests.support.portal:hello")
    command = tuple(application if part == "wsgi:app" else part for part in web.command)
    waiting = (sys.executable, "-c", "import time; time.sleep(1000)")
    return [replace(web, command=command), programs.Program("worker-default", waiting)]


def ask_to_stop_at_the_next_fork() -> None:
    """A signal that arrives while a process is made: Python swallows what its handler raises in such a hook."""
    os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))


if __name__ == "__main__":
    if os.environ.get("TEST_STOP_AT_FORK"):
        ask_to_stop_at_the_next_fork()
    supervisor = Supervisor(
        Config.from_env(), migrations=lambda _config: None, programs_of=dummies, checks=(), demo=sys.argv[1:]
    )
    try:
        sys.exit(supervisor.run())
    except Exception as error:  # as click shows it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
