"""The order pad in Chromium: keyboard alone, pasted blocks, steps back, scans, reloads, on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories.accounts import PASSWORD, customer, person
from tests.factories.ordering import article, shop
from tests.support.browser import DESK, PHONE, barriers, is_wider_than_its_window, visitor
from tests.support.work import drain

pytestmark = pytest.mark.browser
FAKE_CAMERA = """
    window.BarcodeDetector = class { async detect() { return window.shown ? [{rawValue: window.shown}] : []; } };
    const canvas = document.createElement("canvas");
    const ink = canvas.getContext("2d");
    setInterval(() => ink.fillRect(0, 0, 9 * Math.random(), 9), 40);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream();
"""


@pytest.fixture
def ann(world) -> str:
    with world():
        shop()
        article("NUT", "0.20", breaks={100: "0.15"}, units={"XBX": 50}, name="Hexagon nut M8", stock=100_000,
                gtin="4006381333931", mpn="HX-M8-Z")  # fmt: skip
        article("PACK", "5", step=6, name="Pack of gloves", stock=100_000)
        article("OLD", status="discontinued", name="Gloves of last year")
        for number in range(12):
            article(f"A-{number:02}", f"{number + 1}.10", name=f"Self-drilling screw {number}")
        email: str = person(customer("BRANDT", name="Brandt Maschinenbau"), name="Ann Buyer").email
        return email


def at_the_pad(browser: Any, base: str, email: str, **more: Any) -> Any:
    page = visitor(browser, base, **more)
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto("/quick-order")
    page.wait_for_selector(".o-pad.is-live")
    return page


def cell(page: Any, row: int, part: str) -> Any:
    return page.locator(f".o-pad-grid tbody tr:nth-child({row}) :is(input, select)[data-part={part}]")


def said(page: Any, row: int, part: str = "what") -> str:
    found = page.locator(f".o-pad-grid tbody tr:nth-child({row}) td[data-part={part}]").inner_text()
    return " ".join(found.replace("\xa0", " ").split())


def settled(page: Any) -> str:
    """The line under the grid once nothing is being checked."""
    page.wait_for_timeout(350)
    page.wait_for_selector("#o-pad-sum[data-busy='0']")
    return " ".join(page.inner_text("#o-pad-sum").replace("\xa0", " ").split())


def paste(page: Any, text: str) -> None:
    page.evaluate(
        """text => {
        const data = new DataTransfer();
        data.setData('text', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    }""",
        text,
    )


def rest(page: Any) -> None:
    assert not is_wider_than_its_window(page), page.url
    assert barriers(page) == [], page.url
    assert page.complaints == [], page.url
    page.context.close()


def test_rows_are_typed_chosen_and_corrected_by_keyboard_alone(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    cell(page, 1, "code").focus()
    page.keyboard.type("glo", delay=60)
    page.wait_for_selector(".o-pad-suggestions [role=option] >> text=Pack of gloves")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert cell(page, 1, "code").input_value() == "PACK"
    page.keyboard.type("8")  # at once: the row has not been judged without a quantity yet
    page.keyboard.press("Enter")
    page.keyboard.type("nut", delay=60)
    page.keyboard.press("Enter")
    page.keyboard.type("60")
    assert settled(page) == "Good rows: 1 · to correct: 1 12.00 EUR"
    assert "8 does not fit the packs. Take 6 or 12 pcs." in said(page, 1)
    assert said(page, 2, "price") == "0.20 / pc 40 more and it costs 0.15"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.ariaLabel") == "Quantity in row 1"
    page.click("text=Take 12")
    assert settled(page) == "Good rows: 2 72.00 EUR"
    assert said(page, 1, "net") == "60.00"
    cell(page, 2, "unit").select_option("XBX")
    assert "450.00" in settled(page) or "510.00" in settled(page)
    page.keyboard.press("Control+z")
    assert settled(page) == "Good rows: 2 72.00 EUR"
    page.keyboard.press("Control+y")
    cell(page, 2, "unit").select_option("H87")
    cell(page, 1, "code").focus()
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("old")
    page.keyboard.press("Enter")
    assert "without a quantity: 1" in settled(page) or "to correct: 1" in settled(page)
    assert "No longer sold" in said(page, 1)
    page.keyboard.press("Control+Delete")
    assert settled(page) == "Good rows: 2 72.00 EUR"
    rest(page)


def test_three_hundred_rows_are_pasted_counted_taken_back_and_kept(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/judge" in request.url else None)
    cell(page, 1, "code").focus()
    paste(page, "\r\n".join(f"A-{n % 12:02}\t{1 + n // 12}\tpcs\tshelf {n}" for n in range(300)))
    first = settled(page)
    assert first.startswith("Good rows: 300")
    assert len(asked) <= 2
    assert "Rows 251 to 300 of 301" in page.inner_text(".o-pad-pager") or "Rows 301" in page.inner_text(".o-pad-pager")
    page.keyboard.press("PageUp")
    assert page.locator(".o-pad-grid tbody tr").count() == 50
    page.keyboard.press("Control+z")
    assert settled(page).startswith("Good rows: 0")
    page.keyboard.press("Control+y")
    assert settled(page) == first
    asked.clear()
    cell(page, 3, "quantity").fill("7")
    changed = settled(page)
    assert changed.startswith("Good rows: 300")
    assert changed != first
    assert len(asked) == 1
    page.reload()
    page.wait_for_selector(".o-pad.is-live")
    assert settled(page) == changed
    page.click("text=Put good rows into the cart")
    page.wait_for_url(re.compile("/cart$"))
    page.goto("/quick-order")
    assert settled(page).startswith("Good rows: 0")
    page.click(".o-pad-bar >> text=Undo")
    assert settled(page) == changed
    rest(page)


def test_a_block_with_a_head_in_another_order_is_understood(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    cell(page, 1, "code").focus()
    paste(page, "Menge\tArtikelnummer\tBemerkung\n1.200\tNUT\tfür Halle 3\n6\tPACK\t\n")
    page.wait_for_selector("#o-pad-sum:has-text('Good rows: 2')")
    assert cell(page, 1, "quantity").input_value() == "1200"
    assert cell(page, 1, "note").input_value() == "für Halle 3"
    assert settled(page) == "Good rows: 2 210.00 EUR"
    cell(page, 1, "quantity").focus()
    paste(page, "100\n12\n")
    assert settled(page) == "Good rows: 2 75.00 EUR"
    rest(page)


def test_rows_of_one_article_are_priced_together(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    cell(page, 1, "code").focus()
    paste(page, "NUT\t60\nPACK\t6\nnut\t40\n")
    assert settled(page) == "Good rows: 3 45.00 EUR"
    assert "counted in row 1" in said(page, 3)
    cell(page, 3, "quantity").fill("30")
    assert settled(page) == "Good rows: 3 48.00 EUR"
    cell(page, 1, "code").focus()
    page.keyboard.press("Control+Delete")
    assert settled(page) == "Good rows: 2 36.00 EUR"
    rest(page)


def test_a_scanner_and_the_camera_add_pieces(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    cell(page, 1, "code").focus()
    for _ in range(2):
        page.keyboard.type("4006381333931")
        page.keyboard.press("Enter")
    assert settled(page) == "Good rows: 1 0.40 EUR"
    assert page.locator("[data-do=scan]").is_hidden()
    page.context.add_init_script(FAKE_CAMERA)
    page.reload()
    page.click("text=Scan with the camera")
    page.evaluate("window.shown = '4006381333931'")
    page.wait_for_selector("text=4006381333931 scanned")
    page.evaluate("window.shown = ''")
    assert settled(page) == "Good rows: 1 0.60 EUR"
    page.click("text=Stop the camera")
    rest(page)


def test_a_portal_that_does_not_answer_loses_nothing(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    page.route("**/quick-order/judge", lambda route: route.abort())
    cell(page, 1, "code").focus()
    paste(page, "NUT\t60\n")
    page.wait_for_selector("text=The portal does not answer.")
    page.unroute("**/quick-order/judge")
    page.wait_for_selector("#o-pad-sum:has-text('Good rows: 1')")
    page.complaints.clear()
    rest(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_one_row_after_the_other(browser, base, ann, scheme):
    page = at_the_pad(browser, base, ann, viewport=PHONE, scheme=scheme)
    cell(page, 1, "code").fill("PACK")
    cell(page, 1, "code").press("Enter")
    page.wait_for_selector("text=Pack of gloves")
    page.click(".o-pad-grid tbody tr:first-child [aria-label=More]")
    assert cell(page, 1, "quantity").input_value() == "6"
    page.click(".o-pad-grid tbody tr:first-child [aria-label=More]")
    assert settled(page) == "Good rows: 1 60.00 EUR"
    rest(page)


def test_without_script_the_fields_and_the_text_are_there(browser, base, ann):
    page = visitor(browser, base, java_script_enabled=False, viewport=DESK)
    page.goto("/sign-in")
    page.fill("[name=email]", ann)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto("/quick-order")
    page.locator("[name=code]").first.fill("NUT")
    page.locator("[name=quantity]").first.fill("2")
    page.locator("[name=unit]").first.fill("Box")
    page.locator("[name=note]").first.fill("Halle 3")
    page.click("text=Check these lines")
    page.wait_for_selector("text=Put 1 good line into the cart")
    assert "Halle 3" in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_long_file_with_a_head_of_its_own_goes_all_the_way(browser, base, committing, ann, viewport):
    page = at_the_pad(browser, base, ann, viewport=viewport)
    rows = "".join(f"{n};{'PACK' if n % 3 else 'NUT'};6;Halle 3\n" for n in range(1, 601))
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": f"Los;Dingsda;Wieviel;Wohin\n{rows}".encode()}
    page.set_input_files("input[type=file]", file)
    page.click("text=Check the file")
    page.wait_for_selector("h1:has-text('Which column is what?')")
    assert barriers(page) == []
    for column, part in ((1, "sku"), (2, "quantity"), (3, "note")):
        page.select_option(f"[name=column-{column}]", part)
    page.click("text=Check the file")
    page.wait_for_selector("h1:has-text('The file is being checked')")
    assert barriers(page) == []
    drain(committing)
    page.wait_for_selector("h1:has-text('Check the order')")
    assert "2" in page.inner_text(".k-figure >> nth=0")
    page.goto("/quick-order")
    assert "Dingsda" in page.inner_text("#columns")
    page.set_input_files("input[type=file]", file | {"name": "again.csv"})
    page.click("text=Check the file")
    page.wait_for_selector("h1:has-text('The file is being checked')")
    drain(committing)
    page.wait_for_selector("h1:has-text('Check the order')")
    page.goto("/quick-order")
    page.click("#columns button:has-text('Forget')")
    page.wait_for_selector("text=The next file with this head asks for its columns again.")
    assert page.locator("#columns").count() == 0
    rest(page)


def test_five_thousand_rows_are_judged_in_parts_and_one_edit_asks_for_one_row(browser, base, ann):
    page = at_the_pad(browser, base, ann)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "/judge" in request.url else None)
    cell(page, 1, "code").focus()
    paste(page, "\n".join(f"Z{n}\t2" for n in range(5_000)))
    page.wait_for_selector("#o-pad-sum[data-busy='0']:has-text('to correct: 5,000')", timeout=90_000)
    assert len(asked) <= 12
    assert page.locator(".o-pad-grid tbody tr").count() <= 50
    asked.clear()
    cell(page, 1, "quantity").fill("3")
    settled(page)
    assert len(asked) == 1
    assert asked[0].count("%0A") == 0
    rest(page)
