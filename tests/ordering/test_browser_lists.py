"""Lists and ordering again in Chromium: one shares, the other edits and orders, a third approves; desk and phone."""

from __future__ import annotations

import pytest

from app.accounts.domain.roles import Role
from app.core.tenancy import acting_as
from app.ordering.service.requisition_lines import put_lines
from app.ordering.service.requisition_lists import create_list
from tests.factories.accounts import actor_for, customer, person
from tests.factories.ordering import article, order, ref, shop, wanted
from tests.support.browser import DESK, PHONE, is_wider_than_its_window, look, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TALL_PHONE = PHONE | {"height": 1600}  # so that the bar at the bottom covers no row
LONG = "Vereinigte Norddeutsche Sanitär-, Heizungs- und Klimatechnik-Absperrarmatur mit Entleerung und Handrad DN 150"


@pytest.fixture
def people(world) -> dict[str, str]:
    """Mail addresses of Ann, Ben and the chief; Ann has a list of twenty lines and an order of three."""
    with world():
        shop()
        company = customer("BRANDT", name="Brandt Maschinenbau")
        ann = person(company, name="Ann Buyer")
        ben, chief = person(company, name="Ben Buyer"), person(company, Role.COMPANY_ADMIN, name="Carla Chief")
        made = [article(f"A-{n:02}", f"{n + 1}.10", name=f"{LONG} {n}", stock=100_000) for n in range(16)]
        made += [article("PACK", "999999.99", minimum=12, step=12, name="Gloves"), article("SHORT", "4", stock=7)]
        made.append(article("OLD", "5", successor=article("NEW", "6", name="New one")))
        actor = actor_for(ann, company)
        with acting_as(actor):
            list_id = create_list(actor, "Weekly workshop", client_ref=ref())
            put_lines(actor, list_id, [wanted(one, 7, note="hall 3") for one in made], client_ref=ref())
        order(actor, [(one, 24) for one in made[:3]])
    return {"ann": ann.email, "ben": ben.email, "chief": chief.email, "list": f"/lists/{list_id}"}


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_one_shares_the_other_edits_and_orders(browser, base, people, viewport, scheme):
    ann = signed_in(browser, base, people["ann"], viewport=viewport, scheme=scheme)
    ann.goto("/lists")
    look(ann)
    ann.click("text=Weekly workshop")
    look(ann)
    ann.goto(f"{people['list']}/share")
    look(ann)
    ann.select_option("[name=person]", label="Ben Buyer")
    ann.select_option("[name=access]", label="see and change it")
    ann.click("main button:text-is('Share')")
    ann.wait_for_selector("td:has-text('Ben Buyer')")
    ann.goto(people["list"])

    ben = signed_in(browser, base, people["ben"], viewport=viewport, scheme=scheme)
    ben.goto(people["list"])
    ben.fill("tr:has-text('A-00') input[name^=quantity]", "40")
    ben.click(".k-action-bar button:text-is('Save quantities')")
    ben.wait_for_selector("text=1 line is changed.")
    ann.fill("tr:has-text('A-00') input[name^=quantity]", "9")  # a page opened before
    ann.fill("tr:has-text('A-01') input[name^=quantity]", "8")
    ann.click(".k-action-bar button:text-is('Save quantities')")
    ann.wait_for_selector("text=Ben Buyer has set 40")
    assert ann.input_value("tr:has-text('A-01') input[name^=quantity]") == "8"
    assert not is_wider_than_its_window(ann)

    ben.goto(people["list"])
    ben.click("tr:has-text('OLD') button:has-text('Take NEW instead')")
    ben.wait_for_selector("tr:has-text('New one')")
    ben.click("button[name=all]")
    ben.wait_for_selector("h1:text-is('Not in the cart')")
    look(ben)
    ben.click("button:has-text('Take 12')")
    ben.wait_for_selector("text=1 line is in the cart.")
    ben.goto("/cart")
    assert "NEW" in ben.inner_text("main")
    ben.goto("/articles/A-05")
    ben.click("text=Put on a list")
    look(ben)
    ben.click("button:text-is('Put on the list')")
    ben.wait_for_selector("h1:text-is('Weekly workshop')")


def test_a_proposal_is_approved_and_ordered_from(browser, base, people):
    chief = signed_in(browser, base, people["chief"])
    chief.goto("/lists")
    chief.click("text=Ask for approval of lists")
    chief.wait_for_selector("text=Order from lists without approval")
    ann = signed_in(browser, base, people["ann"], viewport=PHONE)
    ann.goto(people["list"])
    ann.click("button:has-text('Put forward for approval')")
    ann.wait_for_selector("text=Waits for approval")
    look(ann)
    chief.goto("/lists?show=waiting")
    look(chief)
    chief.click("text=Weekly workshop")
    look(chief)
    chief.fill("[name=reason]", "Fewer gloves, please")
    chief.click("button:text-is('Give back')")
    chief.wait_for_selector("text=The list is given back.")
    ann.goto(people["list"])
    assert "Fewer gloves, please" in ann.inner_text("main")
    ann.click("button:has-text('Put forward for approval')")
    chief.goto(people["list"])
    chief.click("button:text-is('Approve')")
    chief.wait_for_selector("text=Version 1 of the list is approved.")
    ann.goto(people["list"])
    ann.click("text=Order version 1")
    look(ann)
    ann.check("tr:has-text('A-00') input[name=pick]")
    ann.click("button:has-text('Order the ticked lines')")
    ann.wait_for_url("**/cart")
    assert "A-00" in ann.inner_text("main")


def test_a_list_comes_in_by_paste(browser, base, people):
    ann = signed_in(browser, base, people["ann"], viewport=PHONE)
    ann.goto("/lists/new")
    look(ann)
    ann.fill("[name=name]", "From a mail")
    ann.click("button:text-is('Make the list')")
    ann.click("text=Fill from a file >> nth=0")
    look(ann)
    ann.fill("textarea[name=text]", "A-00\t12\nWHAT\t3\nPACK\t5")
    ann.click("button:text-is('Check these lines')")
    ann.wait_for_selector("h1:text-is('Check the list')")
    look(ann)
    ann.click("button:has-text('Put 2 lines on the list')")
    ann.wait_for_selector("h1:text-is('From a mail')")
    assert "1 row was left out." in ann.inner_text("main")
    ann.click("tr:has-text('A-00') a[href*='/lines/']")
    look(ann)


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "dark"), (TALL_PHONE, "light")], ids=["desk", "phone"])
def test_ordering_again(browser, base, people, viewport, scheme):
    ann = signed_in(browser, base, people["ann"], viewport=viewport, scheme=scheme)
    for address in ("/bought", "/bought?days=90&by=me", "/reorder"):
        ann.goto(address)
        look(ann)
    ann.goto("/orders")
    ann.click("main td a >> nth=0")
    ann.click("text=Order again")
    ann.wait_for_selector("text=Price today")
    look(ann)
    ann.click(".k-action-bar button:has-text('Put the ticked lines into the cart')")
    ann.wait_for_url("**/cart")
    ann.go_back()
    ann.reload()
    ann.check("#into-new")
    ann.click(".k-action-bar button:has-text('Put all that can be ordered')")
    ann.wait_for_url("**/cart")
    ann.wait_for_selector("h1:has-text('SO-')")
    ann.goto("/reorder")
    ann.check("input[name=pick] >> nth=0")
    ann.click("button:text-is('Put on a list')")
    ann.wait_for_selector("h1:text-is('Put on a list')")
    look(ann)
    ann.click("button:text-is('Put on the list')")
    ann.wait_for_selector("h1:text-is('Weekly workshop')")
