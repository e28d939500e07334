"""Every registered importer: errors keep the row, a check stores nothing, a crash resumes, a second run changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.core.db import Base, db
from app.core.tables.opening import open_table
from app.core.tenancy import acting_as
from app.exchange.domain.fields import Shape, Variants, header_key
from app.exchange.domain.reading import guess, is_header_for, make_plan, read_sample
from app.exchange.importers import IMPORTERS
from app.exchange.queries.runs import refused_rows
from app.exchange.queries.runs import run as run_of
from app.exchange.service.files import Settings
from app.exchange.service.processing import process, try_out
from app.exchange.service.runs import begin
from tests.factories.exchange import SAMPLES, counts, imported, importer_actor, stored_file

CODES = list(IMPORTERS)
_OF_IMPORTS = {"import_runs", "import_problems", "files", "column_mappings"}


def snapshot(*, without: set[str] = frozenset()) -> dict[str, str]:
    """A fingerprint of every table that imports may write, audit included."""
    tables = sorted(set(Base.metadata.tables) - _OF_IMPORTS - set(without))
    readable = text("SELECT name FROM unnest(CAST(:names AS text[])) name WHERE has_table_privilege(name, 'SELECT')")
    names = sorted(db.session.scalars(readable, {"names": tables}))  # what is sealed nobody reads, imports neither
    assert len(names) > 150
    statement = " UNION ALL ".join(
        f"SELECT '{name}', count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {name} t"
        for name in names
    )
    return {name: mark for name, mark in db.session.execute(text(statement))}


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of one row, so that a file of a few rows has several."""
    for code, importer in IMPORTERS.items():
        monkeypatch.setitem(IMPORTERS._items, code, replace(importer, chunk_rows=1, group=()))


def test_every_importer_has_samples():
    assert set(CODES) == set(SAMPLES)


@pytest.mark.parametrize("code", CODES)
def test_an_importer_describes_itself(code):
    importer = IMPORTERS[code]
    assert importer.code == code
    assert str(importer.label)
    assert str(importer.about)
    assert any(field.is_required for field in importer.fields)
    keys = Counter(
        header for field in importer.fields for header in {header_key(name) for name in (field.name, *field.headers)}
    )
    assert [header for header, count in keys.items() if count > 1] == [], "a header that two fields claim"
    for field in importer.fields:
        assert field.shape is Shape.TEXT or not field.length
        assert field.is_plain_allowed or field.variants is not Variants.NONE
        if field.is_required:
            assert any(name.isascii() for name in field.headers)
            assert any("а" <= sign <= "я" for name in field.headers for sign in name.casefold()), "no Russian header"


@pytest.mark.parametrize("code", CODES)
def test_a_german_file_is_understood_without_help(code):
    fields = IMPORTERS[code].fields
    with open_table(SAMPLES[code].german.encode("cp1252"), is_header=is_header_for(fields)) as table:
        reading = read_sample(table, fields)
        plan = make_plan(reading, fields, guess(reading, fields))
    assert reading.delimiter == ";"
    assert len(plan.columns) == len(reading.columns)


@pytest.mark.parametrize("code", CODES)
def test_errors_keep_the_row_number(code, ctx):
    sample = SAMPLES[code]
    sample.prepare()
    importer_actor()
    run = imported(code, sample.bad, options=sample.options)
    found = db.session.execute(
        text("SELECT row, min(code) FROM import_problems WHERE run_id = :id GROUP BY row ORDER BY row"), {"id": run.id}
    )
    assert {row: problem for row, problem in found} == dict(sample.refused)
    rows = sample.bad.splitlines()
    assert run.refused_count == len(sample.refused)
    assert sum(counts(run)) == len(rows) - 1
    for refused in refused_rows(importer_actor(), run.id, limit=100):
        given = [cell or "" for cell in refused.cells]
        assert rows[refused.row - 1].startswith(",".join(given).rstrip(","))
        assert all(column in rows[0].split(",") for column, _message in refused.reasons)


