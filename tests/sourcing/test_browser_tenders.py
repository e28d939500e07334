"""A company asks five suppliers for two lots, in Chromium: from the empty form to the opened bids."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.bid_content import BidContent, Offer
from app.sourcing.queries.bids import asked_of
from app.sourcing.service import bids, opening, tender_questions
from app.sourcing.service.tender_state import tender_id_of
from tests.factories import tenders as make
from tests.factories.accounts import actor_for, customer, operator, person, supplier
from tests.support.browser import DESK, PHONE, look, signed_in

pytestmark = pytest.mark.browser
LINES = {1: (("Nitrile gloves", "200"), ("Leather gloves", "50")), 2: (("Safety boots S3", "30"),)}


@pytest.fixture
def scene(world) -> Any:
    with world():
        operator()
        company = customer("WERFT", name="Hafenwerft")
        user = person(company, Role.TENDER_MANAGER, name="Ann Asks")
        firms = []
        for n in range(5):
            firm = supplier(f"S-{n}", name=f"Supplier {n}")
            seller = person(firm, Role.SUPPLIER)
            firms.append((firm, seller.email, actor_for(seller, firm)))
        return actor_for(user, company), user.email, firms


@pytest.mark.parametrize(
    ("viewport", "options"),
    [(DESK, {}), (PHONE, {"java_script_enabled": False})],
    ids=["desk", "phone-no-script"],
)
def test_two_lots_and_five_suppliers(browser, base, world, scene, viewport, options):
    ann, email, firms = scene
    check = look if not options else (lambda _page: None)
    mine = signed_in(browser, base, email, viewport=viewport, **options)
    number = drafted(mine, check)
    for firm, _email, _actor in firms:
        mine.goto(f"/tenders/{number}/suppliers")
        mine.get_by_label("Number, VAT id or e-mail").fill(firm.code)
        mine.get_by_role("button", name="Invite").first.click()
        mine.wait_for_selector(f"td:has-text('{firm.name}')")
    check(mine)
    mine.goto(f"/tenders/{number}")
    check(mine)
    mine.get_by_role("button", name="Publish").click()
    mine.wait_for_selector("text=The tender is published")
    theirs = signed_in(browser, base, firms[0][1], viewport=viewport, **options)
    theirs.goto("/supplier/tenders")
    theirs.get_by_role("link", name=number).click()
    theirs.wait_for_selector("h1")
    assert "Nitrile gloves" in theirs.content()
    answered(world, mine, number, ann, firms[0][2])
    check(mine)
    with world():
        opened(ann, number, [actor for _firm, _email, actor in firms])
    mine.goto(f"/tenders/{number}")
    mine.wait_for_selector(".k-page-title >> text=Evaluation")
    mine.goto(f"/tenders/{number}/history")
    mine.wait_for_selector("text=Bids opened")
    check(mine)


def drafted(mine: Any, check: Any) -> str:
    """Make the draft with two lots and their lines; returns its number."""
    mine.goto("/tenders/new")
    check(mine)
    mine.get_by_label("Title").fill("Hand and foot protection")
    mine.get_by_label("Sealed request for prices").check()
    mine.get_by_role("button", name="Make the draft").click()
    mine.wait_for_url("**/terms")
    check(mine)
    number = mine.url.split("/")[-2]
    mine.get_by_label("Deadline for bids").fill("2099-05-01T12:00")
    mine.get_by_role("button", name="Save").click()
    mine.wait_for_url("**/lines")
    mine.goto(f"/tenders/{number}/lots")
    check(mine)
    mine.get_by_label("Title").nth(0).fill("Gloves")
    mine.get_by_label("Title").nth(1).fill("Boots")
    mine.get_by_role("button", name="Save").click()
    mine.wait_for_url("**/lines")
    for lot, lines in LINES.items():
        mine.goto(f"/tenders/{number}/lots/{lot}/lines")
        for row, (words, quantity) in enumerate(lines, start=1):
            mine.get_by_label(f"Article or what you need, in row {row}").fill(words)
            mine.get_by_label(f"Quantity in row {row}").fill(quantity)
        mine.get_by_role("button", name="Save").click()
        mine.wait_for_url("**/lines")
        mine.wait_for_selector("text=The lines of lot")
    check(mine)
    return number


def answered(world: Any, mine: Any, number: str, ann: Actor, asker: Actor) -> None:
    with world(ann):
        tender_id = tender_id_of(ann, number)
    with world(asker):
        tender_questions.ask(asker, tender_id, "Which sizes?")
    mine.goto(f"/tenders/{number}/questions")
    mine.get_by_label("Answer").first.fill("Seven to eleven")
    mine.get_by_role("button", name="Answer to all").click()
    mine.wait_for_selector("text=The answer goes to all")


def opened(ann: Actor, number: str, bidders: list[Actor]) -> None:
    """Everybody bids, the deadline passes, the clock closes and opens."""
    with acting_as(ann):
        tender_id = tender_id_of(ann, number)
    for n, bidder in enumerate(bidders):
        with acting_as(bidder):
            asked = asked_of(bidder, tender_id)
            offers = tuple(
                Offer(line.id, quantity=line.quantity, price=Decimal(10 + n), lead_days=5)
                for lot in asked.lots for line in lot.lines
            )  # fmt: skip
            content = BidContent(
                currency=asked.currency, valid_to=asked.valid_from_day + timedelta(days=1), offers=offers, answers=()
            )
            bids.submit_bid(bidder, tender_id, content, base_version=0, client_ref=str(uuid.uuid4()))
    made = make.Made(tender_id, number, ann, ann, None)  # type: ignore[arg-type]
    make.close(made)
    with system_scope("test"), transaction():
        opening.open_when_due(Actor.system(), tender_id)
