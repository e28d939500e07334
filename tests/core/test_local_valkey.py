"""The embedded Valkey: answers, is taken over, comes back."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from app.core.local.processes import wait_until
from app.core.local.valkey import EmbeddedValkey
from config import Config


@pytest.fixture
def server() -> Iterator[EmbeddedValkey]:
    folder = Path(tempfile.mkdtemp(prefix="kontor-test-"))
    server = EmbeddedValkey(folder / "instance")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def test_celery_can_use_its_address(server):
    assert server.url == Config(KONTOR_INSTANCE=server.instance_dir).broker_url
    with Connection(server.url) as connection:
        queue = connection.SimpleQueue("try")
        queue.put({"n": 1})
        message = queue.get(timeout=60)
        message.ack()
        assert message.payload == {"n": 1}
        queue.close()


def test_a_running_one_is_taken_over(server):
    again = EmbeddedValkey(server.instance_dir)
    again.start()
    assert again.pid == server.pid


def test_a_killed_one_comes_back(server):
    first = server.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not server.is_running(), 5)
    server.start()
    assert server.answers()
    assert server.pid != first


def test_one_that_does_not_answer_is_replaced(server):
    first = server.pid
    assert first
    os.kill(first, signal.SIGSTOP)
    server.start()
    assert server.answers()
    assert server.pid != first


def test_only_its_owner_can_enter(server):
    assert server.socket.parent.stat().st_mode & 0o777 == 0o700
