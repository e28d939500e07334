"""Who may open and change prices: method, address, role, status."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.actor import Actor
from app.core.db import db
from app.pricing.service.tax_status import ExemptionRow, add_exemption
from app.pricing.service.vat import VatRuleRow, set_vat_rule
from app.pricing.service.versions import new_draft
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.pricing import chain, german_vat, price_list
from tests.factories.promotions import coupon, promotion

READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES, Role.ACCOUNTANT}
EDITORS = {Role.OPERATOR_ADMIN, Role.PRICING}
VAT_READERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.ACCOUNTANT}
VAT_EDITORS = {Role.OPERATOR_ADMIN, Role.ACCOUNTANT}
BUYERS = set(CUSTOMER_ROLES)
ASSIGNERS = {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES}
# {entry} and {rate} stand for the ids of a price and a rate; what an allowed person gets is the last column
MATRIX = [
    ("GET", "/prices", READERS, 200),
    ("GET", "/prices/lists/GEN", READERS, 200),
    ("GET", "/prices/lists/GEN/changes", READERS, 200),
    ("GET", "/prices/lists/new", EDITORS, 200),
    ("POST", "/prices/lists/new", EDITORS, 422),
    ("GET", "/prices/lists/GEN/edit", EDITORS, 200),
    ("POST", "/prices/lists/GEN/edit", EDITORS, 422),
    ("GET", "/prices/lists/GEN/entries/new", EDITORS, 200),
    ("POST", "/prices/lists/GEN/entries/new", EDITORS, 422),
    ("GET", "/prices/lists/GEN/entries/{entry}", EDITORS, 200),
    ("POST", "/prices/lists/GEN/entries/{entry}", EDITORS, 422),
    ("GET", "/prices/lists/GEN/versions", READERS, 200),
    ("GET", "/prices/lists/GEN/history", READERS, 200),
    ("GET", "/prices/lists/GEN/versions/new", EDITORS, 200),
    ("POST", "/prices/lists/GEN/versions/new", EDITORS, 303),
    ("GET", "/prices/versions/GEN", READERS, 200),
    ("GET", "/prices/versions/GEN.v2/compare", READERS, 200),
    ("GET", "/prices/versions/GEN.v2/compare.csv", READERS, 200),
    ("GET", "/prices/versions/GEN.v2/edit", EDITORS, 200),
    ("POST", "/prices/versions/GEN.v2/edit", EDITORS, 303),
    ("GET", "/prices/versions/GEN.v2/percent", EDITORS, 200),
    ("POST", "/prices/versions/GEN.v2/percent", EDITORS, 422),
    ("GET", "/prices/versions/GEN.v2/submit", EDITORS, 200),
    ("POST", "/prices/versions/GEN.v2/approve", EDITORS, 409),
    ("POST", "/prices/versions/GEN.v2/start", EDITORS, 409),
    ("POST", "/prices/versions/GEN.v2/withdraw", EDITORS, 409),
    ("POST", "/prices/versions/GEN.v2/take-back", EDITORS, 409),
    ("GET", "/prices/versions/GEN.v2/reschedule", EDITORS, 200),
    ("POST", "/prices/versions/GEN.v2/reschedule", EDITORS, 409),
    ("GET", "/prices/versions/GEN.v2/refuse", EDITORS, 200),
    ("POST", "/prices/versions/GEN.v2/refuse", EDITORS, 422),
    ("POST", "/prices/versions/GEN.v3/discard", EDITORS, 303),
    ("GET", "/prices/health", READERS, 200),
    ("GET", "/prices/health/ALL", READERS, 200),
    ("GET", "/my-prices", BUYERS, 200),
    ("POST", "/my-prices", BUYERS, 422),
    ("GET", "/prices/accounts/ACME/price-list", READERS, 200),
    ("POST", "/prices/accounts/ACME/price-list", READERS, 422),
    ("GET", "/prices/files/0", READERS | BUYERS, 404),
    ("GET", "/prices/chains", READERS, 200),
    ("GET", "/prices/chains/ALL", READERS, 200),
    ("GET", "/prices/chains/new", EDITORS, 200),
    ("POST", "/prices/chains/new", EDITORS, 422),
    ("GET", "/prices/chains/ALL/edit", EDITORS, 200),
    ("POST", "/prices/chains/ALL/edit", EDITORS, 422),
    ("GET", "/prices/promotions", READERS, 200),
    ("GET", "/prices/promotions/SALE", READERS, 200),
    ("GET", "/prices/promotions/new", EDITORS, 200),
    ("POST", "/prices/promotions/new", EDITORS, 422),
    ("GET", "/prices/promotions/SALE/edit", EDITORS, 200),
    ("POST", "/prices/promotions/SALE/edit", EDITORS, 422),
    ("POST", "/prices/promotions/SALE/switch", EDITORS, 303),
    ("GET", "/prices/promotions/SALE/coupons", EDITORS, 200),
    ("POST", "/prices/promotions/SALE/coupons", EDITORS, 303),
    ("GET", "/prices/promotions/SALE/coupons.csv", EDITORS, 200),
    ("POST", "/prices/promotions/SALE/coupons/{coupon}/switch", EDITORS, 303),
    ("GET", "/prices/why", READERS, 200),
    ("GET", "/prices/vat", VAT_READERS, 200),
    ("POST", "/prices/vat", VAT_EDITORS, 422),
    ("POST", "/prices/vat/rules", VAT_EDITORS, 422),
    ("GET", "/prices/accounts/ACME/vat", VAT_READERS, 200),
    ("POST", "/prices/accounts/ACME/vat/checks", VAT_EDITORS, 422),
    ("POST", "/prices/accounts/ACME/vat/exemptions", VAT_EDITORS, 422),
    ("POST", "/prices/accounts/ACME/vat/exemptions/{exemption}/end", VAT_EDITORS, 303),
    ("POST", "/prices/vat/rules/{rule}/remove", VAT_EDITORS, 303),
    ("POST", "/prices/accounts/ACME/chain", ASSIGNERS, 303),
    ("POST", "/prices/lists/GEN/entries/{entry}/remove", EDITORS, 303),
    ("POST", "/prices/vat/{rate}/remove", VAT_EDITORS, 303),
    ("POST", "/prices/versions/GEN.v2/submit", EDITORS, 303),
]


@pytest.fixture
def ids(client, world):
    with world():
        operator()
        customer("ACME")
        german_vat()
        article("A-1")
        price_list("GEN", {"A-1": "10"})
        chain("ALL", "GEN", is_default=True)
        entry = db.session.scalar(text("SELECT id FROM price_entries"))
        for _number in (2, 3):
            new_draft(Actor.system(), "GEN")
        rate = db.session.scalar(text("SELECT min(id) FROM vat_rates"))
        coupon(promotion("SALE"), "ABC")
        coupon_id = db.session.scalar(text("SELECT id FROM coupons"))
        set_vat_rule(Actor.system(), VatRuleRow("DE", "solar", "Z", date(2023, 1, 1)))
        certificate = ExemptionRow(certificate="7", valid_from=date(2020, 1, 1), reason="Forces")
        acme_id = db.session.scalar(text("SELECT id FROM companies WHERE code = 'ACME'"))
        exemption = add_exemption(Actor.system(), acme_id, certificate)
        rule = db.session.scalar(text("SELECT id FROM vat_rules"))
    return {"entry": entry, "rate": rate, "exemption": exemption, "rule": rule, "coupon": coupon_id}


@pytest.mark.parametrize("role", [*OPERATOR_ROLES, *CUSTOMER_ROLES])
def test_matrix(client, world, ids, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed, answer in MATRIX:
        sent = {} if method == "GET" else {"data": {"chain": ""} if address.endswith("/chain") else {}}
        status = (client.get if method == "GET" else client.post)(address.format(**ids), **sent).status
        assert status == (answer if role in allowed else 403), (method, address, role)
    with world():
        left = db.session.execute(
            text(
                "SELECT (SELECT count(*) FROM price_entries WHERE id = :entry), (SELECT count(*) FROM vat_rates), (SELECT count(*) FROM chains)"
            ),
            {"entry": ids["entry"]},
        ).one()
    assert left == (0 if role in EDITORS else 1, 1 if role in VAT_EDITORS else 2, 1)


@pytest.mark.parametrize(("method", "address"), [row[:2] for row in MATRIX])
def test_strangers_are_asked_to_sign_in(client, ids, method, address):
    page = (client.get if method == "GET" else client.post)(address.format(**ids))
    assert page.status == 303
    assert "/sign-in" in page.location
