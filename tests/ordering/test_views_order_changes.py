"""After placing over plain HTTP: change, cancel, ask, confirm, answer, versions, rules; the number of statements."""

from __future__ import annotations

import re

import pytest

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.tenancy import acting_as
from app.ordering.domain.lifecycle import CancelUntil
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.ordering.service.progress import record_invoiced
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, buyer, fill_cart, order, sales, sign_in
from tests.ordering.test_cancelling import head, lines, reserved
from tests.support.queries import counted


@pytest.fixture
def scene(client, world):
    with world():
        nut, pin, company, desk = article("NUT", "10"), article("PIN", "5"), customer(), sales()
        with acting_as(desk):
            set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
        ann = buyer(company)
        placed = order(ann, [(nut, 10), (pin, 4)])
        ids = [line.id for line in lines(placed.id)]
    return ann, desk, placed, company, nut, ids


def text_of(page) -> str:
    return " ".join(page.text.replace("\xa0", " ").split())


def test_a_buyer_changes_an_order(client, world, scene):
    ann, _, placed, _, nut, _ = scene
    with world():
        other = article("OTHER", "1")
        fill_cart(ann, [(other, 7)])
    sign_in(client, ann)
    page = client.get(f"/orders/{placed.number}")
    assert "You can still change this order" in page.text
    assert client.post(f"/orders/{placed.number}/amend", data={"prices": "best"}).status == 303
    cart = client.get("/cart")
    assert f"You are changing order {placed.number}" in cart.text
    line = re.search(r'name="quantity-(\d+)"', str(cart.soup)).group(1)
    client.post("/cart/lines", data={f"quantity-{line}": "12"})
    checkout = client.get("/checkout")
    assert checkout.form()["po_number"] == "PO-1"
    answer = client.post("/checkout", data=checkout.form() | {"po_number": "PO-9"})
    review = client.get(answer.location)
    assert f"Send the change of {placed.number}" in review.text
    done = client.post(answer.location, data=review.form())
    assert done.location == f"/orders/{placed.number}"
    assert client.post(answer.location, data=review.form()).location == f"/orders/{placed.number}"
    with world():
        assert (lines(placed.id)[0].quantity, head(placed.id).po_number, reserved(nut)) == (12, "PO-9", 12)
        assert head(placed.id).version == 2
    assert "Version 2: Changed by the buyer" in text_of(client.get(f"/orders/{placed.number}/versions"))
    assert "OTHER" in client.get("/cart").text, "back in the cart of before"


def test_giving_a_change_up(client, scene):
    ann, _, placed, _, _, _ = scene
    sign_in(client, ann)
    client.post(f"/orders/{placed.number}/amend")
    way_out = re.search(r"/orders/changes/\d+/give-up", str(client.get("/cart").soup)).group()
    assert client.post(way_out).location == f"/orders/{placed.number}"
    assert "You are changing" not in client.get("/cart").text


def test_a_buyer_cancels_lines_and_then_the_rest(client, world, scene):
    ann, _, placed, _, nut, ids = scene
    sign_in(client, ann)
    here = f"/orders/{placed.number}/cancel"
    page = client.get(here)
    wrong = client.post(here, data=page.form() | {"part": "lines", f"cut-{ids[0]}": "eleven"})
    assert (wrong.status, "“eleven” is not a number" in wrong.text) == (422, True)
    empty = client.post(here, data=page.form() | {"part": "lines"})
    assert "Enter how much of at least one line goes" in empty.text
    both = client.post(here, data=page.form() | {"part": "all", f"cut-{ids[0]}": "1"})
    assert (both.status, "Please choose one of the two" in both.text) == (422, True)
    many = client.post(here, data=page.form() | {"part": "lines", f"cut-{ids[0]}": "11"})
    assert "at most 10" in text_of(many)
    sent = page.form() | {"part": "lines", f"cut-{ids[0]}": "4", "reason": "Too many"}
    assert client.post(here, data=sent).location == f"/orders/{placed.number}"
    client.post(here, data=sent)
    with world():
        assert (reserved(nut), head(placed.id).version) == (6, 2)
    shown = text_of(client.get(f"/orders/{placed.number}"))
    assert "6 pcs of 10" in shown or "of 10" in shown
    client.post(here, data=client.get(here).form() | {"part": "all"})
    with world():
        assert head(placed.id).state == "cancelled"
    assert "cancelled already" in client.get(here).text


def test_asking_and_the_desk_decides(client, world, scene):
    ann, desk, _placed, company, nut, _ = scene
    with world(), acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=0, cancel_until=CancelUntil.GRACE))
    with world():
        late = order(ann, [(nut, 3)])
    sign_in(client, ann)
    here = f"/orders/{late.number}/cancel"
    page = client.get(here)
    assert page.h1 == f"Ask to cancel {late.number}"
    assert client.post(here, data=page.form() | {"part": "all"}).status == 422, "a reason is needed"
    assert client.post(here, data=page.form() | {"part": "all", "reason": "Not needed"}).status == 303
    sign_in(client, desk)
    there = f"/sales/orders/{company.code}/{late.number}"
    assert "Not needed" in client.get(there).text
    assert "wants to cancel" in client.get("/sales/orders/to-confirm").text
    action = re.search(rf"{there}/requests/\d+", str(client.get(there).soup)).group()
    client.post(action, data=client.get(there).form(action) | {"say": "yes", "answer": "Done"})
    with world():
        assert head(late.id).state == "cancelled"


