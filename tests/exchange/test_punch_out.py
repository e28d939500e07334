"""Punch-out into the shop: a buyer's system asks, its user fills a cart, the cart goes back; over HTTP as both sides do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from lxml import etree
from sqlalchemy import text

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core import clock
from app.core.db import db
from app.core.tenancy import system_scope
from app.documents.cxml.basket import read_basket
from app.documents.cxml.envelope import Credential, Envelope, addressed
from app.documents.cxml.punch_out import Operation, SetupItem, SetupRequest, read_response, write_setup
from app.documents.formats import formats
from app.documents.model.reference import ItemIds
from app.documents.oci.fields import read_form
from app.exchange.models.punch_out import PunchOutVisit
from tests.documents.test_cxml import order as neutral_order
from tests.factories import accounts, partners
from tests.factories.ordering import article, buyer, ref
from tests.factories.ordering import sign_in as sign_in_buyer
from tests.factories.punch_out import SECRET, access, mail_of

HOOK = "https://purchasing.example/hook?session=7&x=1"


def setup(secret=SECRET, **changes):
    values = {
        "operation": Operation.CREATE, "cookie": "COOKIE-1", "return_url": HOOK,
        "extras": (("UserEmail", "somebody@purchasing.example"), ("FirstName", "Ada"), ("LastName", "König")),
        "envelope": Envelope(
            senders=(Credential("networkid", "AN-BUYER"),), recipients=(Credential("DUNS", "4711"),), secret=secret,
            payload_id="1@buyer", timestamp="2026-11-22T10:00:00+01:00",
        ),
    }  # fmt: skip
    return write_setup(SetupRequest(**(values | changes)))


def ask(client, data, address="/punch-out/cxml"):
    page = client.post(address, data=data, content_type="text/xml; charset=utf-8")
    assert page.status == 200
    return read_response(page.data)


def path_of(url):
    return url.removeprefix("http://localhost")


def returned(page):
    """Where the form goes and what is in it."""
    form = next(one for one in page.soup.find_all("form") if one["action"].startswith("https://purchasing"))
    return form["action"], [(one["name"], one["value"]) for one in form.find_all("input")]


@pytest.fixture
def ann(isolated, world):
    with world():
        actor = buyer()
        article("NUT", "0.20")
        article("BOLT", "3.50")
    return actor


@pytest.fixture
def cxml_access(ann, world):
    with world():
        return access(ann)


def fill(client, number, quantity):
    """As a person does it: one line on the quick-order page."""
    page = client.post("/quick-order/add", {"pad": f"{number}\t{quantity}\t\t\n", "client_ref": ref()})
    assert page.status == 303, page.text


def test_a_cart_goes_from_the_shop_to_the_buyers_system(client, world, ann, cxml_access):
    answer = ask(client, setup())
    assert (answer.code, answer.text) == ("200", "OK")
    assert client.get(path_of(answer.start_url)).location == "/shop"
    page = client.get("/shop")
    assert "You are shopping for Beschaffung." in page.text
    fill(client, "NUT", 100)
    page = client.get("/cart")
    assert "Hand the cart back" in page.text
    assert "Check out" not in page.text
    page = client.post("/punch-out/hand-back")
    action, fields = returned(page)
    assert action == HOOK
    assert "form-action 'self' https://purchasing.example" in page.headers["Content-Security-Policy"]
    ((name, value),) = fields
    assert name == "cxml-urlencoded"
    reading = read_basket(value.encode())
    basket = reading.document
    (line,) = basket.lines
    assert (basket.cookie, basket.allowed, basket.total) == ("COOKIE-1", "edit", Decimal("20.00"))
    assert (line.ids.sku, line.quantity, line.unit_price, line.unit) == ("NUT", Decimal(100), Decimal("0.2"), "H87")
    assert (basket.buyer.endpoint.value, basket.seller.endpoint.value) == ("AN-BUYER", "4711")
    assert client.get("/shop").status == 303  # the session has ended
    with world(), system_scope("test"):
        visit = db.session.query(PunchOutVisit).one()
        assert (visit.state, visit.visitor, visit.cart_id is not None) == ("returned", "Ada König", True)


def test_nobody_else_gets_in(client, ann, cxml_access, world):
    wrong = ask(client, setup(secret="something else"))
    assert (wrong.code, wrong.start_url) == ("401", "")
    stranger = setup(
        envelope=Envelope(senders=(Credential("NetworkID", "AN-OTHER"),), secret=SECRET, payload_id="1", timestamp="t")
    )
    assert ask(client, stranger).code == "401"
    assert ask(client, b"<cXML").code == "406"
    assert ask(client, setup().replace(b"<BuyerCookie>COOKIE-1</BuyerCookie>", b"")).code == "406"
    assert ask(client, setup(return_url="javascript:alert(1)")).code == "400"
    assert ask(client, setup().replace(b"PunchOutSetupRequest", b"AuthRequest")).code == "450"
    with world(), system_scope("test"):
        assert db.session.execute(text("SELECT count(*) FROM punch_out_visits")).scalar() == 0
        assert SECRET not in str(db.session.execute(text("SELECT secret_hash FROM punch_out_accesses")).scalar())


def test_a_start_address_is_good_once_and_not_for_long(client, ann, cxml_access, world):
    url = path_of(ask(client, setup()).start_url)
    token = url.rpartition("/")[2]
    with world(), system_scope("test"):
        assert token not in str(db.session.execute(text("SELECT token_hash FROM punch_out_visits")).all())
    assert client.get(url).location == "/shop"
    assert client.get(url).status == 409
    late = path_of(ask(client, setup()).start_url)
    with world(), system_scope("test"):
        db.session.execute(
            text("UPDATE punch_out_visits SET token_until = :then"), {"then": clock.now() - timedelta(seconds=1)}
        )
        db.session.commit()
    assert client.get(late).status == 409
    assert client.get("/punch-out/start/nothing").status == 409


def test_a_visitor_may_do_nothing_else(client, ann, cxml_access):
    client.get(path_of(ask(client, setup()).start_url))
    for address in ("/checkout", "/orders", "/company", "/people"):
        assert client.get(address).status in (403, 404), address


def test_two_visitors_under_one_name_have_a_cart_each(app, ann, cxml_access):
    first, second = (app.test_client() for _ in range(2))
    for client in (first, second):
        answer = read_response(client.post("/punch-out/cxml", data=setup(), content_type="text/xml").data)
        client.get(path_of(answer.start_url))
    first.post("/quick-order/add", data={"pad": "NUT\t5\t\t\n", "client_ref": ref()})
    assert b"NUT" in first.get("/cart").data
    assert b"NUT" not in second.get("/cart").data


def test_a_basket_is_opened_again_by_its_marks(client, ann, cxml_access):
    client.get(path_of(ask(client, setup()).start_url))
    fill(client, "BOLT", 7)
    _, fields = returned(client.post("/punch-out/hand-back"))
    line = read_basket(fields[0][1].encode()).document.lines[0]
    again = setup(
        operation=Operation.EDIT,
        items=(
            SetupItem(quantity=Decimal(9), ids=ItemIds(sku="forgotten"), auxiliary_id=line.auxiliary_id),
            SetupItem(quantity=Decimal(4), ids=ItemIds(sku="NUT")), SetupItem(quantity=Decimal(1), ids=ItemIds(sku="GONE")),
        ),
    )  # fmt: skip
    client.get(path_of(ask(client, again).start_url))
    page = client.get("/cart")
    assert "BOLT" in page.text
    assert "NUT" in page.text
    assert any("GONE" in banner for banner in page.banners)
    _, fields = returned(client.post("/punch-out/hand-back"))
    assert {line.ids.sku: line.quantity for line in read_basket(fields[0][1].encode()).document.lines} == {
        "BOLT": Decimal(9), "NUT": Decimal(4),
    }  # fmt: skip


def test_leaving_sends_an_empty_basket(client, ann, cxml_access):
    client.get(path_of(ask(client, setup()).start_url))
    _, fields = returned(client.post("/punch-out/give-up"))
    assert read_basket(fields[0][1].encode()).document.lines == ()
    assert client.post("/punch-out/hand-back").status == 303


def test_people_are_matched_by_mail(client, world, ann):
    with world():
        bob = replace(ann, user_id=accounts.person(_company(ann), "buyer").id)
        access(ann, matches_people=True)
        mail = mail_of(bob)
    client.get(path_of(ask(client, setup(extras=(("UserEmail", mail.upper()),))).start_url))
    with world(), system_scope("test"):
        assert db.session.query(PunchOutVisit).one().user_id == bob.user_id


def _company(actor):
    return db.session.get(Company, actor.company_id)


def test_frames_of_the_buyers_system(client, world, ann):
    with world():
        access(ann, frame_origin="https://purchasing.example")
    page = client.get(path_of(ask(client, setup()).start_url))
    assert "SameSite=None" in page.headers["Set-Cookie"]
    assert "Secure" in page.headers["Set-Cookie"]
    assert "frame-ancestors 'self' https://purchasing.example" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers


def test_where_a_cart_may_go_back_to(client, world, ann):
    with world():
        access(ann, hosts=["purchasing.example"])
    assert ask(client, setup()).code == "200"
    assert ask(client, setup(return_url="https://purchasing.example.evil.example/")).code == "400"


def test_profile_names_what_is_understood(client, ann, cxml_access):
    data = setup()
    root = etree.fromstring(data)
    request = root.find("Request")
    request.remove(request[0])
    etree.SubElement(request, "ProfileRequest")
    page = client.post("/cxml", data=etree.tostring(root), content_type="text/xml")
    assert b'requestName="PunchOutSetupRequest"' in page.data
    assert read_response(page.data).code == "200"


def oci(**fields):
    values = {"HOOK_URL": HOOK, "USERNAME": "oci-user", "password": SECRET, "~TARGET": "_top", "~caller": "CTLG"}
    return values | fields


def test_oci_takes_a_cart_back(client, world, ann):
    with world():
        access(ann, "oci", settings={"units": {"PCE": "H87"}, "vendor": "0000100", "lengths": {"DESCRIPTION": 10}})
    assert client.post("/punch-out/oci", oci()).location == "/shop"
    fill(client, "NUT", 12)
    page = client.post("/punch-out/hand-back")
    action, fields = returned(page)
    named = dict(fields)
    assert action == HOOK
    assert (named["NEW_ITEM-DESCRIPTION[1]"], named["NEW_ITEM-UNIT[1]"], named["NEW_ITEM-QUANTITY[1]"]) == (
        "Article NU",
        "PCE",
        "12",
    )
    assert named["NEW_ITEM-VENDORMAT[1]"] == "NUT"
    assert "DESCRIPTION was cut to 10 characters" in page.text
    assert not page.soup.find("form", attrs={"data-module": "auto-submit"})
    line = read_form(fields).document.lines[0]
    assert (line.unit_price, line.currency, line.vendor) == (Decimal("0.2"), "EUR", "0000100")


def test_oci_functions(client, world, ann):
    with world():
        access(ann, "oci")
    _, fields = returned(client.post("/punch-out/oci", oci(FUNCTION="VALIDATE", PRODUCTID="BOLT", QUANTITY="3")))
    assert dict(fields)["NEW_ITEM-PRICE[1]"] == "3.5"
    _, fields = returned(
        client.get("/punch-out/oci", query_string=oci(FUNCTION="BACKGROUND_SEARCH", SEARCHSTRING="NUT"))
    )
    assert dict(fields)["NEW_ITEM-VENDORMAT[1]"] == "NUT"
    assert client.post("/punch-out/oci", oci(FUNCTION="DETAIL", PRODUCTID="BOLT")).location == "/shop?q=BOLT"
    assert client.post("/punch-out/oci", oci(FUNCTION="SOURCING", SEARCHSTRING="nut m8")).location == "/shop?q=nut+m8"
    assert client.post("/punch-out/oci", oci(password="wrong")).status == 403
    assert client.post("/punch-out/oci", oci(FUNCTION="NONE")).status == 422
    assert client.post("/punch-out/oci", {"USERNAME": "x"}).status == 422


def test_an_order_by_cxml_goes_to_the_inbox(client, world, ann, cxml_access):
    """Once the buyer's system orders, the document is kept, whatever becomes of it."""
    envelope = Envelope(senders=(Credential("NetworkID", "AN-BUYER"),), recipients=(Credential("DUNS", "4711"),), secret=SECRET,
                        payload_id="order-1@buyer", timestamp="2026-11-22T10:00:00+01:00")  # fmt: skip
    data = addressed(formats["cxml-order"].dumps(neutral_order()), envelope)
    answer = ask(client, data, "/cxml")
    assert answer.code in ("200", "201", "406")
    with world(), system_scope("test"):
        assert db.session.execute(text("SELECT reference, via FROM exchange_files")).all() == [
            ("order-1@buyer", "cxml")
        ]
    other = addressed(
        data,
        replace(envelope, senders=(Credential("NetworkID", "SOMEBODY"),), via=(Credential("NetworkID", "AN-BUYER"),)),
    )
    assert ask(client, other, "/cxml").code == "401"


