"""A period as one ZIP, over HTTP and through the job, for the accountant and for a customer's bookkeeper."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from app.billing.domain.export import ExportFilters
from app.billing.models.exports import Export
from app.billing.models.invoices import Invoice
from app.billing.service.export import build_export, request_export, sweep_exports
from app.core import clock, storage
from app.core.actor import Scope
from app.core.db import db, transaction
from app.core.errors import Conflict, NotFound
from app.core.jobs import actor_of
from app.core.tenancy import Bounds
from tests.factories.accounts import sign_in
from tests.factories.billing import bare_invoice, invoiced
from tests.support.work import drain


@pytest.fixture
def two_invoices(isolated, world, cast, sent):
    """One of the customer, one of the stranger, both with their files."""
    with world():
        pairs = [invoiced(cast.actor(f"{side}.buyer"), po_number=f"PO-{side}") for side in ("customer", "stranger")]
    drain(isolated)
    return [number for _order, number in pairs]


def unpacked(data: bytes) -> tuple[set[str], list[dict[str, str]]]:
    """The names in the archive and the lines of its register."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        register = archive.read("register.csv").decode("utf-8-sig")
        return set(archive.namelist()), list(csv.DictReader(io.StringIO(register), delimiter=";"))


def asked(client, **changes: str):
    """The page of the export that was asked for with the form as it stands, and these changes."""
    page = client.get("/invoices/exports")
    today = clock.today("Europe/Berlin").isoformat()
    data = page.form("/invoices/exports") | {"start": today, "end": today} | changes
    return client.post("/invoices/exports", data, follow=True)


def files_of(number: str, forms=("pdf", "ubl", "cii")) -> set[str]:
    names = {"pdf": f"pdf/{number}.pdf", "ubl": f"ubl/{number}.ubl.xml", "cii": f"cii/{number}.cii.xml"}
    return {names[form] for form in forms}


def test_accountant_asks_waits_and_downloads(client, isolated, cast, two_invoices):
    sign_in(client, cast.people["accountant"])
    page = asked(client)
    assert "Waiting" in page.text
    address = page.response.request.path
    assert "Waiting for a free worker" in client.part(address).text
    assert "billing.build_export" in drain(isolated)
    page = client.get(address)
    assert "2 documents are packed" in page.text
    data = client.get(f"{address}/file").data
    names, register = unpacked(data)
    assert names == {"register.csv"} | set().union(*(files_of(number) for number in two_invoices))
    assert [line["number"] for line in register] == two_invoices
    assert {line["gross"] for line in register} == {"23.8"}
    assert all(len(line["pdf_sha256"]) == 64 for line in register)
    assert "ZIP" in client.get("/invoices/exports").text


def test_choice_of_customer_forms_and_text(client, isolated, cast, two_invoices):
    sign_in(client, cast.people["accountant"])
    for changes, expected in (
        ({"customer": cast.stranger.code}, [two_invoices[1]]),
        ({"text": "po-customer"}, [two_invoices[0]]),
        ({"text": "nothing"}, []),
    ):
        path = asked(client, **changes).response.request.path
        drain(isolated)
        names, register = unpacked(client.get(f"{path}/file").data)
        assert [line["number"] for line in register] == expected
        assert names == {"register.csv"}.union(*(files_of(number) for number in expected))
    page = client.get("/invoices/exports")
    form = page.form("/invoices/exports") | {"start": "2026-01-01", "end": clock.today("Europe/Berlin").isoformat()}
    del form["ubl"], form["cii"]
    path = client.post("/invoices/exports", form, follow=True).response.request.path
    drain(isolated)
    names, _register = unpacked(client.get(f"{path}/file").data)
    assert names == {"register.csv"}.union(*(files_of(number, ["pdf"]) for number in two_invoices))


def test_senseless_choices_come_back_with_words(client, cast):
    sign_in(client, cast.people["accountant"])
    for changes, words in (
        ({"start": "2026-02-01", "end": "2026-01-01"}, "ends before it begins"),
        ({"customer": "UNKNOWN"}, "There is no account UNKNOWN"),
        ({"start": ""}, "Please look again"),
    ):
        page = asked(client, **changes)
        assert page.status == 422
        assert words in page.text


