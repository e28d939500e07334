"""Pages of the asking side: from an empty list through a draft to publication, changes and the end; who may open what."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from app.core.tenancy import acting_as
from app.sourcing.domain.tender import RequirementEntry
from app.sourcing.service import tender_people, tender_questions, tender_state
from tests.factories import tenders as make
from tests.factories.accounts import actor_for, customer, operator, person, sign_in, supplier
from tests.support.queries import counted

NOBODY, MANAGER, ADMIN, BUYER, STRANGER, STAFF, SUPPLIER = (
    "nobody", "manager", "admin", "buyer", "stranger", "staff", "supplier",
)  # fmt: skip
PEOPLE = (NOBODY, MANAGER, ADMIN, BUYER, STRANGER, STAFF, SUPPLIER)
AWAY = 303
SEE = (AWAY, 200, 200, 200, 404, 404, 403)
RUN = (AWAY, 200, 200, 403, 404, 404, 403)

# {n} a draft, {p} a tender open for bids with an applicant {a} and a question {q}
TABLE: list[tuple[str, str, dict[str, Any], tuple[int, ...]]] = [
    # method, address, data                       nobody manager admin buyer stranger staff supplier
    ("GET", "/tenders", {}, (AWAY, 200, 200, 200, 200, 200, 403)),
    ("GET", "/tenders/new", {}, (AWAY, 200, 200, 403, 200, 200, 403)),
    ("POST", "/tenders/new", {}, (AWAY, 422, 422, 403, 422, 422, 403)),
    ("GET", "/tenders/{n}", {}, SEE),
    ("GET", "/tenders/{p}", {}, SEE),
    ("GET", "/tenders/{n}/terms", {}, RUN),
    ("POST", "/tenders/{n}/terms", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{p}/amend", {}, RUN),
    ("POST", "/tenders/{p}/amend", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/lines", {}, SEE),
    ("GET", "/tenders/{n}/lines.xlsx", {}, SEE),
    ("GET", "/tenders/{p}/ocds", {}, SEE),
    ("GET", "/tenders/{n}/ocds", {}, (AWAY, 409, 409, 409, 404, 404, 403)),
    ("POST", "/tenders/from-ocds", {}, (AWAY, 303, 303, 403, 303, 303, 403)),
    ("GET", "/tenders/{n}/lots", {}, RUN),
    ("POST", "/tenders/{n}/lots", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/lots/1/lines", {}, RUN),
    ("POST", "/tenders/{n}/lots/1/lines", {}, RUN),
    ("GET", "/tenders/{n}/requirements", {}, SEE),
    ("POST", "/tenders/{n}/requirements", {"row_version": "0"}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/suppliers", {}, SEE),
    ("POST", "/tenders/{n}/suppliers", {"mark": "nobody"}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("POST", "/tenders/{n}/suppliers/{s}/take-out", {}, (AWAY, 303, 404, 403, 404, 404, 403)),
    ("POST", "/tenders/{p}/suppliers/{a}/decide", {"do": "refuse"}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/members", {}, RUN),
    ("POST", "/tenders/{n}/members", {}, (AWAY, 303, 303, 403, 404, 404, 403)),
    ("GET", "/tenders/{p}/questions", {}, SEE),
    ("POST", "/tenders/{p}/questions/{q}", {"answer": ""}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/papers", {}, SEE),
    ("POST", "/tenders/{n}/papers", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("GET", "/tenders/{n}/papers/1", {}, (AWAY, 404, 404, 404, 404, 404, 403)),
    ("POST", "/tenders/{n}/papers/1/remove", {}, (AWAY, 303, 303, 403, 404, 404, 403)),
    ("GET", "/tenders/{p}/history", {}, SEE),
    ("POST", "/tenders/{n}/submit", {"row_version": "0"}, (AWAY, 409, 409, 403, 404, 404, 403)),
    ("POST", "/tenders/{n}/release", {"row_version": "0"}, (AWAY, 403, 409, 403, 404, 403, 403)),
    ("POST", "/tenders/{n}/publish", {"row_version": "0"}, (AWAY, 409, 409, 403, 404, 404, 403)),
    ("POST", "/tenders/{p}/extend", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("POST", "/tenders/{p}/suspend", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("POST", "/tenders/{p}/resume", {"row_version": "0"}, (AWAY, 409, 409, 403, 404, 404, 403)),
    ("POST", "/tenders/{p}/cancel", {}, (AWAY, 422, 422, 403, 404, 404, 403)),
    ("POST", "/tenders/{n}/copy", {"client_ref": str(uuid.uuid4())}, (AWAY, 303, 303, 403, 404, 404, 403)),
]  # fmt: skip


@pytest.fixture
def scene(isolated, world):
    """A draft and an open tender of one company, and people around it."""
    with world():
        draft = make.draft(suppliers=1)
        company = draft.company
        people = {
            MANAGER: (person(company, Role.TENDER_MANAGER), company),
            ADMIN: (person(company, Role.COMPANY_ADMIN), company),
            BUYER: (person(company, Role.BUYER), company),
        }
        other = customer()
        people[STRANGER] = (person(other, Role.COMPANY_ADMIN), other)
        house = operator()
        people[STAFF] = (person(house, Role.PURCHASER), house)
        firm = supplier()
        people[SUPPLIER] = (person(firm, Role.SUPPLIER), firm)
        opened = make.bidding(visibility="registered", suppliers=1, by=draft)
        bids = actor_for(people[SUPPLIER][0], firm)
        with acting_as(bids):
            applicant = tender_people.apply(bids, opened.id)
        firm_row, asker = opened.suppliers[0]
        with acting_as(asker):
            question = tender_questions.ask(asker, opened.id, "Which colour?")
        with acting_as(draft.buyer):
            asked = tender_people.invite_supplier(draft.buyer, draft.id, firm_row.id)
    names = {"n": draft.number, "p": opened.number, "a": applicant, "q": question, "s": asked}
    return names, people, draft, opened


@pytest.mark.parametrize(("method", "address", "data", "expected"), TABLE)
def test_access(client, world, scene, method, address, data, expected):
    names, people, draft, opened = scene

    def versions() -> tuple[int, int]:
        with world():
            return draft.row().row_version, opened.row().row_version

    before = versions()
    for who, status in zip(PEOPLE, expected, strict=True):
        client.post("/sign-out")
        if who != NOBODY:
            sign_in(client, people[who][0])
        answer = client.open(address.format(**names), method=method, data=dict(data) if method == "POST" else None)
        assert answer.status_code == status, f"{who}: {answer.status_code}"
        if who in (NOBODY, STRANGER, STAFF, SUPPLIER):
            assert versions() == before, f"{who} changed something"
        before = versions()


def test_no_tenders_yet(client, scene):
    _names, people, _draft, _opened = scene
    sign_in(client, people[STRANGER][0])
    assert "No tenders yet" in client.get("/tenders").text


@pytest.mark.parametrize("page", ["/tenders", "/tenders/{n}", "/tenders/{n}/lines", "/tenders/{n}/suppliers"])
def test_statements_do_not_grow_with_rows(isolated, world, client, page):
    with world():
        small = make.draft(lines=2, suppliers=2)
        user = person(small.company, Role.TENDER_MANAGER)
    sign_in(client, user)
    client.get(page.format(n=small.number))
    with counted(isolated) as few:
        client.get(page.format(n=small.number))
    with world():
        large = make.draft(lines=20, suppliers=20, by=small)
        for _ in range(3):
            make.draft(suppliers=0, by=small)
    with counted(isolated) as many:
        client.get(page.format(n=large.number))
    assert len(few) == len(many)


def version_of(page: Any) -> str:
    return page.soup.find("input", {"name": "row_version"})["value"]


def test_from_an_empty_form_to_the_open_tender(isolated, world, client):
    """One person makes a draft on its pages, publishes, answers, amends, extends, suspends, goes on, and cancels."""
    with world():
        company, runs, _decides = make.people()
        firm, bidder = make.bidder()
        user = person(company, Role.TENDER_MANAGER)
    sign_in(client, user)
    assert "Request for proposals" in client.get("/tenders/new").text
    made = client.post("/tenders/new", data={
        "title": "Gloves", "procedure": "sealed-prices", "currency": "eur", "client_ref": str(uuid.uuid4()),
    })  # fmt: skip
    assert made.status_code == 303, made.text
    address = made.location.rsplit("/", 1)[0]
    form = client.get(f"{address}/terms")
    terms = form.form(f"{address}/terms") | {"deadline": "2099-05-01T12:00", "description": "For all hands"}
    assert client.post(f"{address}/terms", data=terms).status_code == 303
    lots = client.get(f"{address}/lots").form(f"{address}/lots")
    page = client.get(f"{address}/lots/1/lines")
    lines = {
        "row_version": version_of(page), "do": "save", "code": ["Nitrile gloves", "Leather gloves"],
        "quantity": ["200", "50"], "unit": ["PR", "H87"], "target": ["0.50", ""], "need": ["2099-06-01", ""],
        "note": ["EN 374", ""],
    }  # fmt: skip
    assert lots
    assert client.post(f"{address}/lots/1/lines", data=lines).status_code == 303
    shown = client.get(f"{address}/lines")
    assert "Nitrile gloves" in shown.text
    assert "EN 374" in shown.text
    assert client.get(f"{address}/lines.xlsx").data[:2] == b"PK"
    requirement = {
        "row_version": version_of(client.get(f"{address}/requirements")), "id": "", "lot": "", "kind": "document",
        "title": "CE declaration", "description": "", "answer_type": "file", "mandatory": "yes", "weight": "",
        "options": "", "envelope": "1",
    }  # fmt: skip
    assert client.post(f"{address}/requirements", data=requirement).status_code == 303
    refused = client.post(f"{address}/publish", data={"row_version": version_of(client.get(address))})
    assert refused.status_code == 422
    assert "Invite at least 1" in refused.text
    assert client.post(f"{address}/suppliers", data={"mark": firm.code}).status_code == 303
    paper = {"file": (io.BytesIO(b"%PDF-1.7 x"), "terms.pdf"), "title": "Terms", "is_public": "yes"}
    assert client.post(f"{address}/papers", data=paper).status_code == 303
    assert client.post(f"{address}/publish", data={"row_version": version_of(client.get(address))}).status_code == 303
    assert "Open for bids" in client.get(address).text
    number = address.rsplit("/", 1)[1]
    with world(runs):
        tender_id = tender_state.tender_id_of(runs, number)
    with world(bidder):
        question = tender_questions.ask(bidder, tender_id, "Which sizes?")
    asked = client.get(f"{address}/questions")
    assert "Which sizes?" in asked.text
    assert firm.name not in asked.text
    answer = {"answer": "7 to 11", "do": "answer"}
    assert client.post(f"{address}/questions/{question}", data=answer).status_code == 303
    change = client.get(f"{address}/amend").form(f"{address}/amend")
    change |= {"description": "For all hands and feet", "reason": "Boots too"}
    assert client.post(f"{address}/amend", data=change).status_code == 303
    history = client.get(f"{address}/history").text
    assert "Boots too" in history
    later = {"row_version": version_of(client.get(address)), "deadline": "2099-06-01T12:00", "reason": "More time"}
    assert client.post(f"{address}/extend", data=later).status_code == 303
    for step in ({"reason": "A fault"}, {}):
        data = step | {"row_version": version_of(client.get(address))}
        assert client.post(f"{address}/{'suspend' if step else 'resume'}", data=data).status_code == 303
    ending = {"row_version": version_of(client.get(address)), "reason": "Enough gloves", "reason_code": "need_gone"}
    assert client.post(f"{address}/cancel", data=ending).status_code == 303
    last = client.get(address).text
    assert "Cancelled" in last
    assert "Enough gloves" in last
    assert client.post(f"{address}/publish", data={"row_version": "1"}).status_code == 409


def test_requirements_of_an_open_tender_change_with_a_reason(isolated, world, client):
    with world():
        made = make.bidding(requirements=(RequirementEntry("technical", "CE mark"),))
        user = person(made.company, Role.TENDER_MANAGER)
    sign_in(client, user)
    address = f"/tenders/{made.number}/requirements"
    form = client.get(f"{address}?edit=1").form(address) | {"title": "CE and UKCA mark", "reason": "Also for London"}
    assert client.post(address, data=form).status_code == 303
    assert "CE and UKCA mark" in client.get(address).text
    assert "CE and UKCA" in client.get(f"/tenders/{made.number}/history").text


def test_one_lot_can_be_cancelled(isolated, world, client):
    with world():
        made = make.bidding(lots=2)
        user = person(made.company, Role.TENDER_MANAGER)
    sign_in(client, user)
    address = f"/tenders/{made.number}"
    data = {"row_version": version_of(client.get(address)), "reason": "Bought already", "reason_code": "need_gone"}
    assert client.post(f"{address}/cancel", data=data | {"lot": "7"}).status_code == 404
    assert client.post(f"{address}/cancel", data=data | {"lot": "2"}).status_code == 303
    page = client.get(address)
    assert "Open for bids" in page.text
    assert "Cancelled" in page.text
    with world():
        row = made.row()
    assert (row.state, row.ended_at) == ("bidding", None)


def test_public_notices_need_no_sign_in_and_show_nothing_else(isolated, world, client):
    with world():
        shown = make.bidding(visibility="public", suppliers=0, title="Cranes for the north quay")
        hidden = make.bidding(visibility="registered", suppliers=0, title="Ropes")
        make.draft(visibility="public", suppliers=0, title="Winches")
    page = client.get("/notices/tenders")
    assert "Cranes for the north quay" in page.text
    assert "Ropes" not in page.text
    assert "Winches" not in page.text
    notice = client.get(f"/notices/tenders/{shown.number}")
    assert notice.status_code == 200
    assert "Thing 1.1" in notice.text
    assert "5.00" not in notice.text
    assert client.get(f"/notices/tenders/{hidden.number}").status_code == 404
