"""Pages in a real browser: Chromium driven by playwright, the application served from a thread.

Skips with a reason where either is missing. KONTOR_CHROMIUM names the program; else /usr/bin/chromium, else
playwright's own.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.factories.accounts import PASSWORD

AXE = Path(__file__).resolve().parents[2] / "app" / "static" / "vendor" / "dev" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_STANDS = (
    "document.readyState === 'complete' && document.fonts.status === 'loaded'"
    " && !document.querySelector('.htmx-request') && document.getAnimations().length === 0"
)
PATIENCE = 90_000  # milliseconds: a machine with other work to do is no fault
PHONE, DESK = {"width": 375, "height": 760}, {"width": 1280, "height": 900}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser for several tests; its contexts are the visitors."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("KONTOR_CHROMIUM") or shutil.which("chromium")
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            )
        except playwright.Error as error:
            pytest.skip(f"Chromium does not start: {error.message.splitlines()[0]}")
        try:
            yield browser
        finally:
            browser.close()


def visitor(
    browser: Any,
    base: str,
    *,
    viewport: dict[str, int] = DESK,
    scheme: str = "light",
    language: str = "en",
    **more: Any,
) -> Any:
    """A page of a fresh visitor. What goes wrong in its console or with its files is kept in `page.complaints`."""
    context = browser.new_context(
        base_url=base, viewport=viewport, color_scheme=scheme, locale=language, **{"reduced_motion": "reduce", **more}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    return page


def settle(page: Any) -> None:
    """Wait until the page that is on its way stands there: loaded, its fonts known, nothing asked for, nothing moving."""
    page.wait_for_load_state("load")
    until = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(_STANDS):
        assert time.monotonic() < until, f"{page.url} does not come to rest"
        page.wait_for_timeout(50)


def barriers(page: Any) -> list[str]:
    """What axe finds. It is put in through the debugger, so the page's policy stays as it is."""
    settle(page)
    page.evaluate("scrollTo(0, 0)")  # what a bar half covers counts as too small a target
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found = page.evaluate("rules => axe.run(document, {runOnly: rules}).then(result => result.violations)", RULES)
    return [
        f"{item['id']}: {node['html'][:160]} {node['failureSummary'][:300]}" for item in found for node in item["nodes"]
    ]


def is_wider_than_its_window(page: Any) -> bool:
    settle(page)
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def signed_in(browser: Any, base: str, email: str, **more: Any) -> Any:
    """A page of a fresh visitor (`more` as in `visitor`) who has signed in as that person."""
    page = visitor(browser, base, **more)
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def look(page: Any) -> None:
    """Nothing of a page sticks out, breaks its policy or bars anybody."""
    sticks_out, barred = is_wider_than_its_window(page), barriers(page)
    assert (sticks_out, barred, page.complaints) == (False, [], []), (
        f"{page.url}: {sticks_out=} {barred} {page.complaints}"
    )
