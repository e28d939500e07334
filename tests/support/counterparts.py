"""Partners' machines for tests of transports, on this machine and a free port: web servers that behave well or badly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from app.core import settings as process
from app.exchange.transports import Call
from config import Config


@contextmanager
def machine(folder: Path, networks: str = "127.0.0.0/8,::1/128") -> Iterator[Config]:
    """Settings of this process that let transports reach this machine; the former ones come back."""
    before = process._settings
    config = (before or Config(KONTOR_INSTANCE=folder)).changed(PRIVATE_NETWORKS=networks, EXCHANGE_FOLDER=folder)
    process.use_settings(config)
    try:
        yield config
    finally:
        process._settings = before


@dataclass
class Script:
    """What the server answers, and what it was asked."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    behaviour: str = ""
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call], tuple[int, bytes, dict[str, str]]] | None = None
    address: str = ""
    over: threading.Event = field(default_factory=threading.Event)
    drops: int = 0  # written by one that drips: 1,000 are what it promised


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        script = self.server.script
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _sign, query = self.path.partition("?")
        pairs = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        call = Call(self.command, path, pairs, {k.lower(): v for k, v in self.headers.items()}, body, "127.0.0.1")
        script.calls.append(call)
        if script.behaviour == "silent":
            script.over.wait(30)
            return
        if script.behaviour == "hangs_up":
            self.close_connection = True
            return
        status, answer, headers = (script.status, script.body, script.headers)
        if script.answer is not None:
            status, answer, headers = script.answer(call)
        self.send_response(status)
        length = len(answer) + (1000 if script.behaviour in ("cut", "drips") else 0)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if script.behaviour == "drips":
            while not script.over.wait(0.1):
                script.drops += 1
                try:
                    self.wfile.write(b".")
                except OSError:
                    return
        self.wfile.write(answer)
        self.close_connection = True

    do_GET = do_OPTIONS = do_POST  # noqa: N815 -- the names http.server calls

    def log_message(self, *_args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script

    def handle_error(self, *_args: object) -> None:
        """A client that hangs up is part of the test."""


@contextmanager
def web_server(**answers: object) -> Iterator[Script]:
    """`behaviour`: "silent", "hangs_up", "cut" (fewer bytes than promised), "drips" (never ends)."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = Script(**answers)
    server.script.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.script
    finally:
        server.script.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
