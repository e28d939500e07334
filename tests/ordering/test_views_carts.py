"""Carts over plain HTTP: the list, sharing, clashes without script, filters, export, lines for later."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from app.core.db import statements
from app.core.tenancy import acting_as
from app.ordering.domain.sharing import Right
from app.ordering.queries.cart import active_cart, priced_cart
from app.ordering.service.cart import new_cart, set_quantities
from app.ordering.service.carts import share_cart
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, change_article, fill_cart, sign_in


@pytest.fixture
def pair(client, world):
    """Ann, signed in, with a cart of three lines; Bob, her colleague."""
    with world():
        company = customer()
        ann, bob = buyer(company), buyer(company)
        made = [article(sku, price) for sku, price in (("NUT", "3"), ("PIN", "1"), ("BOLT", "2"))]
        cart_id = fill_cart(ann, [(one, 4) for one in made])
    sign_in(client, ann)
    return ann, bob, cart_id


def skus(page) -> list[str]:
    return [row.strong.get_text() for row in page.soup.select("tr[id^=l]")]


def name_of(page, sku) -> str:
    row = next(row for row in page.soup.select("tr[id^=l]") if row.strong.get_text() == sku)
    return row.find("input")["name"]


def share(world, ann, cart_id, bob, right):
    with world(), acting_as(ann):
        share_cart(ann, cart_id, bob.user_id, right)


def test_a_second_cart_is_started_named_and_left_again(client, world, pair):
    ann, _, first = pair
    page = client.post("/carts", data={"name": "Dock 3"}, follow=True)
    assert "The cart is empty" in page.text
    assert client.post("/carts", data={"name": "x" * 81}).status == 422
    listed = client.get("/carts")
    assert [row.find("a").get_text() for row in listed.soup.select("tbody tr")] == ["Dock 3", f"Cart {first}"]
    assert client.post(f"/carts/{first}/use").location == "/cart"
    with world(), acting_as(ann):
        assert active_cart(ann).id == first
    page = client.post(f"/carts/{first}/rename", data={"name": "Hall 7"}, follow=True)
    assert page.banners == ["The name is changed."]
    page = client.post(f"/carts/{first}/discard", follow=True)
    assert "Hall 7" not in page.soup.select_one("main table").get_text()
    page = client.post(page.soup.select_one("#banners form")["action"], follow=True)
    assert "Hall 7" in page.soup.select_one("main table").get_text()


def test_the_list_takes_the_same_statements_for_any_number_of_carts(client, world, pair):
    ann, *_ = pair
    counts = []
    for more in (1, 18):
        with world(), acting_as(ann):
            for number in range(more):
                new_cart(ann, f"cart {number}")
        with client.app.app_context(), statements() as seen:
            client.get("/carts")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_sharing_is_one_form_and_the_guest_sees_what_he_may(client, world, pair):
    _, bob, cart_id = pair
    address = f"/carts/{cart_id}/settings"
    assert client.post(f"/carts/{cart_id}/share", data={"user": "", "right": "see"}).status == 422
    form = client.get(address).form(f"/carts/{cart_id}/share")
    page = client.post(
        f"/carts/{cart_id}/share", data=form | {"user": str(bob.user_id), "right": "see"}, follow=True
    )  # fmt: skip
    assert page.banners[0].startswith("The cart is shared. Its address can be sent to them: http")
    assert bob.name in page.soup.select_one("main table").get_text()
    sign_in(client, bob)
    page = client.get(f"/carts/{cart_id}")
    assert skus(page) == ["NUT", "PIN", "BOLT"]
    assert page.soup.select("#cart-lines input[name^=quantity-], #cart-lines button, .o-coupon") == []
    assert "shared with you to look at only" in page.text
    line = page.soup.select_one("tr[id^=l]")["id"][1:]
    assert client.get(f"/cart/lines/{line}?cart={cart_id}").soup.select("main form [name=quantity]") == []
    answer = client.post("/cart/lines", data={"cart": cart_id, f"quantity-{line}": "9"})
    assert answer.status == 403
    assert client.post(f"/carts/{cart_id}/share", data={"user": "all", "right": "order"}).status == 403
    page = client.post(f"/carts/{cart_id}/unshare", data={"user": bob.user_id}, follow=True)
    assert page.banners == ["The cart is not among yours any more."]
    assert client.get(f"/carts/{cart_id}").status == 404


def test_without_script_a_clash_shows_both_values_and_keeps_what_was_typed(client, world, pair):
    ann, bob, cart_id = pair
    share(world, ann, cart_id, bob, Right.EDIT)
    page = client.get("/cart")
    form, nut, pin = page.form("/cart/lines"), name_of(page, "NUT"), name_of(page, "PIN")
    with world(), acting_as(bob):
        set_quantities(bob, cart_id, {int(nut.removeprefix("quantity-")): (Decimal(7), None)})
    answer = client.post("/cart/lines", data=form | {nut: "5", pin: "6"})
    assert answer.status == 409
    assert f"{bob.name} has changed it to 7 pcs meanwhile. You typed 5." in answer.text
    assert [answer.soup.find("input", attrs={"name": name})["value"] for name in (nut, pin)] == ["5", "6"]
    again = client.post("/cart/lines", data=answer.form("/cart/lines"))
    assert again.status == 303
    with world(), acting_as(ann):
        assert [row.quantity for row in priced_cart(ann, cart_id).rows] == [5, 6, 4]
    history = client.get(f"/cart/lines/{nut.removeprefix('quantity-')}").text
    assert "4 pcs became 7 pcs" in history
    assert "7 pcs became 5 pcs" in history


def test_what_a_colleague_did_not_touch_is_not_sent_back_over_his_change(client, world, pair):
    ann, bob, cart_id = pair
    share(world, ann, cart_id, bob, Right.EDIT)
    page = client.get("/cart")
    form, nut, pin = page.form("/cart/lines"), name_of(page, "NUT"), name_of(page, "PIN")
    with world(), acting_as(bob):
        set_quantities(bob, cart_id, {int(nut.removeprefix("quantity-")): (Decimal(7), None)})
    assert client.post("/cart/lines", data=form | {pin: "6"}).status == 303
    with world(), acting_as(ann):
        assert [row.quantity for row in priced_cart(ann, cart_id).rows] == [7, 6, 4]


def test_an_open_page_is_sent_changed_rows_only(client, world, pair):
    ann, bob, cart_id = pair
    share(world, ann, cart_id, bob, Right.EDIT)
    page = client.get("/cart")
    live = page.soup.select_one("#cart-live")
    version, nut = live["data-version"], name_of(page, "NUT")
    with world(), acting_as(bob):
        set_quantities(bob, cart_id, {int(nut.removeprefix("quantity-")): (Decimal(7), None)})
    pulse = client.flask.get(live["data-pulse"]).get_json()
    assert pulse["version"] == int(version) + 1
    part = client.flask.get(f"{live['data-changes']}?since={version}", headers={"HX-Request": "true"})
    rows = re.findall(r'hx-target="(#l\d+)"', part.text)
    assert rows == [f"#l{nut.removeprefix('quantity-')}"]
    assert bob.name in part.text
    assert part.headers["X-Cart-Version"] == str(pulse["version"])


def test_lines_are_filtered_sorted_and_exported_as_the_pad_reads_them(client, world, pair):
    _, _, cart_id = pair
    assert skus(client.get("/cart?sort=sku")) == ["BOLT", "NUT", "PIN"]
    assert skus(client.get("/cart?sort=-net")) == ["NUT", "BOLT", "PIN"]
    page = client.get(f"/carts/{cart_id}?q=pin")
    assert skus(page) == ["PIN"]
    assert "1 of 3 lines are shown" in page.text
    assert "24.00 EUR" in page.text.replace("\xa0", " "), "sums are those of the whole cart"
    assert "No line fits" in client.get(f"/carts/{cart_id}?only=problems").text
    with world():
        from_list = article("OLD")
        fill_cart(pair[0], [(from_list, 1)])
        change_article(from_list, status="discontinued")
    assert skus(client.get(f"/carts/{cart_id}?only=problems")) == ["OLD"]
    sent = client.flask.get(f"/carts/{cart_id}/lines.csv")
    assert sent.get_data().decode("utf-8-sig").splitlines()[:2] == ["Article number,Quantity,Unit,Note", "NUT,4,H87,"]
    assert client.flask.get(f"/carts/{cart_id}/lines.xlsx").get_data()[:2] == b"PK"
    assert client.flask.get(f"/carts/{cart_id}/lines.pdf").status_code == 404


def test_ticked_lines_go_out_or_are_kept_for_later_and_come_back(client, pair):
    page = client.get("/cart")
    ids = [row["id"][1:] for row in page.soup.select("tr[id^=l]")]
    assert client.post("/cart/lines", data={"remove_picked": "1"}, follow=True).banners == ["Tick lines first."]
    page = client.post("/cart/lines", data={"save_picked": "1", "pick": ids[:2]}, follow=True)
    assert page.banners == ["2 lines are kept for later."]
    assert skus(page) == ["BOLT"]
    kept = page.soup.select("#saved li")
    assert [item.strong.get_text() for item in kept] == ["NUT", "PIN"]
    page = client.post(kept[0].find("form")["action"], follow=True)
    assert skus(page) == ["BOLT", "NUT"]
    page = client.post(page.soup.select("#saved form")[1]["action"], follow=True)
    assert page.soup.select("#saved") == []
    ids = [row["id"][1:] for row in page.soup.select("tr[id^=l]")]
    page = client.post("/cart/lines", data={"remove_picked": "1", "pick": ids}, follow=True)
    assert page.banners == ["2 lines are removed."]
    assert "The cart is empty" in page.text
    assert len(skus(client.post(page.soup.select_one("#banners form")["action"], follow=True))) == 2


def test_carts_are_merged_and_parted_from_the_banner(client, world, pair):
    ann, _, first = pair
    with world(), acting_as(ann):
        second = new_cart(ann, "other")
    page = client.post(f"/carts/{first}/merge", data={"into": second}, follow=True)
    assert page.banners == ["3 lines have moved into this cart."]
    assert len(skus(page)) == 3
    page = client.post(page.soup.select_one("#banners form")["action"], follow=True)
    assert page.banners == ["Both carts are as before."]
    assert len(skus(page)) == 3
    assert skus(client.get(f"/carts/{second}")) == []
