from __future__ import annotations

import pytest
from flask import Blueprint

from app.core.actor import Scope
from app.core.tenancy import current_bounds
from app.web.access import requires, safe_next, unguarded_endpoints

DOOR = [
    # method, address, permissions (None: stranger), scope, status
    ("GET", "/", None, None, 303),
    ("GET", "/", {"sample:see"}, Scope.TENANT, 200),
    ("GET", "/", set(), Scope.TENANT, 403),
    ("GET", "/", {"*"}, Scope.OPERATOR, 200),
    ("GET", "/office", {"sample:see"}, Scope.TENANT, 403),
    ("GET", "/office", {"sample:see"}, Scope.OPERATOR, 200),
    ("GET", "/mine", set(), Scope.TENANT, 200),
    ("GET", "/mine", None, None, 303),
    ("GET", "/sign-in", None, None, 200),
]


@pytest.mark.parametrize(("method", "address", "permissions", "scope", "status"), DOOR)
def test_door(pages, person, method, address, permissions, scope, status):
    if permissions is not None:
        person.sign_in(permissions=frozenset(permissions), scope=scope)
    assert pages.get(address).status == status


def test_stranger_comes_back_after_sign_in(pages):
    assert pages.get("/?sort=-n").location == "/sign-in?next=/?sort%3D-n"


def test_stranger_of_a_failed_post_returns_to_the_page_that_sent_it(pages):
    with pages.session_transaction() as session:
        session["csrf_token"] = "x"
    pages.app.config["WTF_CSRF_ENABLED"] = False
    page = pages.post("/limit", {"limit": "5"}, headers={"Referer": "http://localhost/limit?x=1"})
    assert page.location == "/sign-in?next=/limit?x%3D1"
    elsewhere = pages.post("/limit", {"limit": "5"}, headers={"Referer": "http://evil.example/limit"})
    assert elsewhere.location == "/sign-in"


def test_htmx_is_sent_to_the_sign_in_page_as_a_whole(pages):
    page = pages.part("/")
    assert (page.status, page.headers["HX-Redirect"]) == (401, "/sign-in?next=/")


def test_view_runs_in_the_scope_of_the_actor(site, person, pages):
    seen = []
    extra = Blueprint("extra", __name__)

    @extra.get("/where")
    @requires("sample:see")
    def where() -> str:
        seen.append(current_bounds())
        return "<!doctype html>"

    site.register_blueprint(extra)
    person.sign_in()
    site.test_client().get("/where")
    assert (seen[0].scope, seen[0].company_id) == (Scope.TENANT, 3)
    assert current_bounds() is None


def test_view_that_says_nothing_about_access_is_found(site):
    assert unguarded_endpoints(site) == []
    extra = Blueprint("extra", __name__)
    extra.add_url_rule("/open", view_func=lambda: "", endpoint="open")
    site.register_blueprint(extra)
    assert unguarded_endpoints(site) == ["extra.open"]


def test_requires_names_a_permission():
    with pytest.raises(TypeError):
        requires()


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/orders?x=1", "/orders?x=1"),
        (None, None),
        ("", None),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("/\t/evil.example", None),
        ("orders", None),
        ("javascript:alert(1)", None),
    ],
)
def test_next_is_a_path_of_this_site(address, kept):
    assert safe_next(address) == kept
