"""The life of a run below the pages: sources, settings, interruptions, rivals, errors of whole files."""

from __future__ import annotations

import gzip
import io
import lzma
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text, update

from app.accounts.domain.roles import Role
from app.core import audit, clock
from app.core.actor import Actor, Scope
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.core.jobs import JOBS
from app.core.tables.writing import write_xlsx
from app.core.tenancy import acting_as
from app.exchange.importers import IMPORTERS
from app.exchange.models.imports import ImportRun
from app.exchange.queries.runs import run as run_of
from app.exchange.queries.runs import saved_mapping
from app.exchange.service import runs as commands
from app.exchange.service.files import Settings
from app.exchange.service.processing import MAX_ATTEMPTS, process
from app.exchange.service.runs import JOB, Choice, begin, choose_columns, save_mapping, upload
from tests.factories import accounts, catalog
from tests.factories.exchange import counts, imported, importer_actor, stored_file
from tests.support.workbooks import ods, ods_row, table

ROWS = [["sku", "name", "weight"], ["0012", "Nut", None], ["A-1", "Bolt", Decimal("0.25")], ["A-3", "Säge", Decimal(2)]]


@pytest.fixture
def actor(ctx):
    made = importer_actor()
    with acting_as(made):
        yield made


@pytest.fixture
def parts_of_one(monkeypatch):
    for code, importer in IMPORTERS.items():
        monkeypatch.setitem(IMPORTERS._items, code, replace(importer, chunk_rows=1, group=()))


def as_text(delimiter: str = ",") -> str:
    return "\n".join(delimiter.join("" if cell is None else str(cell) for cell in row) for row in ROWS)


def as_xlsx() -> bytes:
    target = io.BytesIO()
    write_xlsx(ROWS, target)
    return target.getvalue()


def _ods_cell(cell):
    if isinstance(cell, Decimal):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    return cell


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", as_text()),
        ("a.tsv", as_text("\t")),
        ("semicolon.csv", as_text(";")),
        ("ansi.csv", as_text(";").encode("cp1252")),
        ("wide.csv", as_text().encode("utf-16")),
        ("a.csv.gz", gzip.compress(as_text().encode())),
        ("a.csv.xz", lzma.compress(as_text().encode())),
        ("a.xlsx", as_xlsx()),
        ("a.ods", ods(table("Articles", *(ods_row(*map(_ods_cell, row)) for row in ROWS)))),
        ("a.xlsx.xz", lzma.compress(as_xlsx())),
    ],
)
def test_every_kind_of_file_gives_the_same_articles(name, content, actor):
    run = imported("products", content)
    assert counts(run) == (3, 0, 0, 0)
    rows = db.session.execute(text("SELECT sku, name, weight_kg FROM articles ORDER BY sku_key")).all()
    assert [tuple(row) for row in rows] == [("0012", "Nut", None), ("A-1", "Bolt", Decimal("0.25")), ("A-3", "Säge", 2)]


def test_a_mapping_by_hand_wins_over_the_headers(actor):
    run = imported("products", "sku,other,name\nA-1,B-1,Bolt\n", mapping={"sku": "other", "name:de": "name"})
    assert counts(run) == (1, 0, 0, 0)
    assert db.session.execute(text("SELECT sku, names FROM articles")).one() == ("B-1", {"de": "Bolt"})


def test_a_saved_mapping_serves_files_whose_headers_say_less(actor):
    save_mapping(actor, "products", "Nord", {"sku": "Nummer neu", "name": "Text kurz"})
    assert saved_mapping(actor, "products", "Nord") == {"sku": "Nummer neu", "name": "Text kurz"}
    assert counts(imported("products", "Nummer neu;Text kurz\nA-1;Bolzen\n")) == (1, 0, 0, 0)
    save_mapping(actor, "products", "Nord", {"sku": "Nummer neu"})
    assert saved_mapping(actor, "products", "Nord") == {"sku": "Nummer neu"}
    with pytest.raises(NotFound, match="Süd"):
        saved_mapping(actor, "products", "Süd")


@pytest.mark.parametrize(
    ("kind", "content", "options", "says"),
    [
        ("unknown", "a,b\n1,2\n", {}, "no import of “unknown”"),
        ("products", "a,b\n1,2\n", {}, "No column gives “Article number”"),
        ("products", "", {}, "rows"),
        ("products", "%PDF-1.7", {}, "PDF"),
        ("price_list", "sku,price\nA-1,1\n", {}, "“Price list” is needed"),
        ("price_list", "sku,price\nA-1,1\n", {"colour": "red"}, "no option “colour”"),
    ],
)
def test_a_file_that_cannot_be_read_so_makes_no_run(kind, content, options, says, actor):
    with pytest.raises(Invalid, match=says):
        begin(actor, Settings(kind, options=options), stored_file(content))
    assert db.session.scalar(text("SELECT count(*) FROM import_runs")) == 0


