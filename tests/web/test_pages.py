"""Layouts, menu, slots, fragments, forms, banners and paging, seen through pages."""

from __future__ import annotations

import pytest

from app.core.actor import Scope
from app.core.texts import N_
from app.web.navigation import nav_entry, search_entry
from app.web.slots import slot
from app.web.texts import _


def test_style_guide_keeps_all_rules(pages):
    assert pages.get("/styleguide").h1 == "Components"


def test_style_guide_is_closed_in_production(site, pages):
    site.testing = False
    assert pages.get("/styleguide").status == 404


def test_menu_shows_what_the_actor_may_open(pages, person):
    nav_entry(20, "sample.limit", _("Limit"), "sample:see", "settings")
    nav_entry(10, "sample.home", _("Numbers"), "sample:see", "home")
    nav_entry(30, "sample.office", _("Office"), "sample:see", "company", scope=Scope.OPERATOR)
    nav_entry(40, "sample.mine", _("Mine"), "sample:other", "person")
    person.sign_in()
    page = pages.get("/limit")
    links = page.soup.select(".k-side a")
    assert [link.get_text(strip=True) for link in links] == ["Numbers", "Limit"]
    assert [link.get("aria-current") for link in links] == [None, "page"]


def test_menu_beyond_seven_goes_behind_more(site, pages, person):
    for order in range(9):
        site.add_url_rule(f"/{order}x", f"x{order}", site.view_functions["sample.mine"])
        nav_entry(order, f"x{order}", _("Entry {n}", n=order), "sample:see", "box")
    person.sign_in()
    soup = pages.get("/mine").soup
    assert len(soup.select(".k-side > .k-nav > li")) == 7
    assert len(soup.select(".k-side details .k-nav-link")) == 1 + 3
    assert len(soup.select(".k-phone-bar > a")) == 4


def test_menu_entry_twice_stops_the_start(site):
    nav_entry(10, "sample.home", _("Numbers"), "sample:see", "home")
    with pytest.raises(RuntimeError, match="already leads"):
        nav_entry(11, "sample.home", _("Numbers again"), "sample:see", "home")


def test_search_goes_where_the_actor_may_search(pages, person):
    search_entry(10, "sample.mine", _("Search secrets"), "sample:other")
    search_entry(20, "sample.home", _("Search numbers"), "sample:see")
    person.sign_in()
    form = pages.get("/mine").soup.select_one(".k-search")
    assert (form["action"], form.find("input")["placeholder"]) == ("/", "Search numbers")


def test_slot_is_filled_in_order_with_its_context(pages, person):
    @slot("sample.side", order=20)
    def second(colour: str) -> str:
        return f"<p>{colour} two</p>"

    @slot("sample.side", order=10)
    def first(colour: str) -> str:
        return f"<p>{colour} one</p>"

    @slot("sample.side")
    def nothing(colour: str) -> None:
        return None

    person.sign_in()
    assert "red one red two" in pages.get("/mine").text


def test_panel_twice_stops_the_start(site):
    def panel() -> str:
        return ""

    slot("sample.side")(panel)
    with pytest.raises(RuntimeError, match="twice"):
        slot("sample.side")(panel)


