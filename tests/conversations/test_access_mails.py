"""Who may place mails that came in and keep frequently asked questions. A denial changes nothing."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from sqlalchemy import select, text

from app.conversations.models.mails import InboundMail
from app.conversations.queries.questions import FaqWords
from app.conversations.service.inbound import due_mails, keep_mail, place_mail
from app.conversations.service.questions import keep_question
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.tenancy import acting_as
from tests.factories.accounts import sign_in
from tests.factories.ordering import article, order, ref
from tests.support.cast import Cast

DESK = ("operator_admin", "sales", "accountant", "warehouse")
EDITORS = ("operator_admin", "sales")
CUSTOMERS = ("customer.company_admin", "customer.buyer", "stranger.buyer")
NOBODY = "nobody"

LIST, MAIL, WHOLE = "/conversations/mails", "/conversations/mails/{mail}", "/conversations/mails/{mail}/whole"
PLACE, DISCARD = "/conversations/mails/{mail}/place", "/conversations/mails/{mail2}/discard"
FAQ = ("/conversations/questions", "/conversations/questions/new", "/conversations/questions/{question}")
HELPED, SUGGESTED = (
    "/conversations/questions/{question}/helped",
    "/conversations/questions/suggested?kind=order&text=parcel",
)

MATRIX = [
    *(("GET", address, name, 200) for address in (LIST, MAIL, WHOLE) for name in DESK),
    *(("GET", address, name, 403) for address in (LIST, MAIL, WHOLE) for name in (*CUSTOMERS, "pricing")),
    *(("POST", address, name, 403) for address in (PLACE, DISCARD) for name in (*CUSTOMERS, "pricing")),
    *(("POST", address, "sales", 303) for address in (PLACE, DISCARD)),
    *(("GET", address, name, 200) for address in FAQ for name in EDITORS),
    *(("GET", address, name, 403) for address in FAQ for name in (*CUSTOMERS, "accountant", "warehouse")),
    *(("POST", address, name, 403) for address in FAQ[1:] for name in (*CUSTOMERS, "accountant")),
    *(("POST", address, "sales", 303) for address in FAQ[1:]),
    *(("GET", SUGGESTED, name, 200) for name in CUSTOMERS),
    ("GET", SUGGESTED, "sales", 403),
    *(("POST", HELPED, name, status) for name, status in (("customer.buyer", 303), ("sales", 403))),
    *(("GET", address, NOBODY, 303) for address in (LIST, MAIL, *FAQ)),
]  # fmt: skip


def mail(number: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "eve@else.example", "reply@localhost", f"Mail {number}"
    message["Message-ID"] = f"<{number}@else.example>"
    message.set_content("Hello")
    return message.as_bytes()


@pytest.fixture
def places(cast: Cast, world) -> dict[str, int | str]:
    with world():
        system, desk = Actor.system(), cast.actor("sales")
        for number in (1, 2):
            keep_mail(system, mail(number))
        for one in due_mails(system):
            place_mail(system, one)
        first, second = db.session.scalars(select(InboundMail.id).order_by(InboundMail.id)).all()
        with acting_as(desk):
            words = {"en": FaqWords("Where is my parcel?", "On its way.", "")}
            question = keep_question(desk, None, words, client_ref=ref())
        placed = order(cast.actor("customer.buyer"), [(article("PLACE"), 1)])
    return {"mail": first, "mail2": second, "question": question, "number": placed.number}


def counts() -> list[int]:
    tables = ("audit_entries", "conversation_messages", "faq_texts", "faq_uses")
    return [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


@pytest.mark.parametrize("name", sorted({row[2] for row in MATRIX}))
def test_access(client, world, cast, places, name):
    if name != NOBODY:
        sign_in(client, cast.people[name])
    wrong = []
    for method, pattern, _name, status in (row for row in MATRIX if row[2] == name):
        with world():
            before = counts()
        data = {
            "kind": "order", "number": places["number"], "client_ref": ref(), "question_en": "Why?", "answer_en": "So.",
        }  # fmt: skip
        address = pattern.format(**places)
        read = client.part if "suggested" in address else client.get
        page = client.post(address, data) if method == "POST" else read(address)
        with world():
            is_changed = counts() != before
        if page.status != status or is_changed is not (method == "POST" and status == 303):
            wrong.append((method, address, page.status, is_changed))
    assert wrong == []


def test_the_list_of_mails_takes_the_same_statements_for_any_number(client, world, cast, places):
    sign_in(client, cast.people["sales"])

    def cost() -> int:
        with client.app.app_context(), statements() as seen:
            assert client.get(LIST).status == 200
        return len(seen)

    cost()
    first = cost()
    with world():
        system = Actor.system()
        for number in range(3, 21):
            keep_mail(system, mail(number))
        for one in due_mails(system):
            place_mail(system, one)
    assert cost() == first


def test_a_number_that_names_nothing_is_told_beside_the_field(client, cast, places):
    sign_in(client, cast.people["sales"])
    page = client.post(PLACE.format(**places), {"kind": "order", "number": "SO-0"})
    assert page.status == 422 and "There is nothing with this number." in " ".join(page.errors)
