"""What promotions take off stands on the invoice as allowances of the document, and every rule set agrees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.billing.models.invoices import Invoice, InvoiceFile
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.models import StoredFile
from app.documents.arithmetic import check_arithmetic
from app.documents.formats import formats
from app.documents.model.stored import from_json
from app.documents.validation import validate_cii, validate_ubl
from app.pricing.service.tax_status import ExemptionRow, add_exemption
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, shop
from tests.factories.ordering import order as place
from tests.factories.promotions import promotion
from tests.support.work import drain


def invoiced(isolated, world, company, prices):
    """An order of one of each by the account, invoiced and rendered; the document and its files by form."""
    with world():
        shop()
        articles = [(article(f"A-{n}", price, vat_class=vat_class), quantity)
                    for n, (price, quantity, vat_class) in enumerate(prices)]  # fmt: skip
        actor = buyer(company())
    with world(actor):
        place(actor, articles)
    drain(isolated)
    with world():
        invoice = db.session.scalars(select(Invoice)).one()
        assert invoice.state == "ready", invoice.findings
        stored = select(InvoiceFile.form, StoredFile).join(StoredFile, StoredFile.id == InvoiceFile.file_id)
        files = {form: storage.load(file) for form, file in db.session.execute(stored)}
        return from_json(invoice.document), files


@pytest.fixture
def offers(isolated, world):
    with world():
        shop()
        promotion("LINE", "5", kind="line", priority=1)
        promotion("CART", "10.01", effect="amount")


def test_allowances_of_two_rates_pass_every_rule_set(isolated, world, sent, offers):
    prices = [("9.99", 3, "standard"), ("0.35", 100, "reduced"), ("120.00", 1, "standard")]
    document, files = invoiced(isolated, world, customer, prices)
    assert [(one.reason, one.reason_code, one.vat_rate, one.amount) for one in document.allowances_charges] == [
        ("Promotion LINE", "95", 7, Decimal("1.75")), ("Promotion LINE", "95", 19, Decimal("7.50")),
        ("Promotion CART", "95", 7, Decimal("1.89")), ("Promotion CART", "95", 19, Decimal("8.12")),
    ]  # fmt: skip
    assert (document.totals.line_net, document.totals.allowances) == (Decimal("184.97"), Decimal("19.26"))
    assert document.totals.net == Decimal("165.71")
    assert check_arithmetic(document) == []
    for form, validate in (("ubl", validate_ubl), ("cii", validate_cii)):
        report = validate(files[form])
        assert report.errors == (), report
        read = formats[f"{form}-invoice"].loads(files[form])
        assert sum(one.amount for one in read.allowances_charges) == Decimal("19.26")


def test_a_free_order_and_an_exempt_one_are_valid(isolated, world, sent, offers):
    with world():
        promotion("ALL", "100", priority=0)

    def exempt():
        made = customer()
        row = ExemptionRow(
            certificate="7", valid_from=date(2020, 1, 1), reason="Armed forces of NATO", reason_code="VATEX-EU-151"
        )
        add_exemption(Actor.system(), made.id, row)
        return made

    document, files = invoiced(isolated, world, exempt, [("9.99", 3, "standard"), ("5", 1, "reduced")])
    assert document.totals.payable == 0
    (vat,) = document.vat
    assert (vat.category, vat.exemption_reason, vat.exemption_code) == ("E", "Armed forces of NATO", "VATEX-EU-151")
    assert validate_ubl(files["ubl"]).errors == ()
    assert validate_cii(files["cii"]).errors == ()