def test_form_counts_what_is_chosen(client, world, cast):
    with world():
        for _ in range(3):
            bare_invoice(cast.customer, issued_on=clock.today("Europe/Berlin"))
        bare_invoice(cast.stranger, issued_on=clock.today("Europe/Berlin"))
    day = clock.today("Europe/Berlin").isoformat()
    address = f"/invoices/exports/count?start={day}&end={day}"
    sign_in(client, cast.people["accountant"])
    assert client.part(address).text == "4 documents are in this export."
    assert client.part(f"{address}&customer={cast.stranger.code}").text == "1 document is in this export."
    assert client.part(f"{address}&text=nothing").text == "No document falls into this choice."
    assert client.part("/invoices/exports/count?start=2026-02-02&end=2026-01-01").text == "Choose a period."
    assert client.get(f"/invoices/exports?start={day}&end={day}&text=abc").form("/invoices/exports")["text"] == "abc"
    sign_in(client, cast.people["customer.bookkeeper"])
    assert client.part(f"{address}&customer={cast.stranger.code}").text == "3 documents are in this export."


def test_bookkeeper_gets_the_own_documents_made_in_the_own_scope(client, isolated, cast, sent, two_invoices):
    sign_in(client, cast.people["customer.bookkeeper"])
    path = asked(client, customer=cast.stranger.code).response.request.path
    ((name, _ids, bounds),) = sent.sent
    assert (name, bounds) == ("billing.build_export", Bounds(Scope.TENANT, cast.customer.id))
    drain(isolated)
    names, register = unpacked(client.get(f"{path}/file").data)
    assert [line["number"] for line in register] == two_invoices[:1]
    assert names == {"register.csv"} | files_of(two_invoices[0])


def test_sweep_finds_lost_exports_and_keeps_them_to_their_owner(client, isolated, world, cast, sent, two_invoices):
    sign_in(client, cast.people["customer.bookkeeper"])
    path = asked(client).response.request.path
    sent.sent.clear()  # the message was lost
    system = actor_of(Bounds(Scope.SYSTEM, 0))
    with world(system), transaction():
        db.session.execute(update(Export).values(due_at=clock.now() - timedelta(hours=1)))
    with world(system):
        assert sweep_exports(system) == 1
        assert sweep_exports(system) == 0, "not again while the job may be on its way"
    assert [bounds for _name, _ids, bounds in sent.sent] == [Bounds(Scope.TENANT, cast.customer.id)]
    drain(isolated)
    _names, register = unpacked(client.get(f"{path}/file").data)
    assert [line["number"] for line in register] == two_invoices[:1]


def test_job_in_system_scope_gives_a_customer_nothing_more(isolated, world, cast, two_invoices):
    with world():
        bookkeeper = cast.actor("customer.bookkeeper")
    with world(bookkeeper):
        today = clock.today("Europe/Berlin")
        export_id = request_export(bookkeeper, ExportFilters(today, today), client_ref=str(uuid.uuid4()))
    system = actor_of(Bounds(Scope.SYSTEM, 0))
    with world(system):
        build_export(system, export_id)
        found = db.session.get_one(Export, export_id)
        assert found.total == 1


def test_worker_that_dies_again_and_again_is_given_up(isolated, world, cast):
    with world():
        actor = cast.actor("accountant")
    with world(actor):
        export_id = request_export(
            actor, ExportFilters(clock.today("Europe/Berlin"), clock.today("Europe/Berlin")), client_ref="gone"
        )
        with transaction():
            past = clock.now() - timedelta(hours=1)
            db.session.execute(update(Export).values(state="running", attempts=3, due_at=past))
    with world():
        assert sweep_exports(actor) == 0
        found = db.session.get_one(Export, export_id)
        assert found.state == "failed"
        with pytest.raises(Conflict):
            build_export(actor, export_id)


def test_failure_is_noted_tried_again_and_told(client, isolated, world, cast, two_invoices):
    sign_in(client, cast.people["accountant"])
    path = asked(client).response.request.path
    with world(), transaction():
        stored = db.session.scalar(text("SELECT sha256 FROM invoice_files ORDER BY id LIMIT 1"))
    file = storage.store()._path(stored)
    kept = file.read_bytes()
    file.unlink()
    for attempt in range(1, 4):
        drain(isolated)
        with world():
            found = db.session.get_one(Export, int(path.rsplit("/", 1)[1]))
            assert (found.state, found.attempts) == ("waiting" if attempt < 3 else "failed", attempt)
        with world(), transaction():
            db.session.execute(update(Export).values(due_at=clock.now() - timedelta(hours=1)))
        with world():
            sweep_exports(actor_of(Bounds(Scope.SYSTEM, 0)))
    file.write_bytes(kept)
    page = client.get(path)
    assert "The stored file is missing" in page.text
    assert page.link("Ask for it again").startswith("/invoices/exports?start=")


