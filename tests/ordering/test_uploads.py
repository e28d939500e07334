"""Files of orders: long ones in the background, columns named once, samples; safe to repeat, lost workers found."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, update

from app.core.db import db, statements, transaction
from app.core.errors import Conflict, Invalid
from app.core.models import AuditEntry
from app.core.tables.writing import write_xlsx
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.order_file_columns import chosen_columns
from app.ordering.models.order_files import OrderFileColumns, OrderUpload
from app.ordering.queries.quick_order import preview, read_text
from app.ordering.queries.uploads import known_columns, upload, uploads
from app.ordering.service.uploads import check_order_file, name_columns, receive_file, sweep_uploads
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, ref, sign_in
from tests.support.page import problems_of
from tests.support.work import drain

ODD = "Pos;Wir brauchen;Wieviel;Wohin\r\n1;NUT;1.200;Halle 3\r\n2;PACK;8;\r\n"


@pytest.fixture
def ann(client, world):
    with world():
        article("NUT", "0.20", stock=100_000)
        article("PACK", "5", step=6)
        actor = buyer()
    sign_in(client, actor)
    return actor


def upload_of(client, text: str, name: str = "order.csv", **more):
    return client.post("/quick-order", data={"file": (io.BytesIO(text.encode()), name)} | more)


def rows_of(page) -> list[list[str]]:
    return [[" ".join(cell.get_text(" ").split()) for cell in row.find_all("td")]
            for row in page.soup.select("#good tbody tr")]  # fmt: skip


def test_a_head_nobody_understands_is_asked_for_once_and_remembered(client, world, ann):
    page = client.get(upload_of(client, ODD).location)
    assert page.location.endswith("/columns")
    page = client.get(page.location)
    assert page.h1 == "Which column is what?"
    assert page.soup.find("input", attrs={"name": "header_row", "checked": True})["value"] == "1"
    form = page.form(action=page.soup.find("form", attrs={"data-module": "form-guard"})["action"])
    answer = client.post(form_action(page), data=form | {"column-1": "sku", "column-2": "quantity", "column-3": "note", "remember": "on"})  # fmt: skip
    page = client.get(answer.location)
    assert [row[1:4:2] for row in rows_of(page)] == [["NUT", "1,200 pcs"]]
    assert "Halle 3" in page.text
    assert "Article from column Wir brauchen" in page.text
    again = upload_of(client, ODD.replace("Wieviel", "WIEVIEL ").replace("8", "12"))
    assert [row[1:4:2] for row in rows_of(again)] == [["NUT", "1,200 pcs"], ["PACK", "12 pcs"]]
    shown = client.get("/quick-order")
    assert "Wir brauchen" in shown.soup.find(id="columns").get_text()
    forget = shown.soup.find(id="columns").find("form")
    gone = client.post(forget["action"], data={})
    assert client.get(gone.location).banners == ["Forgotten. The next file with this head asks for its columns again."]
    assert upload_of(client, ODD).status == 303
    with world(), system_scope("test"):
        actions = db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_type == "order_file_columns").order_by(AuditEntry.id)
        ).all()
    assert actions == ["columns_remembered", "columns_forgotten"]


def form_action(page) -> str:
    return page.soup.find("form", attrs={"data-module": "form-guard"})["action"]


def test_columns_of_one_account_are_not_those_of_another(client, world, ann):
    with world():
        other = buyer(customer())
        with acting_as(ann):
            first = receive_file(ann, ODD.encode(), "a.csv", client_ref=ref(), is_asking=True)
            name_columns(ann, first, chosen_columns(1, {1: "sku", 2: "quantity"}), is_remembered=True)
            assert [one.title(one.columns.sku) for one in known_columns(ann)] == ["Wir brauchen"]
        with acting_as(other):
            assert known_columns(other) == []
            assert uploads(other) == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({1: "sku"}, "Choose the column of the article"),
        ({0: "sku", 1: "sku", 2: "quantity"}, "Two columns are chosen"),
        ({}, "Choose the column"),
    ],
)
def test_a_choice_names_an_article_and_a_quantity(client, ann, parts, message):
    with pytest.raises(Invalid, match=message):
        chosen_columns(1, parts)
    address = client.get(upload_of(client, ODD).location).location
    page = client.post(address, data={"header_row": "1"} | {f"column-{n}": part for n, part in parts.items()})
    assert page.status == 422
    assert message in page.text


def test_who_wants_to_choose_is_asked_though_the_head_is_clear(client, ann):
    answer = upload_of(client, "Article number,Quantity\nNUT,1\n", is_asking="y")
    assert client.get(answer.location).location.endswith("/columns")


@pytest.mark.usefixtures("sent")
def test_ten_thousand_rows_are_checked_in_the_background(client, world, ann):
    text = "Article number,Quantity\n" + "".join(f"{'NUT' if n % 4 else 'WHAT'},{n % 9 + 1}\n" for n in range(10_000))
    answer = upload_of(client, text, "many.csv")
    page = client.get(answer.location)
    assert page.h1 == "The file is being checked"
    assert page.soup.find(id="upload-progress")["hx-get"]
    assert drain(client.app) == ["ordering.check_order_file"]
    assert client.part(answer.location).headers.get("HX-Refresh") == "true"
    page = client.get(answer.location)
    assert page.h1 == "Check the order"
    assert "from 7,500 rows" in page.text
    assert len(page.soup.select(".o-problems tbody tr")) == 100
    files = client.get("/quick-order").soup.find(id="files").get_text(" ", strip=True)
    assert "many.csv" in files
    assert "10,000" in files
    assert "2,500" in files
    answer = client.post("/quick-order/add", data=page.form())
    assert answer.banners == ["1 line is in the cart."]


@pytest.mark.usefixtures("sent")
def test_a_file_that_is_too_long_fails_with_a_sentence(client, world, ann):
    answer = upload_of(client, "A,1\n" * 10_001)
    drain(client.app)
    page = client.get(answer.location)
    assert "10,001 rows" in page.text or "10001 rows" in page.text
    assert page.soup.find("a", string="Send another file")


def test_the_same_file_sent_twice_is_one(client, world, ann):
    key = ref()
    text = "A,1\n" * 600
    assert upload_of(client, text, client_ref=key).location == upload_of(client, text, client_ref=key).location
    with world(), system_scope("test"):
        assert db.session.scalar(select(func.count()).select_from(OrderUpload)) == 1


@pytest.mark.usefixtures("ctx")
def test_the_work_is_done_once_and_found_again_after_a_crash():
    ann = buyer()
    article("NUT")
    with acting_as(ann):
        made = receive_file(ann, b"NUT,1\nWHAT,2\n", "o.csv", client_ref=ref(), is_asking=False)
        assert check_order_file(ann, made) == 2
        with pytest.raises(Conflict):
            check_order_file(ann, made)
        found = upload(ann, made)
        assert (found.state, found.total, found.done, found.questions) == ("done", 2, 2, 1)
    with system_scope("test"), transaction() as session:
        session.execute(
            update(OrderUpload)
            .where(OrderUpload.id == made)
            .values(state="running", due_at=func.now() - timedelta(minutes=1), rows=None)
        )
    with system_scope("sweep"):
        assert sweep_uploads(ann) == 1
    with acting_as(ann):
        assert check_order_file(ann, made) == 2
        assert upload(ann, made).state == "done"
    with system_scope("test"), transaction() as session:
        session.execute(
            update(OrderUpload).where(OrderUpload.id == made)
            .values(state="running", due_at=func.now() - timedelta(minutes=1), attempts=3)
        )  # fmt: skip
    with system_scope("sweep"):
        assert sweep_uploads(ann) == 0
    with acting_as(ann):
        assert upload(ann, made).state == "failed"
    with system_scope("test"), transaction() as session:
        session.execute(update(OrderUpload).values(created_at=func.now() - timedelta(days=31)))
    with system_scope("sweep"):
        sweep_uploads(ann)
        assert db.session.scalar(select(func.count()).select_from(OrderUpload)) == 0


@pytest.mark.usefixtures("ctx")
def test_a_preview_of_five_thousand_rows_takes_the_statements_of_fifty():
    for number in range(50):
        article(f"A{number:02}")
    ann = buyer()
    counts = []
    for size in (50, 5_000):
        text = "".join(f"A{number % 60:02}\t{number % 9 + 1}\n" for number in range(size))
        text += "".join(f"A{number:02}\t1\n" for number in range(50, 60))
        with acting_as(ann), statements() as seen:
            preview(ann, read_text(text))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_sample_can_be_sent_as_it_is(client, ann, form):
    answer = client.get(f"/quick-order/sample.{form}")
    page = client.post("/quick-order", data={"file": (io.BytesIO(answer.data), f"order.{form}")})
    assert len(rows_of(page)) == 2
    assert not page.soup.select(".o-problems")
    if form == "csv":
        assert next(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
            "Article number", "Quantity", "Unit", "Note",
        ]  # fmt: skip


def test_units_and_notes_of_a_workbook_come_along(client, world, ann):
    with world():
        article("TAPE", units={"XBX": 10})
    file = io.BytesIO()
    write_xlsx([["Article number", "Quantity", "Unit", "Note"], ["TAPE", Decimal(2), "XBX", "=hall 3"]], file)
    page = client.post("/quick-order", data={"file": (io.BytesIO(file.getvalue()), "o.xlsx")})
    assert rows_of(page)[0][3] == "2 boxes"
    assert "=hall 3" in page.text
    long = client.post("/quick-order", data={"pad": f"TAPE\t2\tXBX\t{'x' * 301}\nTAPE\t1\t\t"})
    assert "The note has more than 300 characters." in long.text
    page = client.post("/quick-order", data=long.form() | {"note-1": "short"})
    assert "short" in page.text
    assert len(rows_of(page)) == 2
    with world(), system_scope("test"):
        assert db.session.scalar(select(func.count()).select_from(OrderFileColumns)) == 0


def test_rows_of_the_pad_go_straight_into_the_cart(client, world, ann):
    page = client.post("/quick-order/add", data={"pad": "NUT\t5\t\tfor hall 3\n\nPACK\t8\t\t\n", "client_ref": ref()})
    assert page.banners == ["1 line is in the cart."]
    assert [row.get_text() for row in page.soup.select(".o-problems .o-row-number")] == ["3"]


@pytest.mark.parametrize("text", ["", "NUT\t1\t\t\n" * 10_001])
def test_an_empty_pad_and_one_that_is_too_long_are_refused_with_a_sentence(client, ann, text):
    page = client.post("/quick-order/add", data={"pad": text, "client_ref": ref()})
    assert page.status == 422
    assert any("first." in error or "10,001 rows" in error or "10001 rows" in error for error in page.errors), (
        page.errors
    )


def test_many_rows_are_judged_in_one_request(client, world, ann):
    rows = (
        "\n".join(f"{n}\tNUT\t{n}\t\t" for n in range(1, 301))
        + "\n301\tPACK\t8\t\t\n302\tPACK\t\t\t\n303\tNUTT\t1\t\t\n304\t\t\t\tnote"
    )
    counts = []
    for text in (rows, "1\tNUT\t1\t\t\n2\tPACK\t\t\t\n303\tNUTT\t1\t\t"):
        with client.app.app_context(), statements() as seen:
            client.flask.post("/quick-order/judge", data={"rows": text})
        counts.append(len(seen))
    assert counts[0] == counts[1]
    answer = client.flask.post("/quick-order/judge", data={"rows": rows}).text
    assert problems_of(f"<table><caption>Rows</caption><tbody>{answer}</tbody></table>", is_part=True) == []
    found = {row["data-n"]: row for row in BeautifulSoup(f"<table>{answer}</table>", "lxml").find_all("tr")}
    assert found["1"]["data-minor"] == str(300 * 301 // 2 * 20)
    assert found["2"]["data-state"] == "joined"
    assert found["301"]["data-state"] == "wrong"
    assert found["302"]["data-state"] == "open"
    assert "Take NUT" in " ".join(found["303"].get_text(" ").split())
    assert "The article number is missing." in found["304"].get_text()