def test_the_desk_confirms_line_by_line_and_the_buyer_answers(client, world, scene):
    ann, desk, placed, company, _nut, ids = scene
    sign_in(client, desk)
    here = f"/sales/orders/{company.code}/{placed.number}/confirm"
    page = client.get(here)
    wrong = client.post(here, data=page.form() | {f"kind-{ids[0]}": "rejected"})
    assert (wrong.status, "say why it is rejected" in wrong.text) == (422, True)
    sent = page.form() | {
        f"kind-{ids[0]}": "changed", f"price-{ids[0]}": "11", f"day-{ids[0]}": "2099-02-01", f"kind-{ids[1]}": "as_ordered",
    }  # fmt: skip
    assert client.post(here, data=sent).location == f"/sales/orders/{company.code}/{placed.number}"
    assert "Waits for the buyer" in client.get(here).text
    sign_in(client, ann)
    assert placed.number in client.get("/orders?state=asked").text
    shown = client.get(f"/orders/{placed.number}")
    assert "The confirmation differs" in shown.text
    proposal = re.search(r'name="say-(\d+)"', str(shown.soup)).group(1)
    client.post(
        f"/orders/{placed.number}/answers",
        data=shown.form(f"/orders/{placed.number}/answers") | {f"say-{proposal}": "yes"},
    )
    with world():
        assert (head(placed.id).state, head(placed.id).net_total) == ("confirmed", 130)
    assert placed.number not in client.get("/orders?state=asked").text


def test_many_are_confirmed_at_once_and_the_desk_counts(client, world, scene):
    ann, desk, placed, _company, nut, _ = scene
    with world():
        other = order(ann, [(nut, 1)])
    sign_in(client, desk)
    assert "To confirm (2)" in client.get("/sales/orders").text
    page = client.get("/sales/orders/to-confirm")
    client.post("/sales/orders/to-confirm", data=page.form() | {"pick": [str(placed.id), str(other.id)]})
    with world():
        assert {head(one.id).state for one in (placed, other)} == {"confirmed"}
    assert "Nothing to confirm" in client.get("/sales/orders/to-confirm").text


def test_the_desk_cancels_with_a_reason_until_the_invoice(client, world, scene):
    _, desk, placed, company, _nut, _ = scene
    sign_in(client, desk)
    here = f"/sales/orders/{company.code}/{placed.number}/cancel"
    page = client.get(here)
    assert client.post(here, data=page.form() | {"part": "all"}).status == 422
    with world():
        record_invoiced(desk, placed.id, clock.now())
    refused = client.post(here, data=page.form() | {"part": "all", "reason": "Lost"})
    assert (refused.status, "invoiced already" in refused.text) == (409, True)


def test_the_rules_are_set_on_a_page(client, world, scene):
    _, _, _, company, _, _ = scene
    with world():
        house = operator()
        admin = actor_for(person(house, Role.OPERATOR_ADMIN), house)
    sign_in(client, admin)
    page = client.get("/sales/order-rules")
    assert company.name in page.text
    form = page.form() | {"grace_minutes": "45", "cancel_until": "invoiced", "answer_days": "2"}
    assert client.post("/sales/order-rules", data=form).status == 303
    assert client.get("/sales/order-rules").form()["grace_minutes"] == "45"
    assert client.post("/sales/order-rules", data=form | {"grace_minutes": "-1"}).status == 422
    own = {"account": "NOPE", "own_minutes": "5", "own_cancel_until": "", "own_waits": ""}
    assert "no account NOPE" in client.post("/sales/order-rules/accounts", data=own).text
    assert client.post("/sales/order-rules/accounts", data=own | {"account": company.code}).status == 303


@pytest.mark.parametrize("who", ["buyer", "desk"])
def test_pages_cost_the_same_for_two_and_twenty(client, world, scene, who):
    ann, desk, placed, _company, _nut, _ = scene
    sign_in(client, ann if who == "buyer" else desk)
    pages = (
        [f"/orders/{placed.number}", f"/orders/{placed.number}/cancel", f"/orders/{placed.number}/versions"]
        if who == "buyer"
        else ["/sales/orders/to-confirm", "/sales/orders"]
    )

    def costs() -> list[int]:
        found = []
        for address in pages:
            client.get(address)
            with counted(client.flask.application) as seen:
                client.get(address)
            found.append(len(seen))
        return found

    few = costs()
    with world():
        for number in range(18):
            made = article(f"MORE{number}")
            if who == "desk":
                order(ann, [(made, 1)])
    assert costs() == few
