"""Pages of evaluation: places, comparison, scenarios, marks, questions, files; and who may open them."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import transaction
from app.core.tenancy import system_scope
from app.sourcing.domain.tender import RequirementEntry
from app.sourcing.service.clarifications import ask_bidder
from app.sourcing.service.evaluation import decide_bid
from tests.factories.accounts import actor_for, operator, person
from tests.factories.evaluation import bid, bids_of, open_bids, opened, price
from tests.factories.evaluators import criterion_of, member
from tests.factories.ordering import sign_in
from tests.factories.tenders import bidding
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("isolated")
CRITERIA = (
    RequirementEntry("criterion", "Service", answer_type="text", weight=Decimal(20), is_mandatory=False),
    RequirementEntry("criterion", "Samples", answer_type="text", weight=Decimal(10), is_mandatory=False),
)


@pytest.fixture
def a_tender(world):
    with world():
        found = opened([["10", "10"], ["9", "9.5"], ["4", None]])
        return found, bids_of(found)


@pytest.fixture
def scored(world):
    with world():
        found = opened(
            [["10"], ["9"]], procedure="proposals", ranking="points", price_weight=Decimal(70), envelopes=1,
            has_prequalification=False, requirements=CRITERIA,
        )  # fmt: skip
        return found, bids_of(found), member(found), [criterion_of(found, one.title) for one in CRITERIA]


def test_places_are_shown_with_their_reasons(client, a_tender, world):
    made, bids = a_tender
    with world(made.buyer):
        decide_bid(made.buyer, made.id, made.lots[0], bids[2], decision="disqualified", reason="no licence")
    sign_in(client, made.buyer)
    page = client.get(f"/tenders/{made.number}/evaluation")
    rows = [row.get_text(" ", strip=True) for row in page.soup.select("tbody tr")]
    assert rows[0].startswith(f"1 1. {made.suppliers[1][0].name}")
    assert "185.00" in rows[0]
    assert "no licence" in rows[2]
    assert "disqualified" in rows[2]


def test_a_bid_is_decided_on_its_page(client, a_tender):
    made, bids = a_tender
    sign_in(client, made.buyer)
    address = f"/tenders/{made.number}/evaluation/{made.lots[0]}/{bids[0]}"
    assert "Thing 1.1" in client.get(address).text
    refused = client.post(f"{address}/decide", data={"decision": "disqualified"})
    assert refused.status_code == 422
    assert "Say why the bid is disqualified" in refused.text
    assert client.post(f"{address}/decide", data={"decision": "qualified"}).status_code == 303
    assert "qualified" in client.get(address).text


def test_comparison_and_scenarios(client, a_tender):
    made, bids = a_tender
    sign_in(client, made.buyer)
    address = f"/tenders/{made.number}/comparison"
    page = client.get(address)
    assert "best price" in page.text
    assert "filled 140.00" in page.text
    cheapest = client.get(f"{address}?scenario=cheapest")
    assert "135.00" in cheapest.soup.select_one(".k-total").text
    assert len(cheapest.soup.select(".e-taken")) == 2
    assert "185.00" in client.get(f"{address}?scenario=few&count=1").soup.select_one(".k-total").text
    kept = bids[0]
    one = client.get(f"{address}?scenario=keep&keep={kept}&tolerance=6").soup.select_one(".k-total").text
    assert "140.00" in one  # the second line stays at 10.00, 5.3 % dearer; the first one is far cheaper elsewhere
    assert "is not a number" in client.get(f"{address}?scenario=keep&tolerance=x").text
    assert client.get(f"{address}?scenario=lot").status_code == 200
    assert client.get(f"{address}?scenario=unknown&count=-4").status_code == 200


def test_the_workbook_holds_numbers_and_formulas(client, a_tender):
    made, _bids = a_tender
    sign_in(client, made.buyer)
    answer = client.get(f"/tenders/{made.number}/comparison.xlsx")
    sheet = load_workbook(BytesIO(answer.data))["Lot 1"]
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert any(value.startswith("=SUM(") for value in formulas)
    values = load_workbook(BytesIO(answer.data), data_only=True)["Lot 1"]
    numbers = [cell.value for row in values.iter_rows() for cell in row if isinstance(cell.value, int | float)]
    assert 185 in numbers
    assert 9.5 in numbers


def test_the_record_on_paper(client, a_tender, world):
    made, bids = a_tender
    with world(made.buyer):
        decide_bid(made.buyer, made.id, made.lots[0], bids[2], decision="disqualified", reason="no licence")
    sign_in(client, made.buyer)
    answer = client.get(f"/tenders/{made.number}/evaluation.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())
    assert made.number in text
    assert "no licence" in text
    assert "185.00" in text


def test_marks_on_the_page_and_from_a_file(client, scored):
    found, (first, second), judge, criteria = scored
    sign_in(client, judge)
    address = f"/tenders/{found.number}/scores/{found.lots[0]}"
    assert client.get(address).status_code == 200
    key = f"{first}-{criteria[0]}"
    assert client.post(address, data={f"mark-{key}": "a lot"}).status_code == 422
    refused = client.post(address, data={f"mark-{key}": "100"})
    assert refused.status_code == 422
    assert "need a comment" in refused.text
    assert client.post(address, data={f"mark-{key}": "62.5"}).status_code == 303
    assert client.get(address).soup.select_one(f"#mark-{key}")["value"] == "62.5"
    book = load_workbook(BytesIO(client.get(f"{address}/marks.xlsx").data))
    sheet = book.active
    for row in sheet.iter_rows(min_row=2):
        row[4].value = 50
    wrong = BytesIO()
    sheet["A2"] = "1-1"
    book.save(wrong)
    answer = client.post(f"{address}/marks", data={"file": (BytesIO(wrong.getvalue()), "m.xlsx")})
    assert answer.status_code == 422
    assert "Row 2" in answer.text
    sheet["A2"] = f"{first}-{criteria[0]}"
    right = BytesIO()
    book.save(right)
    sent = client.post(f"{address}/marks", data={"file": (BytesIO(right.getvalue()), "m.xlsx")})
    assert sent.status_code == 303
    assert client.get(address).soup.select_one(f"#mark-{second}-{criteria[1]}")["value"] == "50"


def test_hidden_marks_show_neither_points_nor_order(client, world):
    with world():
        found = opened(
            [["9"], ["10"]], procedure="proposals", ranking="points", price_weight=Decimal(70), envelopes=1,
            has_prequalification=False, has_blind_scores=True, requirements=CRITERIA,
        )  # fmt: skip
        member(found)
    sign_in(client, found.buyer)
    page = client.get(f"/tenders/{found.number}/evaluation")
    assert "stay hidden until every evaluator has finished" in page.text
    assert "SHA-256" not in page.text
    cells = [cell.get_text(strip=True) for cell in page.soup.select("tbody td.k-num")]
    assert [cell for cell in cells if cell not in {"–", "90.00", "180.00", "100.00", "200.00"}] == []
    assert "best" not in [chip.text for chip in page.soup.select(".k-chip")]


def test_a_supplier_answers_what_it_is_asked(client, a_tender, world):
    made, bids = a_tender
    third = bids[1]
    with world(made.buyer):
        asked = ask_bidder(made.buyer, made.id, made.lots[0], third, question="Is freight in it?")
    sign_in(client, made.suppliers[1][1])
    address = f"/supplier/questions/{asked}"
    assert "Is freight in it?" in client.get(address).text
    assert client.post(address, data={"answer": ""}).status_code == 422
    assert client.post(address, data={"answer": "Yes, all of it."}).status_code == 303
    assert client.post(address, data={"answer": "No."}).status_code == 409
    sign_in(client, made.suppliers[0][1])
    assert client.get(address).status_code == 404
    sign_in(client, made.buyer)
    assert "Yes, all of it." in client.get(f"/tenders/{made.number}/evaluation/{made.lots[0]}/{third}").text


def test_two_bids_or_eight_cost_the_same(client, app, world):
    costs = []
    for size in (2, 8):
        with world():
            found = opened([[str(10 + n), "5"] for n in range(size)])
        sign_in(client, found.buyer)
        client.get(f"/tenders/{found.number}/comparison")
        for path in ("evaluation", "comparison"):
            with counted(app) as seen:
                client.get(f"/tenders/{found.number}/{path}")
            costs.append(len(seen))
    assert costs[:2] == costs[2:]


NOBODY, BUYER, TEAM, JUDGE, SUPPLIER, STRANGER, HOUSE = range(7)
# nobody, a buyer of the company, its tender manager, an evaluator, a bidder, another company's manager, the operator
TABLE = [
    ("GET", "/tenders/{number}/evaluation", (303, 403, 200, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/evaluation/{lot}/{bid}", (303, 403, 200, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/evaluation/{lot}/{bid}/files/1", (303, 403, 404, 404, 403, 404, 404)),
    ("GET", "/tenders/{number}/evaluation.pdf", (303, 403, 200, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/comparison", (303, 403, 200, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/comparison.xlsx", (303, 403, 200, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/scores/{lot}", (303, 403, 403, 200, 403, 404, 404)),
    ("GET", "/tenders/{number}/scores/{lot}/marks.xlsx", (303, 403, 403, 200, 403, 404, 404)),
    ("POST", "/tenders/{number}/scores/{lot}", (303, 403, 403, 422, 403, 404, 404)),
    ("POST", "/tenders/{number}/scores/{lot}/marks", (303, 403, 403, 422, 403, 404, 404)),
    ("POST", "/tenders/{number}/evaluation/{lot}/{bid}/decide", (303, 403, 422, 422, 403, 404, 404)),
    ("POST", "/tenders/{number}/evaluation/{lot}/{bid}/ask", (303, 403, 422, 403, 403, 404, 404)),
    ("POST", "/tenders/{number}/evaluation/{lot}/store", (303, 403, 303, 403, 403, 404, 404)),
    ("POST", "/tenders/{number}/evaluation/qualified", (303, 403, 409, 409, 403, 404, 404)),
    ("POST", "/tenders/{number}/evaluation/explanations/0", (303, 403, 404, 403, 403, 404, 404)),
    ("GET", "/supplier/questions/0", (303, 403, 403, 403, 404, 403, 403)),
    ("POST", "/supplier/questions/0", (303, 403, 403, 403, 404, 403, 403)),
]


def test_who_may_open_what(client, scored, world):
    found, (bid, _other), judge, _criteria = scored
    with world():
        other = opened([["1"]])
        desk = actor_for(person(operator(), Role.PURCHASER), operator())
        buyer = actor_for(person(found.company, Role.BUYER), found.company)
    people = (None, buyer, found.buyer, judge, found.suppliers[0][1], other.buyer, desk)
    wrong = []
    for person_number, actor in enumerate(people):
        if actor is not None:
            sign_in(client, actor)
        for method, address, expected in TABLE:
            path = address.format(number=found.number, lot=found.lots[0], bid=bid)
            status = client.open(path, method=method).status_code
            if status != expected[person_number]:
                wrong.append((method, address, person_number, expected[person_number], status))
    assert wrong == []


def test_a_bid_in_another_currency_shows_its_own_price(client, world):
    with world():
        with system_scope("test"), transaction() as session:
            session.execute(
                text("INSERT INTO exchange_rates (currency_from, currency_to, on_date, rate, source)"
                     " VALUES ('USD', 'EUR', current_date - 1, 0.9, 'test') ON CONFLICT DO NOTHING")
            )  # fmt: skip
        made = bidding(suppliers=1, lines=1, currencies=("EUR", "USD"))
        bid(made, 0, [price(made.lines[0], "10.10")], currency="USD")
        open_bids(made)
    sign_in(client, made.buyer)
    page = client.get(f"/tenders/{made.number}/comparison")
    assert "9.09" in page.text
    assert "10.10\N{NO-BREAK SPACE}USD" in page.soup.text
    assert "0.9 for 1 USD" in page.text
