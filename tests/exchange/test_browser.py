"""An import in Chromium: large and small screens, light and dark, no barrier, and a bar that reloads the page at the end."""

from __future__ import annotations

import pytest

from app.accounts.domain.roles import Role
from tests.factories import accounts, catalog
from tests.factories.exchange import stored_file
from tests.support.browser import DESK, PHONE, barriers, chromium, is_wider_than_its_window, served, visitor
from tests.support.work import drain

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRICES = "Artikelnummer;Bezeichnung;Preis;ab Menge\nA-001;Bolzen;1.250,50;\nA-002;Mutter;0,39;10\nX-9;Nichts;1,00;\nA-003;Säge;viel;\n"


def demand_good(page, where: str) -> None:
    assert barriers(page) == [], where
    assert not is_wider_than_its_window(page), where
    assert page.complaints == [], where


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_price_list_from_the_file_to_the_report(committing, world, viewport, scheme):
    with world():
        catalog.articles(3)
        person = accounts.person(accounts.operator(), Role.PRICING)
    file = stored_file(PRICES.encode("cp1252"), "Frühjahr.csv")
    with served(committing) as base, chromium() as browser:
        page = visitor(browser, base, viewport=viewport, scheme=scheme)
        page.goto("/sign-in")
        page.fill("[name=email]", person.email)
        page.fill("[name=password]", accounts.PASSWORD)
        page.click("main button[type=submit]")
        page.goto("/imports")
        demand_good(page, "no imports yet")
        page.click("main >> text=New import")
        demand_good(page, "upload")
        page.select_option("[name=kind]", "price_list")
        page.set_input_files("[name=file]", str(file))
        page.click("text=Upload and look")
        page.wait_for_url("**/columns")
        demand_good(page, "columns")
        page.fill("[name=option_price_list]", "SPRING")
        page.fill("[name=option_currency]", "EUR")
        page.click("text=Check the file")
        page.wait_for_selector("#import-progress")
        demand_good(page, "being checked")
        drain(committing)
        page.wait_for_selector("text=Would be new")  # the bar asked, and loaded the page again
        demand_good(page, "checked")
        assert page.locator("text=“viel” is not a number.").count() == 2
        page.click("text=Import now")
        page.wait_for_selector("#import-progress")
        drain(committing)
        page.wait_for_selector("text=Same as before")
        demand_good(page, "done")
        with page.expect_download() as download:
            page.click("text=Report as XLSX")
        assert download.value.suggested_filename.endswith("-report.xlsx")
        page.goto("/imports")
        demand_good(page, "the list")
