"""Certificates, rules of places and checked VAT numbers: in prices, carts, orders and on staff's pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core import audit
from app.core.actor import Actor
from app.core.clock import today
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.ordering.models.orders import Order
from app.ordering.queries.cart import priced_cart
from app.pricing.queries.tax_status import tax_status
from app.pricing.service.tax_status import CheckRow, ExemptionRow, add_exemption, end_exemption, record_check
from app.pricing.service.vat import VatRuleRow, remove_vat_rule, set_vat_rule
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.ordering import article, buyer, change_company, fill_cart, order
from tests.factories.pricing import vat_checked

SYSTEM = Actor.system()
FRENCH = "FR40303265045"
FORCES = ExemptionRow(
    certificate="NATO-7", valid_from=date(2020, 1, 1), reason="Armed forces of NATO", reason_code="VATEX-EU-151"
)


@pytest.fixture
def cart(ctx):
    """A cart of 100.00 net, and what VAT it has."""
    nut = article("NUT", "10")

    def make(**facts):
        ann = buyer(customer(**facts))
        cart_id = fill_cart(ann, [(nut, 10)])

        def vat():
            with acting_as(ann):
                (group,) = priced_cart(ann, cart_id).totals.vat
            return group.category, group.rate, group.tax

        return ann, vat

    return make


def test_only_a_checked_number_makes_a_supply_intra_community(cart):
    ann, vat = cart(country="FR", vat_id=FRENCH)
    charged = ("S", 19, Decimal("19.00"))
    assert vat() == charged
    assert str(tax_status(SYSTEM, ann.company_id).verdict) == f"VAT is charged: nobody has checked {FRENCH} yet."
    vat_checked(ann.company_id, FRENCH, is_valid=False)
    assert vat() == charged
    assert "was found wrong on 2026-01-05" in str(tax_status(SYSTEM, ann.company_id).verdict)
    vat_checked(ann.company_id, FRENCH)
    assert vat() == ("K", 0, 0)
    assert tax_status(SYSTEM, ann.company_id).tone == "good"
    change_company(ann.company_id, vat_id="FR23334175221")  # a new number is a number nobody has checked
    assert vat() == charged
    assert [entry.action for entry in audit.history(SYSTEM, "company", ann.company_id)].count("vat_check") == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"country": "FR", "vat_id": ""}, "VAT is charged: there is no VAT number."),
        ({"country": "FR", "vat_id": "FR11"}, "VAT is charged: FR11 is not a valid VAT number."),
        ({"country": "DE", "vat_id": "DE136695976"}, "VAT of DE is charged."),
        ({"country": "CH", "vat_id": ""}, "Export: no VAT is charged."),
    ],
)
def test_staff_is_told_why(ctx, facts, words):
    operator()
    assert str(tax_status(SYSTEM, customer(**facts).id).verdict) == words


def test_a_certificate_counts_on_its_days_and_its_reason_is_given(cart):
    ann, vat = cart(country="DE")
    key = add_exemption(SYSTEM, ann.company_id, FORCES)
    assert vat() == ("E", 0, 0)
    assert "NATO-7" in str(tax_status(SYSTEM, ann.company_id).verdict)
    other, other_vat = cart(country="DE")
    assert other_vat()[0] == "S"
    with acting_as(other):
        assert db.session.scalars(text("SELECT certificate FROM vat_exemptions")).all() == []
        with pytest.raises(NotFound):
            tax_status(other, ann.company_id)
    placed = order(ann, [(article("CAP", "5"), 2)])
    with system_scope("test"):
        (group,) = db.session.get_one(Order, placed.id).vat_breakdown
    assert (group["reason_code"], group["reason"]["text"]) == ("VATEX-EU-151", "Armed forces of NATO")
    end_exemption(SYSTEM, ann.company_id, key, on=today())
    with acting_as(ann):
        assert tax_status(ann, ann.company_id).exemptions[0].holds is False
    with pytest.raises(Conflict):
        end_exemption(SYSTEM, ann.company_id, key, on=today())


def test_rules_of_the_place_by_class_and_day(cart):
    ann, vat = cart(country="DE", vat_id="DE136695976")
    assert set_vat_rule(SYSTEM, VatRuleRow("DE", "standard", "AE", date(2024, 1, 1), "§ 13b", "VATEX-EU-AE"))
    assert not set_vat_rule(SYSTEM, VatRuleRow("DE", "standard", "AE", date(2024, 1, 1), "§ 13b", "VATEX-EU-AE"))
    assert vat()[0] == "S"  # nobody has checked the number
    vat_checked(ann.company_id, "DE136695976")
    assert vat() == ("AE", 0, 0)
    set_vat_rule(SYSTEM, VatRuleRow("DE", "standard", "S", date(2025, 1, 1)))
    assert vat()[0] == "S"
    remove_vat_rule(SYSTEM, db.session.scalar(text("SELECT id FROM vat_rules WHERE category = 'S'")))
    assert vat()[0] == "AE"


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("certificate", {"certificate": " "}),
        ("reason", {"reason": ""}),
        ("reason_code", {"reason_code": "132"}),
        ("last_day", {"valid_to": date(2019, 1, 1)}),
    ],
)
def test_what_makes_no_certificate(ctx, field, facts):
    values = {"certificate": "7", "valid_from": date(2020, 1, 1), "reason": "R"} | facts
    with pytest.raises(Invalid) as refused:
        add_exemption(SYSTEM, customer().id, ExemptionRow(**values))
    assert refused.value.field == field


def test_a_check_is_of_the_present_number_and_its_form(ctx):
    account = customer(country="FR", vat_id="FR11")
    row = CheckRow(vat_id="FR11", is_valid=True, checked_on=date(2026, 1, 1))
    with pytest.raises(Invalid):
        record_check(SYSTEM, account.id, row)
    with pytest.raises(Conflict, match="by now"):
        record_check(SYSTEM, account.id, CheckRow(vat_id=FRENCH, is_valid=True, checked_on=date(2026, 1, 1)))
    with pytest.raises(Invalid):
        record_check(SYSTEM, account.id, CheckRow(vat_id="FR11", is_valid=False, checked_on=date(2999, 1, 1)))
    with pytest.raises(Exception, match="permission denied"), system_scope("test"), transaction():
        db.session.execute(text("UPDATE vat_checks SET is_valid = true"))


def test_staff_keeps_checks_and_certificates(client, world):
    with world():
        account = customer("FR-1", country="FR", vat_id=FRENCH)
        user = person(operator(), Role.ACCOUNTANT)
    sign_in(client, user)
    assert "nobody has checked" in client.get(f"/accounts/{account.code}").text
    page = client.get("/prices/accounts/FR-1/vat")
    assert "Never checked" in page.text
    sent = {"vat_id": FRENCH, "checked_on": "2026-01-05", "is_valid": "1", "source": "vies", "reference": "WAPIAAAA"}
    page = client.post("/prices/accounts/FR-1/vat/checks", sent, follow=True)
    assert "the number was checked" in page.text
    assert "WAPIAAAA" in page.text
    sent = {"certificate": "7/26", "valid_from": "2026-01-01", "reason": "Forces", "reason_code": "vatex-eu-151"}
    page = client.post("/prices/accounts/FR-1/vat/exemptions", sent, follow=True)
    assert "7/26" in page.text
    assert client.post("/prices/accounts/FR-1/vat/exemptions", sent | {"reason_code": "x"}).status == 422
    sent = {"rule-country": "DE", "rule-vat_class": "solar", "rule-category": "Z", "rule-valid_from": "2023-01-01"}
    page = client.post("/prices/vat/rules", sent, follow=True)
    assert "solar" in page.text
