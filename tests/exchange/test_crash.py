"""kill -9 in the middle of an import: the same command goes on, and nothing is missing or there twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from app.core.db import db
from tests.conftest import ROOT
from tests.factories import accounts, catalog
from tests.factories.exchange import stored_file

_LINES, _ORDERS = 30_000, 3_000


def command(config, file, *arguments: str) -> tuple[list[str], dict[str, str]]:
    code = "import sys; from app.main import main; sys.argv[0] = 'kontor'; main()"
    call = [sys.executable, "-c", code, "import", "order_history", str(file), "--currency", "EUR", *arguments]
    return call, {**os.environ, **config.as_env(), "BROKER_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT)}


def stored(world) -> tuple[int, int]:
    """Rows that the run says it has stored, and lines that are there."""
    with world():
        rows = db.session.scalar(text("SELECT coalesce(max(read_rows), 0) FROM import_runs")) or 0
        return rows, db.session.scalar(text("SELECT count(*) FROM order_lines")) or 0


@pytest.mark.slow
@pytest.mark.races
def test_a_killed_import_goes_on_where_it_stopped(committing, config, world, tmp_path):
    with world():
        accounts.operator()
        for n in range(5):
            accounts.customer(f"C{n}", currency="EUR")
        catalog.articles(50)
    lines = (
        f"{n % _ORDERS},{n // _ORDERS + 1},2011-01-04T10:00:00,C{n % _ORDERS % 5},A-{n % 50 + 1:03d},{n % 7 + 1},1.25"
        for n in range(_LINES)  # the lines of an order are spread over all parts
    )
    file = stored_file("order_number,line_no,ordered_at,account,sku,qty,unit_price\n" + "\n".join(lines))
    call, environment = command(config, file, "--json")

    kills = 0
    for wanted in (1, 10_000, 20_000):
        process = subprocess.Popen(call, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while stored(world)[0] < wanted and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
        rows, present = stored(world)
        assert rows == present, "what a part stored and where the run goes on are one transaction"
    assert kills >= 2, "the import was too quick to be killed"

    done = subprocess.run(call, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["created"], found["same"], found["refused"], found["rows"]) == (_LINES, 0, 0, _LINES)
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM import_runs")) == 1
        facts = db.session.execute(
            text(
                "SELECT count(*), sum(line_count), sum(net_total), (SELECT count(*) FROM order_lines),"
                " (SELECT sum(net) FROM order_lines) FROM orders"
            )
        ).one()
        assert (facts[0], facts[1], facts[3]) == (_ORDERS, _LINES, _LINES)
        assert facts[2] == facts[4]
    again = json.loads(
        subprocess.run(call, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    )
    assert (again["created"], again["changed"], again["same"]) == (0, 0, _LINES)
