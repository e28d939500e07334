"""Facts, terms, flags, parents, addresses: who may change what, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Address, Company
from app.accounts.queries import accounts as account_queries
from app.accounts.queries.addresses import address_book, default_address
from app.accounts.queries.companies import buying_terms
from app.accounts.service import addresses, companies
from app.accounts.service.addresses import AddressEntry
from app.accounts.service.companies import Bank, Contact, Facts, Terms
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories import accounts as make

SYSTEM = Actor.system()
TERMS = Terms("EUR", 14, Decimal(5000), "net", "en", "Europe/Berlin", None, "")


def actions(company_id: int) -> list[str]:
    return [entry.action for entry in audit.history(SYSTEM, "company", company_id)]


def changed(terms: Terms, **values: object) -> Terms:
    return replace(terms, **values)


def test_block_and_hold_need_a_reason_and_are_recorded(ctx):
    company = make.customer()
    for stop in (
        lambda reason: companies.set_block(SYSTEM, company.id, is_blocked=True, reason=reason),
        lambda reason: companies.set_credit_hold(SYSTEM, company.id, is_on_hold=True, reason=reason),
    ):
        with pytest.raises(Invalid):
            stop("  ")
        stop("unpaid")
        stop("unpaid")
    terms = buying_terms(SYSTEM, company.id)
    assert (terms.is_blocked, terms.block_reason, terms.is_on_credit_hold, terms.hold_reason) == (
        True, "unpaid", True, "unpaid",
    )  # fmt: skip
    companies.set_block(SYSTEM, company.id, is_blocked=False)
    companies.set_credit_hold(SYSTEM, company.id, is_on_hold=False)
    assert buying_terms(SYSTEM, company.id).block_reason == ""
    assert actions(company.id) == ["blocked", "held", "unblocked", "released"]


def test_the_operator_itself_can_be_neither_blocked_nor_closed(ctx):
    house = make.operator()
    with pytest.raises(Invalid):
        companies.set_block(SYSTEM, house.id, is_blocked=True, reason="x")
    with pytest.raises(Invalid):
        companies.set_active(SYSTEM, house.id, is_active=False)


def test_terms_are_changed_with_before_and_after_in_the_history(ctx):
    company = make.customer(payment_days=30)
    manager = make.person(make.operator(), "sales")
    companies.edit_terms(SYSTEM, company.id, changed(TERMS, manager_id=manager.id))
    companies.edit_terms(SYSTEM, company.id, changed(TERMS, manager_id=manager.id))
    credit, terms = audit.history(SYSTEM, "company", company.id)
    assert terms.changes["payment_days"] == [30, 14]
    assert credit.changes["credit_limit"] == [None, "5000.00"]
    assert account_queries.account(SYSTEM, company.code).manager == manager.name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "eur"), ("currency", "EURO"), ("payment_days", -1), ("payment_days", 366),
        ("credit_limit", Decimal("-0.01")), ("vat_mode", "both"), ("locale", "de"), ("time_zone", "Mars/Base"),
        ("manager_id", 999_999), ("parent_code", "nobody"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused_at_their_field(ctx, field, value):
    company = make.customer()
    with pytest.raises(Invalid) as refused:
        companies.edit_terms(SYSTEM, company.id, changed(TERMS, **{field: value}))
    assert refused.value.field == field
    assert actions(company.id) == []


def test_a_customers_buyer_is_no_sales_manager(ctx):
    company = make.customer()
    with pytest.raises(Invalid):
        companies.edit_terms(SYSTEM, company.id, changed(TERMS, manager_id=make.person(company).id))


def test_parents_form_no_circle_and_at_most_five_generations(ctx):
    line = [make.customer(f"G-{number}") for number in range(6)]
    for child, parent in zip(line[1:5], line, strict=False):
        companies.edit_terms(SYSTEM, child.id, changed(TERMS, parent_code=parent.code))
    with pytest.raises(Invalid):
        companies.edit_terms(SYSTEM, line[0].id, changed(TERMS, parent_code="G-4"))
    with pytest.raises(Invalid):
        companies.edit_terms(SYSTEM, line[0].id, changed(TERMS, parent_code="G-0"))
    with pytest.raises(Invalid):
        companies.edit_terms(SYSTEM, line[5].id, changed(TERMS, parent_code="G-4"))
    account = account_queries.account(SYSTEM, "G-1")
    assert account.parent is not None
    assert account.parent.code == "G-0"
    assert [child.code for child in account.children] == ["G-2"]


def test_facts_are_checked_and_codes_unique(ctx):
    make.customer("K-1")
    company = make.customer("K-2")
    good = Facts("K-3", "", "Zwei GmbH", "DE", vat_id="de 136 695 976", gln="4006381333931")
    companies.edit_facts(SYSTEM, company.id, good)
    stored = account_queries.account(SYSTEM, "K-3")
    assert (stored.name, stored.vat_id) == ("Zwei GmbH", "DE136695976")
    for field, value in (("code", "K-1"), ("code", "K 1/2"), ("vat_id", "DE1"), ("gln", "123"), ("legal_name", " ")):
        with pytest.raises(Invalid) as refused:
            companies.edit_facts(SYSTEM, company.id, replace(good, **{field: value}))
        assert refused.value.field == field


def test_company_edits_its_contact_but_nothing_else_even_by_raw_scope(isolated, world):
    with world():
        company = make.customer(payment_days=30)
        boss = make.actor_for(make.person(company, "company_admin"), company)
    with world(boss):
        companies.edit_contact(boss, Contact("new@shop.example", "", "+49 30 1", "ru", "Europe/Kyiv"))
        assert buying_terms(boss).locale == "ru"
        with pytest.raises(Invalid):
            companies.edit_contact(boss, Contact("new@", "", "", "ru", "Europe/Kyiv"))
        with pytest.raises(NotFound):
            companies.edit_bank(boss, Bank("Bank", "DE89370400440532013000", "COBADEFFXXX"))
        with pytest.raises(Forbidden):
            companies.edit_terms(boss, company.id, TERMS)
        with pytest.raises(Exception, match="permission denied"):
            db.session.execute(update(Company).where(Company.id == company.id).values(payment_days=1))
    with world():
        assert buying_terms(SYSTEM, company.id).payment_days == 30


def test_bank_account_is_checked(ctx):
    house = make.operator()
    actor = Actor.system(house.id)
    companies.edit_bank(actor, Bank("Bank", "de89 3704 0044 0532 0130 00", "cobadeff"))
    assert db.session.scalars(select(Company.iban).where(Company.id == house.id)).one() == "DE89370400440532013000"
    for bank in (Bank("Bank", "DE00370400440532013000", ""), Bank("Bank", "", "12345")):
        with pytest.raises(Invalid):
            companies.edit_bank(actor, bank)


def test_operator_enters_an_account_with_its_own_language_and_zone(ctx):
    make.operator()
    company_id = companies.create_account(
        SYSTEM, Facts("N-1", "", "Neu GmbH", "AT"), kind=CompanyKind.CUSTOMER, currency="EUR", email="a@neu.example"
    )
    account = account_queries.account(SYSTEM, "N-1")
    assert (account.id, account.state, account.time_zone) == (company_id, "approved", "Europe/Berlin")
    with pytest.raises(Invalid):
        companies.create_account(SYSTEM, Facts("N-2", "", "X", "AT"), kind=CompanyKind.OPERATOR, currency="EUR")


def test_closed_account_is_found_under_its_filter_and_opened_again(ctx):
    company = make.customer()
    companies.set_active(SYSTEM, company.id, is_active=False)
    assert [line.id for line in account_queries.accounts(SYSTEM, state="inactive")] == [company.id]
    companies.set_active(SYSTEM, company.id, is_active=True)
    assert account_queries.account_counts(SYSTEM)["inactive"] == 0
    pending = make.customer(state="pending")
    with pytest.raises(Conflict):
        companies.set_active(SYSTEM, pending.id, is_active=False)


def test_accounts_are_searched_filtered_and_paged_both_ways(ctx):
    for number in range(7):
        make.customer(f"P-{number}", name=f"Name {number % 3}")
    make.customer("Q-1", name="100%_off", email="info@sale.example", is_blocked=True)
    make.supplier("S-1", name="Zulieferer")
    first = account_queries.accounts(SYSTEM, limit=4)
    keys = (first[-1].name, str(first[-1].id))
    second = account_queries.accounts(SYSTEM, after=keys, limit=40)
    everything = account_queries.accounts(SYSTEM, limit=40)
    assert [*first, *second] == everything
    back = account_queries.accounts(SYSTEM, before=(second[0].name, str(second[0].id)), limit=4)
    assert back == first
    assert [a.code for a in account_queries.accounts(SYSTEM, search="100%_")] == ["Q-1"]
    assert [a.code for a in account_queries.accounts(SYSTEM, search="SALE.example")] == ["Q-1"]
    assert [a.code for a in account_queries.accounts(SYSTEM, search="p-3")] == ["P-3"]
    assert account_queries.accounts(SYSTEM, search="%") == [a for a in everything if a.code == "Q-1"]
    assert [a.code for a in account_queries.accounts(SYSTEM, state="blocked")] == ["Q-1"]
    assert [a.code for a in account_queries.accounts(SYSTEM, state="suppliers")] == ["S-1"]
    assert account_queries.account_counts(SYSTEM)[""] == 9


DOCK = AddressEntry("Dock", "Nord GmbH", "Kai 1", "20457", "Hamburg", "DE")


@pytest.fixture
def boss(isolated, world) -> Actor:
    with world():
        company = make.customer()
        return make.actor_for(make.person(company, "company_admin"), company)


def test_address_book_has_one_default_for_each_use(boss, world):
    with world(boss):
        dock = addresses.add_address(boss, replace(DOCK, is_default_ship_to=True, is_ship_to=False))
        book = {entry.address.label: entry for entry in address_book(boss)}
        assert book["Dock"].is_ship_to, "a default includes its use"
        assert not book["Main"].is_default_ship_to
        assert book["Main"].is_default_bill_to
        addresses.change_address(boss, dock, replace(DOCK, label="Dock 2", is_default_bill_to=True))
        book = {entry.address.label: entry for entry in address_book(boss)}
        assert not book["Main"].is_default_bill_to
        assert book["Dock 2"].is_bill_to
        addresses.remove_address(boss, dock)
        assert default_address(boss, use="bill_to").label == "Main"
        assert [entry.address.label for entry in address_book(boss)] == ["Main"]
        addresses.add_address(boss, replace(DOCK, label="Dock 2"))
        with pytest.raises(Invalid):
            addresses.restore_address(boss, dock)


@pytest.mark.parametrize(
    ("field", "value"),
    [("label", " "), ("label", "Main"), ("street", ""), ("city", ""), ("country", ""), ("gln", "12")],
)
def test_incomplete_address_is_refused(boss, world, field, value):
    with world(boss), pytest.raises(Invalid):
        addresses.add_address(boss, replace(DOCK, **{field: value}))
    with world():
        assert len(db.session.scalars(select(Address.id)).all()) == 1


def test_strangers_addresses_are_not_found(boss, world):
    with world():
        theirs = make.address(make.customer(), label="Theirs")
    with world(boss):
        for attempt in (
            lambda: addresses.change_address(boss, theirs.id, DOCK),
            lambda: addresses.remove_address(boss, theirs.id),
            lambda: addresses.add_address(boss, DOCK, company_id=theirs.company_id),
        ):
            with pytest.raises(NotFound):
                attempt()
    with world():
        assert db.session.get(Address, theirs.id).label == "Theirs"
