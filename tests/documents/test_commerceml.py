"""CommerceML: catalogues, offers, split files, orders and payments, as files have them and as they are written again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.documents.commerceml.catalogue import CatalogueStream
from app.documents.commerceml.values import currency_of, read_day, read_number, unit_of
from app.documents.commerceml.writing import Style, write_orders
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.catalogue import Catalogue, ItemAction, ItemStock
from app.documents.model.order import Order
from app.documents.model.payment_notice import PaymentNotice

SAMPLES = Path(__file__).parents[1] / "samples" / "commerceml"
SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CODES = {"import.xml": "commerceml-catalogue", "offers.xml": "commerceml-offers", "rests.xml": "commerceml-offers",
         "orders.xml": "commerceml-orders"}  # fmt: skip
XSD = SHARED / "schemas" / "commerceml" / "commerceml-2.10.xsd"
NAMESPACE = ' xmlns="urn:1C.ru:commerceml_2"'


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def documents(code: str, data: bytes) -> list[object]:
    read = formats[code].loads(data)
    return [one.document for one in (read if isinstance(read, list) else [read])]


def catalogue(name: str) -> Catalogue:
    (found,) = documents(CODES[name], sample(name))
    assert isinstance(found, Catalogue)
    return found


def test_a_catalogue_says_groups_properties_and_articles():
    found = catalogue("import.xml")
    assert [(group.id, group.parent) for group in found.groups] == [
        ("g-tools", ""),
        ("g-drills", "g-tools"),
        ("g-fix", ""),
    ]
    drill, screws, old = found.items
    assert (drill.ids.record_id, drill.ids.sku, drill.ids.gtin) == ("a-1", "ДР-750", "4006381333931")
    assert (drill.order_unit, screws.order_unit) == ("H87", "KGM")
    assert [(one.name, one.values) for one in drill.features] == [("Мощность, Вт", ("750",)), ("Кейс", ("есть",))]
    assert (drill.vat_rate, drill.weight_kg, drill.manufacturer) == (20, Decimal("2.4"), "Ижмаш")
    assert old.action is ItemAction.DELETE
    assert found.seller is not None
    assert found.seller.tax_number == "7701234567"


def test_offers_say_prices_by_kind_and_stock_by_warehouse():
    found = catalogue("offers.xml")
    assert [(kind.name, kind.currency, kind.is_gross) for kind in found.price_kinds] == [
        ("Оптовая", "RUB", False), ("Розничная", "RUB", True),
    ]  # fmt: skip
    drill, screws = found.items
    assert [(price.kind, price.amount, price.from_quantity) for price in drill.prices] == [
        ("t-whole", Decimal("4150.50"), 1), ("t-whole", 3990, 10), ("t-retail", 5600, 1),
    ]  # fmt: skip
    assert drill.stock == (ItemStock(Decimal(12), "w-north"), ItemStock(Decimal(5), "w-south"))
    assert screws.stock == (ItemStock(Decimal("120.5")),)


def test_rests_of_newer_exports_are_stock():
    (drill,) = catalogue("rests.xml").items
    assert drill.stock == (ItemStock(Decimal(7), "w-north"), ItemStock(Decimal(0), "w-south"))
    assert drill.prices == ()


def test_orders_and_payments_stand_in_containers():
    order, payment = documents("commerceml-orders", sample("orders.xml"))
    assert isinstance(order, Order)
    assert (order.number, order.issue_date, order.issue_time) == ("S-1001", date(2026, 3, 3), time(15, 19, 27))
    assert (order.currency, order.totals.total, order.is_gross) == ("RUB", Decimal("9961.20"), True)
    assert order.buyer is not None
    assert order.buyer.address is not None
    assert (order.buyer.name, order.buyer.address.city) == ("ООО «Ромашка»", "Москва")
    assert [(line.record_id, line.quantity, line.vat_rate) for line in order.lines] == [("a-1", 2, 20)]
    assert {one.name: one.value for one in order.properties}["Номер по 1С"] == "СС00-000017"
    assert isinstance(payment, PaymentNotice)
    assert (payment.number, payment.amount, payment.orders[0].number) == ("5", Decimal("9961.20"), "S-1001")


@pytest.mark.parametrize("name", CODES)
def test_what_is_read_is_written_and_read_as_the_same(name):
    code = CODES[name]
    found = documents(code, sample(name))
    written = formats[code].dumps(found[0] if isinstance(found[0], Catalogue) else found)
    again = documents(code, written)
    if name == "orders.xml":  # a payment's order is dated where the schema wants a day
        assert found[0] == again[0]
        assert found[1].orders[0].number == again[1].orders[0].number
    else:
        assert again == found


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("has_namespace", [True, False])
def test_charset_and_namespace_change_nothing(name, encoding, has_namespace):
    text = sample(name).decode().replace(NAMESPACE, "")
    if has_namespace:
        text = text.replace("<КоммерческаяИнформация", f"<КоммерческаяИнформация{NAMESPACE}", 1)
    declared = {"utf-8-sig": "UTF-8", "cp1251": "windows-1251", "utf-16": "UTF-16"}[encoding]
    data = text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(encoding)
    assert documents(CODES[name], data) == documents(CODES[name], sample(name))


def test_orders_are_written_as_an_old_1c_wants_them():
    orders = documents("commerceml-orders", sample("orders.xml"))
    data = write_orders(orders, Style("2.05", has_namespace=False, has_containers=True, encoding="windows-1251"))
    assert data.startswith(
        '<?xml version="1.0" encoding="windows-1251"?>\n<КоммерческаяИнформация ВерсияСхемы="2.05"'.encode("cp1251")
    )
    assert data.count("<Контейнер>".encode("cp1251")) == 2
    assert documents("commerceml-orders", data)[0] == orders[0]


def test_what_has_no_place_is_named():
    data = sample("import.xml").replace(
        "<Артикул>ДР-750</Артикул>".encode(), "<Артикул>ДР-750</Артикул><Срок>12</Срок>".encode()
    )
    (left,) = formats["commerceml-catalogue"].loads(data).leftovers
    assert (left.path.rpartition("/")[2], left.value) == ("Срок", "12")
    assert left.line > 60


def test_a_wrong_number_is_an_error_with_its_line():
    data = sample("offers.xml").replace(b">3990<", ">по запросу<".encode())
    with pytest.raises(FormatError) as caught:
        formats["commerceml-offers"].loads(data)
    assert data.splitlines()[caught.value.line - 1].decode().strip() == "<ЦенаЗаЕдиницу>по запросу</ЦенаЗаЕдиницу>"
    assert caught.value.path.endswith("ЦенаЗаЕдиницу")


@pytest.mark.parametrize("name", CODES)
def test_every_cut_is_read_or_refused(name):
    lines = sample(name).split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            for code in set(CODES.values()):
                try:
                    formats[code].loads(damaged)
                except FormatError as error:
                    assert str(error)
            inspect_file([damaged])


@given(at=st.integers(0, 3_000), by=st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_mutated_files_are_read_or_refused(at, by):
    for name, code in CODES.items():
        data = sample(name)
        try:
            formats[code].loads(data[:at] + by + data[at + len(by) :])
        except FormatError as error:
            assert str(error)


def goods(count: int) -> Iterator[bytes]:
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация{NAMESPACE} ВерсияСхемы="2.08" ДатаФормирования="2026-01-01T00:00:00">'
        '<Каталог СодержитТолькоИзменения="true"><Ид>c</Ид><Наименование>К</Наименование><Товары>'
    ).encode()
    for n in range(count):
        yield f"<Товар><Ид>{n}</Ид><Артикул>A{n}</Артикул><Наименование>Товар {n}</Наименование></Товар>".encode()
    yield "</Товары></Каталог></КоммерческаяИнформация>".encode()


def test_a_large_catalogue_is_a_stream():
    """The head is known with the first article, and only few articles are in memory at any time."""
    stream = CatalogueStream(goods(5_000))
    count = 0
    for element, _ in stream.elements():
        count += 1
        assert stream.head.is_partial
        holder = element.getparent()
        assert holder is not None
        assert len(holder) < 2_000
    assert count == stream.head.count == 5_000


@pytest.mark.parametrize(
    ("text", "value"),
    [("1234.50", "1234.50"), ("1 234,50", "1234.50"), ("+3", "3"), (".5", "0.5"), ("1e3", None), ("", None), ("1.2.3", None), ("٣", None)],
)  # fmt: skip
def test_numbers_as_1c_writes_them(text, value):
    assert read_number(text) == (None if value is None else Decimal(value))


def test_days_units_and_currencies():
    assert [read_day(text) for text in ("2026-03-04T10:00:00", "04.03.2026 10:00", "20260304", "gestern")] == [
        date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4), None,
    ]  # fmt: skip
    assert [unit_of(name) for name in ("796", "шт", "Штука", "6", "кг", "кор.")] == [
        "H87",
        "H87",
        "H87",
        "MTR",
        "KGM",
        "кор.",
    ]
    assert [currency_of(name) for name in ("руб", "RUR", "643", "usd", "")] == ["RUB", "RUB", "RUB", "USD", ""]


def test_inspection_counts_and_never_calls_it_valid_without_the_schema():
    found = inspect_file([sample("offers.xml")]).as_json()
    (head,) = found["documents"]
    assert (found["format"], found["version"], found["verdict"]) == ("commerceml", "2.08", "not_checked")
    assert (head["type"], head["lines"]) == ("ПакетПредложений", 2)
    assert head["totals"] == {"prices": "4", "price_types": "2", "warehouses": "2", "stock": "3"}


def test_inspection_names_what_is_missing():
    found = inspect_file([sample("orders.xml")]).as_json()
    assert found["verdict"] == "invalid"
    assert [head["type"] for head in found["documents"]] == ["Заказ товара", "Выплата безналичных денег"]
    assert ("schema", "NAMESPACE") in {(one["step"], one["rule"]) for one in found["findings"]}


def test_an_order_is_converted_and_says_what_is_lost():
    data = write_orders(documents("commerceml-orders", sample("orders.xml"))[:1])
    result = convert(data, "ubl-order")
    assert result.source == "commerceml-orders"
    assert "is_gross" in {one.path for one in result.lost}


@pytest.mark.parametrize("name", ["import.xml", "offers.xml", "orders.xml"])
@pytest.mark.shared
@pytest.mark.skipif(not XSD.is_file(), reason="no reference samples (KONTOR_SHARED)")
def test_what_is_written_fits_the_official_schema(name):
    code = CODES[name]
    found = documents(code, sample(name))
    written = formats[code].dumps(found[0] if isinstance(found[0], Catalogue) else found)
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.validate(etree.fromstring(written))
    # КПП, Артикул and the like stand as the sample has them; only the order and the needed parts are ours
    assert [str(error.message) for error in schema.error_log] == []


@pytest.mark.shared
@pytest.mark.skipif(not XSD.is_file(), reason="no reference samples (KONTOR_SHARED)")
def test_documents_of_others_say_the_known_facts_and_verdicts(tmp_path):
    (tmp_path / "schema.xsd").write_bytes(XSD.read_bytes())
    pack = (
        '[[schemas]]\nname = "CommerceML"\nversion = "2.10"\nfile = "schema.xsd"\nroots = ["КоммерческаяИнформация"]\n'
    )
    (tmp_path / "rules.toml").write_text(f'name = "CommerceML"\nversion = "2.10"\n{pack}', encoding="utf-8")
    lines = [line.split("\t") for line in (SHARED / "samples" / "ORACLE.tsv").read_text("utf-8").splitlines()]
    known = [line for line in lines if line[0].startswith("commerceml/")]
    assert len(known) == 4
    for path, _, _, _, _, verdict, _, _, facts, *_ in known:
        data = (SHARED / "samples" / path).read_bytes()
        found = inspect_file([data], rules=tmp_path).as_json()
        assert found["verdict"] == {"valid": "valid", "breaks xsd": "invalid"}[verdict], path
        assert inspect_file([data]).as_json()["verdict"] == {"valid": "not_checked", "breaks xsd": "invalid"}[verdict]
        wanted = dict(fact.split("=") for fact in facts.split())
        wanted.pop("enc")
        heads = found["documents"]
        said = {
            name: int(count)
            for head in heads
            for name, count in head["totals"].items()
            if re.fullmatch("[0-9]+", count)
        }
        is_orders = heads[0]["type"] == "Заказ товара"
        counts = {
            "schema": found["version"], "goods": sum(head["lines"] for head in heads), "offers": heads[0]["lines"],
            "documents": len(heads), "stores": said.get("warehouses", 0) + said.get("stock", 0), **({} if is_orders else said),
        }  # fmt: skip
        assert {name: str(counts[name]) for name in wanted} == wanted, path