def test_a_buyer_who_is_signed_in_is_no_visitor(client, ann):
    sign_in_buyer(client, ann)
    assert client.post("/punch-out/hand-back").status == 404
    assert "You are shopping for" not in client.get("/shop").text


def test_an_order_by_cxml_is_placed_and_answered_once(client, world, ann):
    """Whatever was handed back is ordered by the buyer's system later: the same services as by hand, once."""
    with world():
        company = _company(ann)
        user = db.session.get(User, ann.user_id)
        partner = partners.partner_with(
            {"order": "cxml-order", "order-response": "cxml-confirmation"}, company, user=user
        )
        access(ann, partner_id=partner.id)
        document = partners.order_document(partner, "PO-9", [("NUT", 100), ("BOLT", 2)])
    envelope = Envelope(senders=(Credential("NetworkID", "AN-BUYER"),), recipients=(Credential("DUNS", "4711"),), secret=SECRET,
                        payload_id="9@buyer", timestamp="2026-11-22T10:00:00+01:00")  # fmt: skip
    data = addressed(formats["cxml-order"].dumps(document), envelope)
    answer = ask(client, data, "/cxml")
    with world(), system_scope("test"):
        assert db.session.execute(text("SELECT state, reason FROM exchange_messages WHERE direction = 'in'")).all() == [
            ("answered", None)
        ]
    assert (answer.code, answer.detail) == ("200", "")
    assert ask(client, data, "/cxml").code == "200"
    with world(), system_scope("test"):
        rows = db.session.execute(text("SELECT po_number, net_total, source FROM orders")).all()
    assert rows == [("PO-9", Decimal("27.00"), "edi")]
