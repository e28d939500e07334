"""The accountant closes a month, in Chromium: what waits, collective invoices, the journal, the papers, closed books."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from app.billing.domain.rules import Mode, Rule
from app.billing.service.rules import set_rule
from app.billing.service.sent import note_sent
from app.core import clock
from app.core.actor import Actor
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, shop
from tests.factories.shipments import shipped
from tests.support.browser import DESK, PHONE, look, signed_in
from tests.support.cast import make_cast
from tests.support.work import drain

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SYSTEM = Actor.system()


@pytest.fixture
def accountant(committing, world, sent):
    """Two accounts of collective invoices to which goods went this month."""
    with world():
        shop()
        cast = make_cast()
        made = article("M-1", "9.99")
        people = [buyer(customer(name=name)) for name in ("Yard", "Branch")]
        for one in people:
            set_rule(SYSTEM, one.company_id, Rule(Mode.COLLECTIVE))
    for one in people:
        with world(one):
            order_id = order(one, [(made, 5)]).id
        with world():
            note_sent(SYSTEM, shipped(order_id, {1: 2}))
    return cast.people["accountant"].email


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_month_end(browser, base, committing, accountant, viewport):
    today = clock.today("Europe/Berlin")
    page = signed_in(browser, base, accountant, viewport=viewport)
    page.goto("/invoicing")
    page.wait_for_selector("text=Branch")
    look(page)
    page.get_by_label("For shipments up to").fill(today.isoformat())
    page.get_by_label("Day of issue").fill(today.isoformat())
    page.get_by_role("button", name="Make the invoices").click()
    page.wait_for_selector("text=0 of 2 invoices")
    drain(committing)
    page.reload()
    page.wait_for_selector("text=INV-")
    look(page)
    page.goto(f"/bookings?start={today}&end={today}")
    page.wait_for_selector("text=Yard")
    look(page)
    with page.expect_download() as batch:
        page.get_by_role("link", name="DATEV file").click()
    lines = Path(batch.value.path()).read_text(encoding="cp1252").splitlines()
    assert [line.split(";")[0] for line in lines[2:]] == ["23,78", "23,78"]  # 2 x 9.99, VAT of 19 per cent
    page.goto(f"/invoices/exports?start={today}&end={today}")
    page.get_by_role("button", name="Make the ZIP").click()
    page.wait_for_selector("text=You may close this page")
    drain(committing)
    page.reload()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download documents-").click()
    names = zipfile.ZipFile(io.BytesIO(Path(kept.value.path()).read_bytes())).namelist()
    assert len([name for name in names if name.startswith("pdf/INV-")]) == 2
    page.goto("/invoicing")
    books = page.locator("#close-books")
    books.get_by_label("Close up to").fill((today - timedelta(days=1)).isoformat())
    books.get_by_role("button", name="Close the books").click()
    page.wait_for_selector("text=The books are closed.")
    look(page)
    page.get_by_label("For shipments up to").fill((today - timedelta(days=1)).isoformat())
    page.get_by_label("Day of issue").fill((today - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Make the invoices").click()
    page.wait_for_selector(".invalid-feedback")
