"""Which rows are headers, and which columns they name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ordering.domain.header_words import ORDER_FILE_WORDS, PORTAL_WORDS, find_columns

SKU = {
    "en": "SKU|Item code|Item no.|Item number|Product code|Part no.|Part number|Article|Article number",
    "de": "Artikelnummer|Artikel-Nr.|Artikelnr.|Art.-Nr.|Bestellnummer|Bestell-Nr.|Sachnummer",
    "ru": "Артикул|Код|Код товара",
}
QUANTITY = {
    "en": "Quantity|Qty|Order qty|Order quantity|Qty ordered|Quantity ordered",
    "de": "Menge|Bestellmenge|Anzahl|Stück|Stückzahl",
    "ru": "Количество|Кол-во",
}


def named(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, language) for language, names in words.items() for name in names.split("|")]


@pytest.mark.parametrize(("sku", "language"), named(SKU))
def test_every_promised_name_of_the_sku(sku, language):
    columns = find_columns(("Pos.", sku, "Name", "Qty"), ORDER_FILE_WORDS)
    assert columns is not None
    assert (columns.sku, columns.quantity, columns.language) == (1, 3, language)


@pytest.mark.parametrize(("quantity", "language"), named(QUANTITY))
def test_every_promised_name_of_the_quantity(quantity, language):
    columns = find_columns((quantity, None, "SKU"), ORDER_FILE_WORDS)
    assert columns is not None
    assert (columns.sku, columns.quantity, columns.language) == (2, 0, language)


@pytest.mark.parametrize(
    "text",
    [
        "QTY",
        "qty",
        " Qty\u00a0",
        "Qty.",
        "Qty:",
        "*Qty*",
        "#Qty",
        "Qty?",
        "Qty (pcs)",
        "Qty. (pcs, no boxes)",
        "Qty [pcs]",
        "Qty {pcs}",
        "(your) Qty",
        "Qty ((pcs) each)",
        "Qty (pcs",  # a bracket cut off
        "Qty, pcs",
        "Qty, pcs (each)",
        "Qty(pcs), net",
        "Q.t.y.",
        "Order\nqty",
        "Order  qty",
        "ORDER-QTY",
        "Order_qty",
        "OrderQty",
        "Qty\u200b",
        "\ufeffQty",
        "\u201eQty\u201c",
        "«Количество»",
        "Кол\u2011во, шт.",
        "КОЛ-ВО (ШТ.)",
        "Menge, Stk",
        "MENGE (Stück)",
        "STÜCK",
        unicodedata.normalize("NFD", "Stück"),
        "Количество №",
    ],
)
def test_case_blanks_punctuation_brackets_and_what_follows_a_comma_do_not_count(text):
    assert find_columns(("SKU", text), ORDER_FILE_WORDS) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Qty price",
        "Qty/Unit",
        "Qty €",  # an amount in money is no quantity
        "Qty 2",
        "Quantities",
        "Qty in stock",
        "(Qty)",
        ", Qty",
        "Mengeneinheit",
        "Menge VPE",
        "Количество в упаковке",
        "Quantity" + " " * 300,
        "",
        None,
        12,
    ],
)
def test_other_words_do_not_name_the_quantity(text):
    assert find_columns(("SKU", text), ORDER_FILE_WORDS) is None


@pytest.mark.parametrize(
    ("cells", "sku", "quantity", "language"),
    [
        # of several the leftmost
        (("SKU", "Item no.", "Qty", "Order qty"), 0, 2, "en"),
        (("Menge", "Bestellmenge", "Art.-Nr.", "Bestellnummer"), 2, 0, "de"),
        # one German or Russian name makes the header German or Russian
        (("SKU", "Menge"), 0, 1, "de"),
        (("Artikelnummer", "Qty"), 0, 1, "de"),
        (("Артикул", "Qty"), 0, 1, "ru"),
        (("Sachnummer", "Кол-во"), 0, 1, "ru"),
    ],
)
def test_which_columns(cells, sku, quantity, language):
    columns = find_columns(cells, ORDER_FILE_WORDS)
    assert (columns.sku, columns.quantity, columns.language) == (sku, quantity, language)


@pytest.mark.parametrize(
    "cells",
    [
        ("SKU", "Price"),
        ("Qty",),
        ("Bestellnummer: 4500012345", "Menge"),
        ("Bestellnummer", "4500012345"),
        ("SKU Qty",),
        ("22423", "Qty"),
        (),
    ],
)
def test_both_must_be_named(cells):
    assert find_columns(cells, ORDER_FILE_WORDS) is None


def test_ukrainian_names_and_units_belong_to_the_portal():
    cells = ("Код товару", "К-сть, шт.", "Од. вим.")
    assert find_columns(cells, ORDER_FILE_WORDS) is None
    columns = find_columns(cells, PORTAL_WORDS)
    assert (columns.sku, columns.quantity, columns.unit, columns.language) == (0, 1, 2, "uk")
    assert find_columns(("Артикул", "Кількість"), PORTAL_WORDS).language == "uk"


@pytest.mark.parametrize("unit", ["Unit", "UOM", "U.O.M.", "Einheit", "ME", "Ед.", "Од."])
def test_units(unit):
    assert find_columns(("SKU", unit, "Qty"), PORTAL_WORDS).unit == 1
    assert find_columns(("SKU", unit, "Qty"), ORDER_FILE_WORDS).unit is None


@given(
    st.lists(
        st.sampled_from([name for names in (SKU, QUANTITY) for name, _ in named(names)] + ["Price", "Name"]), max_size=6
    )
)
def test_the_portal_reads_promised_headers_alike(cells):
    """What is added for the portal changes nothing for names that are promised."""
    promised, portal = find_columns(cells, ORDER_FILE_WORDS), find_columns(cells, PORTAL_WORDS)
    assert promised == portal


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_texts_can_be_looked_at(cells):
    find_columns(cells, PORTAL_WORDS)
