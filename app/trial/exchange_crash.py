"""`kill -9` while orders of a partner arrive over HTTPS: each is executed once, each is acknowledged, each is answered."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from app.core.local.instance import throw_away_portal
from app.core.local.services import libpq_url
from app.trial.crash import victims
from app.trial.demo.partners import ALPEN, TOKEN, file_of, order, order_lines
from app.trial.smoke import fill_demo
from config import Config

_SENDERS = 3
_PATIENCE = 900  # seconds for the background to catch up; a message whose worker died is taken up after two minutes
_KINDS = ("worker", "broker", "web", "postgres")
_AGAIN_EVERY = 5  # every so many orders are sent twice, in a file of the same bytes
_SKUS = ("HB-0010", "HB-0011", "NU-0001")


@dataclass(slots=True)
class ExchangeCrashReport:
    """What was done and what was found; `faults` is empty when all is well."""

    sent: int = 0
    repeats: int = 0
    retries: int = 0
    orders: int = 0
    acknowledged: int = 0
    answered: int = 0
    seconds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.faults, "sent": self.sent, "repeats": self.repeats, "retries": self.retries,
            "kills": dict(self.kills), "orders": self.orders, "acknowledged": self.acknowledged,
            "answered": self.answered, "seconds": self.seconds, "faults": self.faults,
        }  # fmt: skip


@dataclass(slots=True)
class _Race:
    base: str
    wanted: int
    report: ExchangeCrashReport
    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def next(self) -> int | None:
        with self.lock:
            if self.taken >= self.wanted:
                return None
            self.taken += 1
            return self.taken


def exchange_crash_run(*, orders: int, say: Callable[[str], None], seed: int = 1) -> ExchangeCrashReport:
    """Send so many orders while processes are killed, wait until all is worked off, then count."""
    report = ExchangeCrashReport()
    begun = time.monotonic()
    with throw_away_portal() as config:
        fill_demo(config)
        race = _Race(config.base_url, orders, report)
        senders = [threading.Thread(target=_send_all, args=(race,)) for _ in range(_SENDERS)]
        chance = random.Random(seed)  # noqa: S311 -- no secret
        killer = threading.Thread(target=_kill, args=(race, config.instance_dir, chance, say))
        for thread in (*senders, killer):
            thread.start()
        for thread in senders:
            thread.join()
        race.is_over.set()
        killer.join()
        say(f"{report.sent} orders sent, {sum(report.kills.values())} kills, {report.retries} retries")
        _settle(config, orders, say)
        _examine(config, orders, report)
    report.seconds = int(time.monotonic() - begun)
    return report


def _send_all(race: _Race) -> None:
    while (at := race.next()) is not None:
        data = file_of(ALPEN, order(ALPEN, _number(at), order_lines(_SKUS)), 1000 + at)
        _post(race, data, f"call-{at}")
        with race.lock:
            race.report.sent += 1
        if at % _AGAIN_EVERY == 0:
            _post(race, data, f"call-{at}-again")
            with race.lock:
                race.report.repeats += 1


def _number(at: int) -> str:
    return f"CR-{at:05d}"


def _post(race: _Race, data: bytes, reference: str) -> None:
    """Send until it is taken: the same bytes under the same reference, as a partner's system does."""
    place = urlsplit(race.base)
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/EDI-X12",
        "X-Kontor-Reference": reference,
    }
    for _ in range(240):
        try:
            connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
            connection.request("POST", f"/edi/{ALPEN.code.lower()}", data, headers)
            if connection.getresponse().status < 300:
                return
        except (OSError, http.client.HTTPException):
            pass  # the server was away
        with race.lock:
            race.report.retries += 1
        time.sleep(1)
    raise RuntimeError("the portal did not take an order within four minutes")


