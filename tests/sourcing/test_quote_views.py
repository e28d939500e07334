"""Pages of quotes over HTTP: where a request starts, how it is answered, what each side sees."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.core.db import db
from app.core.tenancy import acting_as
from app.sourcing.models.quotes import Quote
from app.sourcing.queries.quotes import quote
from app.sourcing.service import quote_decisions, quote_offers, quote_talk
from tests.factories.ordering import fill_cart, order, ship_to, sign_in
from tests.factories.quotes import act, draft, in_state, market, offer, offered, preparing, requested, row
from tests.support.queries import counted


@pytest.fixture
def play(client, world):
    with world():
        return market()


def company_code(play) -> str:
    return db.session.scalars(select(Company.code).where(Company.id == play.buyer.company_id)).one()


def newest(world) -> Quote:
    with world():
        return row(db.session.query(Quote.id).order_by(Quote.id.desc()).limit(1).scalar())


def fields(page, form: str = "main form") -> dict[str, object]:
    """What a browser would send of the first form that fits, without its buttons."""
    found: dict[str, list[str]] = {}
    for field in page.soup.select_one(form).select("input[name], select[name], textarea[name]"):
        kind = field.get("type")
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if kind == "file":
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = chosen["value"] if chosen else ""
        else:
            value = field.get("value", "") if field.name == "input" else field.get_text()
        found.setdefault(field["name"], []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def codes(page) -> list[str]:
    return [one["value"] for one in page.soup.select("input[name=code]") if one.get("value")]


def test_rows_come_typed_pasted_and_from_files_and_words_stay_words(client, world, play):
    sign_in(client, play.buyer)
    sku = play.articles[0].sku
    page = client.post("/quotes/new", data={
        "do": "rows", "code": [sku, "A bracket"], "quantity": ["2", "3"], "unit": ["H87", ""], "target": ["", "1.5"],
        "need": ["", "2027-01-31"], "note": ["", "blue"], "text": f"{play.articles[1].sku}\t7",
        "file": (io.BytesIO(b"Article;Quantity\nX-99;4\n"), "rows.csv"),
    })  # fmt: skip
    assert codes(page) == [sku, "A bracket", play.articles[1].sku, "X-99"]
    data = fields(page) | {"title": "Spring", "do": "send"}
    assert client.post("/quotes/new", data=data).status == 303
    made = newest(world)
    assert (made.state, made.title) == ("requested", "Spring")
    with world(play.buyer):
        lines = quote(play.buyer, made.number).lines
    assert [(one.sku or one.text, one.quantity, one.target_price) for one in lines] == [
        (sku, 2, None), ("A bracket", 3, Decimal("1.5")), (play.articles[1].sku, 7, None), ("X-99", 4, None),
    ]  # fmt: skip
    assert lines[1].need_by.isoformat() == "2027-01-31"


def test_rows_that_cannot_be_read_are_named_and_nothing_is_kept(client, world, play):
    sign_in(client, play.buyer)
    page = client.post("/quotes/new", data={
        "do": "keep", "code": [play.articles[0].sku, "", "C"], "quantity": ["0", "2", "x"], "unit": ["", "", "ZZ"],
        "target": ["", "", ""], "need": ["", "", ""], "note": ["", "n", ""], "ship_to": "", "client_ref": "9f1c7d2e-0000-4000-8000-000000000001",
    })  # fmt: skip
    assert page.status == 422
    assert "Row 1: Give a quantity." in page.text
    assert "Row 2: Say what you need." in page.text
    assert "Row 3: “x” is not a number." in page.text
    with world():
        assert db.session.query(Quote).count() == 0


def test_a_cart_an_order_an_article_and_the_pad_lead_to_a_request(client, world, play):
    sku = play.articles[0].sku
    with world():
        ship_to(play.buyer)
        placed = order(play.buyer, [(play.articles[1], 5)]).number
        cart_id = fill_cart(play.buyer, [(play.articles[0], 3)])
    sign_in(client, play.buyer)
    for address, link in (
        ("/cart", f"/quotes/new?cart={cart_id}"),
        (f"/orders/{placed}", f"/quotes/new?order={placed}"),
        (f"/articles/{sku}", f"/quotes/new?code={sku}&quantity=1"),
    ):
        assert link in [one.get("href") for one in client.get(address).soup.select("main a")]
    assert codes(client.get(f"/quotes/new?cart={cart_id}")) == [sku]
    assert codes(client.get(f"/quotes/new?order={placed}")) == [play.articles[1].sku]
    pad = client.post("/quotes/new", data={"pad": f"{sku}\t4\t\tfor dock 2\nNONE\t1", "client_ref": "r"})
    assert codes(pad) == [sku, "NONE"]
    seen = client.post("/quick-order", data={"text": f"{sku}\t4"})
    assert seen.soup.select_one("button[formaction='/quotes/new']") is not None
    assert codes(client.post("/quotes/new", data={"rows": seen.soup.select_one("textarea[name=rows]").text})) == [sku]


def test_a_draft_is_changed_sent_and_taken_back(client, world, play):
    with world():
        quote_id = draft(play)
        number = row(quote_id).number
    sign_in(client, play.buyer)
    page = client.get(f"/quotes/{number}/edit")
    data = fields(page) | {"quantity": ["4", "5", "", ""], "do": "keep", "title": "Autumn"}
    assert client.post(f"/quotes/{number}/edit", data=data).status == 303
    assert client.post(f"/quotes/{number}/edit", data=data).status == 409  # the page was of an older version
    page = client.get(f"/quotes/{number}")
    assert "Autumn" in page.text
    version = {"row_version": page.soup.select_one("input[name=row_version]")["value"]}
    assert client.post(f"/quotes/{number}/send", data=version).status == 303
    with world():
        assert (row(quote_id).state, row(quote_id).title) == ("requested", "Autumn")
        version = {"row_version": str(row(quote_id).row_version)}
    assert client.post(f"/quotes/{number}/recall", data=version).status == 303
    with world():
        assert row(quote_id).state == "draft"


def test_sales_prepares_several_offers_a_discount_and_sends(client, world, play):
    with world():
        quote_id = requested(play)
        number = row(quote_id).number
    sign_in(client, play.sales)
    page = client.get(f"/sales/quotes/{number}")
    version = page.soup.select_one("input[name=row_version]")["value"]
    assert client.post(f"/sales/quotes/{number}/take", data={"row_version": version}).status == 303
    place = f"/sales/quotes/{number}/offer"
    data = fields(client.get(place), "#offer")
    first = data["o-line"][0]
    page = client.post(place, data=data | {"do": f"add:{first}"})
    data = fields(page, "#offer")
    assert data["o-line"].count(first) == 2
    data |= {
        "o-kind": ["percent", "price", "price"], "o-value": ["10", "8.80", "20"], "o-least": ["10", "100", "10"],
        "o-quantity": ["10", "100", "10"], "o-most": ["99", "", ""], "locked": ["2"], "discount_kind": "percent",
        "discount_value": "5", "o-note": ["", "in one go", ""],
    }  # fmt: skip
    page = client.post(place, data=data | {"do": "calculate"})
    assert "285.50" in page.text  # 90.00 - 4.50 and 200.00, which is kept
    assert "285.50" in client.post_part(f"{place}/totals", data=data).text
    assert "is not a number" in client.post_part(f"{place}/totals", data=data | {"discount_value": "x"}).text
    assert client.post(place, data=data | {"do": "save", "o-most": ["9", "", ""]}).status == 422
    assert client.post(place, data=data | {"do": "save"}).status == 303
    with world(play.buyer):
        assert quote(play.buyer, number).shown is None  # nothing is seen before it is sent
    page = client.get(f"/sales/quotes/{number}")
    assert "A release is needed" in page.text  # 14.5 % below the list price


def test_prices_below_the_limit_wait_for_somebody_else(client, world, play):
    with world():
        quote_id = preparing(play)
        number = row(quote_id).number
        act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, 5, 5))
    sign_in(client, play.sales)
    page = client.get(f"/sales/quotes/{number}")
    version = {"row_version": page.soup.select_one("input[name=row_version]")["value"]}
    assert client.post(f"/sales/quotes/{number}/send", data=version).status == 422
    assert client.post(f"/sales/quotes/{number}/release/ask", data=version | {"comment": "Big"}).status == 303
    assert "release" not in [one.get("value") for one in client.get(f"/sales/quotes/{number}").soup.select("button")]
    sign_in(client, play.release)
    page = client.get(f"/sales/quotes/{number}")
    version = {"row_version": page.soup.select_one("input[name=row_version]")["value"]}
    assert client.post(f"/sales/quotes/{number}/release", data=version | {"decision": "release"}).status == 303
    sign_in(client, play.sales)
    version = {"row_version": fields(client.get(f"/sales/quotes/{number}"))["row_version"]}
    assert client.post(f"/sales/quotes/{number}/send", data=version).status == 303
    with world():
        assert row(quote_id).state == "offered"


def test_the_buyer_sees_no_cost_no_margin_and_no_internal_word(client, world, play):
    with world():
        quote_id = offered(play)
        number = row(quote_id).number
        act(play.sales, quote_talk.post_message, quote_id, "Squeeze them", is_internal=True)
        act(play.sales, quote_talk.post_message, quote_id, "With pleasure")
        act(play.sales, quote_talk.attach, quote_id, "secret.txt", "text/plain", b"cost", is_internal=True)
    sign_in(client, play.sales)
    page = client.get(f"/sales/quotes/{number}")
    assert [one in page.text for one in ("Squeeze them", "secret.txt", "margin")] == [True] * 3
    place = next(one["href"] for one in page.soup.select("#files a"))
    assert client.get(place).data == b"cost"
    sign_in(client, play.buyer)
    page = client.get(f"/quotes/{number}")
    assert "With pleasure" in page.text
    for word in ("Squeeze", "secret.txt", "margin", "floor", "cost "):
        assert word not in page.text
    assert client.get(place).status == 404
    assert "Squeeze" not in client.get("/quotes?show=all").text


def test_only_chosen_lines_are_accepted_in_a_quantity_inside_the_range(client, world, play):
    with world():
        quote_id = offered(play)
        number = row(quote_id).number
    sign_in(client, play.buyer)
    data = fields(client.get(f"/quotes/{number}"), "form[action$='/accept']")
    names = [name for name in data if name.startswith("offer-")]
    quantity = next(name for name in data if name.startswith(f"quantity-{names[0].removeprefix('offer-')}-"))
    data[names[1]] = ""
    assert client.post(f"/quotes/{number}/accept", data=data | {quantity: "9"}).status == 422
    assert client.post(f"/quotes/{number}/accept", data=data | dict.fromkeys(names, "")).status == 422
    assert client.post(f"/quotes/{number}/accept", data=data | {quantity: "12"}).status == 303
    page = client.get(f"/quotes/{number}")
    assert "accepted: 12" in page.text.replace("\xa0", " ")
    with world(play.buyer):
        assert [one.quantity for one in quote(play.buyer, number).choices.values()] == [12]


def test_a_lost_offer_is_counted_with_its_reason(client, world, play):
    with world():
        number = row(offered(play)).number
    sign_in(client, play.buyer)
    version = {"row_version": fields(client.get(f"/quotes/{number}"), "form[action$='/decline']")["row_version"]}
    data = version | {"reason_code": "price", "reason": "6 % cheaper elsewhere"}
    assert client.post(f"/quotes/{number}/decline", data=data).status == 303
    sign_in(client, play.sales)
    assert client.get("/sales/quotes/lost").rows("Lost quotes")[0][:2] == ["Price too high", "1"]
    assert client.get("/sales/quotes/lost?since=2020-01-01&until=2020-02-01").status == 200


def test_versions_stand_side_by_side(client, world, play):
    with world():
        quote_id = offered(play)
        number = row(quote_id).number
        act(play.buyer, quote_decisions.counter, quote_id, [], "Cheaper")
        act(play.sales, quote_offers.revise, quote_id)
        act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.40", "9.25"))
        act(play.sales, quote_offers.send_offer, quote_id)
    sign_in(client, play.buyer)
    rows = client.get(f"/quotes/{number}/versions").rows("Differences")
    assert any("9.5" in one[2] and "9.4" in one[3] for one in rows)


@pytest.mark.parametrize("state", ["draft", "info_needed", "price_approval", "countered", "expired", "superseded",
                                   "accepted", "withdrawn", "declined_by_seller"])  # fmt: skip
def test_every_state_has_its_page_on_both_sides(client, world, play, state):
    with world():
        number = row(in_state(play, state)).number
    sign_in(client, play.buyer)
    assert client.get(f"/quotes/{number}").status == 200
    sign_in(client, play.sales)
    assert client.get(f"/sales/quotes/{number}").status == (404 if state == "draft" else 200)


def test_sales_starts_a_quote_that_the_account_sees_when_it_is_sent(client, world, play):
    with world(), acting_as(play.sales):
        code = company_code(play)
    sign_in(client, play.sales)
    assert client.get("/sales/quotes/new?account=NONE").status == 422
    page = client.post("/sales/quotes/new", data={
        "account": code, "do": "keep", "code": [play.articles[0].sku], "quantity": ["5"], "unit": ["H87"],
        "target": [""], "need": [""], "note": [""], "ship_to": "", "client_ref": "9f1c7d2e-0000-4000-8000-000000000002", "title": "Ours",
    })  # fmt: skip
    assert page.status == 303
    made = newest(world)
    assert "does not see this quote" in client.get(f"/sales/quotes/{made.number}").text
    sign_in(client, play.buyer)
    assert client.get(f"/quotes/{made.number}").status == 404


def test_more_quotes_and_more_lines_cost_no_more_statements(client, world, app, play):
    with world():
        small = row(offered(play)).number
        large = row(offered(play, *[10] * 20, prices=("9.50",) * 20)).number
    for who, index, place in (
        (play.buyer, "/quotes?show=all", "/quotes"), (play.sales, "/sales/quotes?show=all", "/sales/quotes"),
    ):  # fmt: skip
        sign_in(client, who)
        costs = []
        for number in (small, large):
            client.get(f"{place}/{number}")
            with counted(app) as seen:
                client.get(f"{place}/{number}")
            costs.append(len(seen))
        assert costs[0] == costs[1]
        with counted(app) as few:
            client.get(index)
        with world():
            for _ in range(6):
                requested(play)
        with counted(app) as many:
            client.get(index)
        assert len(few) == len(many)
