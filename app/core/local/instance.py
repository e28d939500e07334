"""The servers of an instance for the time of a block, and instances that live only that long."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.core.local.errors import StartError
from app.core.local.places import ROOT, locked, make_instance
from app.core.local.postgres import EmbeddedPostgres
from app.core.local.processes import spawn, tail, wait_until
from app.core.local.programs import kontor_command
from app.core.local.valkey import EmbeddedValkey
from config import Config, socket_dir


@contextmanager
def servers(config: Config, *, say: Callable[[str], None] = lambda _sentence: None) -> Iterator[Config]:
    """Have the embedded servers that the settings ask for, for the time of a block; raises StartError.

    What already runs (under `kontor up` or another command) is used and left running; what this block started it
    stops, unless somebody else has begun to use it. With servers of your own this does nothing.
    """
    started: list[EmbeddedPostgres | EmbeddedValkey] = []
    wanted: list[EmbeddedPostgres | EmbeddedValkey] = []
    if config.is_database_embedded:
        wanted.append(EmbeddedPostgres(config.instance_dir, say=say))
    if config.is_broker_embedded:
        wanted.append(EmbeddedValkey(config.instance_dir))
    if not wanted:
        yield config
        return
    make_instance(config.instance_dir)
    users = config.instance_dir / ".users.lock"
    try:
        with locked(users, shared=True):
            for server in wanted:
                if not server.is_running():
                    started.append(server)
                server.start()
            yield config
    finally:
        with locked(users, wait=False) as nobody_else:
            if nobody_else:
                for server in reversed(started):
                    server.stop()


@contextmanager
def temporary_instance(*, broker: bool = True, durable: bool = False, **settings: Any) -> Iterator[Config]:
    """A throw-away instance with its own database and broker, removed afterwards. Migrations are the caller's.

    `settings` are settings of Config by name. Without `durable` it does not survive a crash of the machine, a killed
    server process it does.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="kontor-")).resolve()
        stack.callback(_remove, folder)
        folder.chmod(0o711)  # the server's account passes through it
        config = Config(KONTOR_INSTANCE=folder, **settings)
        database = EmbeddedPostgres(folder, durable=durable)
        stack.callback(database.stop)
        database.start()
        if broker:
            queue = EmbeddedValkey(folder)
            stack.callback(queue.stop)
            queue.start()
        yield config


@contextmanager
def throw_away_portal(**settings: Any) -> Iterator[Config]:
    """`kontor up` on a throw-away instance, in a process of its own, removed afterwards; raises StartError.

    Yields its settings: `base_url` answers, `database_url` and `broker_url` can be used from here.
    """
    folder = Path(tempfile.mkdtemp(prefix="kontor-")).resolve()
    folder.chmod(0o711)
    config = Config(KONTOR_INSTANCE=folder, **({"PORT": 0} | settings))
    output = folder / "up.log"
    process = spawn(
        kontor_command("up"),
        log=output,
        env=config.child_environment() | {"PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        death_signal=signal.SIGTERM,
    )
    try:
        wait_until(lambda: process.poll() is not None or "Ctrl-C stops" in output.read_text("utf-8"), 120, every=0.1)
        if process.poll() is not None:
            raise StartError("\n".join(tail(output, 5)))
        address = (folder / ".running").read_text("utf-8").splitlines()[1]
        yield config.changed(PORT=urlsplit(address).port)
    finally:
        process.terminate()
        process.wait()
        _remove(folder)


def _remove(folder: Path) -> None:
    """Delete an instance, with a database that lies elsewhere."""
    home = folder / "postgres"
    if home.is_symlink():
        shutil.rmtree(home.resolve(), ignore_errors=True)
    for server in ("postgres", "valkey"):
        shutil.rmtree(socket_dir(folder, server), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
