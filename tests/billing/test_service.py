"""From a placed order to files that anybody can trust."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from app.billing.domain.export import ExportFilters
from app.billing.models.exports import Export
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.queries import invoices as queries
from app.billing.service.export import build_export, request_export
from app.billing.service.issue import issue_invoice
from app.billing.service.render import MAX_ATTEMPTS, check_again, render, sweep
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.models import StoredFile
from app.documents.model.stored import from_json
from app.documents.pdf_check import check_pdfa3
from tests.factories.billing import bare_invoice
from tests.factories.ordering import article, buyer, shop
from tests.factories.ordering import order as place
from tests.support.work import drain


@pytest.fixture
def order(isolated, world, sent):
    """An order of three lines, placed; its events not yet delivered."""
    with world():
        shop()
        articles = [article("A-1", "9.99"), article("A-2", "0.35"), article("A-3", "120.00")]
        actor = buyer()
    with world(actor):
        return place(actor, [(articles[0], 3), (articles[1], 100), (articles[2], 1)], po_number="PO-77")


def invoice_row() -> Invoice:
    return db.session.scalars(select(Invoice)).one()


def test_placed_order_becomes_one_checked_invoice(isolated, world, order):
    ran = drain(isolated)
    assert "billing.render_invoice" in ran
    with world():
        invoice = invoice_row()
        document = from_json(invoice.document)
        assert invoice.state == "ready", invoice.findings
        assert invoice.number == f"INV-{clock.today('Europe/Berlin').year}-000001"
        assert document.order_reference == "PO-77"
        assert invoice.net_total == Decimal("184.97")
        assert invoice.gross_total == Decimal("220.11")
        files = {row.form: row for row in db.session.scalars(select(InvoiceFile))}
        assert set(files) == {"pdf", "ubl", "cii"}
        for row in files.values():
            data = storage.load(db.session.get_one(StoredFile, row.file_id))
            assert storage.digest(data) == row.sha256
            assert len(data) == row.size
            if row.form == "pdf":
                assert check_pdfa3(data) == []


def test_second_delivery_of_the_event_makes_no_second_invoice(isolated, world, order):
    drain(isolated)
    with world():
        first = invoice_row().id
        assert issue_invoice(Actor.system(), order.id) == first
        assert db.session.scalars(select(Invoice)).all() == [invoice_row()]


def test_rolled_back_issue_gives_its_number_back(isolated, world, order):
    with world():
        with pytest.raises(RuntimeError), transaction():
            issue_invoice(Actor.system(), order.id)
            raise RuntimeError
        invoice_id = issue_invoice(Actor.system(), order.id)
        assert db.session.get_one(Invoice, invoice_id).number.endswith("-000001")


def test_issued_invoice_cannot_be_changed_even_by_the_operator(isolated, world, order):
    drain(isolated)
    with world():
        for change in ({"gross_total": Decimal(1)}, {"number": "INV-1"}, {"document": {}}):
            with pytest.raises(DBAPIError, match="cannot be changed"), transaction():
                db.session.execute(update(Invoice).values(**change))


def test_document_that_breaks_a_rule_is_held_with_rule_and_field(isolated, world, order):
    with world(), transaction():
        # An operator without VAT ID and tax number cannot issue an invoice with VAT (BR-S-02).
        db.session.execute(text("UPDATE companies SET vat_id = '', tax_number = '' WHERE kind = 'operator'"))
    drain(isolated)
    with world():
        invoice = invoice_row()
        assert invoice.state == "held"
        assert "BR-S-02" in {finding["rule"] for finding in invoice.findings}
        assert db.session.scalars(select(InvoiceFile)).all() == []
        page = queries.invoice(Actor.system(), invoice.number)
        assert [fault.rule for fault in page.faults] == ["BR-S-02"]
        with pytest.raises(NotFound):
            queries.invoice_file(Actor.system(), invoice.number, "pdf")


def test_held_invoice_can_be_checked_again(isolated, world, order):
    with world(), transaction():
        db.session.execute(text("UPDATE companies SET vat_id = '', tax_number = '' WHERE kind = 'operator'"))
    drain(isolated)
    with world():
        number = invoice_row().number
        check_again(Actor.system(), number)
    drain(isolated)
    with world():
        assert invoice_row().state == "held", "the frozen document still lacks the number"
        with pytest.raises(NotFound):
            check_again(Actor.system(), "INV-0")


def test_sweep_finds_an_invoice_whose_job_was_lost(isolated, world, order, sent):
    with world():
        issue_invoice(Actor.system(), order.id)
    sent.sent.clear()
    with world(), transaction():
        db.session.execute(update(Invoice).values(due_at=text("now() - interval '1 hour'")))
    with world():
        assert sweep(Actor.system()) == 1
        assert sweep(Actor.system()) == 0, "not again while the job may be on its way"
    drain(isolated)
    with world():
        assert invoice_row().state == "ready"


def test_document_that_cannot_be_made_is_held_after_several_attempts(isolated, world, cast, sent):
    with world():
        bare_invoice(cast.customer, state="issued", due_at=clock.now())
    for attempt in range(1, MAX_ATTEMPTS + 1):
        with world():
            assert sweep(Actor.system()) == (1 if attempt > 1 else 0)
            with pytest.raises(ValueError, match="unknown kind"):
                render(Actor.system(), invoice_row().id, lambda _language: str)
        with world():
            row = invoice_row()
            assert (row.state, row.attempts) == ("held" if attempt == MAX_ATTEMPTS else "issued", attempt)
            with transaction():
                db.session.execute(update(Invoice).values(due_at=text("now() - interval '1 hour'")))
    with world():
        assert row.last_error.startswith("ValueError: unknown kind of document")
        assert sweep(Actor.system()) == 0


def test_document_that_kills_its_workers_is_held_by_the_sweep(isolated, world, cast, sent):
    with world():
        bare_invoice(
            cast.customer, state="issued", attempts=MAX_ATTEMPTS, due_at=clock.now() - timedelta(hours=1)
        )  # fmt: skip
        assert sweep(Actor.system()) == 0
        row = invoice_row()
        assert (row.state, row.last_error) == ("held", "the worker ended while it made the documents")


def test_month_of_documents_leaves_as_one_archive(isolated, world, order):
    drain(isolated)
    today = clock.today("Europe/Berlin")
    filters = ExportFilters(today.replace(day=1), today)
    with world():
        operator_id = db.session.scalar(text("SELECT id FROM companies WHERE kind = 'operator'"))
        actor = Actor.system(operator_id)
        export_id = request_export(actor, filters, client_ref="ref-1")
        assert request_export(actor, filters, client_ref="ref-1") == export_id
        with pytest.raises(Conflict):
            request_export(actor, ExportFilters(today, today), client_ref="ref-1")
        build_export(actor, export_id)
        export = db.session.get_one(Export, export_id)
        assert (export.state, export.done, export.total) == ("done", 1, 1)
        data = storage.load(db.session.get_one(StoredFile, export.file_id))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            number = invoice_row().number
            assert sorted(names) == sorted(
                [f"pdf/{number}.pdf", f"ubl/{number}.ubl.xml", f"cii/{number}.cii.xml", "register.csv"]
            )
            register = archive.read("register.csv").decode("utf-8-sig")
        assert number in register
        assert "220.11" in register
        with pytest.raises(Conflict):
            build_export(actor, export_id)


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (ExportFilters(date(2026, 2, 1), date(2026, 1, 1)), "end"),
        (ExportFilters(date(2026, 1, 1), date(2026, 1, 31), forms=()), "pdf"),
    ],
)
def test_senseless_exports_are_refused(ctx, filters, field):
    with pytest.raises(Invalid) as error:
        request_export(Actor.system(), filters, client_ref="x")
    assert error.value.field == field


def test_customer_sees_only_its_own_invoices(isolated, world, order):
    drain(isolated)
    with world():
        stranger = buyer()
        number = invoice_row().number
    with world(stranger):
        assert queries.invoices(stranger, queries.InvoiceFilters()) == []
        with pytest.raises(NotFound):
            queries.invoice(stranger, number)
        with pytest.raises(NotFound):
            queries.invoice_file(stranger, number, "pdf")
