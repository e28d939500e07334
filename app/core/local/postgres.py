"""The embedded PostgreSQL server: made, started, adopted, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from app.core.local import roles
from app.core.local.binaries import POSTGRES_MAJOR, SHARED_HOME, postgres_bin_for
from app.core.local.errors import StartError, explained, no_space
from app.core.local.places import Account, account, locked, make_instance, may_pass, private_dir, unprivileged
from app.core.local.processes import end, is_alive, send, spawn, tail, wait_until, working_in
from config import embedded_database_url, socket_dir

_PORT = 5432  # names the socket file only: there is no TCP
_START_SECONDS = 120  # recovery after a crash may have much to read
_STOP_SECONDS = 20
_ATTEMPTS = 5

# Written once, when the data folder is made; editable in its postgresql.conf.
_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_lock_waits": "on",
}
# A throw-away server has nothing to lose in a crash of the machine; a killed process loses nothing either way.
_FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """A running server, as its pid file tells."""

    pid: int
    status: str


class EmbeddedPostgres:
    """PostgreSQL in an instance directory, on a private socket.

    `durable=False` gives up safety against crashes of the machine, for throw-away servers.
    """

    database = "kontor"

    def __init__(
        self, instance_dir: Path, *, durable: bool = True, say: Callable[[str], None] = lambda _sentence: None
    ) -> None:
        self.instance_dir = instance_dir.resolve()
        self.log = self.instance_dir / "log" / "postgres.log"
        self._home = self.instance_dir / "postgres"  # a link into /var/lib/kontor where nobody could not reach it
        self._data = self._home / "data"
        self._socket_dir = socket_dir(self.instance_dir, "postgres")
        self._durable = durable
        self._say = say
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def app_url(self) -> str:
        """SQLAlchemy address for web, workers and command line."""
        return self.url(roles.APP)

    @property
    def owner_url(self) -> str:
        """SQLAlchemy address for migrations."""
        return self.url(roles.OWNER)

    def url(self, login: str, database: str = database) -> str:
        return embedded_database_url(self.instance_dir, login, database)

    @property
    def pid(self) -> int | None:
        """The server's process, running and not about to end, or None."""
        server = self._postmaster()
        return server.pid if server and server.status != "stopping" else None

    def is_running(self) -> bool:
        return self.pid is not None

    def connect(self, database: str = "postgres", *, login: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the server's superuser (or another login), committing each statement."""
        return psycopg.connect(
            host=str(self._socket_dir), port=_PORT, user=login, dbname=database, autocommit=True, connect_timeout=10
        )

    def start(self, *, tied: bool = True) -> None:
        """Bring the server up, or take over one that still runs; raises StartError.

        With `tied` a server we start shuts down cleanly when this process ends in any way.
        """
        make_instance(self.instance_dir)
        with locked(self.instance_dir / ".postgres.lock"), explained(self.instance_dir):
            who = self._make_home()
            for _ in range(_ATTEMPTS):  # a server we found may end while we look at it
                self._wait_for_the_end_of_another()
                if not self.is_running():
                    self._make_data(who)
                    self._launch(who, tied=tied)
                if self._comes_up():
                    break
            else:
                raise self._failure("does not stay up", 0)
            self._prepare()

    def stop(self) -> None:
        """Shut the server down cleanly; harder when it does not answer."""
        for number, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            server = self._postmaster()
            if server is None:
                break
            send(server.pid, number)
            if wait_until(lambda pid=server.pid: not self._is_alive(pid), patience):  # type: ignore[misc]
                break
        if self._child is not None:
            self._child.wait()
            self._child = None

    def copy_database(self, source: str, target: str) -> None:
        """Make a database like another one, which nobody may be connected to."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        with self.connect() as connection:
            connection.execute(
                statement.format(sql.Identifier(target), sql.Identifier(source), sql.Identifier(roles.OWNER))
            )

    def _is_alive(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is None
        return is_alive(pid)

    def _postmaster(self) -> _Postmaster | None:
        """The server of this data folder. A pid file whose process is something else is what a crash left."""
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            pid = int(lines[0])
            process = psutil.Process(pid)
            is_ours = process.name().startswith("postgres") and Path(process.cwd()) == self._data.resolve()
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None
        if not is_ours or not self._is_alive(pid):
            return None
        return _Postmaster(pid, lines[7].strip() if len(lines) > 7 else "starting")

    def _make_home(self) -> Account:
        """The folder of data and socket, and the account that runs the server."""
        if os.geteuid() != 0:
            who = account(os.geteuid())
        elif self._home.exists():
            owner = self._home.stat().st_uid
            who = account(owner) if owner else unprivileged()
        else:
            who = unprivileged()
            if not may_pass(who, self.instance_dir):
                self._home_elsewhere(who)
        private_dir(self._home.resolve(), who)
        private_dir(self._socket_dir.resolve(), who)
        return who

    def _home_elsewhere(self, who: Account) -> None:
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        elsewhere = Path(tempfile.mkdtemp(prefix="instance-", dir=SHARED_HOME))
        os.chown(elsewhere, who.uid, who.gid)
        self._home.symlink_to(elsewhere)
        self._say(
            f"PostgreSQL does not run as root and user {who.name} cannot reach {self.instance_dir}, "
            f"so the database lies in {elsewhere}."
        )

    def _wait_for_the_end_of_another(self) -> None:
        """Let a server that is shutting down finish, and end what a killed one left behind."""
        wait_until(lambda: (server := self._postmaster()) is None or server.status != "stopping", _STOP_SECONDS)
        if self.is_running() or not (self._data / "postmaster.pid").exists():
            return
        data = self._data.resolve()
        if not wait_until(lambda: not working_in(data, "postgres"), 3):
            end(working_in(data, "postgres"), patience=3)
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        (self._socket_dir / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)

    def _make_data(self, who: Account) -> None:
        if self._data.is_dir():
            found = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
            if found != POSTGRES_MAJOR:
                raise StartError(
                    f"{self._data} was made by PostgreSQL {found}, this Kontor brings {POSTGRES_MAJOR}: dump the "
                    "database with the old release and restore it with the new one (docs/operations.md)."
                )
            return
        half_made = self._home.resolve() / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        settings = _SETTINGS if self._durable else _SETTINGS | _FORGETFUL
        command = [
            str(postgres_bin_for(who) / "initdb"), "-D", str(half_made), "-U", "postgres", "-E", "UTF8",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "-T", "simple",
            "--auth", "peer", "--no-instructions", *([] if self._durable else ["--no-sync"]),
            *(part for name, value in settings.items() for part in ("--set", f"{name}={value}")),
        ]  # fmt: skip
        before = self.log.stat().st_size if self.log.exists() else 0
        child = spawn(
            command,
            log=self.log,
            env=_environment(),
            cwd=self._home.resolve(),
            who=who,
            death_signal=signal.SIGKILL,
        )
        if child.wait() != 0:
            shutil.rmtree(half_made, ignore_errors=True)
            raise self._failure("could not be set up", before)
        half_made.rename(self._data)

    def _launch(self, who: Account, *, tied: bool) -> None:
        """Start the server; a pid file or memory that a killed one holds for a moment more is waited for."""
        self._write_access(who)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_dir.resolve()),
            "unix_socket_permissions": "0700",
            "port": str(_PORT),
        }
        command = [str(postgres_bin_for(who) / "postgres"), "-D", str(self._data.resolve())]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        for attempt in range(20):
            before = self.log.stat().st_size if self.log.exists() else 0
            self._child = spawn(
                command,
                log=self.log,
                env=_environment(),
                cwd=self._home.resolve(),
                who=who,
                death_signal=signal.SIGINT if tied else None,
            )
            if wait_until(self._has_settled, _START_SECONDS) and self._child.poll() is None:
                return
            held = any("still in use" in line or "already exists" in line for line in tail(self.log, since=before))
            if not held or attempt == 19:
                raise self._failure("did not start", before)
            time.sleep(0.5)

    def _has_settled(self) -> bool:
        """Whether the new server has come so far that it owns the data folder, or has given up."""
        server = self._postmaster()
        return (
            self._child is None or self._child.poll() is not None or (server is not None and server.status == "ready")
        )

    def _write_access(self, who: Account) -> None:
        """Only this user, root and the server's account are let in, by what the kernel says about the caller."""
        names = {"root", who.name, account(os.geteuid()).name}
        files = {
            "pg_hba.conf": "local all all peer map=kontor\n",
            "pg_ident.conf": "".join(f'kontor "{name}" all\n' for name in sorted(names)),
        }
        for name, text in files.items():
            path = self._data / name
            path.write_text(text, encoding="utf-8")
            os.chown(path, who.uid, who.gid)

    def _comes_up(self) -> bool:
        """Wait until the server answers; False when it has ended meanwhile. Recovery after a crash takes its time."""

        def has_decided() -> bool:
            return not self.is_running() or self._answers()

        if not wait_until(has_decided, _START_SECONDS, every=0.05):
            raise self._failure("does not answer", 0)
        return self.is_running()

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepare(self) -> None:
        """The roles and the database."""
        with self.connect() as connection:
            roles.run(connection, roles.server_statements())
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [self.database]).fetchone()
            if found is None:
                statements = [
                    f"CREATE DATABASE {self.database} OWNER {roles.OWNER}",
                    f"REVOKE ALL ON DATABASE {self.database} FROM PUBLIC",
                    f"GRANT CONNECT ON DATABASE {self.database} TO {roles.APP}",
                ]
                roles.run(connection, statements)
        with self.connect(self.database) as connection:
            roles.run(connection, roles.database_statements())

    def _failure(self, what: str, since: int) -> StartError:
        lines = tail(self.log, since=since)
        if any("No space left" in line or "Disk quota" in line for line in lines):
            return no_space(self._home.resolve())
        reason = next((line for line in reversed(lines) if "FATAL" in line or "error:" in line), "")
        return StartError(f"The embedded PostgreSQL {what} ({reason.strip() or 'no reason given'}); see {self.log}.")


def _environment() -> Mapping[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
