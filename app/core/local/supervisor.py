"""`kontor up`: everything Kontor runs on one machine, in the foreground, until Ctrl-C."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import psycopg

from app.core import migrate
from app.core.local import machine, roles, services
from app.core.local.check import Check
from app.core.local.errors import StartError, explained
from app.core.local.places import ROOT, locked, make_instance
from app.core.local.postgres import EmbeddedPostgres
from app.core.local.processes import end, marked, spawn, tail, wait_until
from app.core.local.programs import Child, Program, programs
from app.core.local.valkey import EmbeddedValkey
from config import Config

_MARK = "KONTOR_SUPERVISED"  # in the environment of all our children: the next start finds what a killed one left
_OLD_LOGS = 3
_READY_SECONDS = 90
_STOP_SECONDS = 8


class _Stopped(BaseException):
    """Somebody asked us to stop: raised by the signal handler where the main thread stands. Names the signal.

    Python swallows what is raised inside a hook of fork() or a finalizer, so whoever starts or waits asks again
    (`_heed`).
    """


class Supervisor:
    """Starts servers, schema, demo data and programs; restarts what dies; stops all in order.

    `demo` is a command that fills the database and prints the logins; `programs_of` and `migrations` are for tests.
    """

    def __init__(
        self,
        config: Config,
        *,
        say: Callable[[str], None] = print,
        demo: Sequence[str] = (),
        migrations: Callable[[Config], None] | None = None,
        programs_of: Callable[[Config, int], list[Program]] = programs,
        checks: Sequence[Callable[[], Check]] = (machine.pango, machine.front_end),
    ) -> None:
        self._config = config
        self._tell = say
        self._demo = demo
        self._migrations = migrations or bring_up_to_date
        self._programs_of = programs_of
        self._checks = checks
        self._folder = config.instance_dir
        self._log_dir = self._folder / "log"
        self._servers: list[EmbeddedPostgres | EmbeddedValkey] = []
        self._children: list[Child] = []
        self._listening: socket.socket | None = None  # held by us, so that requests wait while the web server restarts
        self._asked = ""  # the signal that asked us to stop
        self._in_a_hurry = False

    def run(self) -> int:
        """Run until asked to stop; returns the exit code. Raises StartError when the start fails."""
        make_instance(self._folder)
        with (
            locked(self._folder / ".run.lock", wait=False) as alone,
            locked(self._folder / ".users.lock", shared=True),  # commands leave running what we use
            explained(self._folder),
        ):
            if not alone:
                raise StartError(self._already_running())
            woken, waker = os.pipe()
            os.set_blocking(waker, False)
            self._listen_to_signals(waker)
            try:
                self._start()
                self._watch(woken)
            except _Stopped as stopped:
                self._say(f"Stopping ({stopped}) ...")
            finally:
                self._stop()
            self._say("Stopped.")
        return 0

    def _say(self, sentence: str) -> None:
        """To the terminal, which may be gone while we still have to stop things."""
        with suppress(OSError):
            self._tell(sentence)

    def _already_running(self) -> str:
        with suppress(OSError, ValueError):
            pid, url = (self._folder / ".running").read_text(encoding="utf-8").splitlines()
            return (
                f"Kontor already runs in {self._folder} (process {pid}, {url}): stop it there with Ctrl-C, "
                "or set KONTOR_INSTANCE and PORT for a second one."
            )
        return f"Kontor is already being started in {self._folder}: wait for it, or set KONTOR_INSTANCE and PORT."

    def _listen_to_signals(self, waker: int) -> None:
        def asked_to_stop(number: int, _frame: FrameType | None) -> None:
            if self._asked:
                self._in_a_hurry = True
            else:
                self._asked = signal.Signals(number).name
                raise _Stopped(self._asked)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, asked_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def _heed(self) -> None:
        """Stop now if somebody asked and the exception was lost on its way."""
        if self._asked:
            raise _Stopped(self._asked)

    def _start(self) -> None:
        end(marked(_MARK, str(self._folder)), patience=3)
        for check in self._checks:
            check().demand()
        machine.disk(self._config).demand()
        self._rotate_logs()
        self._listening = machine.open_port(self._config)
        self._config = self._config.changed(PORT=self._listening.getsockname()[1])
        (self._folder / ".running").write_text(f"{os.getpid()}\n{self._config.base_url}", encoding="utf-8")
        self._start_servers()
        self._migrations(self._config)
        web, *others = self._programs_of(self._config, self._listening.fileno())
        self._run(web)  # it takes a moment to load, which the demo data can use
        logins = self._load_demo() if self._demo else ""
        self._wait_until_ready()  # the workers after it: what starts together waits for the processor together
        for program in others:
            self._run(program)
        self._say(f"\nKontor is ready: {self._config.base_url}")
        if logins:
            self._say(logins)
        self._say(f"Logs: {self._log_dir}. Ctrl-C stops everything.")

    def _run(self, program: Program) -> None:
        child = Child(program, self._log_dir, self._environment())
        self._children.append(child)
        child.start()
        self._heed()

    def _environment(self) -> dict[str, str]:
        return self._config.child_environment() | {_MARK: str(self._folder), "PYTHONUNBUFFERED": "1"}

    def _rotate_logs(self) -> None:
        """Keep the logs of the last runs as name.log.1 and so on."""
        if not self._log_dir.is_dir():
            return
        for log in self._log_dir.glob("*.log"):
            for number in range(_OLD_LOGS, 0, -1):
                older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
                if older.exists():
                    older.replace(log.with_name(f"{log.name}.{number}"))

    def _start_servers(self) -> None:
        if self._config.is_database_embedded:
            self._servers.append(EmbeddedPostgres(self._folder, say=self._say))
        else:
            if self._config.KONTOR_TRIAL:
                prepare_trial(self._config)
            for check in services.database(self._config):
                if check.name in ("database", "roles", "login"):
                    check.demand()
        if self._config.is_broker_embedded:
            self._servers.append(EmbeddedValkey(self._folder))
        else:
            services.broker(self._config).demand()
        for server in self._servers:
            server.start()
            self._heed()

    def _load_demo(self) -> str:
        """Fill in the demo data; returns what the command prints: the logins."""
        self._say("Loading demo data ...")
        log, answer = self._log_dir / "demo.log", self._folder / ".demo"
        env = self._environment()
        child = spawn(self._demo, log=log, answer=answer, env=env, cwd=ROOT, death_signal=signal.SIGTERM)
        while child.poll() is None:
            self._heed()
            time.sleep(0.05)
        if child.returncode != 0:
            raise StartError(f"The demo data could not be loaded ({_last_words(log)}); see {log}.")
        return answer.read_text("utf-8").rstrip()

    def _wait_until_ready(self) -> None:
        """Until the web server answers a first request; a program that ends before that ends the start."""
        where = urlsplit(self._config.changed(BASE_URL="").base_url)
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as link:
                link.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
                while not select.select([link], [], [], 0.1)[0]:
                    self._heed()
                    for child in self._children:
                        if child.exit_code is not None:
                            raise StartError(
                                f"{child.program.name} ended at once ({_last_words(child.log)}); see {child.log}."
                            )
                    if time.monotonic() > deadline:
                        raise StartError(f"The web server does not answer; see {self._log_dir / 'web.log'}.")
                with suppress(ConnectionError):
                    if link.recv(5):
                        return

    def _watch(self, woken: int) -> None:
        """Restart what dies. A child's death or a signal wakes us, and so does each second."""
        while True:
            self._heed()
            for server in self._servers:
                if not server.is_running():
                    self._restart_server(server)
            for child in self._children:
                if child.exit_code is not None:
                    code = child.exit_code
                    wait = child.bury()
                    how = f"by signal {-code}" if code < 0 else f"with code {code}"
                    when = f"in {wait} s" if wait else "now"
                    self._say(f"{child.program.name} ended {how}; it starts again {when} ({child.log}).")
                child.restart_if_due()
            if select.select([woken], [], [], 1)[0]:
                os.read(woken, 4096)

    def _restart_server(self, server: EmbeddedPostgres | EmbeddedValkey) -> None:
        name = "PostgreSQL" if isinstance(server, EmbeddedPostgres) else "Valkey"
        self._say(f"{name} has ended; it starts again ({server.log}).")
        try:
            server.start()
        except StartError as error:
            self._say(f"{error.message} The next attempt follows.")
            time.sleep(2)

    def _stop(self) -> None:
        """First those that take work, then the servers they need; within seconds."""
        for child in self._children:
            child.signal(signal.SIGTERM)
        wait_until(lambda: self._in_a_hurry or all(child.has_ended for child in self._children), _STOP_SECONDS)
        for child in self._children:
            child.signal(signal.SIGKILL)
        end(marked(_MARK, str(self._folder)), patience=0 if self._in_a_hurry else 1)
        for server in reversed(self._servers):
            server.stop()
        if self._listening is not None:
            self._listening.close()
        (self._folder / ".running").unlink(missing_ok=True)


def _last_words(log: Path) -> str:
    """What a program that failed said last, short enough for a sentence."""
    lines = [line.strip() for line in tail(log, 40) if line.strip()]
    reason = next((line for line in reversed(lines) if "Error" in line[:80]), lines[-1] if lines else "it said nothing")
    return reason[:300]


def bring_up_to_date(config: Config) -> None:
    """Run the migrations that are missing, if any."""
    if migrate.current(config.database_owner_url) != migrate.head():
        migrate.upgrade(config.database_owner_url)


def prepare_trial(config: Config) -> None:
    """Make the roles through the one login of a trial; raises StartError."""
    try:
        with psycopg.connect(services.libpq_url(config.database_url), connect_timeout=5) as connection:
            roles.run(connection, roles.trial_statements())
    except psycopg.errors.InsufficientPrivilege as error:
        raise StartError(
            f"The login of DATABASE_URL may not make roles ({str(error).strip().splitlines()[0]}): "
            "let an administrator run what `kontor roles` prints."
        ) from error
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise StartError(f"The database of DATABASE_URL does not answer ({reason}).") from error
