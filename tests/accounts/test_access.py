"""Who may open and change what: method, address, person, status. A denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.domain.groups import SetFacts
from app.accounts.models.budgets import Budget, CostCentre
from app.accounts.models.companies import AccountGroup, Address, Company, Segment
from app.accounts.models.credit import CreditAccount, CreditEntry
from app.accounts.models.people import Invitation, Membership, User
from app.accounts.models.sign_ins import SignInSession
from app.accounts.models.visits import BuyerVisit
from app.accounts.service.groups import set_group, upsert_group
from app.accounts.service.invitations import invite
from app.accounts.service.sign_in import sign_in
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories import accounts as make

OPERATORS = {"operator_admin", "sales", "pricing", "accountant", "warehouse"}
CUSTOMERS = {"company_admin", "buyer", "bookkeeper"}
EVERYBODY = OPERATORS | CUSTOMERS | {"supplier", "rival"}
SALES_DESK = {"operator_admin", "sales"}
TERMS_DESK = SALES_DESK | {"accountant"}
# Another company's administrator has the same rights, but only at home.
ADMINS = {"operator_admin", "company_admin", "supplier", "rival"}
CREDIT_READERS = {"operator_admin", "sales", "accountant"}
CREDIT_DESK = {"operator_admin", "accountant"}
MONEY = (Budget, CostCentre, CreditAccount, CreditEntry)
PERSONS = sorted(EVERYBODY | {"stranger", "applicant"})

# address -> who gets the page; all others get 403, strangers are sent to sign in
PAGES = {
    "/profile": EVERYBODY | {"applicant"},
    "/profile/sessions": EVERYBODY | {"applicant"},
    "/profile/password": EVERYBODY | {"applicant"},
    "/notices": EVERYBODY | {"applicant"},
    "/company": EVERYBODY,
    "/company/contact": ADMINS,
    "/company/facts": {"operator_admin"},
    "/company/bank": {"operator_admin"},
    "/company/addresses/new": ADMINS,
    "/company/people": ADMINS,
    "/company/people/invite": ADMINS,
    "/accounts": OPERATORS,
    "/accounts/K-1": OPERATORS,
    "/accounts/new": SALES_DESK,
    "/accounts/P-1/decision": SALES_DESK,
    "/accounts/K-1/facts": TERMS_DESK,
    "/accounts/K-1/terms": TERMS_DESK,
    "/accounts/K-1/close": TERMS_DESK,
    "/accounts/K-1/block": SALES_DESK,
    "/accounts/K-1/hold": {"operator_admin", "accountant"},
    "/accounts/K-1/people/invite": SALES_DESK,
    "/accounts/K-1/people/{buyer}": SALES_DESK,
    "/account-sets/groups": OPERATORS,
    "/account-sets/segments": OPERATORS,
    "/account-sets/groups/G-1": OPERATORS,
    "/account-sets/groups/new": TERMS_DESK,
    "/account-sets/groups/G-1/edit": TERMS_DESK,
    "/account-sets/groups/G-1/delete": TERMS_DESK,
    "/sign-ins": {"operator_admin"},
    "/visits": SALES_DESK,
    "/accounts/K-1/people/{buyer}/act": SALES_DESK,
    "/company/visits": CUSTOMERS | {"supplier", "rival"},
}
# address -> form; who is allowed is told by PAGES or here. Denied are all others, a rival with 404 or 403.
CHANGES = {
    "/company/contact": ({"locale": "uk", "time_zone": "UTC"}, ADMINS),
    "/company/facts": ({"code": "NEW", "legal_name": "New", "country": "DE"}, {"operator_admin"}),
    "/company/bank": ({"bank_name": "New"}, {"operator_admin"}),
    "/company/addresses/{address}": ({"label": "New", "street": "S", "city": "C", "country": "DE"}, {"company_admin"}),
    "/company/addresses/{address}/remove": ({}, {"company_admin"}),
    "/company/people/invite": ({"email": "new@x.example", "role": "buyer"}, ADMINS),
    "/company/people/{buyer}": ({"role": "bookkeeper"}, {"company_admin"}),
    "/company/people/{buyer}/deactivate": ({}, {"company_admin"}),
    "/company/invitations/{invitation}/withdraw": ({}, {"company_admin"}),
    "/accounts/new": ({"code": "N-1", "legal_name": "New", "country": "DE", "currency": "EUR", "kind": "customer"}, SALES_DESK),
    "/accounts/P-1/decision": ({"decision": "approve", "code": "P-2"}, SALES_DESK),
    "/accounts/K-1/facts": ({"code": "K-9", "legal_name": "New", "country": "DE"}, TERMS_DESK),
    "/accounts/K-1/terms": (
        {"currency": "USD", "payment_days": "1", "vat_mode": "net", "locale": "en", "time_zone": "UTC", "manager_id": "0"},
        TERMS_DESK,
    ),
    "/account-sets/segments/new": ({"code": "N", "name": "New"}, TERMS_DESK),
    "/account-sets/groups/G-1/edit": ({"code": "G-3", "name": "New"}, TERMS_DESK),
    "/account-sets/groups/G-2/delete": ({}, TERMS_DESK),
    "/account-sets/groups/G-1/members": ({"accounts": "R-1"}, TERMS_DESK),
    "/account-sets/groups/G-1/members/remove": ({"id": "{shop}"}, TERMS_DESK),
    "/accounts/K-1/block": ({"reason": "x"}, SALES_DESK),
    "/accounts/K-1/hold": ({"reason": "x"}, {"operator_admin", "accountant"}),
    "/accounts/K-1/close": ({}, TERMS_DESK),
    "/accounts/K-1/people/{buyer}": ({"role": "bookkeeper"}, SALES_DESK),
    "/accounts/K-1/people/{buyer}/deactivate": ({}, SALES_DESK),
    "/accounts/K-1/invitations/{invitation}/withdraw": ({}, SALES_DESK),
    "/accounts/K-1/people/{buyer}/act": ({"reason": "telephone order"}, SALES_DESK),
    "/company/visits/access": ({"access": "never"}, {"company_admin", "supplier", "rival"}),
    "/company/budgets/new": (
        {"cost_centre_id": "{centre}", "kind": "month", "starts_on": "2026-11-22", "amount": "5", "rule": "warn"},
        {"company_admin", "rival"},
    ),
    "/company/budgets/{budget}/edit": ({"amount": "7", "rule": "warn"}, {"company_admin"}),
    "/company/budgets/fiscal-year": ({"month": "4"}, {"company_admin", "rival"}),
    "/company/cost-centres/new": ({"code": "N", "name": "New", "is_for_all": "y", "manager_id": "0"}, ADMINS - {"operator_admin", "supplier"}),
    "/company/cost-centres/{centre}": ({"code": "N", "name": "New", "is_for_all": "y", "manager_id": "0"}, {"company_admin"}),
    "/company/cost-centres/import": ({"rows": "code,name\nN,New"}, {"company_admin", "rival"}),
    "/company/credit/ask": ({"limit": "500"}, {"company_admin", "bookkeeper", "rival"}),
    "/accounts/K-1/credit/limit": ({"limit": "500", "reason": "x"}, CREDIT_DESK),
    "/accounts/K-1/credit/refunds": ({"refund-amount": "5", "refund-reference": "R", "refund-comment": "x"}, CREDIT_DESK),
    "/accounts/K-1/credit/rule": ({"hold_after_days": "5"}, CREDIT_DESK),
    "/accounts/K-1/credit/release": ({"release-reason": "x", "release-spared_days": "3"}, CREDIT_DESK),
    "/companies/{rivals}/act-for": ({}, {"rival"}),
    "/profile/sessions/{session}/end": ({}, {"warehouse"}),
}  # fmt: skip


@pytest.fixture
def cast(isolated, world):
    """Everybody, by role, and the ids that addresses need."""
    with world():
        house = make.operator()
        shop, other = make.customer("K-1", name="Shop"), make.customer("R-1", name="Rival")
        people = {role: make.person(house, role, email=f"{role}@house.example") for role in OPERATORS}
        people |= {role: make.person(shop, role, email=f"{role}@shop.example") for role in CUSTOMERS}
        people["rival"] = make.person(other, "company_admin", email="rival@rival.example")
        people["supplier"] = make.person(make.supplier("S-1"), "supplier", email="s@supplier.example")
        pending = make.customer("P-1", state="pending", client_ref="r-1")
        people["applicant"] = make.person(pending, "company_admin", email="a@applicant.example")
        boss = make.actor_for(people["company_admin"], shop)
    with world(boss):
        invitation = invite(boss, "asked@shop.example", "buyer")
    with world():
        membership = db.session.scalars(select(Membership.id).where(Membership.user_id == people["buyer"].id)).one()
        address = db.session.scalars(select(Address.id).where(Address.company_id == shop.id)).one()
        group = upsert_group(Actor.system(), SetFacts("G-1", "Group"))
        upsert_group(Actor.system(), SetFacts("G-2", "Empty"))
        set_group(Actor.system(), shop.id, group)
        sign_in("warehouse@house.example", make.PASSWORD, ip="192.0.2.99")
        session = db.session.scalars(select(SignInSession.id)).one()
        make.credit(shop, 100)
        centre = make.cost_centre(shop, "CC")
        budget = make.budget(centre, 100)
    places = {
        "centre": centre.id, "budget": budget.id,
        "buyer": membership, "invitation": invitation, "address": address, "rivals": other.id, "session": session, "shop": shop.id,
    }  # fmt: skip
    return people, places


def everything() -> list[tuple]:
    """All that the changes could touch, but for sessions of those who knock."""
    rows = []
    for model in (Company, Address, Membership, Invitation, User, AccountGroup, Segment, BuyerVisit, *MONEY):
        columns = list(model.__table__.columns)
        rows += [tuple(row) for row in db.session.execute(select(*columns).order_by(model.id))]
    return rows + list(db.session.scalars(select(SignInSession.ended_at).where(SignInSession.ip == "192.0.2.99")))


def filled(form: dict[str, str], places: dict[str, int]) -> dict[str, str]:
    return {name: value.format(**places) for name, value in form.items()}


@pytest.mark.parametrize("person", PERSONS)
def test_pages(cast, client, person):
    people, places = cast
    if person != "stranger":
        make.sign_in(client, people[person])
    seen = {address: client.get(address.format(**places)).status for address in PAGES}
    expected = {
        address: 303 if person == "stranger" else 200 if person in allowed else 403
        for address, allowed in PAGES.items()
    }
    assert seen == expected


@pytest.mark.parametrize("person", PERSONS)
def test_denied_changes_change_nothing(cast, client, world, person):
    people, places = cast
    if person != "stranger":
        make.sign_in(client, people[person])
    for address, (form, allowed) in CHANGES.items():
        if person in allowed:
            continue
        with world():
            before = everything()
        status = client.post(address.format(**places), data=filled(form, places)).status
        assert status in ((303,) if person == "stranger" else (403, 404)), (address, status)
        with world():
            assert everything() == before, address


@pytest.mark.parametrize("address", CHANGES)
def test_allowed_changes_change_something(cast, client, world, address):
    people, places = cast
    form, allowed = CHANGES[address]
    for person in sorted(allowed - {"supplier", "rival"})[:1]:
        make.sign_in(client, people[person])
        with world():
            before = everything()
        answer = client.post(address.format(**places), data=filled(form, places))
        assert answer.status == 303, answer.text
        with world():
            assert everything() != before


def test_another_companys_objects_are_not_found(cast, client):
    people, places = cast
    make.sign_in(client, people["rival"])
    for address in ("/company/addresses/{address}", "/company/people/{buyer}"):
        assert client.get(address.format(**places)).status == 404
    for address in ("/accounts/K-404", "/accounts/R-1/people/{buyer}", "/accounts/K-1/files/1"):
        make.sign_in(client, people["operator_admin"])
        assert client.get(address.format(**places)).status == 404
    assert client.post("/accounts/R-1/invitations/{invitation}/withdraw".format(**places)).status == 404


@pytest.mark.parametrize("address", ["/", "/sign-in", "/register", "/password/forgotten"])
def test_public_pages_open_for_strangers(cast, client, address):
    assert client.get(address).status in (200, 303)


@pytest.mark.parametrize(
    "address",
    ["/invitations/wrong", "/password/new/wrong", "/register/1.wrong", "/register/wrong", "/register/" + "9" * 40],
)
def test_dead_links_are_not_found(cast, client, address):
    assert client.get(address).status == 404
    assert client.post(address, data={"name": "X", "password": "x" * 20}).status in (404, 405)


def test_actor_of_a_page_costs_one_statement_and_a_table_of_any_length_the_same(cast, client, world):
    people, _places = cast
    make.sign_in(client, people["operator_admin"])
    counts = []
    for rows in (2, 25):
        with world():
            for _ in range(rows):
                make.customer()
        with client.app.app_context(), statements() as sent:
            assert client.get("/accounts").status == 200
        counts.append(len([s for s in sent if s.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
    with client.app.app_context(), statements() as sent:
        client.get("/profile/password")
    reads = [s for s in sent if s.lstrip().upper().startswith("SELECT")]
    assert len([s for s in reads if "sign_in_sessions" in s]) == 1
