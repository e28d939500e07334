"""What other slices ask about companies."""

from __future__ import annotations

import pytest

from app.accounts.domain.company import PostalAddress, demand_may_buy
from app.accounts.queries.addresses import address, addresses, default_address
from app.accounts.queries.companies import account_id, account_ids, buying_terms, customer_party, operator_party
from app.core.actor import Actor
from app.core.db import statements
from app.core.errors import Conflict, NotFound
from tests.factories import accounts as make

SYSTEM = Actor.system()


def test_terms_of_the_own_company_take_one_statement(isolated, world):
    with world():
        company = make.customer(currency="GBP", payment_days=14, vat_mode="gross")
        buyer = make.actor_for(make.person(company), company)
    with world(buyer), statements() as sent:
        terms = buying_terms(buyer)
    assert (terms.code, terms.currency, terms.payment_days, terms.vat_mode) == (company.code, "GBP", 14, "gross")
    assert len(sent) == 1


def test_stranger_is_not_found(isolated, world):
    with world():
        company, other = make.customer(), make.customer()
        buyer = make.actor_for(make.person(company), company)
        place = make.address(other)
    with world(buyer):
        for ask in (
            lambda: buying_terms(buyer, other.id),
            lambda: customer_party(buyer, other.id),
            lambda: addresses(buyer, company_id=other.id),
            lambda: address(buyer, place.id),
            lambda: account_id(buyer, other.code),
        ):
            with pytest.raises(NotFound):
                ask()
        assert account_ids(buyer, {company.code, other.code}) == {company.code: company.id}


def test_parties_carry_legal_facts_and_the_billing_address(isolated, world):
    with world():
        make.operator()
        company = make.customer(vat_id="ATU13585627", country="AT", payment_days=21)
        buyer = make.actor_for(make.person(company), company)
    with world(buyer), statements() as sent:
        seller, customer = operator_party(buyer), customer_party(buyer)
    assert len(sent) == 2
    assert (seller.iban, seller.tax_number) == ("DE89370400440532013000", "27/123/45678")
    assert customer.address is not None
    assert customer.address.city == "Berlin"
    assert (customer.vat_id, customer.payment_days) == ("ATU13585627", 21)


def test_operators_addresses_are_not_for_customers(isolated, world):
    """The seller's legal facts are public, its address book is not; its billing address stands on every document."""
    with world():
        firm = make.operator()
        make.address(firm, label="Warehouse")
        company = make.customer()
        buyer = make.actor_for(make.person(company), company)
    with world(buyer):
        party = operator_party(buyer)
        assert party.address is not None
        assert party.address.city == "Hamburg"


def test_default_address_comes_first_and_a_lone_one_is_the_default(isolated, world):
    with world():
        company = make.customer()
        make.address(company, label="Annex")
        assert [a.label for a in addresses(SYSTEM, company_id=company.id)] == ["Main", "Annex"]
        assert default_address(SYSTEM, company_id=company.id).label == "Main"
        bare = make.supplier()
        assert default_address(SYSTEM, use="bill_to", company_id=bare.id).label == "Main"


def test_default_address_is_none_when_a_choice_is_needed(isolated, world):
    with world():
        company = make.customer()
        make.address(company, label="Annex", is_bill_to=True)
        assert default_address(SYSTEM, use="bill_to", company_id=company.id).label == "Main"
        from sqlalchemy import update

        from app.accounts.models.companies import Address
        from app.core.db import transaction

        with transaction() as session:
            session.execute(update(Address).values(is_default_bill_to=False))
        assert default_address(SYSTEM, use="bill_to", company_id=company.id) is None


def test_address_survives_the_way_through_json():
    place = PostalAddress(7, "Dock", "Nord GmbH", "Kai 1", "", "20457", "Hamburg", "", "DE", gln="4000001000005")
    assert PostalAddress.from_json(place.as_json()) == place
    assert PostalAddress.from_json({"city": "Kyiv", "unknown": 1}).city == "Kyiv"
    assert place.lines == ("Kai 1", "20457 Hamburg")


@pytest.mark.parametrize(
    ("flags", "on_account", "is_refused"),
    [
        ({}, True, False),
        ({"is_blocked": True}, True, True),
        ({"is_blocked": True}, False, True),
        ({"is_on_credit_hold": True}, True, True),
        ({"is_on_credit_hold": True}, False, False),
    ],
)
def test_block_stops_all_buying_and_hold_only_buying_on_account(isolated, world, flags, on_account, is_refused):
    with world():
        terms = buying_terms(SYSTEM, make.customer(**flags).id)
    if is_refused:
        with pytest.raises(Conflict):
            demand_may_buy(terms, on_account=on_account)
    else:
        demand_may_buy(terms, on_account=on_account)
