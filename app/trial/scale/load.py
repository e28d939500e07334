"""Requests a second: many clients walk through the listings of an account, the portal and the floor one after the other."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil

from app.core.local.places import ROOT
from app.core.local.processes import send_group, spawn, wait_until
from app.core.local.programs import Program, web
from app.core.local.services import libpq_url
from app.trial.bench_stock import PASSWORD
from app.trial.http import Browser
from app.trial.measure import measures
from app.trial.scale.range import FAMILIES, category_of
from config import Config

_MS, _MB = Decimal(1_000_000), Decimal(2**20)


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What one server did under load; memory is that of a worker afterwards, shared pages divided among them."""

    requests: int
    per_second: Decimal
    median_ms: Decimal
    p95_ms: Decimal
    worker_mb: Decimal

    def as_json(self) -> dict[str, Any]:
        return measures(self)


def load(config: Config, *, clients: int, workers: int, seconds: int, is_floor: bool = False) -> LoadFigures:
    """Listings of 50 articles with own price and stock for so long, after a warm-up of a few requests each."""
    config = replace(config, WEB_WORKERS=workers)
    with _served(config, is_floor=is_floor) as (port, pid):
        browser = Browser(f"http://127.0.0.1:{port}")
        if not is_floor:
            page = browser.get("/sign-in").demand()
            browser.submit(page, r"sign-in", {"email": "buyer@example.test", "password": PASSWORD}).demand()
        times: list[int] = []
        start = time.monotonic()
        threads = [
            threading.Thread(target=_walk, args=(Client(port, browser.cookies, place), start + 2, seconds, times))
            for place in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        memory = [child.memory_full_info().pss for child in psutil.Process(pid).children()]
    if len(times) < clients * 2:
        raise RuntimeError("the server answered next to nothing")
    return LoadFigures(
        len(times), round(Decimal(len(times)) / seconds, 1), round(Decimal(median(times)) / _MS, 1),
        round(Decimal(quantiles(times, n=20)[-1]) / _MS, 1), round(Decimal(max(memory)) / _MB, 1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and at which category it begins."""

    port: int
    cookies: str
    place: int


def _walk(client: Client, start: float, seconds: int, times: list[int]) -> None:
    """The listings of all categories in turn, counted from the start on."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    place = client.place
    while (now := time.monotonic()) < start + seconds:
        place += 1
        began = time.perf_counter_ns()
        connection.request(
            "GET", f"/shop?category={category_of(place % len(FAMILIES))}", headers={"Cookie": client.cookies}
        )
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or b"</table>" not in body:
            raise RuntimeError(f"a listing answered {answer.status}")
        if now >= start:
            times.append(time.perf_counter_ns() - began)


@contextmanager
def _served(config: Config, *, is_floor: bool) -> Iterator[tuple[int, int]]:
    """The web server of the portal or of the floor: its port and process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        program = web(config, listener.fileno())
        environment = config.child_environment() | {"BROKER_URL": "redis://127.0.0.1:1/0"}  # listings send no jobs
        if is_floor:
            program = Program("bare", tuple("app.trial.scale.bare:app" if word == "wsgi:app" else word
                                            for word in program.command), program.pass_fds)  # fmt: skip
            environment |= {"KONTOR_BARE_DATABASE": libpq_url(config.database_owner_url)}
        log = Path(config.instance_dir) / "logs" / f"load-{program.name}.log"
        process = spawn(program.command, log=log, env=environment, cwd=ROOT, pass_fds=program.pass_fds)
        try:
            wait_until(lambda: process.poll() is not None or b"Booting worker" in log.read_bytes(), 60)
            if process.poll() is not None:
                sys.stderr.write(log.read_text("utf-8")[-2000:])
                raise RuntimeError("the server did not start")
            yield listener.getsockname()[1], process.pid
        finally:
            send_group(process.pid, signal.SIGTERM)
            process.wait()
