"""Evaluation in Chromium: a bid is disqualified, marks are given, offers compared with the lines staying in sight."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.models.people import User
from app.core.db import db
from app.sourcing.domain.tender import RequirementEntry
from tests.factories.evaluation import opened
from tests.factories.evaluators import member
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser
SERVICE = RequirementEntry("criterion", "Service", answer_type="text", weight=Decimal(30), is_mandatory=False)


@pytest.fixture
def scene(world):
    with world():
        made = opened(
            [[str(10 + firm + line) for line in range(3)] for firm in range(6)], procedure="proposals",
            ranking="points", price_weight=Decimal(70), requirements=(SERVICE,),
        )  # fmt: skip
        judge = member(made)
        mails = [
            db.session.scalar(select(User.email).where(User.id == one.user_id)) for one in (made.buyer, judge)
        ]  # fmt: skip
        return made, mails


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"scheme": "dark"}), (DESK, {"java_script_enabled": False})],
    ids=["desk", "phone", "no-script"],
)
def test_evaluation(browser, base, scene, viewport, options):
    made, (buyer, judge) = scene
    check = look if "java_script_enabled" not in options else (lambda _page: None)
    names = [company.name for company, _actor in made.suppliers]
    page = signed_in(browser, base, judge, viewport=viewport, **options)
    page.goto(f"/tenders/{made.number}/scores/{made.lots[0]}")
    check(page)
    marks = page.get_by_label("Mark", exact=True)
    for place in range(len(names)):
        marks.nth(place).fill(str(50 + place))
    page.get_by_role("button", name="Save the marks").click()
    page.wait_for_selector("text=6 marks are kept.")
    check(page)
    page.context.close()
    page = signed_in(browser, base, buyer, viewport=viewport, **options)
    page.goto(f"/tenders/{made.number}/evaluation")
    page.get_by_role("link", name=names[0], exact=True).click()
    check(page)
    page.get_by_label("Disqualified").check()
    page.get_by_role("button", name="Save the decision").click()
    page.wait_for_selector("text=Say why the bid is disqualified")
    page.complaints.clear()  # the console names the status of an answer with problems
    check(page)
    page.get_by_label("Reason").fill("The licence has ended.")
    page.get_by_label("Disqualified").check()
    page.get_by_role("button", name="Save the decision").click()
    page.wait_for_selector("text=The licence has ended.")
    page.goto(f"/tenders/{made.number}/comparison?scenario=few&count=1")
    check(page)
    assert names[0] not in page.locator("table.e-matrix").inner_text()
    line = page.locator("tbody .e-line").first
    before = line.bounding_box()["x"]
    page.evaluate("document.querySelector('.e-matrix-wrap').scrollLeft = 400")
    assert line.bounding_box()["x"] == before
