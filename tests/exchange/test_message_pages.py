"""The message monitor and one message, over HTTP."""

from __future__ import annotations

import pytest

from app.accounts.domain.roles import Role
from app.core.texts import N_
from tests.factories import accounts
from tests.factories import messages as make
from tests.support.queries import counted

FINDING = {
    "step": "rules", "ruleset": "EN 16931", "rule": "BR-02", "severity": "fatal", "line": 1, "column": 130,
    "path": "BGM", "message": "An invoice shall have a number.", "terms": [{"id": "BT-1", "name": "Invoice number"}],
}  # fmt: skip


@pytest.fixture
def staff(isolated, world, client):
    """Signed in as an administrator of the operator."""
    with world():
        user = accounts.person(accounts.operator(), Role.OPERATOR_ADMIN)
    accounts.sign_in(client, user)


@pytest.fixture
def buyer(isolated, world, client):
    """Signed in as a bookkeeper of a customer, whose company it returns."""
    with world():
        company = accounts.customer(name="Möller")
        user = accounts.person(company, Role.BOOKKEEPER)
    accounts.sign_in(client, user)
    return company


def test_the_list_narrows_by_everything(staff, world, client):
    with world():
        acme, other = make.partner("ACME"), make.partner("OTHER")
        make.message(acme, number="FIRST")
        make.message(acme, number="SECOND", direction="out", document="invoice", format="ubl-invoice", state="sent")
        make.message(other, number="THIRD", state="parked", is_test=True)
    assert "FIRST" in client.get("/messages").text
    for query, shown in {
        "q=second": {"SECOND"}, "q=other": {"THIRD"}, "direction=in": {"FIRST", "THIRD"}, "state=todo": {"THIRD"},
        "document=invoice": {"SECOND"}, "partner=OTHER": {"THIRD"}, "format=edifact-orders": {"FIRST", "THIRD"},
        "mode=test": {"THIRD"}, "mode=live": {"FIRST", "SECOND"}, "start=2020-01-01&end=2020-01-02": set(),
        "state=nonsense": {"FIRST", "SECOND", "THIRD"},
    }.items():  # fmt: skip
        text = client.get(f"/messages?{query}").text
        assert {name for name in ("FIRST", "SECOND", "THIRD") if name in text} == shown, query


def test_two_and_twenty_rows_cost_the_same(staff, world, client, app):
    with world():
        owner = make.partner()
        for _ in range(2):
            make.message(owner)
    with counted(app) as few:
        client.get("/messages")
    with world():
        for _ in range(18):
            make.message(owner)
    with counted(app) as many:
        client.get("/messages")
    assert len(many) == len(few)


def test_a_message_is_shown_with_its_document_findings_and_marked_text(staff, world, client):
    with world():
        found = make.message(
            make.partner(), state="parked", reason=N_("There is no article {sku}.", sku="X-1").as_json(),
            report={"findings": [FINDING], "rule_sets": [{"name": "EN 16931", "version": "1"}], "unchecked": []},
        )  # fmt: skip
    page = client.get(f"/messages/{found.id}")
    for text in ("There is no article X-1.", "Hex bolt M8", "Buyer Ltd", "BR-02", "Invoice number", "4006381333931"):
        assert text in page.text
    assert page.html.count("m-marked") == 1
    assert "UNB+UNOC" in page.text


def test_long_texts_come_by_pages_and_open_at_the_asked_line(staff, world, client):
    data = b"\n".join(b"row %d" % at for at in range(1, 1001))
    with world():
        found = make.message(make.partner(), data=data, format="csv-order", document="")
    page = client.get(f"/messages/{found.id}?line=700")
    assert "row 700" in page.text
    assert "row 100<" not in page.html
    assert page.html.count("m-marked") == 1


def test_binary_files_are_only_downloaded(staff, world, client):
    with world():
        found = make.message(make.partner(), data=b"%PDF-1.7 nothing", document="", format="")
    page = client.get(f"/messages/{found.id}")
    assert "This is no text." in page.text
    answer = client.flask.get(f"/messages/{found.id}/original")
    assert (answer.data, answer.mimetype) == (b"%PDF-1.7 nothing", "application/pdf")


def test_the_original_comes_unchanged(staff, world, client):
    with world():
        found = make.message(make.partner())
    answer = client.flask.get(f"/messages/{found.id}/original")
    assert answer.data == make.orders(found.number)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_another_format_says_first_what_is_lost(staff, world, client):
    with world():
        found = make.message(make.partner())
    assert "UBL order" in client.get(f"/messages/{found.id}").text
    page = client.get(f"/messages/{found.id}/as/ubl-order")
    assert page.status == 200
    answer = client.flask.get(f"/messages/{found.id}/as/ubl-order?download=1")
    assert b"<cbc:ID>" + found.number.encode() in answer.data
    assert client.get(f"/messages/{found.id}/as/ubl-invoice").status == 422
    assert client.get(f"/messages/{found.id}/as/no-such").status == 404


def test_what_belongs_together_is_a_tree(staff, world, client):
    with world():
        owner = make.partner()
        order = make.message(owner, number="PO-77", subject_kind="order", subject_id=9001)
        make.message(
            owner, number="SO-77", direction="out", document="order-response", answers_id=order.id, state="sent"
        )
        make.message(owner, number="D-77", direction="out", document="despatch-advice", state="sent",
                     subject_kind="order", subject_id=9001)  # fmt: skip
        make.message(owner, number="OTHER-1")
    text = client.get(f"/messages/{order.id}").html
    assert "m-depth-1" in text
    assert text.index("SO-77") < text.index("D-77")
    assert "OTHER-1" not in text


def test_an_account_sees_its_own_messages_and_nothing_else(buyer, world, client):
    with world():
        stranger = accounts.customer(name="Stranger")
        own = make.message(make.partner("ACME", buyer), buyer, number="MINE")
        foreign = make.message(make.partner("FOREIGN", stranger), stranger, number="THEIRS")
    page = client.get("/messages")
    assert "MINE" in page.text
    assert "THEIRS" not in page.text
    shown = client.get(f"/messages/{own.id}")
    assert "Hex bolt M8" in shown.text
    assert "/replay" not in shown.html
    assert client.flask.get(f"/messages/{own.id}/original").status_code == 200
    for address in ("", "/original", "/as/ubl-order"):
        assert client.get(f"/messages/{foreign.id}{address}").status == 404


def test_empty_pages_say_what_will_be_here(staff, client):
    assert "No messages yet" in client.get("/messages").text
    assert "Nothing to do" in client.get("/messages/to-do").text
    assert "No message fits" in client.get("/messages?q=zzz").text


def test_the_work_list_shows_reasons_and_the_start_page_counts(staff, world, client):
    with world():
        make.message(make.partner(), state="parked", reason=N_("The partner is switched off.").as_json())
    assert "The partner is switched off." in client.get("/messages/to-do").text
    assert "wait for you" in client.get("/start").text


def test_the_list_answers_htmx_with_its_part(staff, world, client):
    with world():
        make.message(make.partner(), number="PART-1")
    answer = client.flask.get("/messages", headers={"HX-Request": "true"})
    assert b"PART-1" in answer.data
    assert b"<html" not in answer.data
