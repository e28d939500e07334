"""The cart page: problems, breaks, sums, changes with and without script."""

from __future__ import annotations

import pytest

from app.core.db import db, statements
from app.core.tenancy import system_scope
from app.ordering.models.carts import Cart
from tests.factories.ordering import article, buyer, change_article, change_price, fill_cart, set_on_hand, sign_in


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


def lines(page) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True).replace("\xa0", " ") for cell in row.find_all("td")]
        for row in page.soup.select("tbody tr[id^=l]")
    ]


def fields(page) -> dict[str, str]:
    """Quantity fields by the article's number."""
    return {row.strong.get_text(): row.find("input")["name"] for row in page.soup.select("tr[id^=l]")}


def test_an_empty_cart_gives_the_first_step(client, ann):
    page = client.get("/cart")
    assert page.link("Paste or upload an order") == "/quick-order"


def test_lines_show_price_next_break_stock_and_sums(client, world, ann):
    with world():
        nut = article("NUT", "0.20", breaks={100: "0.15"})
        pen = article("PEN", "2", vat_class="reduced", stock=0, stock_policy="backorder")
        fill_cart(ann, [(nut, 60), (pen, 1)])
    page = client.get("/cart")
    first, second = lines(page)
    assert first[1:6] == ["NUT Article NUT", "pcs", "0.20 / pc 40 more: 0.15", "1,000 pcs", "12.00"]
    assert second[4] == "on order"
    text = page.text.replace("\xa0", " ")
    assert "Net 14.00 EUR VAT 7% 0.14 EUR VAT 19% 2.28 EUR Total 16.42 EUR" in text
    assert "2 · 14.00 EUR" in text


def test_problems_are_named_with_a_way_out(client, world, ann):
    with world():
        pack, few, new = article("PACK"), article("FEW"), article("NEW")
        old = article("OLD")
        fill_cart(ann, [(pack, 8), (few, 9), (old, 1)])
        change_article(pack, step=6)
        set_on_hand(few, 7)
        change_article(old, status="discontinued", successor_id=new.id)
    page = client.get("/cart")
    assert "3 lines need a look before you can order." in page.text
    words = [row[1] for row in lines(page)]
    assert "8 does not fit the packs. Take 6 or 12 pcs. Take 6 Take 12" in words[0]
    assert "Only 7 pcs in stock. Take 7" in words[1]
    assert "No longer sold. The successor is NEW. See NEW" in words[2]
    taken = page.soup.find("button", string="Take 12")
    answer = client.post("/cart/lines", data={taken["name"]: taken["value"]})
    assert answer.status == 303
    assert "2 lines need a look" in client.get("/cart").text


def test_a_moved_price_is_crossed_out(client, world, ann):
    with world():
        nut = article("NUT", "2.00")
        fill_cart(ann, [(nut, 1)])
        change_price(nut, "2.20")
    page = client.get("/cart")
    assert page.soup.s.get_text() == "2.00"
    assert "1 price has changed since you put the article here." in page.text


def test_a_changed_quantity_swaps_its_row_and_the_sums(client, world, ann):
    with world():
        nut, pin = article("NUT", "2"), article("PIN", "1")
        fill_cart(ann, [(nut, 1), (pin, 1)])
    name = fields(client.get("/cart"))["NUT"]
    part = client.post_part("/cart/lines", data={name: "1,500"})
    assert part.status == 200
    targets = [tag["hx-target"] for tag in part.soup.find_all("hx-partial")]
    parts = ["#cart-sums", "#cart-hints", "#cart-sum", "#cart-notice", "#cart-chip"]
    assert targets == [f"#l{name.removeprefix('quantity-')}", *parts]
    assert "3,001.00 EUR" in part.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("typed", "message"),
    [("8", "8 does not fit the packs. Take 6 or 12 pcs."), ("x", "“x” is not a number."), ("", "Enter a quantity."),
     ("0", "The quantity must be more than zero."), ("1e9", "“1e9” is not a number."), ("9" * 30, "The quantity is too large.")],
)  # fmt: skip
def test_a_refused_quantity_keeps_what_was_typed_and_changes_nothing(client, world, ann, typed, message):
    with world():
        fill_cart(ann, [(article("PACK", step=6), 6)])
    name = fields(client.get("/cart"))["PACK"]
    part = client.post_part("/cart/lines", data={name: typed})
    assert message in part.text
    assert part.soup.find("input")["value"] == typed
    page = client.post("/cart/lines", data={name: typed})
    assert page.status == 422
    assert message in page.text
    assert client.get("/cart").soup.find("input", attrs={"name": name})["value"] == "6"


