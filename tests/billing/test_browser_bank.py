"""A morning of the accountant, in Chromium: bring a statement, book what is likely, put fees aside, pay back what is too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.billing.test_bank import row, table
from tests.factories.open_items import claim
from tests.support.browser import DESK, PHONE, look, signed_in
from tests.support.cast import make_cast

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(world, tmp_path: Path):
    with world():
        cast = make_cast()
        for number, amount in (
            ("INV-2026-000001", "100.00"),
            ("INV-2026-000002", "70.00"),
            ("INV-2026-000003", "33.00"),
        ):
            claim(cast.customer, amount, number=number)
        name = cast.customer.name
    file = tmp_path / "march.csv"
    file.write_bytes(table(
        row("100.00", "INV-2026-000001", name, "X1", "B1"), row("70.00", "", name, "X1", "B2"),
        row("40.00", "third of March", "Nobody", "X2", "B3"), row("-4.90", "fees", "Bank", "", "B4"),
    ))  # fmt: skip
    return cast.people["accountant"].email, cast.customer.code, file


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_bank_import(browser, base, scene, viewport):
    email, code, file = scene
    page = signed_in(browser, base, email, viewport=viewport)
    page.goto("/bank")
    look(page)
    page.get_by_label("Bank statement").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector("text=4 new lines, 0 known from other files, 1 booked at once.")
    look(page)
    page.get_by_role("link", name="Möller").click()
    look(page)
    page.get_by_role("button", name="Book it so").click()
    page.wait_for_selector("text=Booked.")
    page.get_by_role("link", name="Nobody").click()
    page.locator("#other-account").fill(code)
    page.get_by_role("button", name="Show").click()
    page.get_by_label("Use for INV-2026-000003").fill("33.00")
    page.get_by_role("button", name="Book", exact=True).click()
    page.wait_for_selector("text=Booked.")
    page.goto("/bank?state=booked")
    page.get_by_role("link", name="Nobody").click()
    look(page)
    page.get_by_role("link", name="Pay it back").click()
    look(page)
    page.get_by_role("button", name="Pay back").click()
    page.wait_for_selector("text=Noted.")
    page.goto("/bank")
    page.get_by_role("link", name="Bank", exact=True).last.click()
    page.get_by_label("Reason").fill("fees of the bank")
    page.get_by_role("button", name="Put this aside").click()
    page.wait_for_selector("text=Nothing here")
    page.get_by_label("Bank statement").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    page.wait_for_selector("text=This file was imported before.")
