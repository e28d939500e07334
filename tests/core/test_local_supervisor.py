"""`kontor up` as a process: starts, answers, heals, stops, and leaves nothing that blocks the next start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from app.core.local.postgres import EmbeddedPostgres
from app.core.local.processes import is_alive, marked, wait_until
from app.core.local.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]


class Portal:
    """A supervisor with dummy programs in a process of its own."""

    def __init__(self, folder: Path, *demo: str, **environment: str) -> None:
        self.instance = folder / "instance"
        self.output = folder / f"output-{time.monotonic_ns()}"
        settings = {"KONTOR_INSTANCE": str(self.instance), "PORT": "0", "WEB_WORKERS": "1", "PYTHONPATH": str(ROOT)}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.support.portal", *demo],
                cwd=ROOT, env=os.environ | settings | environment, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def said(self) -> str:
        return self.output.read_text()

    def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        assert wait_until(condition, seconds, every=0.05), self.said()

    def until_ready(self) -> str:
        """Wait for the address and return it."""
        self.until(lambda: "Ctrl-C stops" in self.said() or self.process.poll() is not None)
        return next(line for line in self.said().splitlines() if "ready" in line).partition(": ")[2]

    def ends(self, seconds: float = 180) -> int:
        return self.process.wait(seconds)

    def children(self) -> list[psutil.Process]:
        return marked("KONTOR_SUPERVISED", str(self.instance))

    def child(self, word: str) -> int:
        """Process number of the program whose command has a word in it, the oldest."""
        found = [p for p in self.children() if any(word in part for part in p.cmdline())]
        return min(found, key=psutil.Process.create_time).pid

    def has_left_nothing(self) -> bool:
        servers = (EmbeddedPostgres(self.instance), EmbeddedValkey(self.instance))
        return not self.children() and not any(server.is_running() for server in servers)


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="kontor-test-")).resolve()
    path.chmod(0o755)
    yield path
    for process in marked("KONTOR_SUPERVISED", str(path / "instance")):
        process.kill()
    EmbeddedPostgres(path / "instance").stop()
    EmbeddedValkey(path / "instance").stop()
    shutil.rmtree(path)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Portal]]:
    portals: list[Portal] = []

    def begin(*demo: str, **environment: str) -> Portal:
        portals.append(Portal(folder, *demo, **environment))
        return portals[-1]

    yield begin
    for portal in portals:
        if portal.process.poll() is None:
            portal.process.terminate()
            portal.process.wait(180)


def get(url: str, timeout: float = 20) -> str:
    with urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def test_it_starts_answers_and_stops_everything(start):
    portal = start(sys.executable, "-c", "print('anna@example.com / secret')")
    url = portal.until_ready()
    assert int(get(url)) > 0
    assert "anna@example.com / secret" in portal.said()
    assert sorted(log.name for log in (portal.instance / "log").glob("*.log")) == [
        "demo.log", "postgres.log", "valkey.log", "web.log", "worker-default.log",
    ]  # fmt: skip
    os.killpg(portal.process.pid, signal.SIGINT)  # as a terminal does it
    assert portal.ends() == 0
    assert portal.has_left_nothing()
    assert not (portal.instance / ".running").exists()


def test_the_second_start_in_a_folder_is_told_of_the_first(start):
    first = start()
    url = first.until_ready()
    second = start()
    assert second.ends() == 1
    assert f"process {first.process.pid}, {url}" in second.said()
    assert "Traceback" not in second.said()
    assert int(get(url)) > 0


def test_a_busy_port_is_named_with_its_user_and_the_way_out(start):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        portal = start(PORT=str(port))
        assert portal.ends() == 1
    assert f"Port {port} is in use by" in portal.said()
    assert f"(process {os.getpid()})" in portal.said()
    assert f"PORT={port + 1}" in portal.said()
    assert portal.has_left_nothing()


def test_what_is_killed_comes_back_and_requests_wait_for_it(start):
    portal = start()
    url = portal.until_ready()
    before = get(url)
    os.kill(portal.child("gunicorn"), signal.SIGKILL)
    portal.until(lambda: get(url) != before)  # never refused: the last answers of the old workers may come first
    worker = portal.child("time.sleep")
    os.kill(worker, signal.SIGKILL)
    portal.until(lambda: "worker-default ended by signal 9" in portal.said())
    portal.until(lambda: len(portal.children()) > 2 and portal.child("time.sleep") != worker, 5)
    for server in (EmbeddedPostgres(portal.instance), EmbeddedValkey(portal.instance)):
        killed = server.pid
        assert killed
        os.kill(killed, signal.SIGKILL)
        portal.until(lambda server=server, killed=killed: server.pid not in (None, killed))
    portal.until(lambda: "PostgreSQL has ended" in portal.said() and "Valkey has ended" in portal.said())
    portal.process.send_signal(signal.SIGTERM)
    assert portal.ends() == 0
    assert portal.has_left_nothing()


def test_a_killed_supervisor_takes_its_children_along(start):
    portal = start()
    portal.until_ready()
    children = [process.pid for process in portal.children()]
    portal.process.kill()
    portal.process.wait()
    assert children
    portal.until(lambda: not any(map(is_alive, children)), 10)
    portal.until(portal.has_left_nothing, 10)


def test_the_start_after_a_killed_supervisor_is_like_any_other(start):
    portal = start()
    url = portal.until_ready()
    stubborn = portal.child("time.sleep")
    os.kill(stubborn, signal.SIGSTOP)  # cannot end by itself
    portal.process.kill()
    portal.process.wait()
    again = start(PORT=url.rpartition(":")[2])
    assert again.until_ready() == url
    assert not is_alive(stubborn)
    assert (portal.instance / "log" / "web.log.1").exists()


def test_a_web_server_that_ends_at_once_ends_the_start(start):
    portal = start(TEST_APPLICATION="tests.support.portal:missing")
    assert portal.ends(60) == 1
    assert "web ended at once" in portal.said()
    assert "Traceback" not in portal.said()
    assert portal.has_left_nothing()


def test_demo_data_that_fails_ends_the_start_with_its_words(start):
    portal = start(sys.executable, "-c", "raise SystemExit('the catalogue is damaged')")
    assert portal.ends() == 1
    assert "the catalogue is damaged" in portal.said()
    assert portal.has_left_nothing()


def test_stopping_in_the_middle_of_the_start_leaves_nothing(start):
    portal = start(sys.executable, "-c", "import time; time.sleep(1000)")
    portal.until(lambda: "Loading demo data" in portal.said())
    portal.process.send_signal(signal.SIGTERM)
    assert portal.ends() == 0
    assert portal.has_left_nothing()


def test_a_signal_that_arrives_while_a_process_is_made_is_not_lost(start):
    portal = start(sys.executable, "-c", "import time; time.sleep(1000)", TEST_STOP_AT_FORK="1")
    assert portal.ends() == 0
    assert "Stopped." in portal.said()
    assert portal.has_left_nothing()