def test_invoices_without_files_are_named(client, isolated, world, cast, two_invoices):
    with world():
        bare_invoice(cast.customer, state="held", issued_on=clock.today("Europe/Berlin"))
    sign_in(client, cast.people["accountant"])
    path = asked(client).response.request.path
    drain(isolated)
    assert "1 invoice is in the register only" in client.get(path).text
    _names, register = unpacked(client.get(f"{path}/file").data)
    assert [line["state"] for line in register] == ["ready", "ready", "held"]


def test_the_same_form_sent_twice_asks_once(client, world, cast):
    sign_in(client, cast.people["accountant"])
    form = client.get("/invoices/exports").form("/invoices/exports")
    first, second = (client.post("/invoices/exports", form) for _ in range(2))
    assert first.location == second.location
    assert client.post("/invoices/exports", form | {"end": "2026-12-31"}).status == 409
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM exports")) == 1


def test_reference_of_another_company_is_no_obstacle(world, cast):
    filters = ExportFilters(clock.today("Europe/Berlin"), clock.today("Europe/Berlin"))
    with world():
        actors = [cast.actor("customer.bookkeeper"), cast.actor("stranger.bookkeeper")]
    made = []
    for actor in actors:
        with world(actor):
            made.append(request_export(actor, filters, client_ref="the same"))
    assert made[0] != made[1]
    with world(actors[1]), pytest.raises(NotFound):
        build_export(actors[1], made[0])


def test_archive_stays_small_in_memory_and_complete(isolated, world, cast):
    """More invoices than one batch holds; the register has each of them once, in order."""
    with world():
        rows = [bare_invoice(cast.customer, issued_on=clock.today("Europe/Berlin")).number for _ in range(60)]
        actor = cast.actor("accountant")
    with world(actor):
        export_id = request_export(
            actor, ExportFilters(clock.today("Europe/Berlin"), clock.today("Europe/Berlin")), client_ref="many"
        )
        build_export(actor, export_id)
        found = db.session.get_one(Export, export_id)
        assert (found.done, found.total, found.missing) == (60, 60, 60)
        data = storage.load(storage.find(actor, found.file_id))
    _names, register = unpacked(data)
    assert [line["number"] for line in register] == rows
    with world():
        assert db.session.scalar(text("SELECT count(*) FROM invoices")) == len(rows)
        assert db.session.query(Invoice).count() == 60


def test_same_selection_gives_the_same_bytes(client, isolated, world, cast, two_invoices):
    """Also a letter is in it, and sums of the register count no claim twice."""
    day = clock.today("Europe/Berlin").isoformat()
    with world():
        stored = db.session.execute(
            text("SELECT id, sha256 FROM files WHERE media_type = 'application/pdf' LIMIT 1")
        ).one()
        run = db.session.scalar(text(
            "INSERT INTO dunning_runs (client_ref, as_of, state) VALUES ('r', :day, 'done') RETURNING id"), {"day": day}
        )  # fmt: skip
        db.session.execute(text(
            "INSERT INTO reminders (company_id, run_id, currency, level, last_level, state, amount, pay_by, number, issued_on,"
            " file_id) VALUES (:company, :run, 'EUR', 1, 3, 'issued', 23.8, :day, 'REM-2026-000001', :day, :file)"),
            {"company": cast.customer.id, "run": run, "day": day, "file": stored.id},
        )  # fmt: skip
        db.session.commit()
    sign_in(client, cast.people["accountant"])
    packed = []
    for _ in range(2):
        path = asked(client).response.request.path
        drain(isolated)
        packed.append(client.get(f"{path}/file").data)
    assert packed[0] == packed[1]
    with zipfile.ZipFile(io.BytesIO(packed[0])) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "packed at no time"
    names, register = unpacked(packed[0])
    assert "pdf/REM-2026-000001.pdf" in names
    assert [(line["kind"], line["gross"], line["pdf_sha256"] == stored.sha256) for line in register][-1:] == [
        ("reminder", "", True)
    ]
