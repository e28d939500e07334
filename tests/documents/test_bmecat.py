"""BMEcat: catalogues and updates read in both versions, written, streamed, refused."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.core.xml import XmlError, parse
from app.documents.bmecat import stream as stream_module
from app.documents.bmecat.names import number
from app.documents.bmecat.stream import BmecatStream, read_catalogue, refusal
from app.documents.bmecat.writing import BmecatOptions, catalogue_chunks, write_catalogue
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.catalogue import Catalogue, CatalogueGroup, CatalogueItem, CatalogueMode, Feature, ItemAction
from app.documents.model.line import Classification
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, ScalePrice

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "bmecat"
SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SCHEMAS = SHARED / "schemas" / "bmecat"
NEW, PRICES = ((SAMPLES / name).read_bytes() for name in ("new_2005.xml", "prices_12.xml"))
TRANSACTIONS = {
    "T_NEW_CATALOG": "new_catalog",
    "T_UPDATE_PRODUCTS": "update_products",
    "T_UPDATE_PRICES": "update_prices",
}
DTDS = {
    CatalogueMode.NEW: "new_catalog", CatalogueMode.UPDATE_ITEMS: "update_products",
    CatalogueMode.UPDATE_PRICES: "update_prices",
}  # fmt: skip


def items(count):
    for n in range(count):
        yield CatalogueItem(
            ids=ItemIds(sku=f"A-{n}", gtin="4006381333931"), names={"de": f"Artikel {n} <&>", "en": f"Article {n}"},
            order_unit="XCT", content_unit="C62", contents=Decimal(10), minimum=Decimal(1), lead_time_days=2,
            prices=tuple(
                ScalePrice(amount=Decimal("9.95") - step, from_quantity=Decimal(1 + step * 10), currency="EUR", kind="net_list",
                           vat_rate=Decimal(19)) for step in range(3)
            ),
            vat_rate=Decimal(19), groups=("2",), classifications=(Classification("EC001959", "ETIM", "8.0"),),
            features=(Feature(name="Länge", values=("15",), unit="mm", code="EF000136"),),
        )  # fmt: skip


def catalogue(count=3, **values):
    known = {
        "number": "CAT", "items": tuple(items(count)), "issue_date": date(2026, 1, 5), "version": "1.0", "language": "de",
        "currency": "EUR", "seller": Party(name="Kontor", address=None), "name": "Alles",
        "groups": (CatalogueGroup(id="1", name="Alles"), CatalogueGroup(id="2", name="Lampen", parent="1", position=5)),
    }  # fmt: skip
    return Catalogue(**(known | values))


def test_a_catalogue_says_what_it_says():
    reading = read_catalogue(NEW)
    found = reading.document
    assert reading.faults == ()
    assert (found.number, found.version, found.currency, found.language) == ("EL-2026", "1.2", "EUR", "de")
    assert (found.issue_date, found.start, found.mode) == (date(2026, 1, 5), date(2026, 2, 1), CatalogueMode.NEW)
    assert (found.seller.name, found.seller.vat_id, found.buyer.gln) == ("Licht & Draht GmbH", "DE123", "4012345000009")
    assert found.groups[1] == CatalogueGroup(id="2", name="Lampen", parent="1", position=5)
    (item,) = found.items
    assert item.names == {"de": "LED-Röhre 150 cm", "en": "LED tube 150 cm"}
    assert item.descriptions == {"de": "Für Keller.\nZweite Zeile."}
    assert (item.order_unit, item.content_unit, item.contents) == ("XCT", "C62", Decimal(25))
    assert (item.minimum, item.step, item.maximum) == (Decimal(2), Decimal(2), Decimal(500))
    first, second = item.prices
    assert (first.amount, first.base_quantity, first.from_quantity) == (Decimal("80.000"), Decimal(10), Decimal(1))
    assert (first.vat_rate, first.territory, first.end) == (Decimal(19), "DE AT", date(2026, 12, 31))
    assert (second.amount, second.from_quantity, second.currency) == (Decimal(70), Decimal(20), "EUR")
    assert item.classifications == (Classification("EC001959", "ETIM", "8.0"),)
    assert item.features[0] == Feature(name="Länge", values=("1500",), unit="EU570448", code="EF000136")
    assert item.features[1].values == ("EV000154", "EV000155")
    assert item.media[0].source == "https://files.example/el/l100.jpg"
    assert (item.groups, item.weight_kg, item.customs_number) == (("2",), Decimal("0.35"), "85395000")
    assert {one.path for one in reading.leftovers} == {
        "/BMECAT/PRODUCT/PRODUCT_REFERENCE/PROD_ID_TO", "/BMECAT/HEADER/SUPPLIER/ADDRESS/COUNTRY"
    }  # fmt: skip


def test_an_update_of_prices():
    found = read_catalogue(PRICES).document
    (item,) = found.items
    assert (found.mode, found.previous_version, item.action) == (CatalogueMode.UPDATE_PRICES, "0", ItemAction.UPDATE)
    assert item.prices[0].start == date(2026, 3, 1)
    assert refusal(found, version="1.2", updates=0) is None
    assert "one between them is missing" in str(refusal(found, version="1.2", updates=2))
    assert refusal(replace(found, previous_version="1.2"), version="1.2", updates=5) is None
    assert refusal(found, version="", updates=0) is not None
    assert refusal(catalogue(), version="", updates=0) is None


@pytest.mark.parametrize("version", ["2005", "1.2"])
@pytest.mark.parametrize("mode", CatalogueMode)
def test_what_is_written_is_read(version, mode):
    original = catalogue(mode=mode, previous_version="" if mode is CatalogueMode.NEW else "3")
    data = write_catalogue(original, BmecatOptions(version))
    reading = read_catalogue(data)
    assert reading.faults == ()
    assert reading.leftovers == ()
    action = ItemAction.NEW if mode is not CatalogueMode.UPDATE_PRICES else ItemAction.UPDATE
    wanted = [replace(item, action=action) for item in original.items]
    if version == "1.2":
        wanted = [replace(item, names={"de": item.names["de"]}) for item in wanted]
    if mode is CatalogueMode.UPDATE_PRICES:
        wanted = [
            CatalogueItem(
                ids=ItemIds(sku=item.ids.sku), names={}, action=action, prices=item.prices, vat_rate=item.vat_rate
            )
            for item in wanted
        ]
    found = list(reading.document.items)
    assert found == wanted
    assert reading.document.groups == (original.groups if mode is CatalogueMode.NEW else ())
    assert write_catalogue(original, BmecatOptions(version)) == data


def test_prices_for_different_quantities_are_brought_to_one():
    (item,) = items(1)
    prices = (
        ScalePrice(amount=Decimal(100), base_quantity=Decimal(100), currency="EUR", kind="net_list"),
        ScalePrice(
            amount=Decimal(9), base_quantity=Decimal(10), from_quantity=Decimal(50), currency="EUR", kind="net_list"
        ),
    )
    data = write_catalogue(catalogue(items=(replace(item, prices=prices),)))
    (found,) = read_catalogue(data).document.items
    assert [(one.amount, one.base_quantity) for one in found.prices] == [
        (Decimal(100), Decimal(100)),
        (Decimal(90), Decimal(100)),
    ]


def test_a_large_catalogue_is_read_in_bounded_memory():
    """Of the tree no more than the articles of one block is there at any time, and it is written in chunks."""
    chunks = list(catalogue_chunks(catalogue(items=items(1_000))))
    assert max(map(len, chunks)) < sum(map(len, chunks)) / 4

    class Watched(BmecatStream):
        most = 0

        def _elements(self):
            for name, element in super()._elements():
                self.most = max(self.most, sum(1 for _ in element.getroottree().iter("{*}PRODUCT")))
                yield name, element

    stream = Watched(lambda: chunks)
    stream.scan(is_quick=True)
    assert sum(1 for _ in stream.items()) == stream.counts["articles"] == 1_000
    assert stream.most <= max(chunk.count(b"<PRODUCT ") for chunk in chunks) + 1


def test_a_large_catalogue_is_read_again_each_time():
    data = write_catalogue(catalogue(items=items(2_100)))
    found = read_catalogue(data).document.items
    assert not isinstance(found, tuple)
    assert len(found) == 2_100
    assert [item.ids.sku for item in found] == [item.ids.sku for item in found]
    assert found == read_catalogue(data).document.items
    assert found != read_catalogue(data.replace(b"9.95", b"9.94", 1)).document.items


def test_numbers_as_real_files_have_them():
    assert number("17.5") == (Decimal("17.5"), True)
    assert number("17,5") == (Decimal("17.5"), False)
    assert number("1.234,56") == (Decimal("1234.56"), False)
    assert number("1,234.56") == (Decimal("1234.56"), False)
    assert number("1e3") == (None, False)
    assert number("abc") == (None, False)


@pytest.mark.parametrize(
    ("old", "new", "rule", "severity"),
    [
        (b"<PRICE_AMOUNT>70<", b"<PRICE_AMOUNT>70 EUR<", "NUMBER", "fatal"),
        (b"<PRICE_AMOUNT>70<", b"<PRICE_AMOUNT>70,5<", "SEPARATOR", "warning"),
        (b"<SUPPLIER_PID>L-100</SUPPLIER_PID>", b"", "MISSING", "fatal"),
        (b"<TAX>0.19<", b"<TAX>19<", "TAX", "warning"),
        (b"2026-02-01<", b"01.02.2026<", "DATE", "warning"),
        (b"<CATALOG_ID>EL-2026</CATALOG_ID>", b"", "MISSING", "warning"),
    ],
)
def test_what_is_wrong_is_named_with_a_place(old, new, rule, severity):
    assert old in NEW
    report = inspect_file([NEW.replace(old, new, 1)])
    found = [item for item in report.findings if item.rule == rule]
    assert found
    assert found[0].severity == severity
    assert found[0].path.startswith("/BMECAT/")
    assert report.verdict == ("invalid" if severity == "fatal" else "not_checked")


def test_an_update_without_what_it_follows_on_is_invalid():
    report = inspect_file([PRICES.replace(b' prev_version="0"', b"")])
    assert report.verdict == "invalid"
    assert [item.rule for item in report.findings if item.severity == "fatal"] == ["PREVIOUS"]
    with pytest.raises(FormatError):
        write_catalogue(catalogue(mode=CatalogueMode.UPDATE_PRICES))


def test_inspect_counts_and_names_what_is_not_used():
    report = inspect_file([NEW[:100], NEW[100:]])
    (head,) = report.documents
    assert (report.format, report.version, report.verdict) == ("bmecat", "2005", "not_checked")
    assert (head.type, head.number, head.lines) == ("T_NEW_CATALOG", "EL-2026", 1)
    assert head.totals == {"prices": "2", "groups": "2", "group_maps": "1"}
    assert {one.path for one in head.unused} >= {"/BMECAT/PRODUCT/PRODUCT_REFERENCE/PROD_ID_TO"}
    assert [ran.name for ran in report.rule_sets] == ["Kontor BMEcat structure"]


def test_it_is_converted_between_the_versions():
    converted = convert(NEW, "bmecat-12")
    assert converted.source == "bmecat"
    assert b"<ARTICLE mode" in converted.data
    assert any(item.value == "85395000" for item in converted.lost)


def test_every_cut_is_refused_with_a_line():
    for code, data in (("bmecat", NEW), ("bmecat-12", PRICES)):
        for end in range(0, len(data.rstrip()), 23):
            with pytest.raises(FormatError):
                formats[code].loads(data[:end])


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutations_are_read_or_refused(data):
    original = data.draw(st.sampled_from([NEW, PRICES]))
    start = data.draw(st.integers(0, len(original) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(
        st.sampled_from([b"", b"1e99", b"-", b"<PRODUCT>", b"</PRODUCT>", b'"', b"<T_NEW_CATALOG/>", b"&#0;", b"\xff"])
    )
    changed = original[:start] + put + original[start + length :]
    try:
        reading = read_catalogue(changed)
        list(reading.document.items)
    except FormatError as error:
        assert str(error)
    inspect_file([changed])


def test_a_part_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(stream_module, "_MAX_PART", 1_000_000)

    def source():
        yield b'<BMECAT version="2005"><HEADER/><T_NEW_CATALOG><PRODUCT><SUPPLIER_PID>A</SUPPLIER_PID>'
        for _ in range(70):
            yield b"<KEYWORD>x</KEYWORD>" * 1_000

    with pytest.raises(FormatError, match="One part of the catalogue"):
        BmecatStream(source).scan()


def test_classifications_are_passed_over_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(stream_module, "_MAX_PART", 1_000_000)

    def source():
        yield b'<BMECAT version="2005"><HEADER/><T_NEW_CATALOG><CLASSIFICATION_SYSTEM><CLASSIFICATION_GROUPS>'
        for _ in range(70):
            yield (
                b"<CLASSIFICATION_GROUP><CLASSIFICATION_GROUP_ID>1</CLASSIFICATION_GROUP_ID></CLASSIFICATION_GROUP>"
                * 200
            )
        yield b"</CLASSIFICATION_GROUPS></CLASSIFICATION_SYSTEM><PRODUCT><SUPPLIER_PID>A</SUPPLIER_PID></PRODUCT></T_NEW_CATALOG></BMECAT>"

    stream = BmecatStream(source)
    stream.scan()
    assert stream.counts["articles"] == 1


def test_parameters_of_the_dtd_are_no_entities_of_the_document():
    """BMEcat 1.2 declares extensions so; whatever could reach the document is refused as before."""
    assert parse(b'<!DOCTYPE a [<!ENTITY % x "(b)"><!ELEMENT b (#PCDATA)>]><a/>').tag == "a"
    for bad in (
        b'<!DOCTYPE a [<!ENTITY % x "y"><!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><a/>',
        b"<!DOCTYPE a [<!ENTITY % x \"<!ENTITY b 'c'>\"> %x;]><a>&b;</a>",
        b'<!DOCTYPE a [<!ENTITY % x PUBLIC "q" "http://host.example/"> ]><a/>',
    ):
        with pytest.raises(XmlError):
            parse(bad)


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="no reference schemas (KONTOR_SHARED)")
class TestReference:
    @pytest.mark.parametrize("mode", CatalogueMode)
    def test_what_is_written_is_valid(self, mode):
        made = catalogue(mode=mode, previous_version="" if mode is CatalogueMode.NEW else "3")
        for one in (made, replace(read_catalogue(NEW).document, mode=mode, previous_version=made.previous_version)):
            schema = etree.XMLSchema(etree.parse(SCHEMAS / "bmecat_2005.xsd"))
            assert schema.validate(etree.fromstring(write_catalogue(one))), schema.error_log
            dtd = etree.DTD(str(SCHEMAS / f"bmecat_{DTDS[mode]}_1_2.dtd"))
            assert dtd.validate(etree.fromstring(write_catalogue(one, BmecatOptions("1.2")))), dtd.error_log

    def test_samples_say_what_they_say(self):
        csv.field_size_limit(10**8)
        differing, seen = [], 0
        with (SHARED / "samples" / "ORACLE.tsv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
        for row in (row for row in rows if row["path"].startswith("bmecat/")):
            facts = dict(fact.split("=", 1) for fact in row["facts"].split(" "))
            data = (SHARED / "samples" / row["path"]).read_bytes()
            report = inspect_file([data], name=row["path"])
            (head,) = report.documents
            said = (
                report.version, head.type, str(head.lines), head.currency, head.totals.get("prices"),
                head.totals.get("groups"), head.totals.get("group_maps"),
            )  # fmt: skip
            known = (
                facts["version"], facts["transaction"], facts.get("article") or facts.get("product"), facts.get("currency", ""),
                facts.get("article_price") or facts.get("product_price"), facts.get("catalog_structure"),
                facts.get("article_to_cataloggroup_map"),
            )  # fmt: skip
            if said != known or report.verdict != "invalid":  # none of them is right by the official DTD or schema
                differing.append((row["path"], said, known))
            again = read_catalogue(write_catalogue(read_catalogue(data).document)).document
            if [item.ids for item in again.items] != [item.ids for item in read_catalogue(data).document.items]:
                differing.append((row["path"], "written again it is another"))
            seen += 1
        assert differing == []
        assert seen > 10

    def test_a_pack_of_the_official_schemas_gives_their_verdict(self, tmp_path):
        for path in SCHEMAS.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        entries = [(f"bmecat_{name}_1_2.dtd", f"{transaction} 1.2") for transaction, name in TRANSACTIONS.items()]
        entries.append(("bmecat_2005.xsd", "* 2005"))
        lines = [
            f'[[schemas]]\nname = "{file}"\nfile = "{file}"\nroots = ["BMECAT"]\ncustomizations = ["{known}"]\n'
            for file, known in entries
        ]
        (tmp_path / "rules.toml").write_text('name = "BMEcat"\nversion = "1"\n' + "".join(lines))
        with (SHARED / "samples" / "ORACLE.tsv").open(encoding="utf-8") as file:
            rows = [line.split("\t") for line in file if line.startswith("bmecat/")]
        for cells in rows:
            report = inspect_file([(SHARED / "samples" / cells[0]).read_bytes()], rules=tmp_path)
            found = [item for item in report.findings if item.step == "schema" and item.severity == "fatal"]
            assert (report.verdict, bool(found)) == ("invalid", True), cells[0]
            assert all(item.line for item in found), cells[0]
        for mode in CatalogueMode:
            made = catalogue(mode=mode, previous_version="" if mode is CatalogueMode.NEW else "3")
            for version in ("2005", "1.2"):
                report = inspect_file([write_catalogue(made, BmecatOptions(version))], rules=tmp_path)
                assert report.verdict == "valid", (mode, version, report.findings[:3], report.unchecked)