@pytest.mark.parametrize(
    ("kind", "content", "options", "says"),
    [
        ("stock", "sku,quantity\nA-1,5\n", {}, "which warehouse was counted"),
        ("discount_groups", "group,from_boxes,discount\nA,1,5\n", {"price_list": "NONE"}, "no price list NONE"),
        ("price_list", "sku,price\nA-1,1\n", {"price_list": "X", "currency": "EURO"}, "code of three letters"),
    ],
)
def test_a_file_that_fits_nothing_fails_with_the_reason(kind, content, options, says, actor):
    catalog.article("A-1")
    run = imported(kind, content, options=options)
    assert run.state == "failed"
    assert says in run.last_error["text"].format(**run.last_error["parameters"])
    assert counts(run) == (0, 0, 0, 0)


def test_an_error_of_the_program_fails_the_run_and_is_not_swallowed(actor, monkeypatch):
    def broken(_actor, _chunk):
        raise ZeroDivisionError

    monkeypatch.setitem(IMPORTERS._items, "products", replace(IMPORTERS["products"], apply=broken))
    settings, file = Settings("products"), stored_file(as_text())
    run_id = begin(actor, settings, file)
    with pytest.raises(ZeroDivisionError):
        process(actor, run_id)
    assert run_of(actor, run_id).state == "failed"
    monkeypatch.undo()
    commands.resume(actor, run_id)
    process(actor, run_id)
    assert counts(run_of(actor, run_id)) == (3, 0, 0, 0)


def test_a_busy_database_leaves_the_run_for_another_try(actor, monkeypatch):
    def busy(_actor, _chunk):
        raise Unavailable("busy")

    monkeypatch.setitem(IMPORTERS._items, "products", replace(IMPORTERS["products"], apply=busy))
    run_id = begin(actor, Settings("products"), stored_file(as_text()))
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Unavailable):
            process(actor, run_id)
        assert run_of(actor, run_id).state == "running"
    process(actor, run_id)
    run = run_of(actor, run_id)
    assert run.state == "failed", "five tries without a step forward are enough"
    assert run.last_error["parameters"] == {"count": MAX_ATTEMPTS, "row": 0}


def test_a_step_forward_gives_new_tries(actor, parts_of_one, monkeypatch):
    calls = {"count": 0}
    apply = IMPORTERS["products"].apply

    def moody(person, chunk):
        calls["count"] += 1
        if calls["count"] % 2:
            raise Unavailable("busy")
        return apply(person, chunk)

    monkeypatch.setitem(IMPORTERS._items, "products", replace(IMPORTERS["products"], apply=moody, chunk_rows=1))
    run_id = begin(actor, Settings("products"), stored_file("sku\n" + "".join(f"A-{n}\n" for n in range(9))))
    for _ in range(9):
        with pytest.raises(Unavailable):
            process(actor, run_id)
    process(actor, run_id)
    assert counts(run_of(actor, run_id)) == (9, 0, 0, 0)


def test_a_rival_that_comes_too_late_stops_quietly(actor, parts_of_one):
    run_id = begin(actor, Settings("products"), stored_file(as_text()))

    def rival(read: int, total: int) -> None:
        if read == 1:
            process(actor, run_id)

    process(actor, run_id, rival)
    run = run_of(actor, run_id)
    assert (run.state, counts(run), run.read_rows) == ("done", (3, 0, 0, 0), 3)
    assert db.session.scalar(text("SELECT count(*) FROM articles")) == 3


def test_a_cancel_stops_before_the_next_part_and_can_be_taken_back(actor, parts_of_one):
    run_id = begin(actor, Settings("products"), stored_file(as_text()))
    process(actor, run_id, lambda read, total: commands.cancel(actor, run_id) if read == 1 else None)
    run = run_of(actor, run_id)
    assert (run.state, run.created_count) == ("cancelled", 1)
    with pytest.raises(Conflict):
        commands.cancel(actor, run_id)
    commands.resume(actor, run_id)
    process(actor, run_id)
    run = run_of(actor, run_id)
    assert (run.state, counts(run)) == ("done", (3, 0, 0, 0))


