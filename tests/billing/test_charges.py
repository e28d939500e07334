"""What an order costs beside its goods stands on the invoice as charges of the document, and every rule set agrees."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.billing.models.invoices import Invoice, InvoiceFile
from app.core import storage
from app.core.db import db
from app.core.models import StoredFile
from app.documents.arithmetic import check_arithmetic
from app.documents.model.stored import from_json
from app.documents.validation import validate_cii, validate_ubl
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, shop
from tests.factories.ordering import order as place
from tests.factories.terms import delivery_method, payment_method, rate, threshold
from tests.support.work import drain


def test_freight_surcharge_and_payment_take_the_vat_of_the_goods(isolated, world, sent):
    with world():
        shop()
        delivery_method("PARCEL", rate("6.90"))
        threshold("SMALL", "soft_min", "100", effect="amount", fee=Decimal(12))
        payment_method("BILL", "on_account", change=Decimal("1.5"), is_percent=True)
        articles = [(article("A", "10", vat_class="standard"), 3), (article("B", "9.99", vat_class="reduced"), 2)]
        actor = buyer(customer())
    with world(actor):
        place(actor, articles)
    drain(isolated)
    with world():
        invoice = db.session.scalars(select(Invoice)).one()
        assert invoice.state == "ready", invoice.findings
        stored = select(InvoiceFile.form, StoredFile).join(StoredFile, StoredFile.id == InvoiceFile.file_id)
        files = {form: storage.load(file) for form, file in db.session.execute(stored)}
        document = from_json(invoice.document)
    told = [(one.reason, one.reason_code, one.vat_rate, one.amount) for one in document.allowances_charges]
    assert told == [
        ("Parcel", "FC", 19, Decimal("4.14")), ("Parcel", "FC", 7, Decimal("2.76")),
        ("Small", "DAN", 19, Decimal("7.20")), ("Small", "DAN", 7, Decimal("4.80")),
        ("Bill", "FI", 19, Decimal("0.45")), ("Bill", "FI", 7, Decimal("0.30")),
    ]  # fmt: skip
    assert (document.totals.line_net, document.totals.charges, document.totals.net) == (
        Decimal("49.98"), Decimal("19.65"), Decimal("69.63"),
    )  # fmt: skip
    assert check_arithmetic(document) == []
    assert validate_ubl(files["ubl"]).errors == ()
    assert validate_cii(files["cii"]).errors == ()


def test_a_cheap_way_of_payment_is_an_allowance(isolated, world, sent):
    with world():
        shop()
        payment_method("AHEAD", "prepayment", change=Decimal(-2), is_percent=True, net_days=0)
        actor, goods = buyer(customer()), [(article("A", "50"), 2)]
    with world(actor):
        place(actor, goods)
    drain(isolated)
    with world():
        invoice = db.session.scalars(select(Invoice)).one()
        assert (invoice.state, invoice.net_total, invoice.due_on) == ("ready", Decimal(98), invoice.issued_on)
