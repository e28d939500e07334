"""Rules are run in warm processes of their own, one document at a time: whatever the engine does, the caller lives on.

A process that dies, that takes too long or too much memory is replaced; what it was asked is then `EngineFailed`, never a
result. Each process that validates has a pool of its own, of one engine, started when it is first asked.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.documents.rule_worker import ANSWER, FIELD, RECORD, REQUEST

log = logging.getLogger(__name__)

SECONDS = 60
MAX_DOCUMENTS = 5_000
MAX_MEMORY = 1_500_000_000
_BLOCK = 1 << 16
_BYTES_A_SECOND = 100_000


class EngineFailed(Exception):
    """No result: the rules did not run to their end, or the engine died or took too long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process: seconds for a document, one more for each 100 KB of it; documents and memory until it is replaced."""

    seconds: int = SECONDS
    documents: int = MAX_DOCUMENTS
    memory: int = MAX_MEMORY


_LIMITS = Limits()
_COMMAND = (sys.executable, "-P", str(Path(__file__).with_name("rule_worker.py")))


class _Process:
    """One engine at work."""

    def __init__(self, limits: Limits, command: tuple[str, ...]) -> None:
        self._limits = limits
        self._served = 0
        self._memory = 0
        self._owes = False
        self._seconds = 0
        self._deadline = time.monotonic()
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        if self._child.stdin is None or self._child.stdout is None:
            raise EngineFailed("no pipes")
        self._to: IO[bytes] = self._child.stdin
        self._from: IO[bytes] = self._child.stdout
        for stream in (self._to, self._from):
            os.set_blocking(stream.fileno(), False)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def is_spent(self) -> bool:
        """Not to be asked again: it has ended, has had its share, or was left while it still owed an answer."""
        is_full = self._served >= self._limits.documents or self._memory > self._limits.memory
        return is_full or self._owes or self._child.poll() is not None

    def ask(self, sheet: str, stamp: str, document: bytes) -> str:
        self._served += 1
        self._seconds = self._limits.seconds + len(document) // _BYTES_A_SECOND
        head = json.dumps({"sheet": sheet, "stamp": stamp, "seconds": self._seconds}).encode()
        self._deadline = time.monotonic() + self._seconds
        self._owes = True
        self._send(REQUEST.pack(len(head), len(document)) + head + document)
        letter, self._memory, length = ANSWER.unpack(self._receive(ANSWER.size))
        text = self._receive(length).decode()
        self._owes = False
        if letter != b"K":
            raise EngineFailed(text)
        return text

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._to, selectors.EVENT_WRITE)
            try:
                rest = rest[os.write(self._to.fileno(), rest[:_BLOCK]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._died() from error

    def _receive(self, length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            self._wait(self._from, selectors.EVENT_READ)
            try:
                block = os.read(self._from.fileno(), min(length - len(found), _BLOCK))
            except BlockingIOError:
                continue
            if not block:
                raise self._died()
            found += block
        return bytes(found)

    def _wait(self, stream: IO[bytes], event: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            if not selector.select(max(self._deadline - time.monotonic(), 0)):
                self.end()
                log.warning("the rule engine was stopped after %d seconds", self._seconds)
                raise EngineFailed(f"the engine took more than {self._seconds} seconds")

    def _died(self) -> EngineFailed:
        self.end()
        log.warning("the rule engine ended by itself with %s", self._child.returncode)
        return EngineFailed(f"the engine ended with {self._child.returncode}")

    def end(self) -> None:
        """At once, whatever it does."""
        self._child.kill()
        self._child.wait()
        for stream in (self._to, self._from):
            stream.close()

    def forget(self) -> None:
        self._child.returncode = 0  # nobody else's child is waited for
        for stream in (self._to, self._from):
            stream.close()


class RulePool:
    """Engines that are asked one document at a time each; callers beyond their number wait for a free one."""

    def __init__(self, size: int = 1, limits: Limits = _LIMITS, command: tuple[str, ...] = _COMMAND) -> None:
        self._limits = limits
        self._command = command
        self._free = threading.BoundedSemaphore(size)
        self._size = size
        self._idle: list[_Process] = []
        self._living: set[_Process] = set()

    def failed(self, sheet: Path, stamp: str, document: bytes) -> list[list[str]]:
        """Of each rule that failed: id, flag, place and text."""
        with self._free:
            process = self._take()
            try:
                text = process.ask(str(sheet), stamp, document)
            finally:
                self._idle.append(process)
        return [record.split(FIELD) for record in text.split(RECORD)] if text else []

    def _take(self) -> _Process:
        """A living engine: one that ended, or has served enough, is replaced."""
        while self._idle:
            process = self._idle.pop()
            if not process.is_spent:
                return process
            process.end()
            self._living.discard(process)
        try:
            process = _Process(self._limits, self._command)
        except OSError as error:
            raise EngineFailed(f"the engine cannot be started: {error}") from error
        self._living.add(process)
        return process

    @property
    def pids(self) -> list[int]:
        """Of the engines, at work or waiting for it."""
        return [process.pid for process in self._living]

    def close(self) -> None:
        self._idle.clear()
        while self._living:
            self._living.pop().end()

    def forget(self) -> None:
        """In a forked process: the engines are the parent's."""
        for process in self._living:
            process.forget()
        self._living, self._idle = set(), []
        self._free = threading.BoundedSemaphore(self._size)


shared = RulePool()
atexit.register(shared.close)
os.register_at_fork(after_in_child=shared.forget)
