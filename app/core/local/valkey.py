"""The embedded Valkey server, Celery's broker: messages in memory only, because jobs are rows that sweeps find again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil

from app.core.local.binaries import valkey_server
from app.core.local.errors import StartError, explained
from app.core.local.places import account, locked, make_instance, private_dir
from app.core.local.processes import end, is_alive, spawn, tail, wait_until, working_in
from config import broker_socket


class EmbeddedValkey:
    """Valkey in an instance directory, on a private socket."""

    def __init__(self, instance_dir: Path) -> None:
        self.instance_dir = instance_dir.resolve()
        self.log = self.instance_dir / "log" / "valkey.log"
        self.socket = broker_socket(self.instance_dir)
        self._home = self.instance_dir / "valkey"
        self._pid_file = self._home / "valkey.pid"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the broker for Celery."""
        return f"redis+socket://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        """The server's process, or None."""
        try:
            pid = int(self._pid_file.read_text(encoding="ascii"))
            process = psutil.Process(pid)
            is_ours = process.name().startswith("valkey") and Path(process.cwd()) == self._home
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
        return pid if is_ours and self._is_alive(pid) else None

    def _is_alive(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is None
        return is_alive(pid)

    def is_running(self) -> bool:
        return self.pid is not None

    def answers(self) -> bool:
        """Whether the server says PONG."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def start(self, *, tied: bool = True) -> None:
        """Bring the server up, or take over one that still answers; raises StartError."""
        make_instance(self.instance_dir)
        with locked(self.instance_dir / ".valkey.lock"), explained(self.instance_dir):
            me = account(os.geteuid())
            private_dir(self._home, me)
            private_dir(self.socket.parent, me)
            if self.is_running() and self.answers():
                return
            end(working_in(self._home, "valkey"), patience=3)
            self._launch(tied=tied)

    def _launch(self, *, tied: bool) -> None:
        before = self.log.stat().st_size if self.log.exists() else 0
        settings = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "daemonize": "no",
            "save": "", "appendonly": "no", "pidfile": "valkey.pid", "dir": ".",
        }  # fmt: skip
        command = [str(valkey_server())]
        for name, value in settings.items():
            command += [f"--{name}", value]
        self.socket.unlink(missing_ok=True)
        self._child = spawn(
            command,
            log=self.log,
            env={"PATH": "/usr/bin:/bin"},
            cwd=self._home,
            death_signal=signal.SIGTERM if tied else None,
        )
        child = self._child
        if not wait_until(lambda: child.poll() is not None or (self.is_running() and self.answers()), 20):
            raise StartError(f"The embedded Valkey does not answer; see {self.log}.")
        if child.poll() is not None:
            reason = next(iter(tail(self.log, 1, since=before)), "no reason given")
            raise StartError(f"The embedded Valkey did not start ({reason.strip()}); see {self.log}.")

    def stop(self) -> None:
        """End the server; what it holds in memory is dropped."""
        pid = self.pid
        if pid is not None:
            end([psutil.Process(pid)], patience=5)
        if self._child is not None:
            self._child.wait()
            self._child = None
