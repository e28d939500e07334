"""Retention, legal holds and disposal: what may go goes by two people, what must stay the database keeps."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.billing.domain.retention import Hold, kept_until, last_disposable
from app.billing.models.archive import Disposal, DisposedDocument
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.queries.retention import disposable, keeping, kinds_kept
from app.billing.service import disposal as disposing
from app.billing.service import retention as service
from app.core import storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid
from app.documents.model.stored import from_json
from tests.factories.accounts import sign_in
from tests.factories.billing import bare_invoice, invoiced
from tests.factories.open_items import claim
from tests.support.queries import counted
from tests.support.work import drain

OLD = date(2009, 5, 4)
MAY = ("operator_admin", "accountant")
MAY_NOT = ("sales", "pricing", "warehouse", "customer.company_admin", "customer.bookkeeper", "stranger.bookkeeper")


def ref() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def old(isolated, world, cast, sent):
    """Two invoices of long ago with their papers, one of the customer and one of the stranger; the ids by name."""
    found = {}
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"))
        document = db.session.scalars(select(Invoice.document).where(Invoice.number == number)).one()
        for name in ("customer", "stranger"):
            row = bare_invoice(cast.company_of(name), issued_on=OLD, document=document)
            with transaction() as session:
                pdf = storage.keep(Actor.system(), f"paper of {name}".encode(), name="a.pdf", media_type="application/pdf",
                                   company_id=row.company_id)  # fmt: skip
                session.add(InvoiceFile(company_id=row.company_id, invoice_id=row.id, form="pdf", file_id=pdf.id,
                                        sha256=pdf.sha256, size=pdf.size))  # fmt: skip
            found[name] = row.id
    return found


def proposed(cast) -> int:
    return disposing.propose(cast.actor("accountant"), "invoice", client_ref=ref())


def test_years_count_from_the_end_of_the_calendar_year():
    for day, years, until in (
        (date(2026, 1, 1), 10, date(2036, 12, 31)),
        (date(2026, 12, 31), 10, date(2036, 12, 31)),
        (date(2024, 2, 29), 8, date(2032, 12, 31)),
    ):
        assert kept_until(day, years) == until
        assert last_disposable(until, years) < day <= last_disposable(until + timedelta(days=1), years)


def test_what_a_hold_covers():
    whole, narrow = Hold(("invoice",)), Hold(("invoice", "reminder"), 7, date(2020, 1, 1), date(2020, 12, 31))
    for hold, kind, company, day, is_covered in (
        (whole, "invoice", 1, OLD, True), (whole, "reminder", 1, OLD, False), (narrow, "reminder", 7, date(2020, 12, 31), True),
        (narrow, "invoice", 8, date(2020, 5, 5), False), (narrow, "invoice", None, date(2020, 5, 5), True),
        (narrow, "invoice", 7, date(2019, 12, 31), False), (narrow, "invoice", 7, date(2021, 1, 1), False),
    ):  # fmt: skip
        assert hold.covers(kind, company, day) is is_covered, (hold, kind, company, day)
    for bad, field in (
        (Hold(()), "kinds"),
        (Hold(("secret",)), "kinds"),
        (Hold(("invoice",), None, date(2021, 1, 1), OLD), "to_on"),
    ):
        with pytest.raises(Invalid) as error:
            bad.check()
        assert error.value.field == field


def test_two_people_dispose_and_a_hold_stops_them(isolated, world, cast, old):
    with world():
        accountant, admin = cast.actor("accountant"), cast.actor("operator_admin")
        hold_id = service.hold(accountant, Hold(("invoice",), cast.stranger.id), "Lawsuit 7 O 12/26", client_ref="h1")
        assert (
            service.hold(accountant, Hold(("invoice",), cast.stranger.id), "Lawsuit 7 O 12/26", client_ref="h1")
            == hold_id
        )
        assert keeping(admin, "invoice", cast.stranger.id, OLD).holds == ["Lawsuit 7 O 12/26"]
        assert [row.id for row in disposable(admin, "invoice", date(2015, 12, 31), limit=9)] == [old["customer"]]
        run_id = proposed(cast)
        with pytest.raises(Forbidden):
            disposing.approve(accountant, run_id)
        disposing.approve(admin, run_id)
        with pytest.raises(Conflict):
            disposing.approve(admin, run_id)
    drain(isolated)
    with world():
        run = db.session.get_one(Disposal, run_id)
        assert (run.state, run.disposed, run.count) == ("done", 1, 1)
        gone, kept = (db.session.get_one(Invoice, old[name]) for name in ("customer", "stranger"))
        document = from_json(gone.document)
        assert (gone.customer_name, document.lines, document.buyer.name) == ("", (), "")
        assert document.totals == from_json(kept.document).totals
        assert document.vat == from_json(kept.document).vat
        assert kept.disposed_at is None and from_json(kept.document).lines
        files = db.session.scalars(select(InvoiceFile.invoice_id).where(InvoiceFile.invoice_id.in_(old.values()))).all()
        assert files == [old["stranger"]]
        (entry,) = db.session.scalars(select(DisposedDocument)).all()
        assert entry.wiped_at is not None and len(entry.hashes) == 1
        assert not storage.matches(entry.hashes[0])
        assert disposing.dispose(admin, run_id) == 0  # again: nothing
        service.release(admin, hold_id, "settled out of court")
        assert [row.id for row in disposable(admin, "invoice", date(2015, 12, 31), limit=9)] == [old["stranger"]]
        with pytest.raises(Conflict):
            service.release(admin, hold_id, "once more")


def test_what_is_held_after_the_approval_stays(isolated, world, cast, old):
    with world():
        run_id = proposed(cast)
        disposing.approve(cast.actor("operator_admin"), run_id)
        service.hold(cast.actor("operator_admin"), Hold(("invoice",)), "Audit", client_ref="h2")
    drain(isolated)
    with world():
        assert db.session.get_one(Disposal, run_id).disposed == 0
        assert set(db.session.scalars(select(Invoice.disposed_at).where(Invoice.id.in_(old.values())))) == {None}


def test_a_worker_that_dies_between_disposal_and_wiping(isolated, world, cast, old, monkeypatch):
    with world():
        run_id = proposed(cast)
        disposing.approve(cast.actor("operator_admin"), run_id)
        monkeypatch.setattr(disposing, "wipe", lambda actor: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            disposing.dispose(cast.actor("operator_admin"), run_id)
        monkeypatch.undo()
        hashes = [one for row in db.session.scalars(select(DisposedDocument.hashes)) for one in row]
        assert len(hashes) == 2 and all(storage.matches(one) for one in hashes)
        disposing.sweep_disposals(Actor.system())
    drain(isolated)
    with world():
        assert not any(storage.matches(one) for one in hashes)


def test_the_database_keeps_what_must_be_kept(isolated, world, cast, old):
    """The second wall: even a fault of ours cannot empty an invoice before its time, nor one on hold."""
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"))
        service.hold(cast.actor("accountant"), Hold(("invoice",), cast.stranger.id), "Audit", client_ref="h3")
        fresh = db.session.scalars(select(Invoice.id).where(Invoice.number == number)).one()
    for statement, values in (
        ("UPDATE invoices SET disposed_at = now() WHERE id = :id", {"id": fresh}),
        ("UPDATE invoices SET disposed_at = now() WHERE id = :id", {"id": old["stranger"]}),
        ("UPDATE invoices SET customer_name = '' WHERE id = :id", {"id": old["customer"]}),
        ("UPDATE invoices SET document = '{}' WHERE id = :id", {"id": old["customer"]}),
        ("UPDATE invoices SET disposed_at = now(), gross_total = 1 WHERE id = :id", {"id": old["customer"]}),
        ("DELETE FROM invoice_files WHERE invoice_id = :id", {"id": old["customer"]}),
    ):
        with world(), pytest.raises(DBAPIError, match=r"cannot be changed|must be kept"), transaction() as session:
            session.execute(text(statement), values)


def test_unpaid_claims_stay(world, cast, isolated):
    with world():
        bare = claim(cast.customer, "50.00", issued_on=OLD)
        assert bare.invoice_id not in [
            row.id for row in disposable(Actor.system(), "invoice", date(2015, 12, 31), limit=9)
        ]
        (invoices, *_others) = kinds_kept(Actor.system(), date(2026, 3, 1))
        assert (invoices.documents, invoices.disposable) == (1, 0)
        with pytest.raises(Invalid):
            proposed(cast)


def test_the_archive_is_checked(isolated, world, cast, old):
    with world():
        found = disposing.verify(Actor.system())
        assert (found["checked"], found["is_sound"]) == (2, True)
        sha256 = db.session.scalars(select(InvoiceFile.sha256).order_by(InvoiceFile.id)).first()
        storage.store().remove(sha256)
        found = disposing.verify(Actor.system(), start=OLD, end=OLD)
        assert [one["sha256"] for one in found["damaged"]] == [sha256]
        assert disposing.verify(Actor.system(), start=date(2020, 1, 1))["checked"] == 0


def test_pages_and_access(client, world, cast, old):
    addresses = ("/archive", "/archive/years/invoice")
    posts = ("/archive", "/archive/years/invoice", "/archive/holds/1/release", "/archive/dispose/invoice",
             "/archive/disposals/1/approve", "/archive/disposals/1/drop")  # fmt: skip
    for name in MAY_NOT:
        sign_in(client, cast.people[name])
        for address in (*addresses, "/archive/disposals/1"):
            assert client.get(address).status in (403, 404), (name, address)
        for address in posts:
            assert client.post(address, {}).status in (403, 404), (name, address)
    for name in MAY:
        sign_in(client, cast.people[name])
        for address in addresses:
            assert client.get(address).status == 200, (name, address)
    assert (
        client.post("/archive", {"reason": "Audit", "customer": "NOBODY", "invoice": "y", "client_ref": ref()}).status
        == 422
    )
    assert client.post("/archive", {"reason": "Audit", "client_ref": ref()}).status == 422
    code = cast.stranger.code
    assert (
        client.post("/archive", {"reason": "Audit", "customer": code, "invoice": "y", "client_ref": ref()}).status
        == 303
    )
    page = client.get("/archive")
    assert "Audit" in page.text and cast.stranger.name in page.text
    assert client.post("/archive/years/invoice", {"years": "8", "reason": ""}).status == 422
    assert client.post("/archive/years/invoice", {"years": "8", "reason": "AO 147 (3)"}).status == 303
    assert client.post("/archive/dispose/invoice", {"client_ref": ref()}).status == 303
    with world():
        run_id = db.session.scalars(select(Disposal.id)).one()
        number = db.session.scalars(select(Invoice.number).where(Invoice.id == old["customer"])).one()
    assert client.get(f"/archive/disposals/{run_id}").status == 200
    assert "Archive" in client.get(f"/invoices/{number}").text
    assert client.post(f"/archive/disposals/{run_id}/approve", {}).status == 403  # by whoever proposed it
    sign_in(client, cast.people["operator_admin"])
    assert client.post(f"/archive/disposals/{run_id}/approve", {}).status == 303
    assert client.post(f"/archive/disposals/{run_id}/drop", {}).status == 303  # too late, said on the page
    with world():
        assert db.session.get_one(Disposal, run_id, populate_existing=True).state == "approved"


def test_the_page_asks_the_same_number_of_statements_for_many(client, isolated, world, cast, old):
    sign_in(client, cast.people["accountant"])

    def held(count: int) -> int:
        with world():
            for place in range(count):
                service.hold(Actor.system(), Hold(("reminder",)), f"Matter {place}", client_ref=ref())
        with counted(isolated) as few:
            assert client.get("/archive").status == 200
        return len(few)

    held(1)
    assert held(1) == held(18)
