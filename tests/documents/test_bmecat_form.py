"""BMEcat: attributes and extensions that the official DTD and schema refuse are named with their line."""

from __future__ import annotations

import pytest

from app.documents.inspection.file import inspect_file

CATALOGUE_12 = """<?xml version="1.0" encoding="UTF-8"?>
<BMECAT version="1.2" xmlns="http://www.bmecat.org/bmecat/1.2/bmecat_new_catalog">
<HEADER><CATALOG><LANGUAGE>eng</LANGUAGE><CATALOG_ID>C1</CATALOG_ID><CATALOG_VERSION>001.000</CATALOG_VERSION>
<DATETIME type="generation_date"><DATE>2026-01-05</DATE></DATETIME></CATALOG>
<BUYER><BUYER_ID type="iln">4012345000009</BUYER_ID><BUYER_NAME>B</BUYER_NAME></BUYER>
<SUPPLIER><SUPPLIER_ID type="duns">1</SUPPLIER_ID><SUPPLIER_NAME>S</SUPPLIER_NAME></SUPPLIER></HEADER>
<T_NEW_CATALOG><ARTICLE><SUPPLIER_AID>A-1</SUPPLIER_AID>
<ARTICLE_DETAILS><DESCRIPTION_SHORT>Bolt</DESCRIPTION_SHORT><ARTICLE_STATUS type="new">x</ARTICLE_STATUS></ARTICLE_DETAILS>
<ARTICLE_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT></ARTICLE_ORDER_DETAILS>
<ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>1</PRICE_AMOUNT>
<PRICE_CURRENCY>EUR</PRICE_CURRENCY></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS></ARTICLE></T_NEW_CATALOG></BMECAT>"""


def faults(text: str) -> list[tuple[str, int]]:
    found = inspect_file([text.encode()])
    return [(item.rule, item.line) for item in found.findings if item.severity == "fatal"]


def test_a_right_catalogue_has_none():
    assert faults(CATALOGUE_12) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('version="1.2"', 'version="1.2" xml:lang="en"', 2),
        ('<BUYER_ID type="iln">', '<BUYER_ID type="buyer">', 5),
        ('<SUPPLIER_ID type="duns">', "<SUPPLIER_ID>", 6),
        ('<DATETIME type="generation_date">', "<DATETIME>", 4),
        ('<ARTICLE_STATUS type="new">', '<ARTICLE_STATUS type="NEW">', 8),
    ],
)
def test_wrong_attributes_are_named(old, new, line):
    assert old in CATALOGUE_12
    assert faults(CATALOGUE_12.replace(old, new)) == [("ATTRIBUTE", line)]


def test_the_type_of_a_buyer_may_be_left_out():
    assert faults(CATALOGUE_12.replace('<BUYER_ID type="iln">', "<BUYER_ID>")) == []


def test_what_two_partners_agreed_is_named_in_2005():
    text = CATALOGUE_12.replace('version="1.2"', 'version="2005"').replace(
        "bmecat/1.2/bmecat_new_catalog", "bmecat/2005"
    )
    text = text.replace("ARTICLE", "PRODUCT").replace("SUPPLIER_AID", "SUPPLIER_PID")
    assert faults(text) == []
    extended = text.replace(
        "</PRODUCT>", "\n<USER_DEFINED_EXTENSIONS><UDX.A.COLOUR>red</UDX.A.COLOUR></USER_DEFINED_EXTENSIONS></PRODUCT>"
    )
    assert faults(extended)[-1][0] == "EXTENSION"
