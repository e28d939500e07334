"""The whole main job through a portal of its own: web server, workers, database and broker as in production."""

from __future__ import annotations

import pytest

from app.trial.smoke import smoke_run


@pytest.mark.slow
def test_main_job_from_order_file_to_the_accountants_zip():
    report = smoke_run(lines=120, say=print)
    assert report.failure == ""
    made = {step.name: step.made for step in report.steps}
    assert made["upload and preview"]["problems"] >= 3
    assert made["correct"]["problems_left"] == 0
    assert made["place"]["order"] == made["place again"]["order"]
    assert made["rules"]["lines"] >= 120
    assert made["carts left behind"]["carts"] >= 1