@pytest.mark.parametrize("code", CODES)
def test_a_check_says_what_the_import_will_do_and_stores_nothing(code, ctx):
    sample = SAMPLES[code]
    sample.prepare()
    importer_actor()
    actor = importer_actor()
    before = snapshot()
    with acting_as(actor):
        for content in (sample.good, sample.bad):
            _reading, tally = try_out(actor, Settings(code, options=sample.options), stored_file(content))
            assert snapshot() == before
            assert db.session.scalar(text("SELECT count(*) FROM import_runs")) == 0
    run = imported(code, sample.bad, options=sample.options)
    assert counts(run) == (tally.created, tally.changed, tally.same, tally.refused)
    assert {name: str(amount) for name, amount in tally.figures.items()} == run.figures


@pytest.mark.parametrize("code", CODES)
def test_a_second_run_changes_nothing(code, ctx):
    sample = SAMPLES[code]
    sample.prepare()
    importer_actor()
    first = imported(code, sample.good, options=sample.options)
    rows = len(sample.good.splitlines()) - 1
    assert counts(first) == (rows, 0, 0, 0)
    assert first.state == "done"
    before = snapshot(without={"audit_entries"})
    second = imported(code, sample.good, options=sample.options)
    assert counts(second) == (0, 0, rows, 0)
    assert second.figures == first.figures
    assert snapshot(without={"audit_entries"}) == before


@pytest.mark.parametrize("code", sorted(set(CODES) - {"categories"}))
def test_a_crash_resumes_at_the_last_part(code, ctx, small_parts):
    """Categories are one part, whatever their number, because a parent may stand behind its children."""
    sample = SAMPLES[code]
    sample.prepare()
    importer_actor()
    actor = importer_actor()
    settings, file = Settings(code, options=sample.options), stored_file(sample.good)

    def pull_the_plug(read: int, total: int) -> None:
        if read == 2:
            raise KeyboardInterrupt

    with acting_as(actor):
        run_id = begin(actor, settings, file)
        with pytest.raises(KeyboardInterrupt):
            process(actor, run_id, pull_the_plug)
        broken = run_of(actor, run_id)
        assert (broken.state, broken.read_rows, broken.next_row) == ("running", 2, 4)
        assert begin(actor, settings, file) == run_id, "the same command goes on with the same run"
        process(actor, run_id)
        run = run_of(actor, run_id)
    rows = len(sample.good.splitlines()) - 1
    assert counts(run) == (rows, 0, 0, 0)
    assert (run.state, run.read_rows, run.total_rows) == ("done", rows, rows)
    again = imported(code, sample.good, options=sample.options)
    assert again.id != run_id
    assert counts(again) == (0, 0, rows, 0)


@pytest.mark.parametrize("code", CODES)
def test_all_or_nothing_stores_nothing_when_a_row_is_refused(code, ctx):
    sample = SAMPLES[code]
    sample.prepare()
    importer_actor()
    before = snapshot()
    run = imported(code, sample.bad, options=sample.options, is_all_or_nothing=True)
    assert run.state == "failed"
    assert run.refused_count == len(sample.refused)
    assert snapshot() == before
    good = imported(code, sample.good, options=sample.options, is_all_or_nothing=True)
    assert counts(good) == (len(sample.good.splitlines()) - 1, 0, 0, 0)
    assert good.state == "done"


def test_a_country_that_is_none_is_kept_as_it_stands(ctx):
    importer_actor()
    rows = "account,country,country_code\nC1,Channel Islands,\nC2,EIRE,\nC3,United Kingdom,GB\nC4,,\n"
    assert counts(imported("accounts", rows)) == (4, 0, 0, 0)
    found = db.session.execute(
        text("SELECT code, country, registration FROM companies WHERE kind = 'customer' ORDER BY code")
    )
    assert [tuple(row) for row in found] == [
        ("C1", "", {"country": "Channel Islands"}), ("C2", "IE", {}), ("C3", "GB", {}), ("C4", "", {}),
    ]  # fmt: skip
    assert counts(imported("accounts", rows)) == (0, 0, 4, 0)
    assert counts(imported("accounts", "account,country\nC1,Jersey\n")) == (0, 1, 0, 0)
    assert db.session.execute(text("SELECT country, registration FROM companies WHERE code = 'C1'")).one() == (
        "JE", {"country": "Channel Islands"},
    )  # fmt: skip
