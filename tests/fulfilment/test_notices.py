"""Who hears of shipments, returns and claims, and in which words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.claimed import Granted
from app.fulfilment.domain.shipment import LineDifference, NewPackage
from app.fulfilment.models.claims import ClaimLine
from app.fulfilment.models.shipments import ShipmentLine
from app.fulfilment.service.claims import grant
from app.fulfilment.service.return_goods import settle
from app.fulfilment.service.returns import refuse
from app.fulfilment.service.shipments import deliver
from app.notifications.models import Notice
from tests.factories.accounts import customer
from tests.factories.cases import claimed, inspected, requested, return_lines
from tests.factories.ordering import article, buyer, order, sales
from tests.factories.shipments import delivered, proof, shipped, store_keeper
from tests.support.mail import tray
from tests.support.work import drain

D = Decimal


@pytest.fixture
def mails(isolated):
    with tray() as kept:
        yield kept


@pytest.fixture
def ann(world):
    with world():
        company = customer(locale="en")
        buyer(company)  # a colleague who ordered nothing
        return buyer(company)


def placed(ann):
    return order(ann, [(article("NUT", "10", stock=100), 10), (article("PIN", "5", stock=50), 4)])


def told(mails, isolated, app) -> list[tuple[str, str]]:
    """(subject, text) of the mails about shipments, returns and claims since the last look; each reads well."""
    drain(isolated)
    found, adapter = [], app.url_map.bind("localhost")
    for mail in mails:
        subject = str(mail["Subject"])
        words, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert BeautifulSoup(page, "lxml").h1.get_text() == subject
        for sign in ("{{", "{%", "None", "Message(", "datetime", "Decimal", "<time"):
            assert sign not in words
        for path in re.findall(r"http://localhost[^/\s]*(/[^\s]+)", words):
            adapter.match(path, method="GET")
        if subject.startswith(("Shipment", "Return", "Claim")):
            found.append((subject, words))
    mails.clear()
    return found


def on_pages(code: str) -> list[tuple[int | None, str, str]]:
    with system_scope("test"):
        rows = db.session.scalars(select(Notice).where(Notice.code == code, Notice.way == "page").order_by(Notice.id))
        return [(row.user_id, row.subject, row.link) for row in rows]


def test_who_ordered_hears_that_goods_are_on_their_way_and_what_did_not_arrive(mails, isolated, app, world, ann):
    with world():
        bought = placed(ann)
        shipment_id = shipped(bought.id, tracking="00340434161094022115", packages=(NewPackage(),), carrier_name="GLS")
    [(subject, words)] = told(mails, isolated, app)
    assert re.fullmatch(r"Shipment LS-\d{4}-\d{6} is on its way", subject)
    for part in (bought.number, "Carrier: GLS", "00340434161094022115", "NUT", "PIN", "/shipments/LS-"):
        assert part in words
    with world():
        with system_scope("test"):
            line_id = db.session.scalars(
                select(ShipmentLine.id).where(ShipmentLine.shipment_id == shipment_id, ShipmentLine.sku == "NUT")
            ).one()
        desk = store_keeper()
        with acting_as(desk):
            deliver(desk, shipment_id, proof(differences=[LineDifference(line_id, D(7), "missing")]))
    [(subject, words)] = told(mails, isolated, app)
    assert subject.endswith("arrived with differences")
    assert "NUT" in words
    assert "Did not arrive, 7 of 10" in words
    assert "PIN" not in words
    with world():
        assert [row[0] for row in on_pages("shipment_differs")] == [ann.user_id]


def test_a_complete_delivery_is_not_told(mails, isolated, app, world, ann):
    with world():
        delivered(placed(ann).id)
    assert told(mails, isolated, app) == []


def test_the_way_of_a_return_is_told_to_who_asked(mails, isolated, app, world, ann):
    with world():
        shipment_id = delivered(placed(ann).id)
        desk = sales()
        refused = requested(ann, shipment_id, {2: 1})
        with acting_as(desk):
            refuse(desk, refused, "Opened packs stay with you.")
    [(subject, words)] = told(mails, isolated, app)
    assert subject.endswith(": Refused")
    assert "We do not take these goods back." in words
    assert "Opened packs stay with you." in words
    with world():
        again = inspected(ann, shipment_id, {1: 2}, "replacement")
        with acting_as(desk):
            settle(desk, again, {line.id: D(100) for line in return_lines(again)})
    [(subject, words)] = told(mails, isolated, app)
    assert subject.endswith(": Accepted"), "that it was authorised is old news by now"
    assert "You get the goods again at no charge, with the order SO-" in words
    with world():
        assert [row[0] for row in on_pages("return_settled")] == [ann.user_id]


def test_sales_hear_of_a_claim_and_the_customer_of_the_decision(mails, isolated, app, world, ann):
    with world():
        desk, bought = sales(), placed(ann)
        delivered(bought.id)
        claim_id = claimed(ann, bought.id, bought.number, {1: 3}, note="Three bags were empty.")
    assert told(mails, isolated, app) == []
    with world():
        assert {row[0] for row in on_pages("claim_opened")} >= {desk.user_id}
        assert all(row[1].endswith(f" complains about {bought.number}") for row in on_pages("claim_opened"))
        with system_scope("test"):
            lines = list(db.session.scalars(select(ClaimLine.id).where(ClaimLine.claim_id == claim_id)))
        with acting_as(desk):
            grant(desk, claim_id, {line: Granted(D(3)) for line in lines}, remedy="credit")
    [(subject, words)] = told(mails, isolated, app)
    assert subject.startswith("Claim ")
    assert subject.endswith(": Granted")
    assert f"Your complaint about {bought.number} is granted: Credit note, the goods stay." in words
