"""Stories over HTTP: a company becomes a customer, colleagues join, passwords are reset, sessions end."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.factories import accounts as make
from tests.support.page import PageClient
from tests.support.work import drain

PASSWORD = "green tractors like rain"
PDF = b"%PDF-1.7 trade licence"


class Box:
    """The mails that left, read from the folder they are written to."""

    def __init__(self, folder: Path, app: Any) -> None:
        self.folder, self.app = folder, app
        self.seen = {path.name for path in folder.glob("*.eml")}

    def fetch(self) -> list[EmailMessage]:
        """Run the background work and return what left since the last time."""
        drain(self.app)
        fresh = sorted(path for path in self.folder.glob("*.eml") if path.name not in self.seen)
        self.seen.update(path.name for path in fresh)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in fresh]  # type: ignore[misc]

    def one_for(self, address: str) -> EmailMessage:
        (mail,) = [mail for mail in self.fetch() if mail["To"] == address]
        return mail


def link_in(mail: EmailMessage, start: str) -> str:
    """The path of the link in the plain text that begins so; the HTML has it, too."""
    text = mail.get_body(("plain",)).get_content()
    (address,) = set(re.findall(rf"http://\S+?({re.escape(start)}\S*)", text))
    assert address in mail.get_body(("html",)).get_content()
    return urlsplit(address).path


@pytest.fixture
def box(app, config) -> Box:
    return Box(config.instance_dir / "mail", app)


def other_browser(app: Any) -> PageClient:
    return PageClient(app)


def register(client: PageClient, **changes: Any) -> Any:
    form = client.get("/register").form()
    facts = {
        "legal_name": "Öko Großhandel GmbH", "country": "DE", "vat_id": "DE 136 695 976", "street": "Hafenstr. 9",
        "postcode": "20457", "city": "Hamburg", "contact_name": "Olga Petrenko", "email": "Olga@Oeko.example",
        "phone": "+49 40 999", "extra_trade": "shop", "extra_message": "We open in May.",
        "files": (BytesIO(PDF), "licence.pdf"),
    }  # fmt: skip
    return client.post("/register", data={**form, **facts, **changes}, content_type="multipart/form-data")


def test_a_company_registers_is_approved_signs_in_and_invites_a_colleague(client, box, world):
    with world():
        house = make.operator()
        sales = make.person(house, "sales", email="sales@nordlicht.example")

    answer = register(client)
    assert answer.status == 303, answer.errors
    status = client.get(answer.location)
    assert "Registration of Öko Großhandel GmbH" in status.h1
    assert "we look at it" in status.text

    mails = {mail["To"]: mail for mail in box.fetch()}
    assert set(mails) == {"olga@oeko.example", "sales@nordlicht.example"}
    thanks = mails["olga@oeko.example"]
    assert thanks["Subject"] == "We received the registration of Öko Großhandel GmbH"
    assert link_in(thanks, "/register/") == answer.location

    olga = other_browser(client.app)
    invitation = link_in(thanks, "/invitations/")
    page = olga.get(invitation)
    assert "Olga Petrenko" in page.html
    joined = olga.post(invitation, data={**page.form(), "name": "Olga Petrenko", "password": PASSWORD}, follow=True)
    assert "we look at it" in joined.text
    assert olga.get("/company").status == 403, "an applicant sees the state and nothing else"
    assert olga.get(invitation).status == 404, "the link works once"

    make.sign_in(client, sales)
    bell = client.get("/notices")
    assert "Öko Großhandel GmbH wants to become a customer" in bell.text
    decision = link_in(mails["sales@nordlicht.example"], "/accounts/")
    page = client.get(decision)
    code = page.form()["code"]
    shown = client.get(f"/accounts/{code}")
    assert "We open in May." in shown.text
    assert "Shop or shops" in shown.text
    file = client.get(shown.link("licence.pdf"))
    assert file.data == PDF
    assert "attachment" in file.headers["Content-Disposition"]
    refused = client.post(decision, data={**page.form(), "decision": "reject", "reason": ""})
    assert refused.status == 422
    assert refused.errors == ["Error: Say why: the applicant reads it."]
    answer = client.post(
        decision,
        data={**page.form(), "code": "K-77", "payment_days": "14", "decision": "approve", "reason": "Welcome!"},
    )
    assert answer.location == "/accounts/K-77"
    history = client.get("/accounts/K-77").text
    assert "Registration approved" in history
    assert "Welcome!" in history
    assert client.post("/accounts/K-77/decision", data={"decision": "reject", "reason": "x"}).status == 409

    approval = box.one_for("olga@oeko.example")
    assert approval["Subject"] == "Öko Großhandel GmbH is a customer now"
    assert link_in(approval, "/sign-in") == "/sign-in"
    assert "approved" in other_browser(client.app).get(status.response.request.path).text

    company = olga.get("/company")
    assert company.h1 == "Öko Großhandel GmbH"
    assert "14 days" in company.text
    answer = olga.post(
        "/company/people/invite", data={"email": "ivan@oeko.example", "name": "Ivan", "role": "buyer"}, follow=True
    )
    assert "ivan@oeko.example" in answer.text
    mail = box.one_for("ivan@oeko.example")
    assert mail["Subject"] == "Join Öko Großhandel GmbH"
    assert "Olga Petrenko invites you" in mail.get_body(("plain",)).get_content()
    ivan = other_browser(client.app)
    answer = ivan.post(link_in(mail, "/invitations/"), data={"name": "Ivan Kowal", "password": PASSWORD}, follow=True)
    assert answer.status == 200
    assert ivan.get("/company").status == 200
    assert ivan.get("/company/people").status == 403
    assert "Ivan Kowal" in olga.get("/company/people").text


def test_refused_applicant_reads_the_reason_and_the_decision_can_be_reversed(client, box, world):
    with world():
        sales = make.person(make.operator(), "sales", email="sales@nordlicht.example")
    status = register(client).location
    box.fetch()
    make.sign_in(client, sales)
    (code,) = {row[1] for row in client.get("/accounts?state=pending").rows()}
    client.post(f"/accounts/{code}/decision", data={"code": code, "decision": "reject", "reason": "No trade licence."})
    mail = box.one_for("olga@oeko.example")
    assert "No trade licence." in mail.get_body(("plain",)).get_content()
    assert "No trade licence." in other_browser(client.app).get(status).text
    client.post(f"/accounts/{code}/decision", data={"code": code, "decision": "approve"})
    mail = box.one_for("olga@oeko.example")
    olga = other_browser(client.app)
    answer = olga.post(link_in(mail, "/invitations/"), data={"name": "Olga", "password": PASSWORD}, follow=True)
    assert answer.status == 200
    assert olga.get("/company").status == 200


def test_the_same_registration_twice_makes_one_company_and_a_wrong_one_says_why(client, box, world):
    with world():
        make.person(make.operator(), "sales", email="sales@nordlicht.example")
    reference = "3f0d2b9a-6d0e-4f3e-9d3a-0d6f2f5a1b11"
    first, second = register(client, client_ref=reference), register(client, client_ref=reference)
    assert first.location == second.location
    assert len(box.fetch()) == 2, "one for sales, one for the applicant"
    for changes, error in (
        ({"vat_id": "DE 123"}, "“DE 123” is not a valid VAT id of DE."),
        ({"email": "olga"}, "Enter an e-mail address such as name@example.com."),
        ({"files": (BytesIO(b"MZ"), "virus.exe")}, "“virus.exe” is neither PDF nor PNG nor JPEG."),
        ({"legal_name": ""}, "Please fill this in."),
    ):
        answer = register(client, **changes)
        assert answer.status == 422
        assert error in answer.text


def test_a_forgotten_password_is_replaced_by_a_mailed_link_that_works_once(client, box, world):
    with world():
        user = make.person(make.customer(), email="anna@shop.example", locale="en")
    signed_in = other_browser(client.app)
    make.sign_in(signed_in, user)
    answers = [
        client.post("/password/forgotten", data={"email": address}) for address in ("anna@shop.example", "x@y.example")
    ]
    assert [a.status for a in answers] == [200, 200]
    assert answers[0].text.replace("anna@shop.example", "x@y.example") == answers[1].text, "tells nothing"
    mail = box.one_for("anna@shop.example")
    link = link_in(mail, "/password/new/")
    assert client.post(link, data={"password": "short"}).errors == ["Error: Use at least 10 characters."]
    assert client.post(link, data={"password": "anna@shop.example"}).status == 422
    answer = client.post(link, data={"password": PASSWORD}, follow=True)
    assert answer.h1 == "Sign in"
    assert client.get(link).status == 404
    assert signed_in.get("/profile").status == 303, "a new password ends all sessions"
    assert client.post("/sign-in", data={"email": user.email, "password": make.PASSWORD}).status == 422
    make.sign_in(client, user, password=PASSWORD)
    assert box.one_for("anna@shop.example")["Subject"] == "Your password was changed"
    assert "Your password was changed" in client.get("/notices").text


def test_a_session_is_ended_from_elsewhere(client, world):
    with world():
        user = make.person(make.customer())
    phone = other_browser(client.app)
    make.sign_in(client, user)
    make.sign_in(phone, user)
    page = client.get("/profile/sessions")
    assert len(page.rows("Open sessions")) == 2
    (action,) = {str(form["action"]) for form in page.soup.select("main td form")}
    assert client.post(action, follow=True).status == 200
    assert phone.get("/profile").status == 303
    assert client.get("/profile").status == 200
    make.sign_in(phone, user)
    client.post("/profile/password", data={"current": make.PASSWORD, "password": PASSWORD})
    assert phone.get("/profile").status == 303
    assert client.get("/profile").status == 200, "the session that changed it goes on"


def test_a_person_of_two_companies_chooses_for_whom_to_act(client, world):
    with world():
        first, second = make.customer(name="Alpha"), make.customer(name="Beta")
        user = make.person(first, "company_admin", email="two@both.example")
        make.person(second, "buyer", email="two@both.example")
    make.sign_in(client, user)
    assert client.get("/company").h1 == "Alpha"
    assert client.get("/company/people").status == 200
    assert client.post(f"/companies/{second.id}/act-for", follow=True).status == 200
    assert client.get("/company").h1 == "Beta"
    assert client.get("/company/people").status == 403


def test_signing_out_and_in_gives_a_new_cookie_and_the_way_back_is_kept(client, world):
    with world():
        user = make.person(make.customer(), "company_admin")
    answer = client.get("/company/people")
    assert answer.location == "/sign-in?next=/company/people"
    form = client.get(answer.location).form()
    answer = client.post("/sign-in", data={**form, "email": user.email, "password": make.PASSWORD})
    assert answer.location == "/company/people"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    client.post("/sign-out")
    assert client.get("/company/people").status == 303
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = client.post("/sign-in", data={"email": user.email, "password": make.PASSWORD, "next": evil})
        assert answer.location == "/"
        client.post("/sign-out")