def test_part_is_what_the_page_includes(pages, person):
    person.sign_in()
    page, part = pages.get("/"), pages.part("/")
    assert part.rows() == page.rows()
    assert len(part.rows()) == 20
    assert "<html" not in part.html
    whole = pages.get("/", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    assert whole.h1 == "Numbers"


def test_paging_forth_and_back(pages, person):
    person.sign_in()
    first = pages.get("/?sort=-n")
    second = pages.get(first.link("Next"))
    third = pages.get(second.link("Next"))
    assert [page.rows()[0][0] for page in (first, second, third)] == ["0", "20", "40"]
    assert "sort=-n" in second.link("Next")
    with pytest.raises(LookupError):
        third.link("Next")
    assert pages.get(third.link("Back")).rows() == second.rows()
    assert pages.get(third.link("First page")).rows() == first.rows()
    assert pages.get("/?after=broken").rows() == first.rows()


def test_sort_link_turns_round(pages, person):
    person.sign_in()
    head = pages.get("/").soup.select_one("th[aria-sort]")
    assert (head["aria-sort"], head.a["href"]) == ("ascending", "/?sort=-n")
    head = pages.get("/?sort=-n").soup.select_one("th[aria-sort]")
    assert (head["aria-sort"], head.a["href"]) == ("descending", "/?sort=n")
    assert pages.get("/?sort=evil").soup.select_one("th[aria-sort]")["aria-sort"] == "ascending"


@pytest.fixture
def send(pages, person):
    person.sign_in()

    def send(limit: str, **changes: str):
        return pages.post("/limit", {**pages.get("/limit").form(), "limit": limit, **changes})

    return send


def test_form_is_taken_and_told(pages, send):
    answer = send("1,250.50")
    assert (answer.status, answer.location) == (303, "/")
    page = pages.get("/")
    assert page.banners == ["The limit is 1,250.5."]
    assert page.soup.select_one("#banners form")["action"] == "/limit"
    assert pages.get("/").banners == []


@pytest.mark.parametrize(
    ("limit", "status", "error"),
    [
        ("12,x", 422, "“12,x” is not a number."),
        ("1.234", 422, "At most 2 digits after the decimal sign."),
        ("13", 422, "Not 13."),
    ],
)
def test_error_stands_beside_its_field(send, limit, status, error):
    page = send(limit)
    assert page.status == status
    assert error in page.errors[0]
    field = page.soup.find(id="limit")
    assert (field["value"], field["aria-invalid"], field["aria-describedby"]) == (
        limit,
        "true",
        "limit-error limit-help",
    )
    assert page.soup.select_one(".k-error-summary a")["href"] == "#limit"


def test_error_without_a_field_stands_in_the_summary(send):
    assert "The budget is used up." in send("14").soup.select_one(".k-error-summary").text
    page = send("15")
    assert (page.status, "Somebody else changed the limit." in page.text) == (409, True)


def test_client_reference_is_new_for_each_form_and_stays_with_it(pages, send):
    first, second = pages.get("/limit").form()["client_ref"], pages.get("/limit").form()["client_ref"]
    assert first != second
    assert send("13", client_ref=first).form()["client_ref"] == first
    assert "This form is damaged" in send("5", client_ref="x").text


def test_banner_travels_with_a_part(pages, person, site):
    person.sign_in()
    with pages.session_transaction() as session:
        session["_flashes"] = [("good", {"text": "Saved <b>.", "undo": None})]
    part = pages.part("/")
    assert part.soup.select_one("#banners")["hx-swap-oob"] == "beforeend"
    assert "Saved &lt;b&gt;." in part.html


def test_language_by_person_cookie_browser(pages, person):
    assert pages.get("/sign-in").soup.html["lang"] == "en"
    assert pages.get("/sign-in", headers={"Accept-Language": "uk, en;q=0.5"}).soup.html["lang"] == "uk"
    answer = pages.post(
        "/preferences",
        {**pages.get("/sign-in").form("/preferences", within="body"), "language": "ru", "next": "/sign-in"},
    )
    assert (answer.status, answer.location) == (303, "/sign-in")
    assert pages.get("/sign-in", headers={"Accept-Language": "uk"}).soup.html["lang"] == "ru"
    person.sign_in(locale="uk")
    assert pages.get("/mine").soup.html["lang"] == "uk"


def test_choice_goes_back_to_this_site_only(pages):
    token = pages.get("/sign-in").form("/preferences", within="body")
    assert pages.post("/preferences", {**token, "theme": "dark", "next": "//evil.example"}).location == "/"
    assert pages.get("/sign-in").soup.html["data-bs-theme"] == "dark"


def test_message_from_below_is_escaped(pages):
    assert "&lt;A-1&gt;" in pages.get("/fails/invalid").html
    assert str(N_("{x}", x=1)) == "1"
