"""Real processes, really killed: `kill -9` of workers, web server and PostgreSQL while orders are placed over HTTP."""

from __future__ import annotations

import pytest

from app.trial.crash import crash_run


@pytest.mark.slow
@pytest.mark.races
def test_every_accepted_order_exists_once_and_has_one_invoice():
    report = crash_run(orders=24, say=print, seed=5)
    assert report.faults == []
    assert report.accepted >= 24
    assert sum(report.kills.values()) >= 3, "too little was killed: the run proves nothing"
    assert report.orders >= report.accepted
    assert report.invoices == report.orders