def test_all_quantities_are_updated_at_once_without_script(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 1), (article("PIN"), 2), (article("BOLT"), 3)])
    page = client.get("/cart")
    names = fields(page)
    answer = client.post("/cart/lines", data=page.form("/cart/lines") | {names["NUT"]: "10", names["BOLT"]: "30"})
    assert answer.status == 303
    form = client.get("/cart").form("/cart/lines")
    assert [form[names[sku]] for sku in ("NUT", "PIN", "BOLT")] == ["10", "2", "30"]


def test_removing_can_be_undone(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 1), (article("PIN"), 2)])
    line = fields(client.get("/cart"))["NUT"].removeprefix("quantity-")
    page = client.post("/cart/lines", data={"remove": line}, follow=True)
    assert page.banners == ["1 line is removed."]
    undo = page.soup.select_one("#banners form")["action"]
    page = client.post(undo, follow=True)
    assert page.banners == ["The lines are back."]
    assert [row[1].split()[0] for row in lines(page)] == ["NUT", "PIN"]


def test_the_whole_cart_can_be_emptied_and_brought_back(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 1), (article("PIN"), 2)])
    page = client.post("/cart/clear", follow=True)
    assert "The cart is empty" in page.text
    page = client.post(page.soup.select_one("#banners form")["action"], follow=True)
    assert len(lines(page)) == 2


def test_removing_the_last_line_by_script_opens_the_page_anew(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT"), 1)])
    line = fields(client.get("/cart"))["NUT"].removeprefix("quantity-")
    part = client.post_part("/cart/lines", data={"remove": line})
    assert (part.status, part.headers["HX-Redirect"]) == (204, "/cart")


def test_unit_and_note_of_a_line(client, world, ann):
    with world():
        fill_cart(ann, [(article("NUT", units={"XBX": 50}), 50)])
    line = fields(client.get("/cart"))["NUT"].removeprefix("quantity-")
    page = client.get(f"/cart/lines/{line}")
    assert [option.get_text() for option in page.soup.find("select").find_all("option")] == ["pcs", "boxes of 50 pcs"]
    form = page.form() | {"quantity": "2", "unit": "XBX", "note": "third floor"}
    answer = client.post(f"/cart/lines/{line}", data=form)
    assert (answer.status, answer.location) == (303, f"/cart#l{line}")
    shown = lines(client.get("/cart"))[0]
    assert "third floor" in shown[1]
    assert shown[2] == "boxes"
    refused = client.post(f"/cart/lines/{line}", data=form | {"note": "x" * 301})
    assert refused.status == 422


def test_a_cart_page_takes_the_same_statements_for_any_number_of_lines(client, world, ann):
    with world():
        made = [article(f"A{number:02}") for number in range(30)]
    counts = []
    for part in (made[:1], made[1:]):
        with world():
            fill_cart(ann, [(one, 1) for one in part])
        with client.app.app_context(), statements() as seen:
            client.get("/cart")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 25


def test_where_the_buyer_was_last_is_kept(client, world, ann):
    with world():
        cart_id = fill_cart(ann, [(article("NUT"), 1)])
    seen = []
    for address in ("/cart", "/checkout"):
        client.get(address)
        with world(), system_scope("test"):
            cart = db.session.get(Cart, cart_id, populate_existing=True)
            seen.append((cart.last_page, cart.last_activity_at))
    assert [page for page, _ in seen] == ["/cart", "/checkout"]
    assert seen[0][1] < seen[1][1]


def test_a_thousand_lines_stay_in_one_page_and_more_are_paged(client, world, ann, monkeypatch):
    monkeypatch.setattr("app.ordering.views.cart_view.PAGE_SIZE", 20)
    with world():
        fill_cart(ann, [(article(f"A{number:02}"), 1) for number in range(25)])
    first = client.get("/cart")
    assert len(lines(first)) == 20
    assert "25 lines, net" in first.text
    assert len(lines(client.get(first.link("Next")))) == 5
