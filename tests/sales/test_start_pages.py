"""Start pages by audience, and new accounts that look like a segment."""

from __future__ import annotations

import pytest

from app.core import clock
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.sales.domain.offers import Audience, OfferRow
from app.sales.domain.start_blocks import USUAL
from app.sales.queries.offers import cards
from app.sales.queries.start_pages import blocks_of, layouts, likeness, own_blocks
from app.sales.service.offers import create_offer, release_offer
from app.sales.service.start_pages import refresh_pages, set_blocks
from tests.factories.accounts import actor_for, customer, person
from tests.factories.offers import bought, group, segment
from tests.factories.ordering import article, shop

SYSTEM = Actor.system()


def buyer_of(company) -> Actor:
    return actor_for(person(company), company)


def blocks(me: Actor) -> tuple[str, ...]:
    with acting_as(me):
        return own_blocks(me)


def test_the_nearest_arrangement_counts_and_strangers_keep_theirs(ctx):
    mine, grouped, other = customer("MINE"), customer("GROUPED"), customer("OTHER")
    people = {one.code: buyer_of(one) for one in (mine, grouped, other)}
    segment("LOYAL", mine)
    group("TRADE", mine, grouped)
    assert {blocks(one) for one in people.values()} == {USUAL}
    set_blocks(SYSTEM, "everybody", "", [("news", True), ("due", True), ("banner", False)])
    set_blocks(SYSTEM, "group", "TRADE", [("price", True)])
    set_blocks(SYSTEM, "segment", "LOYAL", [("due", True), ("banner", True)])
    assert [blocks(people[code]) for code in ("MINE", "GROUPED", "OTHER")] == [
        ("due", "banner"), ("price",), ("news", "due")
    ]  # fmt: skip
    set_blocks(SYSTEM, "account", "MINE", [("promotion", False)])
    assert blocks(people["MINE"]) == ()
    assert blocks_of(SYSTEM, "segment", "LOYAL")[:2] == (("due", True), ("banner", True))
    assert [(one.audience, one.code) for one in layouts(SYSTEM)] == [
        ("account", "MINE"), ("everybody", ""), ("group", "TRADE"), ("segment", "LOYAL")
    ]  # fmt: skip
    set_blocks(SYSTEM, "everybody", "", [])
    assert blocks(people["OTHER"]) == USUAL
    for audience, code, given in (("account", "NOBODY", []), ("moon", "", []), ("everybody", "", [("x", True)])):
        with pytest.raises(Invalid):
            set_blocks(SYSTEM, audience, code, given)


def test_a_new_account_gets_the_start_page_and_banners_of_the_segment_it_looks_like(ctx):
    shop()
    shops = [customer(registration={"trade": "shop"}) for _ in range(3)]
    builders = [customer(registration={"trade": "trades"}) for _ in range(3)]
    segment("SHOPS", *shops)
    segment("BUILDERS", *builders)
    fresh = customer(registration={"trade": "trades"})
    strange = customer(country="UA", registration={"trade": "public"})
    buys = customer(registration={"trade": "trades"})
    bought(buys, article("NUT"))
    set_blocks(SYSTEM, "segment", "BUILDERS", [("banner", True)])
    made = {
        kind: create_offer(
            SYSTEM,
            OfferRow(name=kind, kind=kind, starts_at=clock.now(), titles={"en": "Hello"},
                     audience=(Audience("segment", "BUILDERS"),), **facts),
            client_ref=kind,
        )
        for kind, facts in (("banner", {}), ("price", {"percent": 5}))
    }  # fmt: skip
    refresh_pages(SYSTEM)
    for one in made.values():
        release_offer(SYSTEM, one)
    found = likeness(SYSTEM, fresh.id)
    assert found is not None and found.code == "BUILDERS" and found.points > 90
    assert ("trade", "trades", 100) in found.reasons
    assert likeness(SYSTEM, buys.id) is None  # what it buys tells more
    assert (likeness(SYSTEM, strange.id)) is None
    me, stranger = buyer_of(fresh), buyer_of(strange)
    assert blocks(me) == ("banner",)
    assert blocks(stranger) == USUAL
    with acting_as(me):
        assert [one.kind for one in cards(me, ["banner", "price"])] == ["banner"]  # but not its prices
    with acting_as(stranger):
        assert cards(stranger, ["banner", "price"]) == []
