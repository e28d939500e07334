"""A day at the ordering desk in Chromium: two companies, five people of one and its wholesaler, a stranger who sees nothing.

Paste, share, divide, approve on a budget and on credit; sales prepares a cart by telephone and hands it over; the buyer
orders it, changes the order in its time and cancels a line.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import address, budget, cost_centre, credit, customer, operator, person
from tests.factories.ordering import article, change_company, sales, shop
from tests.support.browser import DESK, PHONE, barriers, is_wider_than_its_window, signed_in
from tests.support.work import drain

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASTE = """text => {
    const data = new DataTransfer();
    data.setData('text', text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def people(world) -> dict[str, str]:
    """Mail addresses. Brandt has 1,000 EUR of credit, 500 EUR in its budget, and an hour to change what it ordered."""
    with world():
        shop()
        for sku, price, name in (
            ("NUT", "10", "Hexagon nut M8"), ("PIN", "5", "Split pin"), ("BOLT", "2", "Bolt M8"), ("RING", "1", "Ring"),
        ):  # fmt: skip
            article(sku, price, name=name)
        brandt, rival = customer("BRANDT", name="Brandt Maschinenbau"), customer("RIVAL", name="Rival")
        address(brandt, label="Site", street="Am Kai 2", postcode="20457", city="Hamburg")
        made = {
            "ann": person(brandt, Role.BUYER, name="Ann Buyer"),
            "ben": person(brandt, Role.APPROVER, name="Ben Approver"),
            "dan": person(brandt, Role.COMPANY_ADMIN, name="Dan Admin"),
            "kai": person(brandt, Role.BOOKKEEPER, name="Kai Books"),
            "sven": person(operator(), Role.SALES, name="Sven Sales"),
            "rob": person(rival, Role.COMPANY_ADMIN, name="Rob Rival"),
        }
        change_company(brandt.id, manager_id=made["sven"].id)
        credit(brandt, 1000)
        year = clock.today("Europe/Berlin").replace(month=1, day=1)
        budget(cost_centre(brandt, "4711"), 500, starts_on=year, ends_on=year.replace(month=12, day=31))
        desk = sales()
        with acting_as(desk):
            set_own_rules(desk, brandt.code, OwnRules(grace_minutes=60))
        return {name: one.email for name, one in made.items()}


def look(page: Any) -> None:
    """Nothing sticks out or goes wrong in the console."""
    assert not is_wider_than_its_window(page), page.url
    assert page.complaints == [], page.url


def look_closely(page: Any) -> None:
    """Nor bars anybody: for pages that no other journey opens in this state."""
    look(page)
    assert barriers(page) == [], page.url


def choose(page: Any, label: str) -> None:
    """An entry of the menu beside the heading."""
    page.click(".k-page-head summary")
    page.click(f".k-page-head .k-menu-item:text-is('{label}')")


def place_of(page: Any) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


def words(page: Any, where: str = "main") -> str:
    return str(page.inner_text(where)).replace("\xa0", " ")


def field(page: Any, sku: str) -> Any:
    return page.locator(f"tr:has(strong:text-is('{sku}')) input[name^=quantity-]")


def paste_into_cart(page: Any, text: str) -> str:
    """Rows pasted into the pad, put into the cart; the address of that cart."""
    page.goto("/quick-order")
    page.locator("input[data-part=code]").first.focus()
    page.evaluate(PASTE, text)
    page.wait_for_selector(f"#o-pad-sum:has-text('Good rows: {text.count(chr(10)) + 1}')")
    page.click("text=Put good rows into the cart")
    page.wait_for_url("**/cart")
    choose(page, "Share, name, copy")
    page.wait_for_url("**/settings")
    return place_of(page).removesuffix("/settings")


def send(page: Any, button: str) -> None:
    page.click(".k-action-buttons >> text=Review the order")
    page.wait_for_url("**/review")
    look(page)
    page.click(f".k-action-buttons >> text={button}")


def shared_divided_and_approved(browser: Any, base: str, people: dict[str, str], ann: Any) -> tuple[str, ...]:
    """260 EUR on a budget, to two places, after a yes. Addresses of the cart, the request and the order."""
    dan = signed_in(browser, base, people["dan"])
    dan.goto("/approvals")
    dan.click("text=Rules")
    dan.click("main >> text=New rule")
    dan.fill("[name=name]", "Over 100")
    dan.fill("[name=value]", "100")
    dan.select_option("[name=approvers_1]", "role:approver")
    dan.click("text=Save the rule")
    dan.wait_for_selector("td:has-text('Over 100')")

    cart = paste_into_cart(ann, "NUT\t20\nPIN\t10")
    ann.select_option("select[name=user]", label="Dan Admin")
    ann.click("text=Share the cart")
    ann.wait_for_selector("text=The cart is shared.")
    look(ann)
    ann.goto("/cart")

    dan.goto("/carts")
    dan.click("main tbody a.k-row-link")
    field(dan, "PIN").fill("12")
    field(dan, "PIN").press("Tab")
    dan.wait_for_selector("#cart-sum >> text=260.00")
    look(dan)
    ann.wait_for_selector("#cart-sum >> text=260.00")
    assert "Dan Admin" in ann.locator("tr:has(strong:text-is('PIN'))").inner_text()

    ann.click("text=Check out")
    ann.fill("[name=po_number]", "FERRY-7")
    ann.select_option("[name=cost_centre]", index=1)
    assert "500.00 EUR left" in words(ann, "[name=cost_centre]")
    assert "1,000.00 EUR" in words(ann)
    ann.click("text=Divide it over addresses, days and cost centres")
    row = ann.locator("tr", has_text="NUT").first
    row.locator("summary").click()
    row.locator("input[name^='q-']").nth(0).fill("12")
    row.locator("input[name^='q-']").nth(1).fill("8")
    row.locator("select[name^='a-']").nth(1).select_option(label="Site")
    ann.click("text=Save the parts")
    ann.wait_for_selector("text=The deliveries are saved.")
    look(ann)
    ann.click("text=Back to check-out")
    assert ann.input_value("[name=po_number]") == "FERRY-7"  # what was entered before dividing is still there
    send(ann, "Send for approval")
    ann.wait_for_url("**/approvals/AP-*")
    look(ann)

    ben = signed_in(browser, base, people["ben"])
    ben.goto("/approvals")
    ben.click("main tbody a.k-row-link")
    look(ben)
    ben.click("#approve-form button")
    ben.click("text=/Open order SO-/")
    ben.wait_for_url("**/orders/SO-*")
    look_closely(ben)
    assert "2 deliveries" in words(ben)
    assert "Am Kai 2" in words(ben)
    return cart, place_of(ann), place_of(ben)


def prepared_by_telephone(browser: Any, base: str, people: dict[str, str]) -> tuple[str, str]:
    """Sales acts for Ann, fills a cart and hands it over; the addresses of the cart and of the link."""
    sven = signed_in(browser, base, people["sven"])
    sven.goto("/accounts/BRANDT")
    sven.click("tr:has-text('Ann Buyer') >> text=Act for")
    sven.fill("[name=reason]", "Telephone order")
    look(sven)
    sven.click("main button:text-is('Begin')")
    sven.wait_for_selector("text=you act for Ann Buyer of Brandt Maschinenbau")
    cart = paste_into_cart(sven, "BOLT\t10\nRING\t5")
    sven.goto("/cart")
    look(sven)
    choose(sven, "Hand over by a link")
    sven.fill("[name=note]", "As agreed by telephone")
    sven.click("text=Make the link")
    link = sven.input_value("#handed-link")
    look_closely(sven)
    sven.goto("/approvals")
    assert sven.locator("#approve-form").count() == 0
    sven.click("text=Stop acting")
    sven.wait_for_url("**/accounts/BRANDT")
    return cart, re.sub(r"^https?://[^/]+", "", link)


def taken_over_changed_and_cut(ann: Any) -> str:
    """Ann finds the cart by its notice, orders it, wants more bolts and no rings. The address of the order."""
    ann.goto("/notices")
    ann.click("main button:has-text('has prepared a cart for you')")
    ann.wait_for_selector("text=As agreed by telephone")
    look_closely(ann)
    ann.click("text=Work on with this cart")
    ann.wait_for_url("**/cart")
    ann.click("text=Check out")
    send(ann, "Place order of 2 lines")
    ann.wait_for_url("**/orders/SO-*")
    look(ann)
    order = place_of(ann)

    ann.get_by_role("button", name="Change the order").click()
    ann.wait_for_selector("text=/You are changing order SO-/")
    field(ann, "BOLT").fill("15")
    field(ann, "BOLT").press("Tab")
    ann.wait_for_selector("#cart-sum >> text=35.00")
    ann.click("main >> text=Check out")
    send(ann, "Send the change of")
    ann.wait_for_url(f"**{order}")
    assert "15 pcs" in words(ann)

    choose(ann, "Cancel")
    ann.check("#part-lines")
    ann.locator("tr:has-text('RING') input").fill("5")
    look(ann)
    ann.click("text=Cancel what is chosen")
    ann.wait_for_url(f"**{order}")
    look(ann)
    assert "Cancelled" in ann.locator("tr:has-text('RING')").first.inner_text()
    choose(ann, "Versions")
    ann.wait_for_selector("text=Version 3")
    look(ann)
    return order


def test_a_day_at_the_desk(browser, base, committing, world, people):
    ann = signed_in(browser, base, people["ann"])
    seen = [*shared_divided_and_approved(browser, base, people, ann)]
    drain(committing)
    seen += prepared_by_telephone(browser, base, people)
    drain(committing)
    seen.append(taken_over_changed_and_cut(ann))

    kai = signed_in(browser, base, people["kai"], viewport=PHONE, scheme="dark")
    kai.goto("/company/budgets")
    look(kai)
    assert "240.00" in words(kai)  # of 500 after 260; the prepared order is on no cost centre
    kai.goto("/company/credit")
    look_closely(kai)
    assert "654.90" in words(kai)  # 1,000 less 260 and 30 with 19% VAT
    kai.goto(seen[2])
    look(kai)
    dan = signed_in(browser, base, people["dan"], viewport=DESK)
    dan.goto("/company/visits")
    look_closely(dan)
    assert "Telephone order" in words(dan)

    rob = signed_in(browser, base, people["rob"])
    for place in seen:
        assert rob.goto(place).status == 404, place
    rob.complaints.clear()  # the browser notes each page that is not there
    for place in ("/carts", "/orders", "/approvals?tab=company", "/company/budgets", "/company/visits", "/notices"):
        rob.goto(place)
        assert not re.search("FERRY|Brandt|4711|Telephone|SO-", words(rob)), place
    assert rob.complaints == []

    with world(), system_scope("test"):
        placed = db.session.execute(select(Order.net_total, Order.po_number).order_by(Order.id)).all()
        assert [tuple(row) for row in placed] == [(Decimal(260), "FERRY-7"), (Decimal(30), "")]
        assert db.session.scalars(select(Cart.staff_name).where(Cart.staff_name != "")).all() == ["Sven Sales"]
