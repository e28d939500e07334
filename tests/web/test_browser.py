"""The web base in Chromium: looks, keys, htmx, and the same without script."""

from __future__ import annotations

from itertools import product

import pytest

from app.web.navigation import search_entry
from app.web.texts import _
from tests.support.browser import DESK, PHONE, barriers, is_wider_than_its_window, served, visitor

SIZES = {
    "desk": DESK,
    "phone": PHONE,
    "narrow phone": {"width": 360, "height": 640},
    "zoomed": {"width": 640, "height": 450},
}
LOOKS = list(product(SIZES, ("light", "dark"), ("en", "ru")))


@pytest.fixture
def address(site, person):
    person.sign_in()
    site.config["PROPAGATE_EXCEPTIONS"] = False
    with served(site) as address:
        yield address


@pytest.fixture
def visit(browser, address):
    pages = []

    def visit(path: str, **options):
        page = visitor(browser, address, **options)
        pages.append(page)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield visit
    for page in pages:
        page.context.close()


@pytest.mark.parametrize(("size", "scheme", "language"), LOOKS)
def test_components_stand_without_barriers(visit, size, scheme, language):
    page = visit("/styleguide", viewport=SIZES[size], scheme=scheme, language=language)
    assert page.complaints == []
    assert not is_wider_than_its_window(page)
    assert barriers(page) == []


def test_error_page_and_sign_in_stand_without_barriers(visit):
    for path in ("/nothing", "/sign-in", "/limit"):
        page = visit(path, viewport=PHONE)
        assert barriers(page) == []
        assert not is_wider_than_its_window(page)


def test_slash_goes_to_the_search_field_but_not_while_typing(visit):
    page = visit("/styleguide")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    assert page.input_value("#k-search") == "a/b"


def test_suggestions_are_chosen_by_keyboard_and_searched(visit):
    search_entry(10, "sample.home", _("Search numbers"), "sample:see", suggest="sample.suggest")
    page = visit("/limit")
    page.locator("#k-search").press_sequentially("scr")
    page.locator(".k-suggestions li", has_text="A-2 scr <2>").wait_for()
    assert barriers(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("[aria-selected=true]").inner_text() == "A-2 scr <2>"
    page.keyboard.press("Escape")
    assert not page.locator(".k-suggestions").is_visible()
    page.keyboard.type("e")
    page.locator(".k-suggestions li", has_text="A-3 scre <3>").wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=A-3")


def test_table_by_keyboard(visit):
    page = visit("/styleguide")
    page.locator(".k-table tbody tr").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert page.locator("tr[data-picked]").count() == 1
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.rowIndex") == 5
    page.keyboard.press("?")
    assert page.locator("#k-keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#k-keys").is_visible()
    page.locator("[data-pick-all]").check()
    assert page.locator("tr[data-picked]").count() == 5


@pytest.mark.parametrize(("language", "up", "down"), [("en", "1212", "1188"), ("ru", "1212", "1188")])
def test_stepper_keeps_to_the_step(visit, language, up, down):
    page = visit("/styleguide", language=language)
    field = page.locator("[name='quantity-SCR-4x40-A2']")
    page.locator(".k-stepper [data-up]").first.click()
    assert field.input_value() == up
    field.press("ArrowDown")
    field.press("ArrowDown")
    assert field.input_value() == down


def test_theme_changes_at_once_and_stays(visit):
    page = visit("/limit")
    page.locator(".k-top .k-menu > summary").click()
    page.locator(".k-top button[name=theme][value=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.locator(".k-top .k-menu > summary").click()
    page.keyboard.press("Escape")
    assert not page.locator(".k-top .k-menu-sheet").is_visible()


def test_form_is_sent_once(visit):
    page = visit("/limit")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.fill("#limit", "13")
    page.evaluate("const form = document.querySelector('main form'); form.requestSubmit(); form.requestSubmit()")
    page.locator(".k-error-summary").wait_for()
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    assert "k-error-summary" in page.evaluate("document.activeElement.className")


PLAY = """
document.querySelector("main").insertAdjacentHTML("beforeend", `
  <button id="post" hx-post="/echo" hx-target="#out" hx-vals='{"a": "1"}'>post</button>
  <button id="busy" hx-get="/fails/unavailable" hx-target="#rows">busy</button>
  <button id="late" hx-get="/fails/conflict" hx-target="#rows">late</button>
  <div id="out"></div>`);
htmx.process(document.querySelector("main"));
"""


def test_htmx_sends_the_token_and_errors_become_banners(visit):
    page = visit("/")
    page.evaluate(PLAY)
    page.click("#post")
    page.locator("#out", has_text='"a":"1"').wait_for()
    page.click("#busy")
    page.locator("#banners", has_text="The printer does not answer.").wait_for()
    page.click("#late")
    page.locator("#banners", has_text="The cart has changed.").wait_for()
    assert page.locator("#banners .k-banner").count() == 2
    assert page.locator("#rows tbody tr").count() == 20
    page.locator("#banners [data-close]").first.click()
    assert page.locator("#banners .k-banner").count() == 1


def test_modules_are_bound_in_what_htmx_brings(visit):
    page = visit("/")
    page.evaluate("htmx.ajax('GET', '/?after=WyIxOSJd', {target: '#rows', swap: 'outerHTML'})")
    page.locator("#rows", has_text="39").wait_for()
    page.locator("#rows tbody tr[tabindex]").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.innerText.trim()") == "21"


def test_connection_lost_is_told(visit):
    page = visit("/")
    page.evaluate(PLAY)
    page.route("**/echo", lambda route: route.abort())
    page.click("#post")
    page.locator("#banners", has_text="Kontor did not answer.").wait_for()


def test_everything_is_there_without_script(visit):
    page = visit("/limit", java_script_enabled=False)
    page.fill("#limit", "13")
    page.click("main button[type=submit]")
    assert page.locator(".k-error-summary").is_visible()
    page.fill("#limit", "5")
    page.click("main button[type=submit]")
    assert page.locator("#banners").inner_text().startswith("The limit is 5.")
    page.locator(".k-top .k-menu > summary").click()
    page.locator(".k-top button[name=language][value=uk]").click()
    assert page.locator("html").get_attribute("lang") == "en"  # the person's own language counts more than the cookie