def test_all_or_nothing_can_be_cancelled_and_leaves_nothing(actor, parts_of_one):
    run_id = begin(actor, Settings("products", is_all_or_nothing=True), stored_file(as_text()))
    stop = update(ImportRun).where(ImportRun.id == run_id).values(state="cancelled")
    process(actor, run_id, lambda read, total: db.session.execute(stop) and None if read == 1 else None)
    assert db.session.scalar(text("SELECT count(*) FROM articles")) == 0


def test_runs_whose_worker_died_are_sent_again(actor, sent, app, world):
    run_id = begin(actor, Settings("products"), stored_file(as_text()))
    with pytest.raises(KeyboardInterrupt):
        process(actor, run_id, lambda read, total: (_ for _ in ()).throw(KeyboardInterrupt))
    with acting_as(Actor(None, 0, Scope.SYSTEM, frozenset({"*"}))):
        JOBS["exchange.sweep_imports"].run()
        assert sent.sent == [], "its lease has not run out"
        with clock.frozen(clock.now() + timedelta(minutes=3)):
            JOBS["exchange.sweep_imports"].run()
    ((name, ids, bounds),) = sent.sent
    assert (name, ids, bounds.scope, bounds.company_id) == (JOB, (run_id,), Scope.OPERATOR, actor.company_id)


def test_an_upload_is_checked_in_the_background_and_started_by_a_person(actor, sent):
    run_id = upload(actor, "products", stored_file(as_text()), "articles.csv", client_ref="one")
    assert upload(actor, "products", stored_file(as_text()), "articles.csv", client_ref="one") == run_id
    assert run_of(actor, run_id).mapping == {"sku": "sku", "name": "name", "weight_kg": "weight"}
    with pytest.raises(Conflict):
        commands.start(actor, run_id)
    with pytest.raises(Invalid, match="at least one column"):
        choose_columns(actor, run_id, Choice({}))
    choose_columns(actor, run_id, Choice({"sku": "sku", "name": "name"}, save_as="Mine"))
    assert [(name, ids) for name, ids, _ in sent.sent] == [(JOB, (run_id,))]
    process(actor, run_id)
    run = run_of(actor, run_id)
    assert (run.state, counts(run), [row["state"] for row in run.preview]) == ("checked", (3, 0, 0, 0), ["created"] * 3)
    assert db.session.scalar(text("SELECT count(*) FROM articles")) == 0
    commands.start(actor, run_id)
    process(actor, run_id)
    run = run_of(actor, run_id)
    assert (run.state, counts(run)) == ("done", (3, 0, 0, 0))
    assert db.session.scalar(text("SELECT weight_kg FROM articles WHERE sku = 'A-1'")) is None
    assert [entry.action for entry in audit.history(actor, "import_run", run_id)] == ["started", "imported"]


def test_each_kind_asks_for_its_own_right(ctx):
    operator = accounts.operator()
    warehouse = accounts.actor_for(accounts.person(operator, Role.WAREHOUSE), operator)
    with acting_as(warehouse):
        upload(warehouse, "stock", stored_file("sku,stock_north\nA-1,5\n"), "stock.csv", client_ref="a")
        with pytest.raises(Forbidden):
            upload(warehouse, "products", stored_file(as_text()), "articles.csv", client_ref="b")
    admin = accounts.actor_for(accounts.person(operator, Role.OPERATOR_ADMIN), operator)
    with acting_as(admin):
        run_id = upload(admin, "products", stored_file(as_text()), "articles.csv", client_ref="c")
    with acting_as(warehouse), pytest.raises(Forbidden):
        choose_columns(warehouse, run_id, Choice({"sku": "sku"}))
    company = accounts.customer()
    buyer = accounts.actor_for(accounts.person(company, Role.COMPANY_ADMIN), company)
    with acting_as(buyer), pytest.raises(NotFound):
        run_of(buyer, run_id)


def test_many_refused_rows_are_counted_and_the_first_kept(actor, monkeypatch):
    monkeypatch.setattr("app.exchange.domain.outcome.MAX_REFUSED", 5)
    monkeypatch.setattr("app.exchange.service.processing.MAX_REFUSED", 5)
    run = imported("products", "sku,name\n" + ",x\n" * 12)
    assert run.refused_count == 12
    assert db.session.scalar(text("SELECT count(*) FROM import_problems")) == 5


def test_statements_do_not_grow_with_the_rows(actor):
    def cost(rows: int) -> int:
        content = "sku,stock_north,stock_south\n" + "".join(f"A-{n:03d},{n},1\n" for n in range(1, rows + 1))
        with statements() as seen:
            assert imported("stock", content).refused_count == 0
        return len(seen)

    catalog.articles(100)
    imported("stock", "sku,stock_north,stock_south\nA-001,0,0\n")
    assert cost(3) == cost(100)
