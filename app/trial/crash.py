"""`kill -9` of worker, web server and PostgreSQL at random moments while buyers order: nothing lost, nothing doubled."""

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

import psutil
import psycopg

from app.core.local.instance import throw_away_portal
from app.core.local.services import libpq_url
from app.trial.http import Answer, Browser, PageError
from app.trial.smoke import fill_demo, sign_in
from config import Config

_BUYERS = (  # of accounts whose orders are invoiced as they are released
    "jonas@hansewerft.example",
    "max@haustechnik.example",
    "timur@stroymontazh.example",
    "oksana@budivelnyk.example",
)
_PATIENCE = 300  # seconds for the background to catch up
_FIRST = ("worker", "postgres", "web")
_TRANSIENT = (500, 502, 503, 504)


@dataclass(slots=True)
class CrashReport:
    """What was done and what was found; `faults` is empty when all is well."""

    accepted: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    orders: int = 0
    invoices: int = 0
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.faults, "accepted": self.accepted, "kills": dict(self.kills), "retries": self.retries,
            "orders": self.orders, "invoices": self.invoices, "faults": self.faults,
        }  # fmt: skip


@dataclass(slots=True)
class _Race:
    """What buyers and the killer share."""

    base: str
    wanted: int
    report: CrashReport
    lock: threading.Lock = field(default_factory=threading.Lock)
    placed: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def note(self, number: str) -> bool:
        with self.lock:
            self.placed.append(number)
            return len(self.placed) >= self.wanted

    def patiently(self, work: Callable[[], Answer]) -> Answer:
        """Try again while the server is away: the same request, so that nothing happens twice."""
        for _ in range(120):
            try:
                answer = work()
                if answer.status not in _TRANSIENT:
                    return answer
            except (OSError, http.client.HTTPException, PageError):
                pass  # also half a page, or none with the form: the server was away
            with self.lock:
                self.report.retries += 1
            time.sleep(1)
        raise PageError("the portal did not come back within two minutes")


def crash_run(*, orders: int, say: Callable[[str], None], seed: int = 1) -> CrashReport:
    """Place so many orders over HTTP while processes are killed, then count."""
    report = CrashReport()
    with throw_away_portal(SESSION_MAX_DAYS=1) as config:
        fill_demo(config)
        since = _newest(config)
        race = _Race(config.base_url, orders, report)
        threads = [threading.Thread(target=_buy, args=(race, email)) for email in _BUYERS]
        killer = threading.Thread(target=_kill, args=(race, config.instance_dir, random.Random(seed), say))  # noqa: S311
        for thread in [*threads, killer]:
            thread.start()
        for thread in threads:
            thread.join()
        race.is_over.set()
        killer.join()
        report.accepted = len(race.placed)
        say(f"{report.accepted} orders accepted, {sum(report.kills.values())} kills, {report.retries} retries")
        _settle(config, since)
        _examine(config, race.placed, since, report)
    return report


def _buy(race: _Race, email: str) -> None:
    browser = Browser(race.base)
    race.patiently(lambda: _signed_in(browser, email))
    turn = 0
    while not race.is_over.is_set():
        turn += 1
        number = _order(race, browser, f"HB-{1 + turn % 90:04d} 10\nNU-0001 100", f"{email[:5]}-{turn}")
        if number and race.note(number):
            race.is_over.set()


def _signed_in(browser: Browser, email: str) -> Answer:
    """Signed in, also where the answer to an earlier attempt got lost."""
    page = browser.get("/sign-in").demand()
    return sign_in(browser, email) if "/sign-in" in page.url else page


def _order(race: _Race, browser: Browser, lines: str, po_number: str) -> str:
    """One order through the pages; each form is sent again, unchanged, until it is answered."""
    page = race.patiently(lambda: browser.get("/quick-order"))
    preview = race.patiently(lambda: browser.submit(page, r"/quick-order$", {"text": lines}))
    race.patiently(lambda: browser.submit(preview, r"/quick-order/add$", {}))
    checkout = race.patiently(lambda: browser.get("/checkout"))
    if "/checkout" not in checkout.url:
        return ""  # the cart was ordered by an answer that got lost
    review = race.patiently(lambda: browser.submit(checkout, r"/checkout$", {"po_number": po_number}))
    placed = race.patiently(lambda: browser.submit(review, r"/review$", {}))
    number = placed.url.rsplit("/", 1)[-1]
    return number if number.startswith("SO-") else ""


def victims(folder: Path) -> dict[str, list[psutil.Process]]:
    """Processes of this instance by kind: web and workers carry its folder in their environment."""
    found: dict[str, list[psutil.Process]] = {"web": [], "worker": [], "broker": [], "postgres": []}
    for process in psutil.process_iter(["cmdline", "environ"]):
        command = " ".join(process.info["cmdline"] or ())
        mine = (process.info["environ"] or {}).get("KONTOR_INSTANCE") == str(folder)
        if "gunicorn" in command and mine:
            found["web"].append(process)
        elif "celery" in command and "worker" in command and mine:
            found["worker"].append(process)
        elif "valkey-server" in command and _stands_in(process, folder):
            found["broker"].append(process)
    pid_file = folder / "postgres" / "data" / "postmaster.pid"
    for path in (pid_file, *folder.glob("postgres/**/postmaster.pid")):
        if path.exists():
            found["postgres"] = [psutil.Process(int(path.read_text().split("\n", 1)[0]))]
            break
    return found


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return folder in Path(process.cwd()).parents
    except (psutil.Error, OSError):
        return False


