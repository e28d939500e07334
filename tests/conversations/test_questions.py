"""Frequently asked questions: kept by sales, suggested before a first message is sent, counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.conversations.queries.questions import FaqWords, faq_rows, suggest
from app.conversations.service.questions import keep_question
from app.core.errors import Forbidden, Invalid
from app.core.tenancy import acting_as
from tests.factories.conversations import say, talk
from tests.factories.ordering import ref, sales, sign_in

DELIVERY = {
    "en": FaqWords("How long does a delivery take?", "Two working days.", "shipping arrive parcel"),
    "ru": FaqWords("Сколько идёт доставка?", "Два рабочих дня.", "посылка отправка"),
    "uk": FaqWords("Скільки триває доставка?", "Два робочі дні.", "посилка відправлення"),
}
PAY = {"en": FaqWords("Which payment terms do I have?", "They stand on each invoice.", "pay bill")}


def kept(desk, words, **facts) -> int:
    with acting_as(desk):
        return keep_question(desk, None, words, client_ref=facts.pop("client_ref", None) or ref(), **facts)


@pytest.mark.usefixtures("ctx")
def test_questions_are_found_by_the_words_of_the_readers_language():
    desk, play = sales(), talk()
    delivery, pay = kept(desk, DELIVERY), kept(desk, PAY, subject_kinds=["invoice"])
    kept(desk, DELIVERY, is_active=False)
    for locale, kind, written, expected in (
        ("en", "order", "When will my parcel be shipped and delivered?", [delivery]),
        ("en", "order", "deliveries", [delivery]),
        ("en", "invoice", "Please pay the bill", [pay]),
        ("en", "order", "Please pay the bill", []),
        ("en", "order", "The and of it is", []),
        ("en", "order", "", []),
        ("en", "order", "' & | ! <-> :*", []),
        ("ru", "order", "Когда будет доставка посылки?", [delivery]),
        ("uk", "order", "Коли буде доставка посилки?", [delivery]),
        ("uk", "order", "When will my parcel arrive?", []),
    ):
        someone = replace(play.buyer, locale=locale)
        with acting_as(someone):
            assert [one.id for one in suggest(someone, kind, written)] == expected, (locale, written)


@pytest.mark.usefixtures("ctx")
def test_questions_are_checked_changed_and_kept_once():
    desk, same = sales(), ref()
    made = kept(desk, DELIVERY, client_ref=same)
    assert kept(desk, DELIVERY, client_ref=same) == made
    with acting_as(desk):
        keep_question(desk, made, PAY, client_ref=ref(), position=3)
        (row,) = faq_rows(desk)
        assert (row.title, row.position, dict(row.words)) == (PAY["en"].question, 3, PAY)
    for words, field in (({}, "question_en"), ({"ru": FaqWords("Что?")}, "answer_ru"), ({"en": FaqWords("", "A")}, "question_en"),
                         ({"en": FaqWords("Q" * 301, "A")}, "question_en")):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            kept(desk, words)
        assert caught.value.field == field
    with pytest.raises(Forbidden):
        kept(talk().buyer, DELIVERY)


def test_before_a_first_message_answers_are_suggested(client, world, isolated):
    with world():
        play = talk()
        question = kept(sales(), DELIVERY)
    sign_in(client, play.buyer)
    address = f"/conversations/about/order/{play.order_id}"
    written = {"text": "When does the parcel arrive?", "client_ref": ref()}
    page = client.post(address, written)
    assert page.status == 200
    assert "Is one of these the answer?" in page.text and "Two working days." in page.text
    assert page.soup.find("input", {"name": "anyway"})["value"] == "1"
    helped = client.post(
        f"/conversations/questions/{question}/helped", {"client_ref": written["client_ref"], "next": "/orders"}
    )
    assert (helped.status, helped.location) == (303, "/orders")
    part = client.part(f"/conversations/questions/suggested?kind=order&text=parcel+arrives&client_ref={ref()}")
    assert "Two working days." in part.text
    sent = client.post(address, written | {"anyway": "1", "client_ref": ref()})
    assert sent.status == 303
    again = client.post(address, {"text": "And the parcel of last week?", "client_ref": ref()})
    assert again.status == 303, "asked before a new conversation only"
    with world():
        desk = sales()
        say(desk, play, "Yes.")
        (row,) = [one for one in faq_rows(desk) if one.id == question]
        assert (row.shown, row.helped) == (1, 1)


def test_sales_keep_questions_on_their_pages(client, world, isolated):
    with world():
        desk, play = sales(), talk()
    sign_in(client, desk)
    assert client.get("/conversations/questions").status == 200
    data = {
        "client_ref": ref(),
        "question_en": "Where?",
        "answer_en": "Here.",
        "kinds": ["order"],
        "is_active": "y",
        "position": "1",
    }
    assert client.post("/conversations/questions/new", data | {"answer_en": ""}).status == 422
    assert client.post("/conversations/questions/new", data).status == 303
    page = client.get("/conversations/questions")
    assert page.rows()[0][0] == "Where?"
    edit = client.get(page.link("Where?"))
    assert edit.soup.find("input", {"name": "question_en"})["value"] == "Where?"
    assert client.post(page.link("Where?"), data | {"question_en": "Where to?"}).status == 303
    sign_in(client, play.buyer)
    for address in ("/conversations/questions", "/conversations/questions/new"):
        assert client.get(address).status == 403
        assert client.post(address).status in (403, 405)
