"""Punch-out in Chromium: a buyer's system on this machine opens the shop and gets the cart, with script and without."""

from __future__ import annotations

from urllib.parse import parse_qs
from urllib.request import Request, urlopen

import pytest

from app.documents.cxml.basket import read_basket
from app.documents.cxml.punch_out import read_response
from tests.exchange.test_punch_out import setup
from tests.factories.ordering import article, buyer
from tests.factories.punch_out import access
from tests.support.browser import DESK, PHONE, look, visitor
from tests.support.counterparts import machine, web_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = b"<!doctype html><html lang='en'><head><title>Procurement</title></head><body><h1>Basket received</h1></body></html>"


@pytest.fixture
def buyers_system(tmp_path):
    """Where the cart goes: it keeps what was posted and says so."""
    with machine(tmp_path), web_server(answer=lambda _call: (200, PAGE, {"Content-Type": "text/html"})) as server:
        yield server


def start_url(base, server):
    data = setup(return_url=f"{server.address}/hook?session=7")
    request = Request(f"{base}/punch-out/cxml", data=data, headers={"Content-Type": "text/xml"})
    with urlopen(request, timeout=60) as reply:
        return read_response(reply.read()).start_url


@pytest.mark.parametrize(("viewport", "scripts"), [(DESK, True), (PHONE, False)], ids=["desk", "phone without script"])
def test_a_cart_comes_back(browser, base, world, buyers_system, viewport, scripts):
    with world():
        actor = buyer()
        article("NUT", "0.20")
        access(actor)
    page = visitor(browser, base, viewport=viewport, java_script_enabled=scripts)
    page.goto(start_url(base, buyers_system))
    page.wait_for_selector("text=You are shopping for Beschaffung.")
    if scripts:
        look(page)
    page.goto("/shop?q=NUT")
    page.click("button[name=add] >> nth=0")
    if scripts:
        page.wait_for_selector(".o-said:not(:empty)")
    page.goto("/cart")
    page.wait_for_selector("text=NUT")
    assert page.locator("text=Check out").count() == 0
    if scripts:
        look(page)
    page.click("button:has-text('Hand the cart back')")
    if not scripts:
        page.click("button:has-text('Go back now')")
    page.wait_for_selector("text=Basket received")
    (call,) = [one for one in buyers_system.calls if one.path == "/hook"]
    fields = parse_qs(call.body.decode())
    (line,) = read_basket(fields["cxml-urlencoded"][0].encode()).document.lines
    assert line.ids.sku == "NUT"
    assert call.query == {"session": "7"}
