"""A committee opens together within a day, or the bids stay closed; the page, the record, the paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.tenancy import acting_as
from app.sourcing.service import bids, opening, sealing_keys, tender_publish
from app.sourcing.service import tenders as service
from tests.factories import bids as make
from tests.factories import tenders
from tests.factories.accounts import actor_for, person
from tests.factories.ordering import sign_in

PHRASE = "three horses in the rain"


def committee(count: int = 3, quorum: int = 2, **facts):
    """(tender open for bids, members with their passphrases set)."""
    made = tenders.draft(opening="committee", opening_quorum=quorum, min_bids=1, **facts)
    members = [actor_for(person(made.company, Role.TENDER_MANAGER), made.company) for _ in range(count)]
    for number, member in enumerate(members):
        with acting_as(member):
            sealing_keys.set_opening_passphrase(member, f"{PHRASE} {number}")
    with acting_as(made.buyer):
        service.save_members(made.buyer, made.id, [(member.user_id, "committee") for member in members])
        tender_publish.publish_tender(made.buyer, made.id)
    return made, members


def confirm(made, members, number: int, phrase: str = "", **options) -> int:
    with acting_as(members[number]):
        return opening.confirm_opening(members[number], made.id, phrase or f"{PHRASE} {number}", **options)


@pytest.mark.usefixtures("ctx")
class TestCommittee:
    def test_k_of_n_open_and_fewer_do_not(self):
        made, members = committee()
        received = make.submitted(made, 0, "42")
        assert received.reading_code
        with pytest.raises(Conflict, match="cannot be opened now"):
            confirm(made, members, 0)
        tenders.close(made)
        assert made.row().state == "closed"
        assert opening.open_when_due(Actor.system(), made.id) is None, "the clock does not open for a committee"
        assert confirm(made, members, 2) == 1
        assert made.row().state == "opening"
        assert make.bids_of(made) == []
        with pytest.raises(Conflict, match="confirmed already"):
            confirm(made, members, 2)
        with pytest.raises(Invalid, match="not your opening passphrase"):
            confirm(made, members, 0, "three horses in the sun")
        with acting_as(made.buyer), pytest.raises(Forbidden):
            opening.confirm_opening(made.buyer, made.id, PHRASE)
        assert confirm(made, members, 0) == 0
        assert made.row().state == "evaluation"
        assert make.bids_of(made)[0].state == "opened"

    def test_the_database_itself_refuses_too_few(self):
        made, members = committee()
        make.submitted(made)
        tenders.close(made)
        confirm(made, members, 0)
        row = db.session.execute(
            text("SELECT outcome, private_key FROM begin_opening(:id, 1, NULL, NULL)"), {"id": made.id}
        ).one()
        assert (row.outcome, row.private_key) == ("too_few", None)

    def test_without_enough_members_the_bids_stay_closed(self):
        made, members = committee()
        make.submitted(made)
        tenders.close(made)
        confirm(made, members, 0)
        assert opening.end_opening_window(Actor.system(), made.id) is not None, "the day is not over"
        end_confirmations(made)
        assert opening.end_opening_window(Actor.system(), made.id) is None
        assert made.row().state == "closed"
        assert confirm(made, members, 0) == 1, "they begin anew"
        assert confirm(made, members, 1) == 0

    def test_the_supplier_alone_reads_its_bid_before_the_opening(self):
        made, _members = committee()
        received = make.submitted(made, 0, "42")
        actor = made.suppliers[0][1]
        with acting_as(actor):
            assert bids.read_own(actor, made.id).is_locked
            assert bids.read_own(actor, made.id, reading_code=received.reading_code.lower()).content is not None
            with pytest.raises(Invalid, match="not the reading code"):
                bids.read_own(actor, made.id, reading_code=sealing_keys.new_reading_code())

    def test_everybody_needs_a_passphrase_before_publication(self):
        made = tenders.draft(opening="committee", opening_quorum=2, min_bids=1)
        with acting_as(made.buyer):
            service.save_members(made.buyer, made.id, [(made.buyer.user_id, "committee")])
            with pytest.raises(Invalid, match="the committee has 1"):
                tender_publish.publish_tender(made.buyer, made.id)
            service.save_members(
                made.buyer, made.id, [(one.user_id, "committee") for one in (made.buyer, made.approver)]
            )
            with pytest.raises(Invalid, match="not set an opening passphrase"):
                tender_publish.publish_tender(made.buyer, made.id)

    def test_two_envelopes_need_the_committee_twice(self):
        quality = (tenders.RequirementEntry("criterion", "Concept", answer_type="text", weight=tenders.Decimal(30)),)
        made, members = committee(procedure="two-stage", requirements=quality, price_weight=tenders.Decimal(70))
        make.submitted(made)
        tenders.close(made)
        confirm(made, members, 0)
        confirm(made, members, 1)
        assert made.row().state == "prequalification"
        (bid,) = make.bids_of(made)
        pairs = [(bid.id, made.lots[0])]
        with acting_as(made.buyer), pytest.raises(Conflict, match="2 members must confirm"):
            opening.open_prices(made.buyer, made.id, pairs)
        confirm(made, members, 1, envelope=2)
        confirm(made, members, 2, envelope=2)
        with acting_as(made.buyer):
            assert opening.open_prices(made.buyer, made.id, pairs)["bids"] == 1


def end_confirmations(made) -> None:
    """As if their day had passed."""
    db.session.execute(
        text("UPDATE opening_confirmations SET void_at = clock_timestamp() WHERE tender_id = :id"), {"id": made.id}
    )


def test_the_page_tells_and_opens(client, world, isolated):
    with world():
        made, members = committee(2, 2)
        make.submitted(made, 0, "42")
        tenders.close(made)
    address = f"/tenders/{made.number}/opening"
    sign_in(client, members[0])
    page = client.get(f"/tenders/{made.number}")
    assert "Confirmed: 0 of 2" in page.text
    sealed = client.get(address).text
    assert "42.00" not in sealed and "840.00" not in sealed  # a bare 42 may be a minute or the number of a name
    said = client.post(address, data={"passphrase": f"{PHRASE} 0"}, follow=True)
    assert "Members still missing: 1" in said.text
    sign_in(client, members[1])
    wrong = client.post(address, data={"passphrase": "no"})
    assert wrong.status_code == 422
    done = client.post(address, data={"passphrase": f"{PHRASE} 1"}, follow=True)
    assert "The bids are opened" in done.text
    assert "840.00" in done.text
    assert made.suppliers[0][0].name in done.text
    paper = client.get(done.soup.select_one("a[href$='.pdf']")["href"])
    assert paper.data.startswith(b"%PDF")


def test_setting_a_passphrase(client, world, isolated):
    with world():
        _company, runs, _decides = tenders.people()
    sign_in(client, runs)
    address = "/tenders/opening-passphrase"
    assert client.post(address, data={"passphrase": "short", "repeated": "short"}).status_code == 422
    done = client.post(address, data={"passphrase": PHRASE, "repeated": PHRASE}, follow=True)
    assert "You have one" in done.text
    assert timedelta(hours=24) == opening.WINDOW
