"""The buyer's way in Chromium, at a desk and on a phone: paste, correct, cart, check out, order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories.accounts import customer, person
from tests.factories.ordering import article, shop
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def ann(world) -> Any:
    with world():
        shop()
        article(
            "NUT", "0.20", breaks={100: "0.15"}, units={"XBX": 50}, name="Hexagon nut M8, zinc plated", stock=100_000
        )
        article("PACK", "5", step=6, name="Pack of gloves")
        for number in range(12):
            article(
                f"A-{number:02}", f"{number + 1}.10", name=f"Self-drilling screw 4.2x{number + 13} with a long name"
            )
        company = customer("BRANDT", name="Brandt Maschinenbau")
        user = person(company, name="Ann Buyer")
        return user.email


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_paste_correct_check_out_and_order(browser, base, ann, viewport, scheme):
    page = signed_in(browser, base, ann, viewport=viewport, scheme=scheme)
    page.goto("/quick-order")
    look(page)
    page.click("text=Paste text")
    page.fill(
        "textarea[name=text]", "NUT\t120\nPACK\t8\nWHAT\t1\n" + "".join(f"A-{n:02}\t{n + 1}\n" for n in range(12))
    )
    page.click("text=Check these lines")
    page.wait_for_selector("#check")
    look(page)
    page.click("text=Take 12")
    page.wait_for_selector("text=14 good lines")
    page.fill("[name=code-3]", "nut")
    page.click(".k-action-buttons >> text=Check again")
    page.wait_for_selector("text=Put 14 good lines into the cart")
    page.click("text=Put 14 good lines into the cart")
    page.wait_for_url(re.compile("/cart$"))
    look(page)

    # A changed quantity is sent by itself; its row, the sums and the top bar follow.
    field = page.locator("input[name^=quantity-]").first
    assert field.input_value() == "121"
    field.fill("200")
    field.press("Enter")
    page.wait_for_selector("tr[id^=l]:first-child .k-key:has-text('30.00')")
    assert page.evaluate("document.activeElement.name") == page.locator("input[name^=quantity-]").nth(1).get_attribute(
        "name"
    )
    page.locator("button[name=remove]").nth(2).click()
    page.wait_for_selector("text=1 line is removed.")
    assert page.locator("tr[id^=l]").count() == 13
    page.click("text=Undo")
    page.wait_for_selector("text=The lines are back.")
    assert page.locator("tr[id^=l]").count() == 14
    page.complaints.clear()

    page.click("text=Check out")
    page.fill("[name=po_number]", "4500012345")
    look(page)
    page.click("text=Review the order")
    page.wait_for_url(re.compile("/review$"))
    look(page)
    page.click("text=Place order of 14 lines")
    page.wait_for_url(re.compile("/orders/SO-"))
    look(page)
    assert "4500012345" in page.inner_text("main")
    page.context.close()


def test_lists_and_pad_by_keyboard(browser, base, ann):
    page = signed_in(browser, base, ann)
    page.goto("/shop?q=nut")
    look(page)
    field = page.locator("input[name^=quantity-]").first
    field.fill("120")
    field.press("Enter")
    page.wait_for_selector("text=120 pcs in the cart")
    assert "18.00" in page.inner_text("#cart-chip")
    field.fill("5")
    field.press("Enter")
    page.wait_for_selector("text=125 pcs in the cart")

    page.goto("/quick-order")
    code = page.locator("input[data-part=code]").first
    code.fill("pack")
    page.wait_for_selector("[role=option][data-value=PACK]")
    code.press("Enter")
    page.keyboard.type("8")  # at once: the row has not been judged without a quantity yet
    page.keyboard.press("Enter")
    page.wait_for_selector(".o-pad-what >> text=8 does not fit the packs.")
    page.click(".o-pad-what >> text=Take 12")
    page.wait_for_selector(".o-pad-net >> text=60.00")
    page.locator("input[data-part=code]").nth(1).focus()
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.setData('text', Array.from({length: 12}, (_, n) => `A-${String(n).padStart(2, '0')}\\t${n + 1}`).join('\\n'));
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
    }""")
    page.wait_for_selector("#o-pad-sum:has-text('Good rows: 13')")
    look(page)
    page.click("text=Check these lines")
    page.wait_for_selector("text=Put 13 good lines into the cart")
    page.context.close()


def test_the_way_works_without_script(browser, base, ann):
    page = signed_in(browser, base, ann, java_script_enabled=False)
    page.goto("/shop?q=nut")
    page.click("button[name=add]")
    page.wait_for_selector("text=NUT is in the cart")
    page.goto("/cart")
    page.fill("input[name^=quantity-]", "7")
    page.click(".o-update >> text=Update quantities")
    page.wait_for_selector("input[value='7']")
    page.click("text=Check out")
    page.click("text=Review the order")
    page.click("text=Place order of 1 line")
    page.wait_for_selector("h1:has-text('SO-')")
    page.context.close()