def _kill(race: _Race, folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
    """One of each kind whatever the time, then at random until all is sent."""
    for turn, kind in enumerate(_order_of(chance)):
        if turn < len(_KINDS):
            time.sleep(chance.randint(1, 3))
        elif race.is_over.wait(chance.randint(3, 9)):
            return
        if _kill_one(folder, kind, chance, tries=30 if turn < len(_KINDS) else 1):
            race.report.kills[kind] += 1
            say(f"killed {kind} at {race.taken} orders")


def _kill_one(folder: Path, kind: str, chance: random.Random, *, tries: int) -> bool:
    """Whether one was there to be killed; one that was killed just before is only coming back."""
    for _ in range(tries):
        try:
            found = victims(folder)[kind]
            if found:
                os.kill(chance.choice(found).pid, signal.SIGKILL)
                return True
        except (psutil.Error, OSError, ValueError):
            pass
        time.sleep(1)
    return False


def _order_of(chance: random.Random) -> Iterator[str]:
    """One of each soon, so that short runs prove something, then at random."""
    yield from _KINDS
    while True:
        yield chance.choice(("worker", "worker", "broker", "web", "postgres"))


_LEFT = """
SELECT (SELECT count(*) FROM orders WHERE po_number LIKE 'CR-%'),
    (SELECT count(*) FROM exchange_files WHERE state = 'kept'),
    (SELECT count(*) FROM exchange_messages
     WHERE state IN ('kept', 'read', 'checked', 'mapped', 'planned', 'written', 'queued', 'waiting'))"""


def _settle(config: Config, orders: int, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _PATIENCE
    last = None
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(libpq_url(config.database_owner_url)) as connection:
                row = connection.execute(_LEFT.encode()).fetchone()
            if row == (orders, 0, 0):
                return
            if row != last:
                say(f"waiting: {row}")
            last = row
        except psycopg.OperationalError:
            pass  # the server is just coming back
        time.sleep(2)


_FAULTS = {
    "orders that were made more than once": """
        SELECT po_number FROM orders WHERE po_number LIKE 'CR-%' GROUP BY po_number HAVING count(*) <> 1""",
    "messages that are not finished": """
        SELECT id::text || ' ' || direction || ' ' || state FROM exchange_messages
        WHERE state IN ('kept', 'read', 'checked', 'mapped', 'planned', 'written', 'queued', 'waiting')""",
    "orders that came and are not answered": """
        SELECT number || ' ' || state FROM exchange_messages WHERE direction = 'in' AND number LIKE 'CR-%'
        AND state NOT IN ('answered', 'duplicate')""",
    "orders that were executed twice": """
        SELECT number FROM exchange_messages WHERE direction = 'in' AND number LIKE 'CR-%' AND state = 'answered'
        GROUP BY number HAVING count(*) <> 1""",
    "files without exactly one acknowledgement": """
        SELECT f.id::text FROM exchange_files f LEFT JOIN exchange_messages a
            ON a.answers_file_id = f.id AND a.document = 'acknowledgement' AND a.state = 'sent'
        WHERE f.state = 'read' AND f.family = 'x12' AND f.name NOT LIKE 'AE-%'
        GROUP BY f.id HAVING count(a.id) <> 1""",
    "orders without exactly one answer that was sent": """
        SELECT m.number FROM exchange_messages m LEFT JOIN exchange_messages a
            ON a.answers_id = m.id AND a.document = 'order-response' AND a.state = 'sent'
        WHERE m.direction = 'in' AND m.number LIKE 'CR-%' AND m.state = 'answered'
        GROUP BY m.number HAVING count(a.id) <> 1""",
    "gaps or doubles in control numbers": """
        SELECT format || ' ' || max(control_number::int) FROM exchange_messages
        WHERE direction = 'out' AND format LIKE 'x12-%' AND control_number <> ''
        GROUP BY partner_id, split_part(format, '-', 1), format
        HAVING count(DISTINCT control_number) <> count(*)""",
}
_COUNTS = """
SELECT (SELECT count(*) FROM orders WHERE po_number LIKE 'CR-%'),
    (SELECT count(*) FROM exchange_messages a JOIN exchange_files f ON f.id = a.answers_file_id
     WHERE a.document = 'acknowledgement' AND a.state = 'sent'),
    (SELECT count(*) FROM exchange_messages a JOIN exchange_messages m ON m.id = a.answers_id
     WHERE a.document = 'order-response' AND a.state = 'sent' AND m.number LIKE 'CR-%')"""


def _examine(config: Config, orders: int, report: ExchangeCrashReport) -> None:
    with psycopg.connect(libpq_url(config.database_owner_url)) as connection:
        for fault, statement in _FAULTS.items():
            rows = connection.execute(statement.encode()).fetchall()
            if rows:
                report.faults.append(f"{len(rows)} {fault}, such as {rows[0][0]}")
        row = connection.execute(_COUNTS.encode()).fetchone() or (0, 0, 0)
    report.orders, report.acknowledged, report.answered = (int(one) for one in row)
    for name, found in (("orders", report.orders), ("answers", report.answered)):
        if found != orders:
            report.faults.append(f"{found} {name} instead of {orders}")
    folder = config.exchange_folder / ALPEN.code.lower() / "out"
    files = [path.name for path in folder.glob("order-response-*")]
    if len(files) < orders:
        report.faults.append(f"{len(files)} answers lie in the partner's folder instead of {orders}")