def _kill(race: _Race, folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
    for turn, kind in enumerate(_kinds(chance)):
        if race.is_over.wait(chance.randint(1, 3) if turn < len(_FIRST) else chance.randint(3, 9)):
            return
        try:
            found = victims(folder)[kind]
            if not found:
                continue
            os.kill(chance.choice(found).pid, signal.SIGKILL)
        except (psutil.Error, OSError, ValueError):
            continue
        race.report.kills[kind] += 1
        say(f"killed {kind} at {len(race.placed)} orders")


def _kinds(chance: random.Random) -> Iterator[str]:
    """One of each soon, so that short runs prove something, then at random."""
    yield from _FIRST
    while True:
        yield chance.choice(("web", "worker", "worker", "postgres"))


def _newest(config: Config) -> int:
    """The last order of the demo, whose orders are invoiced in many ways."""
    with psycopg.connect(libpq_url(config.database_owner_url)) as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM orders").fetchone()
    return int(row[0]) if row else 0


# Orders of the run that have an invoice: not those that may still be changed, nor cancelled ones.
_DUE = "o.id > %(since)s AND o.released_at IS NOT NULL AND o.state <> 'cancelled'"
_COUNTS = "SELECT (SELECT count(*) FROM orders WHERE id > %(since)s), (SELECT count(*) FROM invoices WHERE order_id > %(since)s)"
_LEFT = f"""
SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL), (SELECT count(*) FROM invoices WHERE state = 'issued'),
    (SELECT count(*) FROM orders o WHERE {_DUE})
    - (SELECT count(*) FROM invoices WHERE order_id > %(since)s)"""  # noqa: S608 -- a constant


def _settle(config: Config, since: int) -> None:
    """Wait until events are handled and invoices rendered."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(libpq_url(config.database_owner_url)) as connection:
                row = connection.execute(_LEFT.encode(), {"since": since}).fetchone()
            if row == (0, 0, 0):
                return
        except psycopg.OperationalError:
            pass  # the server is just coming back
        time.sleep(1)


_FAULTS = {
    "orders without exactly one invoice": f"""
        SELECT o.number FROM orders o LEFT JOIN invoices i ON i.order_id = o.id WHERE {_DUE}
        GROUP BY o.number HAVING count(i.id) <> 1""",  # noqa: S608 -- a constant of this file
    "gaps or doubles in invoice numbers": """
        SELECT max(number) || ' is the last of ' || count(*) FROM invoices
        GROUP BY left(number, -6) HAVING max(right(number, 6)::int) <> count(*) OR count(DISTINCT number) <> count(*)""",
    "invoices that are not ready": "SELECT number FROM invoices WHERE state <> 'ready'",
    "stock whose reservations do not add up": """
        SELECT s.article_id::text FROM stock s LEFT JOIN (
            SELECT article_id, warehouse_id, sum(quantity) AS held FROM reservations WHERE released_at IS NULL
            GROUP BY article_id, warehouse_id) r USING (article_id, warehouse_id)
        WHERE s.reserved <> coalesce(r.held, 0)""",
    "order lines whose reservations do not add up": """
        SELECT l.id::text FROM order_lines l LEFT JOIN (
            SELECT order_line_id, sum(quantity) AS held FROM reservations WHERE released_at IS NULL
            GROUP BY order_line_id) r ON r.order_line_id = l.id
        JOIN orders o ON o.id = l.order_id
        WHERE o.id > %(since)s AND l.base_quantity <> coalesce(r.held, 0)""",
    "events not handled": "SELECT id::text || ': ' || coalesce(last_error, '') FROM outbox WHERE done_at IS NULL",
    "files that are not stored": """
        SELECT i.number FROM invoices i WHERE (SELECT count(*) FROM invoice_files f WHERE f.invoice_id = i.id) <> 3""",
}


def _examine(config: Config, placed: list[str], since: int, report: CrashReport) -> None:
    with psycopg.connect(libpq_url(config.database_owner_url)) as connection:
        known = {row[0] for row in connection.execute("SELECT number FROM orders").fetchall()}
        for fault, statement in _FAULTS.items():
            rows = connection.execute(statement.encode(), {"since": since}).fetchall()
            if rows:
                report.faults.append(f"{len(rows)} {fault}, such as {rows[0][0]}")
        row = connection.execute(_COUNTS.encode(), {"since": since}).fetchone()
    report.orders, report.invoices = row or (0, 0)
    lost = [number for number in placed if number not in known]
    if lost:
        report.faults.append(f"{len(lost)} accepted orders are lost, such as {lost[0]}")
    doubled = [number for number, times in Counter(placed).items() if times > 1]
    if doubled:
        report.faults.append(f"{len(doubled)} orders were answered for two requests, such as {doubled[0]}")
