"""Bulk entry over HTTP: the preview, its corrections, the file of rows to correct, and thousands of rows."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.db import db, statements
from app.core.tables.writing import write_xlsx
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import active_cart, priced_cart
from tests.factories.ordering import article, buyer, change_company, sign_in


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


def checked(client, text: str, **more):
    return client.post("/quick-order", data={"text": text} | more)


def figure(page, label: str) -> str:
    for place in page.soup.select(".k-figure"):
        if place.select_one(".k-figure-label").get_text() == label:
            return place.select_one(".k-figure-value").get_text(strip=True).replace("\xa0", " ")
    raise LookupError(label)


def problems(page) -> dict[str, str]:
    """What is said about each row to correct, by its row numbers."""
    return {
        row.select_one(".o-row-number").get_text(): " ".join(row.select_one("td.k-main").get_text(" ").split())
        for row in page.soup.select(".o-problems tbody tr")
    }


def good(page) -> list[list[str]]:
    table = next(t for t in page.soup.find_all("table") if t.caption.get_text() == "Good lines")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all("td")] for row in table.select("tbody tr")]


def cart_of(world, actor) -> list[tuple[str, str]]:
    with world(), acting_as(actor):
        head = active_cart(actor)
        return (
            [(row.article.sku, f"{row.quantity.normalize():f}") for row in priced_cart(actor, head.id).rows]
            if head
            else []
        )


def test_a_paste_becomes_lines_at_own_prices_and_nothing_is_stored(client, world, ann):
    with world():
        article("NUT", "0.20", breaks={100: "0.15"})
    page = checked(client, "NUT\t60\nNUT\t40\n\nWHAT\t1\n")
    assert page.h1 == "Check the order"
    assert (figure(page, "Good lines"), figure(page, "Refused")) == ("1", "1")
    assert figure(page, "Net of the good lines") == "15.00 EUR"
    assert good(page)[0][:4] == ["1, 2", "NUT", "Article NUT rows 1, 2 together", "100 pcs"]
    assert problems(page) == {"4": "Refused There is no article WHAT."}
    assert "Rows without an order 3" in page.text
    with world(), system_scope("test"):
        assert db.session.scalar(select(func.count()).select_from(Cart)) == 0


def test_corrections_go_on_from_what_was_entered(client, world, ann):
    with world():
        article("PACK", "3", step=6)
        article("NUT")
    page = checked(client, "PACK\t8\nNUT\t1\nWHAT\t2\nNUT\tmany\n")
    assert set(problems(page)) == {"1", "3", "4"}
    page = client.post("/quick-order", data=page.form() | {"quantity-1": "12", "code-3": "nut"})
    assert problems(page) == {"4": "Correct “many” is no quantity. Write digits only, without a unit."}
    assert [row[0] for row in good(page)] == ["1", "2, 3"]
    page = client.post("/quick-order", data=page.form() | {"quantity-4": "still wrong"})
    assert page.soup.find("input", attrs={"name": "quantity-4"})["value"] == "still wrong"


def test_one_press_takes_a_suggestion_or_leaves_a_row_out(client, world, ann):
    with world():
        new = article("NEW")
        article("OLD", successor=new)
        article("PACK", step=6)
    page = checked(client, "PACK\t8\nOLD\t1\nPACK\t7\nWHAT\t1\n")
    assert problems(page)["1, 3"] == "Correct 15 does not fit the packs. Take 12 or 18 pcs. Take 12 Take 18"
    take = next(
        button for button in page.soup.find_all("button", attrs={"name": "take"}) if button.get_text() == "Take 18"
    )
    page = client.post("/quick-order", data=page.form() | {"take": take["value"]})
    assert good(page)[0][:4] == ["1, 3", "PACK", "Article PACK rows 1, 3 together", "18 pcs"]
    page = client.post("/quick-order", data=page.form() | {"take": "code-2:NEW"})
    page = client.post("/quick-order", data=page.form() | {"drop": "4"})
    assert problems(page) == {}
    assert "Rows you left out 4" in page.text
    assert [row[1] for row in good(page)] == ["PACK", "NEW"]


def test_one_press_for_all_rows(client, world, ann):
    with world():
        article("PACK", step=6)
        article("TWO", step=2)
    page = checked(client, "PACK\t8\nTWO\t3\n")
    up = page.soup.find("button", attrs={"name": "fix", "value": "up"})
    assert up.get_text() == "Take the next higher quantity in 2 rows"
    page = client.post("/quick-order", data=page.form() | {"fix": "up"})
    assert [row[3] for row in good(page)] == ["12 pcs", "4 pcs"]


def test_units_are_chosen_where_the_buyer_wrote_an_unknown_one(client, world, ann):
    with world():
        article("TAPE", units={"XBX": 10})
    page = checked(client, "Article\tQuantity\tUnit\nTAPE\t2\tbarrel\n")
    assert "not sold in “barrel”" in problems(page)["2"]
    page = client.post("/quick-order", data=page.form() | {"unit-2": "XBX"})
    assert good(page)[0][3] == "2 boxes"


def test_good_lines_go_into_the_cart_and_the_rest_waits(client, world, ann):
    with world():
        article("NUT")
        article("PACK", step=6)
    page = checked(client, "NUT\t5\nPACK\t8\nWHAT\t1\n")
    assert (
        page.soup.find("button", attrs={"formaction": "/quick-order/add"}).get_text() == "Put 1 good line into the cart"
    )
    form = page.form()
    page = client.post("/quick-order/add", data=form)
    assert page.banners == ["1 line is in the cart."]
    assert set(problems(page)) == {"2", "3"}
    assert "Lines already in the cart 1" in page.text
    assert cart_of(world, ann) == [("NUT", "5")]
    client.post("/quick-order/add", data=form)  # the same press again
    assert cart_of(world, ann) == [("NUT", "5")]
    page = client.post("/quick-order", data=page.form() | {"quantity-2": "6", "drop": "3"})
    answer = client.post("/quick-order/add", data=page.form())
    assert (answer.status, answer.location) == (303, "/cart")
    assert cart_of(world, ann) == [("NUT", "5"), ("PACK", "6")]


def test_lines_that_were_there_grow_and_the_buyer_is_told(client, world, ann):
    with world():
        article("NUT")
    for _ in range(2):
        answer = client.post("/quick-order/add", data=checked(client, "NUT\t5\n").form())
    assert client.get(answer.location).banners == ["1 line is in the cart. 1 was there already and has grown."]
    assert cart_of(world, ann) == [("NUT", "10")]


def test_a_blocked_account_sees_prices_but_fills_no_cart(client, world, ann):
    with world():
        article("NUT")
    page = checked(client, "NUT\t5\n")
    with world():
        change_company(ann.company_id, is_blocked=True, block_reason="contract ended")
    page = client.post("/quick-order/add", data=page.form())
    assert page.status == 409
    assert any("contract ended" in text for text in page.banners)
    assert good(page)


def test_the_file_of_rows_to_correct_has_the_senders_columns_and_can_be_sent_again(client, world, ann):
    with world():
        article("PACK", step=6, stock=5000)
        article("NUT")
    sent = "Pos;Artikelnummer;Menge;Bemerkung\r\n1;NUT;5;gut\r\n2;PACK;1.008;Packung\r\n3;WHAT;2;=1+1\r\n"
    page = client.post("/quick-order", data={"file": (io.BytesIO(sent.encode()), "Bestellung Mai.csv")})
    assert "Bestellung Mai.csv" in page.text
    page = client.post("/quick-order", data=page.form() | {"quantity-3": "1.009"})
    answer = client.post("/quick-order/problems", data=page.form())
    assert answer.headers["Content-Disposition"] == "attachment; filename=Bestellung-Mai-to-correct.csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Row", "Pos", "Artikelnummer", "Menge", "Bemerkung", "What to do"],
        ["3", "2", "PACK", "1009", "Packung", "1,009 does not fit the packs. Take 1,008 or 1,014 pcs."],
        ["4", "3", "WHAT", "2", "'=1+1", "There is no article WHAT."],
    ]
    again = client.post("/quick-order", data={"file": (io.BytesIO(answer.data.replace(b"1009", b"1014")), "again.csv")})
    assert [row[3] for row in good(again)] == ["1,014 pcs"]


def test_workbooks_are_read_and_numbers_in_them_stay_numbers(client, world, ann):
    with world():
        article("22423", stock=5000)
    file = io.BytesIO()
    write_xlsx([["Artikelnummer", "Menge"], [Decimal(22423), Decimal("1.0")], ["22423", "1.944"]], file)
    page = client.post("/quick-order", data={"file": (io.BytesIO(file.getvalue()), "order.xlsx")})
    assert good(page)[0][3] == "1,945 pcs"
    page = client.post("/quick-order", data=page.form())  # it travels as text and stays what it was
    assert good(page)[0][3] == "1,945 pcs"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [("order.csv", b"", "The file is empty."), ("order.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "XLSX"), ("", b"", "Choose a file.")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(client, ann, name, data, message):
    page = client.post("/quick-order", data={"file": (io.BytesIO(data), name)})
    assert page.status == 422
    assert any(message in error for error in page.errors), page.errors


def test_nothing_typed_is_said_and_typed_rows_are_kept(client, world, ann):
    assert "Type or paste articles and quantities first." in checked(client, "").text
    with world():
        article("NUT")
        article("PIN")
    page = checked(client, "NUT 5", code=["PIN", "", "X"], quantity=["1,000", "", ""])
    assert [[*row[:2], row[3]] for row in good(page)] == [["1", "NUT", "5 pcs"], ["2", "PIN", "1,000 pcs"]]
    assert problems(page) == {"4": "Refused There is no article X."}


def test_five_thousand_rows_travel_through_the_preview(client, world, ann):
    with world():
        for number in range(3):
            article(f"A{number}", stock=10_000)
    rows = "".join(f"A{number % 4}\t{number % 7 + 1}\n" for number in range(5000))
    page = client.post("/quick-order", data={"text": rows})
    assert (figure(page, "Good lines"), figure(page, "Refused")) == ("3", "1,250")
    assert len(problems(page)) == 100
    assert page.soup.find("button", attrs={"name": "turn-problems", "value": "2"})
    second = client.post("/quick-order", data=page.form() | {"turn-problems": "2", "code-4": "A1"})
    assert figure(second, "Refused") == "1,249"
    assert "101 to 200 of 1,249" in second.text
    third = client.post("/quick-order", data=second.form())
    assert "101 to 200 of 1,249" in third.text


def test_too_many_rows_are_refused_in_one_sentence(client, ann):
    page = client.post("/quick-order", data={"text": "A\t1\n" * 10_001})
    assert page.status == 422
    assert "10,001 rows" in page.text or "10001 rows" in page.text


def test_damaged_rows_are_refused(client, ann):
    assert client.post("/quick-order", data={"rows": "x"}).status == 422
    assert client.post("/quick-order/add", data={"rows": "{}"}).status == 422


def test_a_preview_page_takes_the_same_statements_for_any_number_of_rows(client, world, ann):
    with world():
        for number in range(30):
            article(f"A{number:02}")
    counts = []
    for size in (1, 30):
        text = "".join(f"A{number:02}\t1\n" for number in range(size)) + "WHAT\t1\n"
        with client.app.app_context(), statements() as seen:
            checked(client, text)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 15
