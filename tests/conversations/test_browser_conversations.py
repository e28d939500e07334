"""In Chromium: a buyer asks on an order, sales answers, the buyer's answer by mail lands in the conversation."""

from __future__ import annotations

import shutil
from email.message import EmailMessage
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from app.conversations.tasks.mails import fetch_mails
from app.core.actor import Actor
from app.core.settings import settings
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, order, shop
from tests.support.browser import DESK, PHONE, look, signed_in
from tests.support.mail import tray
from tests.support.work import drain

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(app, world) -> Any:
    box = settings().instance_dir / "replies"
    shutil.rmtree(box, ignore_errors=True)
    box.mkdir()
    with world():
        shop()
        company = customer("BRANDT", name="Brandt Maschinenbau")
        ann = person(company, name="Ann Buyer")
        sven = person(operator(), Role.SALES, name="Sven Sales")
        placed = order(actor_for(ann, company), [(article("NUT", "10", stock=50), 10)])
    return ann.email, sven.email, placed.number, box


@pytest.mark.parametrize(
    ("viewport", "options"), [(DESK, {}), (PHONE, {"java_script_enabled": False})], ids=["desk", "phone-no-script"]
)
def test_a_question_is_answered_on_the_portal_and_by_mail(app, world, browser, base, scene, viewport, options):
    ann, sven, number, box = scene
    check = look if "java_script_enabled" not in options else (lambda _page: None)
    page = signed_in(browser, base, ann, viewport=viewport, **options)
    page.goto(f"/orders/{number}")
    page.get_by_text("Ask a question").click()
    page.locator("#conversation").get_by_label("Message").fill("When does it come?")
    check(page)
    page.locator("#conversation").get_by_role("button", name="Send").click()
    page.get_by_text("Whole conversation").wait_for()
    assert "When does it come?" in page.locator("#conversation").inner_text()
    drain(app)

    desk = signed_in(browser, base, sven, viewport=viewport, **options)
    desk.goto("/conversations")
    check(desk)
    desk.get_by_role("link", name=f"Order {number}").click()
    desk.get_by_label("Message", exact=True).fill("On Friday.")
    check(desk)
    desk.get_by_role("button", name="Send", exact=True).click()
    desk.get_by_text("On Friday.").wait_for()
    with tray() as mails:
        drain(app)
    (told,) = [one for one in mails if one["To"] == ann]
    assert "On Friday." in told.get_body(("plain",)).get_content()

    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = ann, told["Reply-To"], f"Re: {told['Subject']}"
    answer["Message-ID"], answer["In-Reply-To"] = "<answer@client.example>", told["Message-ID"]
    answer.set_content(
        f"Perfect, thank you.\n\nOn Mon, 2 Mar 2026 at 09:14, Nordlicht <{told['Reply-To']}> wrote:\n> On Friday.\n"
    )
    (box / "answer.eml").write_bytes(answer.as_bytes())
    with world(Actor.system()):
        assert fetch_mails() == 1

    desk.reload()
    said = desk.locator(".v-said").last.inner_text()
    assert "Perfect, thank you." in said and "by mail" in said
    check(desk)
    page.goto("/conversations")
    assert page.get_by_role("link", name=f"Order {number}").count() == 1
    check(page)
