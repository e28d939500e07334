"""The catalogue as a file: all that the importer reads, so that importing it again changes nothing."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.domain.bulk import Filter
from app.catalog.domain.hazard import Hazard
from app.catalog.domain.own_fields import OwnField
from app.catalog.domain.pack_text import read_packs, written_packs
from app.catalog.queries.export import COLUMNS, export_rows
from app.catalog.queries.selection import filtered_ids
from app.catalog.service.articles import upsert_articles
from app.catalog.service.own_fields import define_field
from app.core.actor import Actor
from app.core.db import statements
from app.core.errors import Invalid
from app.core.tables.writing import csv_chunks, write_xlsx
from app.exchange.importers import IMPORTERS
from tests.factories.accounts import operator, person, sign_in
from tests.factories.catalog import article, articles, category
from tests.factories.exchange import counts, imported


def everything(house):
    """An article with every fact, one with none, one with all that hurts in a file."""
    category("10")
    define_field(house, OwnField("warranty", "Warranty", "number"), is_new=True)
    define_field(house, OwnField("lot", "Lot", "text"), is_new=True)
    article("NEW")
    article(
        "A-1", name="Bolt", names={"en": "Bolt", "ru": "Болт", "uk": "Болт", "de": "Schraube"}, category="10", brand="Anvilor",
        description="Strong\nand long", descriptions={"ru": "Крепкий"}, mpn="X 1", gtin="4006381333931", minimum=Decimal("2.5"),
        step=Decimal("0.5"), maximum=Decimal(1000), precision=1, anchor="minimum", base_unit="KGM", vat_category="S",
        vat_class="reduced", weight_kg=Decimal("0.125"), length_mm=Decimal(10), lead_time_days=0, stock_policy="backorder",
        status="run_out", successor_sku="NEW", discount_group="B",
        attributes={"thread": "M10", "note": "a;b=c", "grade": "8.8"}, origin_country="PL", customs_code="00181500",
        hazard=Hazard("1263", "3", "II", ("GHS02", "GHS07"), "danger"), custom={"warranty": "24", "lot": "=1+1"},
    )  # fmt: skip
    article("A-2", units={"XBX": 12, "XPX": 480})
    article("=A-3", name="-5 degrees", brand="@home", attributes={"x": "+1"})
    article("A-4", name='He said "no", then; left', successor_sku="LATER")
    with_packs = (
        PackRow("XBX", 7, 3, "4006381333931", 2, Decimal("1.5"), Decimal(300), None, Decimal("0.5")),
        PackRow("XCT", 5),
    )
    upsert_articles(house, [ArticleRow("A-5", units=with_packs)])


@pytest.fixture
def house(ctx):
    return Actor.system(operator().id)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(house, tmp_path, form):
    everything(house)
    ids = filtered_ids(house, Filter(with_discontinued=True))
    path = tmp_path / f"articles.{form}"
    if form == "csv":
        path.write_bytes(b"".join(csv_chunks(export_rows(house, ids))))
    else:
        with path.open("wb") as target:
            write_xlsx(export_rows(house, ids), target)
    run = imported("products", path.read_bytes())
    assert counts(run) == (0, 0, 6, 0)


def test_every_field_of_the_importer_is_exported():
    fields = {field.name for field in IMPORTERS["products"].fields}
    exported = {name.rsplit("_", 1)[0] if name[-3:] in ("_en", "_ru", "_uk", "_de") else name for name in COLUMNS}
    # packs stand in one column as a whole
    assert fields - exported == {
        "custom",
        *(name for name in fields if name in ("box", "pallet") or name.startswith("pack")),
    } - {"packs", "packing_group"}
    assert exported <= fields


@pytest.mark.parametrize(
    "packs",
    [(), (PackRow("XBX", 12),), (PackRow("XBX", 7, 3), PackRow("XPX", 480, 1, "4006381333931", 2, Decimal("12.5")))],
)
def test_packs_in_one_cell(packs):
    assert read_packs(written_packs(packs)) == packs


@pytest.mark.parametrize("text", ["XBX", "XBX=many", "XBX=1/0", "XBX=12 gtin", "XBX=12 size:5", "XBX=12 mm:1x2"])
def test_packs_that_cannot_be_read(text):
    with pytest.raises(Invalid, match="is no pack"):
        read_packs(text)


def test_a_constant_number_of_statements_a_thousand(house):
    articles(20)
    with statements() as seen:
        assert len(list(export_rows(house, filtered_ids(house, Filter())))) == 21
    assert len(seen) == 3


def test_a_bad_row_names_its_column(house, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sku,name,packs,un_number\nA-1,One,XBX,\nA-2,Two,,12\nA-3,Three,,\n")
    assert counts(imported("products", path.read_bytes())) == (1, 0, 0, 2)


def test_the_page_gives_what_is_filtered(client, world):
    with world():
        user = person(operator(), Role.PRICING)
        articles(3, prefix="BR", name="Bolt")
        article("N-1", name="Nut")
    sign_in(client, user)
    page = client.get("/catalog/articles?q=bolt")
    answer = client.get(page.link("Export 3 as CSV"))
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("sku,name,name_en")
    assert answer.headers["Content-Disposition"] == "attachment; filename=articles.csv"
    book = client.get(page.link("Export 3 as XLSX"))
    assert book.data[:2] == b"PK"
    assert client.get("/catalog/articles").status == 200


def test_what_a_program_of_spreadsheets_would_compute_stays_text(house):
    article("=A-3", name="-5 degrees")
    line = b"".join(csv_chunks(export_rows(house, filtered_ids(house, Filter())))).decode("utf-8-sig").splitlines()[1]
    assert line.startswith("'=A-3,'-5 degrees,")


def test_nothing_in_the_list_gives_a_head_only(house):
    buffer = io.BytesIO()
    write_xlsx(export_rows(house, []), buffer)
    assert buffer.getvalue()[:2] == b"PK"
