"""Somebody of the operator acts for a buyer: allowed by the account, for an hour, under both names, never in person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.domain.visits import StaffAccess, VisitState
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership
from app.accounts.models.visits import BuyerVisit
from app.accounts.queries.visits import visits, waiting
from app.accounts.service.visits import answer_visit, set_staff_access
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.models import AuditEntry
from app.core.permissions import lent, of_role
from tests.factories import accounts as make
from tests.support.queries import counted
from tests.support.work import drain


@pytest.fixture
def cast(isolated, world):
    with world():
        house = make.operator()
        shop = make.customer("K-1", name="Shop", locale="en")
        people = {
            "sven": make.person(house, "sales", name="Sven Sales"),
            "paula": make.person(house, "sales", name="Paula Other"),
            "boss": make.person(house, "operator_admin", name="Olga Boss"),
            "jonas": make.person(shop, "buyer", name="Jonas Buyer"),
            "anna": make.person(shop, "company_admin", name="Anna Admin"),
            "kai": make.person(shop, "bookkeeper", name="Kai Books"),
        }
        membership = {
            name: db.session.scalars(
                select(Membership.id).where(Membership.user_id == user.id, Membership.company_id == shop.id)
            ).one_or_none()
            for name, user in people.items()
        }
        db.session.execute(update(Company).where(Company.id == shop.id).values(manager_id=people["sven"].id))
        db.session.commit()
    return people, shop, membership


def address(membership, name):
    return f"/accounts/K-1/people/{membership[name]}/act"


def begin(client, cast, name="jonas", who="sven"):
    people, _, membership = cast
    make.sign_in(client, people[who])
    return client.post(address(membership, name), data={"reason": "telephone order"})


def test_sales_sees_the_portal_as_the_buyer_and_is_told_on_each_page(client, cast):
    assert begin(client, cast).status == 303
    page = client.get("/company")
    assert page.status == 200
    assert "Sven Sales" in page.text
    assert "you act for Jonas Buyer of Shop" in page.text
    assert client.get("/accounts").status == 403  # no operator any more


@pytest.mark.parametrize(
    "place",
    ["/profile", "/profile/password", "/profile/sessions", "/notices", "/company/people", "/company/approval-rules"],
)
def test_what_is_personal_stays_closed(client, cast, place):
    begin(client, cast, "anna")
    assert client.get(place).status == 403


def test_company_details_and_people_are_not_lent(client, cast):
    begin(client, cast, "anna")
    assert client.post("/company/contact", data={"locale": "uk", "time_zone": "UTC"}).status == 403
    assert client.post("/company/visits/access", data={"access": "free"}).status == 403
    assert client.post("/company/approval-rules/new", data={"name": "None"}).status == 403
    assert client.post("/approvals/absences/1/end").status == 403
    assert "accounts:people:manage" in of_role("company_admin")
    assert "accounts:people:manage" not in lent(of_role("company_admin"))


def test_stopping_gives_the_own_desk_back(client, cast, world):
    people, shop, _ = cast
    begin(client, cast)
    assert client.post("/visits/stop").location.endswith("/accounts/K-1")
    assert client.get("/accounts/K-1").status == 200
    assert client.get("/shop").status == 403
    anna = make_actor(world, people["anna"], shop)
    with world(anna):
        (row,) = visits(anna, limit=5)
    assert (row.state, row.staff_name, row.buyer_name, row.reason) == (
        VisitState.ENDED, "Sven Sales", "Jonas Buyer", "telephone order",
    )  # fmt: skip


def make_actor(world, user, company):
    with world():
        return make.actor_for(user, company)


def test_an_hour_later_it_is_over(client, cast, world):
    begin(client, cast)
    with world(), transaction():
        db.session.execute(update(BuyerVisit).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert client.get("/accounts/K-1").status == 200
    page = client.get("/accounts/K-1")
    assert "you act for" not in page.text


def test_every_change_carries_both_names(client, cast, world):
    people, shop, _ = cast
    begin(client, cast, "anna")
    answer = client.post(
        "/company/addresses/new",
        data={"label": "Yard", "street": "S 1", "city": "C", "country": "DE", "is_ship_to": "y"},
    )
    if answer.status == 403:  # addresses are an administrator's, and she lends that right
        pytest.fail("the address right is lent")
    anna = make_actor(world, people["anna"], shop)
    with world(anna):
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.staff_id.is_not(None)).order_by(AuditEntry.id.desc())
        ).first()
        (row,) = visits(anna, limit=5)
        assert (entry.user_name, entry.staff_name, entry.who) == ("Anna Admin", "Sven Sales", "Anna Admin (Sven Sales)")
    assert row.deeds == 1


def test_only_who_buys_is_acted_for(client, cast):
    answer = begin(client, cast, "kai")
    assert answer.status == 409


def test_a_colleagues_account_is_closed_to_sales_but_not_to_the_administrator(client, cast):
    assert begin(client, cast, who="paula").status == 403
    assert begin(client, cast, who="boss").status == 303


def test_a_reason_is_needed_and_what_was_entered_stays(client, cast):
    people, _, membership = cast
    make.sign_in(client, people["sven"])
    assert client.post(address(membership, "jonas"), data={"reason": " "}).status == 422
    long = client.post(address(membership, "jonas"), data={"reason": "x" * 301})
    assert long.status == 422
    assert long.soup.find("input", {"name": "reason"})["value"] == "x" * 301


def test_an_account_that_wants_to_be_asked_says_yes_first(client, cast, world, isolated):
    people, shop, _ = cast
    anna = make_actor(world, people["anna"], shop)
    with world(anna):
        set_staff_access(anna, StaffAccess.ASK)
    assert begin(client, cast).location.endswith("/visits")
    assert client.get("/shop").status == 403
    jonas = make_actor(world, people["jonas"], shop)
    kai = make_actor(world, people["kai"], shop)
    with world(kai):
        assert waiting(kai) == []
    with world(jonas):
        (asked,) = waiting(jonas)
    with world(kai), pytest.raises(Forbidden):
        answer_visit(kai, asked.id, is_granted=True)
    drain(isolated)
    make.sign_in(client, people["jonas"])
    assert "Sven Sales" in client.get("/company/visits").text
    assert client.post(f"/company/visits/{asked.id}/allow").status == 303
    with world(jonas), pytest.raises(Conflict):
        answer_visit(jonas, asked.id, is_granted=False)
    make.sign_in(client, people["sven"])
    assert "Begin" in client.get("/visits").text
    assert client.post(f"/visits/{asked.id}/begin").status == 303
    assert "you act for Jonas Buyer" in client.get("/company").text


def test_refused_is_refused(client, cast, world):
    people, shop, _ = cast
    anna = make_actor(world, people["anna"], shop)
    with world(anna):
        set_staff_access(anna, StaffAccess.ASK)
    begin(client, cast)
    with world(anna):
        (asked,) = waiting(anna)
        answer_visit(anna, asked.id, is_granted=False)
    client.post(f"/visits/{asked.id}/begin")
    assert client.get("/shop").status == 403


def test_never_means_never_even_for_what_was_allowed(client, cast, world):
    people, shop, _ = cast
    anna = make_actor(world, people["anna"], shop)
    with world(anna):
        set_staff_access(anna, StaffAccess.NEVER)
    assert begin(client, cast).status == 403
    assert "lets nobody act" in client.get(address(cast[2], "jonas")).text


def test_strangers_learn_nothing_of_a_visit(client, cast, world):
    begin(client, cast)
    with world():
        rival = make.customer("R-1")
        admin = make.person(rival, "company_admin")
        actor = make.actor_for(admin, rival)
        visit_id = db.session.scalars(select(BuyerVisit.id)).one()
    with world(actor):
        assert visits(actor, limit=5) == []
        with pytest.raises(NotFound):
            answer_visit(actor, visit_id, is_granted=True)


def test_losing_the_right_ends_the_visit(client, cast, world):
    people, _, _ = cast
    begin(client, cast)
    with world(), transaction():
        db.session.execute(update(Membership).where(Membership.user_id == people["sven"].id).values(role="warehouse"))
    assert "you act for" not in client.get("/company").text


def test_the_list_costs_the_same_for_two_and_twenty(client, cast, world, isolated):
    people, shop, _ = cast
    counts = []
    for n in (2, 18):
        with world(), transaction():
            db.session.add_all(
                BuyerVisit(
                    company_id=shop.id, buyer_id=people["jonas"].id, buyer_name="J", staff_id=people["sven"].id,
                    staff_name="S", reason="r", state="ended", started_at=clock.now(), expires_at=clock.now(),
                )
                for _ in range(n)
            )  # fmt: skip
        make.sign_in(client, people["anna"])
        with counted(isolated) as seen:
            client.get("/company/visits")
        counts.append(len(seen))
    assert counts[0] == counts[1]
