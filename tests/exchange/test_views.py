"""The operator's way from a file to stored rows, page by page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from app.core.tables.opening import open_table
from tests.factories import accounts, catalog
from tests.factories.exchange import imported
from tests.support.work import drain

PRICES = "Artikelnummer;Bezeichnung;Preis;ab Menge;Bemerkung\nA-1;Bolzen;1.250,50;;neu\nA-2;Mutter;0,39;10;\nX-9;Nichts;1,00;;\nA-3;Säge;viel;;\n"


@pytest.fixture
def office(client, world):
    """A client that is signed in for prices and catalogue."""
    with world():
        operator = accounts.operator()
        for sku in ("A-1", "A-2", "A-3"):
            catalog.article(sku)
        person = accounts.person(operator, Role.PRICING)
    accounts.sign_in(client, person)
    return client


def uploaded(client: Any, kind: str = "price_list", content: str = PRICES, name: str = "prices.csv") -> str:
    """Upload a file; the address of its page of columns."""
    form = client.get("/imports/new").form()
    data = {**form, "kind": kind, "file": (io.BytesIO(content.encode("cp1252")), name)}
    answer = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert answer.status == 303, answer.errors
    return answer.location


def checked(client: Any, **changes: str) -> str:
    """A file whose check is done; the address of its run."""
    columns = uploaded(client)
    form = client.get(columns).form()
    data = {**form, "option_price_list": "SPRING", "option_currency": "EUR", **changes}
    answer = client.post(columns, data=data)
    assert answer.status == 303, (answer.errors, answer.text)
    drain(client.app)
    return answer.location


def test_from_a_file_to_stored_prices(office, world):
    columns = uploaded(office)
    page = office.get(columns)
    assert page.h1 == "Columns of prices.csv"
    assert "Windows-1252" in page.text
    assert "semicolon" in page.text
    assert [row[0] for row in page.rows()] == ["Artikelnummer", "Bezeichnung", "Preis", "ab Menge", "Bemerkung"]
    form = page.form()
    assert [form[f"column_{n}"] for n in range(5)] == ["sku", "", "price", "min_quantity", ""]

    answer = office.post(columns, data={**form, "option_price_list": "SPRING", "option_currency": "EUR"})
    address = answer.location
    page = office.get(address)
    assert "Being checked" in page.text
    assert page.soup.select_one("#import-progress")["hx-get"] == f"{address}/progress"

    drain(office.app)
    page = office.get(address)
    assert "Checked" in page.text
    assert [(row[0], row[1].split()[0]) for row in page.rows("The first rows of the file and what would become of them")] == [
        ("2", "new"), ("3", "new"), ("4", "refused"), ("5", "refused"),
    ]  # fmt: skip
    assert "There is no article X-9." in page.text
    assert "“viel” is not a number." in page.text
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM price_entries")) == 0, "a check stores nothing"

    answer = office.post(f"{address}/start", data=page.form(f"{address}/start"))
    assert answer.location == address
    drain(office.app)
    page = office.get(address)
    assert "Done" in page.text
    with world():
        prices = db.session.execute(text("SELECT price, min_quantity FROM price_entries ORDER BY price")).all()
        assert [(str(price), str(start)) for price, start in prices] == [
            ("0.390000", "10.000000"),
            ("1250.500000", "0.000000"),
        ]
    assert office.get("/imports").rows()[0][:6] == ["prices.csv", "Price list", "2", "0", "0", "2"]


def test_a_report_repeats_the_rows_as_given_with_the_reason(office):
    address = checked(office)
    answer = office.get(f"{address}/report.csv")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=import-{address.rsplit('/')[-1]}-report.csv"
    for data in (answer.data, office.get(f"{address}/report.xlsx").data):
        with open_table(data) as table:
            rows = [[cell or "" for cell in row.cells] for row in table.rows()]
        assert rows[0] == ["Artikelnummer", "Bezeichnung", "Preis", "ab Menge", "Bemerkung", "Row", "What is wrong"]
        assert [row[0] for row in rows[1:]] == ["X-9", "A-3"]
        assert [row[5] for row in rows[1:]] == ["4", "5"]
        assert rows[2][6] == "Preis: “viel” is not a number."


def test_a_report_can_be_corrected_and_imported_again(office, world):
    address = checked(office)
    report = office.get(f"{address}/report.csv").data.decode("utf-8-sig").replace("X-9", "A-1").replace("viel", "2,50")
    columns = uploaded(office, content=report)
    form = office.get(columns).form()
    answer = office.post(columns, data={**form, "option_price_list": "SPRING", "option_currency": "EUR"})
    drain(office.app)
    page = office.get(answer.location)
    assert "0 refused" not in page.text
    assert [row[1] for row in page.rows("The first rows of the file and what would become of them")] == ["new", "new"]


def test_the_reader_language_reaches_reasons_and_labels(office):
    address = checked(office)
    office.flask.set_cookie("kontor_language", "ru")
    assert office.get(address).status == 200
    assert office.get("/imports").status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"option_price_list": ""}, "This is needed."),
        ({"column_1": "sku"}, "Another column gives this already."),
        ({"column_2": ""}, None),
        ({"save_as": "x" * 81}, "At most 80 characters."),
    ],
)
def test_a_choice_that_does_not_work_comes_back_with_its_reason(office, changes, error):
    columns = uploaded(office)
    form = office.get(columns).form()
    answer = office.post(columns, data={**form, "option_price_list": "SPRING", **changes})
    assert answer.status == 422
    if error:
        assert answer.errors == [f"Error: {error}"]
    else:
        assert "No column gives “Price”." in answer.text
    assert "Choose columns" in office.get("/imports").text


def test_a_choice_of_columns_is_kept_and_found_again(office):
    content = "Nummer neu;Wert\nA-1;2,50\n"
    columns = uploaded(office, content=content)
    form = office.get(columns).form()
    data = {
        **form,
        "column_0": "sku",
        "column_1": "price",
        "option_price_list": "SPRING",
        "option_currency": "EUR",
        "save_as": "Nord",
    }
    assert office.post(columns, data=data).status == 303
    again = uploaded(office, content=content)
    form = office.get(again).form()
    assert (form["column_0"], form["column_1"]) == ("sku", "price"), "the kept choice fits, so it is suggested"
    page = office.get(uploaded(office))
    assert office.get(page.link("Nord")).status == 200


def test_the_decimal_sign_can_be_set_by_hand(office, world):
    address = checked(office, decimal_sign=".")
    page = office.get(address)
    assert "“1.250,50” is not a number." in page.text


def test_what_is_no_table_is_refused_at_the_upload(office):
    form = office.get("/imports/new").form()
    for content in (b"%PDF-1.7 ...", b"", b"\n\n"):
        data = {**form, "kind": "stock", "file": (io.BytesIO(content), "stock.csv")}
        answer = office.post("/imports/new", data=data, content_type="multipart/form-data")
        assert answer.status == 422
        assert answer.errors
    answer = office.post("/imports/new", data={**form, "kind": "stock"})
    assert answer.errors == ["Choose a file."]


def test_the_same_upload_sent_twice_is_one_run(office):
    form = office.get("/imports/new").form()
    addresses = set()
    for _ in range(2):
        data = {**form, "kind": "price_list", "file": (io.BytesIO(PRICES.encode("cp1252")), "prices.csv")}
        addresses.add(office.post("/imports/new", data=data, content_type="multipart/form-data").location)
    assert len(addresses) == 1


def test_a_cancelled_run_stores_nothing_more_and_can_go_on(office, world):
    address = checked(office)
    office.post(f"{address}/start", data=office.get(address).form(f"{address}/start"))
    assert office.post(f"{address}/cancel", data={}).location == address
    drain(office.app)
    page = office.get(address)
    assert "Cancelled" in page.text
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM price_entries")) == 0
    office.post(f"{address}/resume", data={})
    drain(office.app)
    assert "Done" in office.get(address).text
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM price_entries")) == 2


def test_all_or_nothing_can_be_chosen(office, world):
    address = checked(office)
    office.post(f"{address}/start", data={**office.get(address).form(f"{address}/start"), "policy": "all"})
    drain(office.app)
    page = office.get(address)
    assert "Nothing was stored, because 2 rows cannot be." in page.text
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM price_entries")) == 0


def test_progress_is_a_part_that_loads_the_page_again_at_the_end(office):
    columns = uploaded(office)
    form = office.get(columns).form()
    address = office.post(columns, data={**form, "option_price_list": "SPRING", "option_currency": "EUR"}).location
    part = office.part(f"{address}/progress")
    assert "HX-Refresh" not in part.headers
    drain(office.app)
    assert office.part(f"{address}/progress").headers["HX-Refresh"] == "true"


def test_a_run_that_moved_on_is_a_conflict(office):
    address = checked(office)
    form = office.get(address).form(f"{address}/start")
    assert office.post(f"{address}/start", data=form).status == 303
    assert office.post(f"{address}/start", data=form).status in (303, 409)
    drain(office.app)
    assert office.post(f"{address}/cancel", data={}).status in (303, 409)
    assert "Done" in office.get(address).text
    assert office.get(f"{address}/columns").location == address


def test_two_and_twenty_runs_cost_the_same_statements(office, world, app):
    def cost(address: str) -> int:
        with app.app_context(), statements() as seen:
            assert office.get(address).status == 200
        return len(seen)

    def add(count: int) -> int:
        with world():
            return [imported("products", f"sku,name\nP-{n},Name {n}\n,empty\n").id for n in range(count)][-1]

    run_id = add(2)
    addresses = ("/imports", f"/imports/{run_id}", "/imports?kind=products")
    few = [cost(address) for address in addresses]
    add(20)
    assert [cost(address) for address in addresses] == few


def test_runs_are_paged(office, world):
    with world():
        for n in range(25):
            imported("products", f"sku,name\nP-{n},Name\n")
    page = office.get("/imports?size=20")
    assert len(page.rows()) == 20
    following = office.get(page.link("Next"))
    assert len(following.rows()) == 5
    assert office.get(following.link("Back")).rows() == page.rows()
