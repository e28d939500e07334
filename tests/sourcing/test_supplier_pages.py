"""The portal of suppliers: what they see, the bid form, the sheet, receipts, the own bid at any time."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from app.sourcing.domain import receipts
from tests.factories import bids as make
from tests.factories import tenders
from tests.factories.ordering import sign_in
from tests.support.queries import counted


@pytest.fixture
def made(world, isolated):
    with world():
        return tenders.bidding(
            lots=2,
            requirements=(
                tenders.RequirementEntry("eligibility", "ISO 9001"),
                tenders.RequirementEntry("document", "Certificate", lot=2, answer_type="file"),
            ),
        )


@pytest.fixture
def supplier(client, made):
    sign_in(client, made.suppliers[0][1])
    return client


def entered(made, page, **changes):
    """The form as it stands, with prices for the first lot."""
    fields = {field["name"]: field.get("value", "") for field in page.soup.select("form[enctype] input[name]")}
    fields = {name: value for name, value in fields.items() if not name.endswith("-no")}
    answer = next(name for name in (one["name"] for one in page.soup.select("select[name^=answer]")))
    first, second = made.lines[:2]
    return fields | {"currency": "EUR", answer: "yes", f"l{first}-price": "12.50", f"l{second}-price": "3"} | changes


def test_a_supplier_bids_reads_it_again_and_keeps_the_receipt(supplier, made):
    base = f"/supplier/tenders/{made.number}"
    assert made.number in supplier.get("/supplier/tenders").text
    page = supplier.get(base)
    assert "Prepare a bid" in page.text
    form = supplier.get(f"{base}/bid")
    answer = supplier.post(f"{base}/bid", data=entered(made, form, do="submit"), follow=True)
    assert "This page is your receipt" in answer.text
    assert "12.50" in answer.text
    assert "155.00" in answer.text
    file = supplier.get(f"{base}/bid/receipts/1.json")
    assert receipts.problem_of(file.data) == ""
    assert json.loads(file.data)["receipt"]["lots"] == [1]
    again = supplier.get(f"{base}/bid")
    replaced = supplier.post(
        f"{base}/bid", data=entered(made, again, do="submit", **{f"l{made.lines[0]}-price": "11"}), follow=True
    )
    assert "version 2" in replaced.text
    own = supplier.get(f"{base}/bid/own")
    version = own.soup.select_one("input[name=base_version]")["value"]
    gone = supplier.post(f"{base}/bid/act", data={"do": "withdraw", "base_version": version, "client_ref": "x"},
                         follow=True)  # fmt: skip
    assert "Withdrawn" in gone.text


def test_what_is_missing_is_told_at_its_line_and_nothing_is_lost(supplier, made):
    address = f"/supplier/tenders/{made.number}/bid"
    data = entered(
        made, supplier.get(address), do="submit", **{f"l{made.lines[1]}-price": "", f"l{made.lines[0]}-lead": "x"}
    )
    answer = supplier.post(address, data=data)
    assert answer.status_code == 422
    assert "“x” is not understood" in answer.text
    data[f"l{made.lines[0]}-lead"] = "4"
    answer = supplier.post(address, data=data)
    assert "Line 2: enter a price" in answer.text
    assert answer.soup.select_one(f"#l{made.lines[0]}-price")["value"] == "12.50"


def test_a_draft_comes_back_and_is_no_bid(supplier, made):
    address = f"/supplier/tenders/{made.number}/bid"
    supplier.post(address, data=entered(made, supplier.get(address), do="save"))
    page = supplier.get(address)
    assert "It is no bid until you submit it" in page.text
    assert page.soup.select_one(f"#l{made.lines[0]}-price")["value"] == "12.5"
    assert "You have submitted no bid" in supplier.get(f"{address}/own").text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_sheet_goes_out_and_comes_back(supplier, made, form):
    address = f"/supplier/tenders/{made.number}/bid"
    supplier.post(address, data=entered(made, supplier.get(address), do="save"))
    sheet = supplier.get(f"{address}/sheet.{form}").data
    page = supplier.get(address)
    data = entered(made, page, do="sheet", **{f"l{made.lines[0]}-price": "99"}) | {
        "sheet": (BytesIO(sheet), f"x.{form}")
    }
    supplier.post(address, data=data, content_type="multipart/form-data")
    assert supplier.get(address).soup.select_one(f"#l{made.lines[0]}-price")["value"] == "12.5"


def test_after_the_deadline_the_own_bid_stays_readable(client, made, world):
    with world():
        make.submitted(made, 0, "7.77", lots=[1])
        tenders.shift(made, deadline=tenders.timedelta(seconds=-1))
    sign_in(client, made.suppliers[0][1])
    assert client.get(f"/supplier/tenders/{made.number}/bid").status_code == 303
    answer = client.get(f"/supplier/tenders/{made.number}/bid/own")
    assert "7.77" in answer.text
    late = client.post(f"/supplier/tenders/{made.number}/bid", data={"do": "submit"})
    assert late.status_code == 422


def test_taking_part_and_asking(supplier, made):
    base = f"/supplier/tenders/{made.number}"
    said = supplier.post(f"{base}/part", data={"do": "intends"}, follow=True)
    assert "Intends to bid" in said.text
    asked = supplier.post(f"{base}/part", data={"do": "ask", "text": "Which thread?"}, follow=True)
    assert "Which thread?" in asked.text


def test_the_list_costs_the_same_for_two_and_twenty(client, world, isolated, app):

    with world():
        first = tenders.bidding(suppliers=1)
        actor = first.suppliers[0][1]
    sign_in(client, actor)
    client.get("/supplier/tenders")
    with counted(app) as few:
        client.get("/supplier/tenders")
    with world():
        for _ in range(6):
            tenders.bidding(suppliers=0, visibility="public", lines=1)
    with counted(app) as many:
        client.get("/supplier/tenders")
    assert len(many) == len(few)


def test_a_refused_bid_keeps_what_came_with_it(supplier, made):
    address = f"/supplier/tenders/{made.number}/bid"
    page = supplier.get(address)
    paper = page.soup.select_one("input[type=file][name^=answer]")["name"]
    data = entered(
        made, page, do="submit", valid_to="", **{f"l{made.lines[1]}-price": "", f"l{made.lines[1]}-lead": "9"}
    )
    answer = supplier.post(
        address, data=data | {paper: (BytesIO(b"%PDF"), "iso.pdf")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "Kept: iso.pdf" in answer.text
    again = supplier.get(address)
    assert "Kept: iso.pdf" in again.text
    assert again.soup.select_one(f"#l{made.lines[1]}-lead")["value"] == "9"
