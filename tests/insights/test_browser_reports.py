"""In Chromium: a seller narrows a report, has it sent every day, and the mail comes with the file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.actor import Actor
from app.insights.service.report_schedules import run_due
from tests.factories.ordering import article, shop
from tests.factories.reports import bare_order
from tests.support.browser import DESK, PHONE, barriers, is_wider_than_its_window, signed_in
from tests.support.cast import make_cast
from tests.support.mail import tray
from tests.support.work import drain


@pytest.fixture
def seller(committing, world) -> str:
    with world():
        shop()
        cast = make_cast()
        made = article("R-1", "4.00", name="Pump")
        for days in range(40):
            bare_order(cast.customer.id, [(made.id, 3, "4.00")], datetime.now(UTC) - timedelta(days=days * 9))
        return cast.people["sales"].email


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_scheduled_report_is_received(committing, world, browser, base, seller, viewport):
    page = signed_in(browser, base, seller, viewport=viewport)
    page.goto(f"{base}/reports")
    page.get_by_role("link", name="Turnover", exact=True).click()
    page.get_by_label("Group by").select_option("account")
    page.get_by_role("button", name="Show").click()
    assert "by=account" in page.url
    for address in (page.url, f"{base}/reports", f"{base}/reports/turnover?by=month"):
        page.goto(address)
        assert not barriers(page) and not is_wider_than_its_window(page), address
    page.goto(f"{base}/reports/turnover?by=account&period=this_year")
    page.get_by_role("link", name="Send regularly").click()
    page.get_by_label("Name").fill("Accounts every day")
    page.get_by_label("Rhythm").select_option("daily")
    page.get_by_label("Format").select_option("xlsx")
    page.get_by_role("button", name="Schedule report").click()
    assert "Accounts every day" in page.inner_text("main")
    assert not barriers(page) and not is_wider_than_its_window(page)
    with tray() as mails, clock.frozen(datetime.now(UTC) + timedelta(days=1, hours=1)):
        with world():
            run_due(Actor.system())
        drain(committing)
    (mail,) = [one for one in mails if one["To"] == seller]
    (file,) = list(mail.iter_attachments())
    assert file.get_filename().endswith(".xlsx") and file.get_content().startswith(b"PK")
