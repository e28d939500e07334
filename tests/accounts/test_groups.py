"""Groups and segments: filled by hand, by paste and by import; told in the history; seen by their own accounts only."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.accounts.domain.groups import SetFacts, SetKind, checked, codes_in
from app.accounts.models.companies import Company
from app.accounts.queries.groups import account_set, candidates, groups, members, segments, standing
from app.accounts.service.groups import (
    add_members,
    delete_set,
    remove_members,
    set_group,
    set_segments,
    upsert_group,
    upsert_segment,
)
from app.accounts.service.importing import AccountRow, upsert_accounts
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from tests.factories import accounts as make

SYSTEM = Actor.system()


@pytest.fixture
def house(ctx):
    return make.operator()


@pytest.fixture
def shop(house):
    return make.customer("K-1", name="Shop")


def test_a_code_is_short_and_without_blanks():
    assert checked(SetFacts(" RETAIL-1 ", " Retailers ")) == SetFacts("RETAIL-1", "Retailers")
    for code in ("", "two words", "x" * 41, "new", "-x", "ÜBER"):
        with pytest.raises(Invalid) as refused:
            checked(SetFacts(code, "Name"))
        assert refused.value.field == "code"
    with pytest.raises(Invalid) as refused:
        checked(SetFacts("A", " "))
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("pasted", "codes"),
    [
        ("K-1\nK-2\r\n\n K-1 ", ["K-1", "K-2"]),
        ("K-1, K-2; K-3", ["K-1", "K-2", "K-3"]),
        ("K-1\tShop, Berlin\nK-2\tOther; Ltd", ["K-1", "K-2"]),
        ("", []),
    ],
)
def test_pasted_numbers(pasted, codes):
    assert codes_in(pasted) == codes


def test_a_group_is_made_changed_and_deleted_when_empty(shop):
    group_id = upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
    assert upsert_group(SYSTEM, SetFacts("RETAIL", "Retail", "Shops"), group_id) == group_id
    assert [(one.code, one.name, one.members) for one in groups(SYSTEM)] == [("RETAIL", "Retail", 0)]
    with pytest.raises(Invalid):
        upsert_group(SYSTEM, SetFacts("RETAIL", "Another"))
    set_group(SYSTEM, shop.id, group_id)
    with pytest.raises(Conflict):
        delete_set(SYSTEM, SetKind.GROUP, group_id)
    set_group(SYSTEM, shop.id, None)
    delete_set(SYSTEM, SetKind.GROUP, group_id)
    assert groups(SYSTEM) == []
    told = [entry.action for entry in audit.history(SYSTEM, "account_group", group_id)]
    assert told == ["created", "changed", "deleted"]


def test_what_is_referred_to_stays(shop):
    group_id = upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
    db.session.execute(text("INSERT INTO assortments (code, name) VALUES ('A', 'A')"))
    db.session.execute(
        text("INSERT INTO assortment_assignments (assortment_id, group_id) SELECT id, :g FROM assortments"),
        {"g": group_id},
    )
    db.session.commit()
    with pytest.raises(Conflict, match="refer"):
        delete_set(SYSTEM, SetKind.GROUP, group_id)
    assert [one.code for one in groups(SYSTEM)] == ["RETAIL"]


def test_an_account_is_in_one_group_and_many_segments(shop):
    first, second = (upsert_group(SYSTEM, SetFacts(code, code)) for code in ("ONE", "TWO"))
    late, early = (
        upsert_segment(SYSTEM, SetFacts("L", "Late", position=9)),
        upsert_segment(SYSTEM, SetFacts("E", "Early")),
    )
    assert set_group(SYSTEM, shop.id, first)
    assert set_group(SYSTEM, shop.id, second)
    assert not set_group(SYSTEM, shop.id, second)
    assert set_segments(SYSTEM, shop.id, [late, early])
    assert not set_segments(SYSTEM, shop.id, [early, late])
    found = standing(SYSTEM, shop.id)
    assert found.group is not None and found.group.code == "TWO"
    assert [one.code for one in found.segments] == ["E", "L"], "the lower position is asked first"
    assert set_segments(SYSTEM, shop.id, [late])
    changes = [entry.changes for entry in audit.history(SYSTEM, "company", shop.id)]
    assert changes == [
        {"group": ["", "ONE"]}, {"group": ["ONE", "TWO"]}, {"segments": ["", "E, L"]}, {"segments": ["E, L", "L"]},
    ]  # fmt: skip
    with pytest.raises(NotFound):
        set_group(SYSTEM, shop.id, 999)
    with pytest.raises(NotFound):
        set_segments(SYSTEM, shop.id, [999])


@pytest.mark.parametrize("kind", list(SetKind))
def test_members_come_by_number_and_go(shop, kind):
    other = make.customer("K-2", name="Other")
    make.supplier("S-1")
    make_set = upsert_group if kind is SetKind.GROUP else upsert_segment
    set_id = make_set(SYSTEM, SetFacts("X", "X"))
    filled = add_members(SYSTEM, kind, set_id, ["K-1", "k-2", "K-9", "S-1"])
    assert (filled.added, filled.same) == (2, 0)
    assert [(problem.row, problem.given) for problem in filled.problems] == [(3, "K-9"), (4, "S-1")]
    assert (again := add_members(SYSTEM, kind, set_id, ["K-1"])).added == 0
    assert again.same == 1
    assert [one.code for one in members(SYSTEM, kind, set_id)] == ["K-2", "K-1"], "by name"
    assert [one.code for one in members(SYSTEM, kind, set_id, search="sho")] == ["K-1"]
    assert candidates(SYSTEM, kind, set_id, "K-") == []
    assert remove_members(SYSTEM, kind, set_id, [shop.id, 12345]) == 1
    assert [one.code for one in candidates(SYSTEM, kind, set_id, "shop")] == ["K-1"]
    assert account_set(SYSTEM, kind, "X").members == 1
    assert [entry.action for entry in audit.history(SYSTEM, "company", other.id)] != []


def test_a_buyer_sees_his_own_group_and_segments_only(shop):
    other = make.customer("K-2")
    mine, theirs = (upsert_group(SYSTEM, SetFacts(code, code)) for code in ("MINE", "THEIRS"))
    ours = upsert_segment(SYSTEM, SetFacts("OURS", "Ours"))
    upsert_segment(SYSTEM, SetFacts("HIDDEN", "Hidden"))
    set_group(SYSTEM, shop.id, mine)
    set_group(SYSTEM, other.id, theirs)
    set_segments(SYSTEM, shop.id, [ours])
    buyer = make.actor_for(make.person(shop, "buyer"), shop)
    with acting_as(buyer):
        assert [one.code for one in groups(buyer)] == ["MINE"]
        assert [one.code for one in segments(buyer)] == ["OURS"]
        assert db.session.scalars(text("SELECT code FROM account_groups")).all() == ["MINE"]
        assert db.session.scalars(text("SELECT code FROM segments")).all() == ["OURS"]
        assert db.session.scalars(text("SELECT company_id FROM company_segments")).all() == [shop.id]
        assert db.session.scalars(text("SELECT visible_groups()")).all() == [mine]
        assert db.session.scalars(text("SELECT visible_segments()")).all() == [ours]
        assert standing(buyer).group.code == "MINE"
        with pytest.raises(NotFound):
            standing(buyer, other.id)
        with pytest.raises(NotFound):
            members(buyer, SetKind.GROUP, mine)
        with pytest.raises(Forbidden):
            set_group(buyer, shop.id, theirs)


def test_an_import_places_accounts(house):
    upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
    for code in ("S1", "S2"):
        upsert_segment(SYSTEM, SetFacts(code, code))
    rows = [
        AccountRow("A-2", name="Below", group="RETAIL", segments=("S1", "S2"), parent="A-1"),
        AccountRow("A-1", name="Above", segments=("S2",)),
    ]
    assert [result.outcome for result in upsert_accounts(SYSTEM, rows)] == ["created", "created"]
    assert [result.outcome for result in upsert_accounts(SYSTEM, rows)] == ["same", "same"]
    below, above = (db.session.scalars(select(Company).where(Company.code == code)).one() for code in ("A-2", "A-1"))
    assert below.parent_id == above.id
    assert [one.code for one in standing(SYSTEM, below.id).segments] == ["S1", "S2"]
    moved = [AccountRow("A-2", group="", segments=("S2",), parent=""), AccountRow("A-1")]
    assert [result.outcome for result in upsert_accounts(SYSTEM, moved)] == ["changed", "same"]
    db.session.refresh(below)
    assert (below.parent_id, below.group_id) == (None, None)
    assert [one.code for one in standing(SYSTEM, below.id).segments] == ["S2"]


def test_an_import_refuses_what_does_not_fit(house):
    rows = [
        AccountRow("A-1", name="One", group="NOBODY"),
        AccountRow("A-2", name="Two", segments=("NONE",)),
        AccountRow("A-3", name="Three", parent="A-9"),
        AccountRow("A-4", name="Four", parent="A-1"),
        AccountRow("C-1", name="Circle", parent="C-2"),
        AccountRow("C-2", name="Circle", parent="C-1"),
        *(AccountRow(f"D-{n}", name="Deep", parent=f"D-{n - 1}" if n else None) for n in range(6)),
    ]
    results = upsert_accounts(SYSTEM, rows)
    assert [result.outcome for result in results[:5]] == ["refused"] * 5
    assert [result.outcome for result in results[6:]] == ["created"] * 5 + ["refused"]
    assert "5 generations" in str(results[-1].problem)


@pytest.mark.parametrize("count", [2, 20])
def test_the_same_statements_however_many_rows(house, count):
    upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
    upsert_segment(SYSTEM, SetFacts("S1", "S1"))
    rows = [
        AccountRow(f"A-{n}", name=f"A {n}", group="RETAIL", segments=("S1",), parent="A-0" if n else None)
        for n in range(count)
    ]
    with statements() as seen:
        upsert_accounts(SYSTEM, rows)
    assert len(seen) == 11, seen


@pytest.fixture
def desk(isolated, world, client):
    """Somebody of the sales desk, signed in; a shop; a group and a segment."""
    with world():
        house = make.operator()
        shop = make.customer("K-1", name="Shop")
        group_id = upsert_group(SYSTEM, SetFacts("RETAIL", "Retailers"))
        upsert_segment(SYSTEM, SetFacts("SPRING", "Spring offer"))
        make.sign_in(client, make.person(house, "sales"))
    return shop, group_id


@pytest.mark.parametrize(("kind", "code"), [("groups", "RETAIL"), ("segments", "SPRING")])
def test_accounts_are_pasted_found_and_taken_out(desk, client, kind, code):
    page = client.get(f"/account-sets/{kind}/{code}")
    assert "No account is in it yet" in page.text
    page = client.post(f"/account-sets/{kind}/{code}/members", data={"accounts": "K-1\nK-404"}, follow=True)
    assert "There is no account K-404." in page.text
    assert "1 account is in." in page.text
    assert page.soup.select_one("tbody .k-row-link").text == "Shop"
    page = client.post(f"/account-sets/{kind}/{code}/members/remove", data={"id": str(desk[0].id)}, follow=True)
    assert "1 account is out." in page.text
    found = client.get(f"/account-sets/{kind}/{code}?find=sho")
    assert "K-1" in found.soup.select_one("#add .k-list").text
    assert client.post(f"/account-sets/{kind}/{code}/members", data={"accounts": ""}).status == 422
    assert client.post(f"/account-sets/{kind}/{code}/members/remove", data={}).status == 409


def test_terms_hold_group_segments_and_stock(desk, client, world):
    address = "/accounts/K-1/terms"
    form = client.get(address).form()
    data = {**form, "group_id": str(desk[1]), "stock_display": "light", "vat_mode": "gross"}
    with world():
        segment = segments(SYSTEM)[0].id
    page = client.post(address, data={**data, "segment_ids": [str(segment)]}, follow=True)
    assert "Retailers" in page.text
    assert "Spring offer" in page.text
    assert "a light only" in page.text
    client.post(address, data={**data, "group_id": "0", "segment_ids": []})
    with world():
        found = standing(SYSTEM, desk[0].id)
    assert (found.group, found.segments) == (None, ())


def test_a_group_is_made_on_its_page(desk, client):
    page = client.post("/account-sets/groups/new", data={"code": "WEB", "name": "Web shops", "about": "x"}, follow=True)
    assert page.h1 == "Web shops"
    assert client.post("/account-sets/groups/new", data={"code": "WEB", "name": "Again"}).status == 422
    assert client.post("/account-sets/groups/WEB/delete", follow=True).h1 == "Groups of accounts"
    assert client.get("/account-sets/groups/WEB").status == 404


def test_lists_take_the_same_statements_for_any_number(desk, client, world):
    counts = []
    for rows in (2, 20):
        with world():
            codes = [make.customer().code for _ in range(rows)]
            add_members(SYSTEM, SetKind.GROUP, desk[1], codes)
            for n in range(rows):
                upsert_group(SYSTEM, SetFacts(f"N-{rows}-{n}", "Name"))
        with client.app.app_context(), statements() as sent:
            assert client.get("/account-sets/groups/RETAIL").status == 200
            assert client.get("/account-sets/groups").status == 200
        counts.append(len(sent))
    assert counts[0] == counts[1]
