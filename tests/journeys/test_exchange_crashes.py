"""Real processes, really killed, while a partner's orders arrive over HTTPS."""

from __future__ import annotations

import pytest

from app.trial.exchange_crash import exchange_crash_run


@pytest.mark.slow
@pytest.mark.races
def test_every_order_that_arrives_is_executed_once_acknowledged_and_answered():
    report = exchange_crash_run(orders=12, say=print, seed=3)
    assert report.faults == []
    assert (report.sent, report.orders, report.answered) == (12, 12, 12)
    assert sum(report.kills.values()) >= 3, "too little was killed: the run proves nothing"
