from __future__ import annotations

import logging

import pytest

KINDS = [
    # kind, status, words on the page
    ("invalid", 422, "Row 3: unknown article <A-1>"),
    ("not-found", 404, "There is nothing here."),
    ("forbidden", 403, "Only the owner may do this."),
    ("conflict", 409, "The cart has changed."),
    ("unavailable", 503, "The printer does not answer."),
]


@pytest.mark.parametrize(("kind", "status", "text"), KINDS)
def test_domain_errors_have_a_page(pages, kind, status, text):
    page = pages.get(f"/fails/{kind}")
    assert page.status == status
    assert text in page.text
    assert page.soup.find("main") is not None


def test_unavailable_says_when_to_come_back(pages):
    assert pages.get("/fails/unavailable").headers["Retry-After"] == "120"


@pytest.mark.parametrize(("kind", "status", "text"), KINDS)
def test_htmx_gets_a_banner(pages, kind, status, text):
    page = pages.part(f"/fails/{kind}")
    assert page.status == status
    assert page.headers["HX-Retarget"] == "#banners"
    assert text in page.banners[0]
    assert "<html" not in page.html


def test_programs_get_problem_details(pages):
    page = pages.get("/fails/conflict", headers={"Accept": "application/json"})
    assert page.headers["Content-Type"] == "application/problem+json"
    assert page.response.json["detail"] == "The cart has changed."
    assert pages.get("/api/v1/nothing").response.json["status"] == 404


def test_unknown_address_and_wrong_method(pages):
    assert pages.get("/nothing").h1 == "There is nothing here"
    page = pages.get("/echo")
    assert (page.status, set(page.headers["Allow"].split(", "))) == (405, {"POST", "OPTIONS"})


def test_bug_has_a_reference_and_tells_nothing(site, pages, caplog):
    site.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.ERROR):
        page = pages.get("/fails/bug")
    assert page.status == 500
    assert "secret" not in page.html
    assert "ZeroDivision" not in page.html
    reference = page.text.split("reference ")[1].split(".")[0]
    assert reference in caplog.text
    assert "secret detail" in caplog.text


def test_error_page_needs_no_database(site, pages, monkeypatch):
    def down() -> None:
        raise ConnectionError("the database is down")

    monkeypatch.setattr("app.web.access._providers", {"actor": down})
    site.config["PROPAGATE_EXCEPTIONS"] = False
    assert pages.get("/").status == 500
    assert pages.get("/nothing").status == 404


def test_last_resort_when_the_error_page_fails(site, monkeypatch):
    site.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("app.web.errors.render_template", lambda *a, **k: 1 / 0)
    response = site.test_client().get("/nothing")
    assert (response.status_code, "Something went wrong" in response.text) == (404, True)


def test_form_that_waited_too_long_loses_nothing(pages):
    page = pages.post(
        "/echo",
        {"lines": "A-1 <12>\nB-2", "password": "x", "csrf_token": "old"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (page.status, page.h1) == (400, "Please send this once more")
    sent = page.form("/echo")
    assert sent.pop("csrf_token") != "old"
    assert sent == {"lines": "A-1 <12>\nB-2"}
    again = pages.post("/echo", {**sent, "csrf_token": page.form("/echo")["csrf_token"]})
    assert again.response.json["lines"] == "A-1 <12>\nB-2"


def test_form_from_another_site_is_not_offered_again(pages):
    page = pages.post("/echo", {"lines": "A-1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status == 400
    with pytest.raises(LookupError):
        page.form("/echo")
