from __future__ import annotations

import pytest
from flask import Flask

from app.web import assets, security
from app.web.assets import AssetsMissing, asset, check_vendor

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize("address", ["/sign-in", "/nothing", "/static/css/base.css"])
def test_every_answer_keeps_to_itself(pages, address):
    headers = pages.get(address).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_transport_is_strict_over_https_only(pages):
    assert "Strict-Transport-Security" not in pages.get("/sign-in").headers
    assert pages.get("/sign-in", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_punch_out_page_may_post_to_one_other_site():
    assert "form-action 'self' https://buyer.example;" in security.policy(("https://buyer.example",))
    app = Flask(__name__)
    with app.test_request_context():
        for bad in ("https://a.example; script-src *", "javascript:x", "https://a.example 'unsafe-inline'"):
            with pytest.raises(ValueError, match="not an origin"):
                security.allow_form_to(bad)


def test_pages_are_not_kept_but_told_apart(pages, person):
    person.sign_in()
    headers = pages.get("/").headers
    assert headers["Cache-Control"] == "no-cache, private"
    assert {"HX-Request", "Cookie", "Accept-Language"} <= {part.strip() for part in headers["Vary"].split(",")}


def test_static_files_are_kept_for_a_year_under_their_hash(site, pages):
    with site.test_request_context():
        address = asset("css/base.css")
    assert "immutable" in pages.get(address).headers["Cache-Control"]
    assert pages.get("/static/css/base.css").headers["Cache-Control"] == "no-cache"
    assert pages.get("/static/css/base.css?v=000000000000").headers["Cache-Control"] == "no-cache"


def test_script_modules_share_one_version(site):
    with site.test_request_context():
        assert asset("js/loader.js").split("v=")[1] == asset("js/stepper.js").split("v=")[1]


@pytest.mark.parametrize("name", ["package.json", "install_vendor.py", "package-lock.json", ".npmrc"])
def test_what_is_not_for_browsers_is_not_served(pages, name):
    assert pages.get(f"/static/{name}").status == 404


def test_missing_vendor_file_stops_the_start_with_a_sentence(monkeypatch, tmp_path):
    (tmp_path / "package.json").write_text((assets.STATIC / "package.json").read_text())
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(AssetsMissing, match="Run `make install`"):
        check_vendor()
