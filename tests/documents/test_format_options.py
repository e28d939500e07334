"""Formats with the settings of one partner."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.documents.format_options import dumps_with, loads_with
from app.documents.formats import FormatError
from app.documents.inspection.file import inspect_file
from tests.documents.test_bmecat import catalogue
from tests.documents.test_opentrans import an_order
from tests.documents.test_upd import russian
from tests.factories.documents import document

TABLE = {
    "document": "order",
    "delimiter": "|",
    "columns": [{"path": "number"}, {"path": "lines.sku"}, {"path": "lines.quantity"}],
}


def test_a_upd_has_the_ids_and_the_moment():
    options = {"sender_id": "2BM-1", "recipient_id": "2BM-2", "charset": "UNOC", "made_on": "nonsense"}
    data = dumps_with(
        "upd", russian(document(count=1)), version="5.01", options=options, at=datetime(2026, 1, 15, 9, 5, 7)
    )
    text = data.decode("cp1251")
    assert "ON_NSCHFDOPPR_2BM-2_2BM-1_20260115_" in text
    assert 'ВремИнфПр="09.05.07"' in text
    assert inspect_file([data]).version == "5.01"


def test_a_catalogue_has_its_version():
    assert b'version="1.2"' in dumps_with("bmecat", catalogue(1), version="1.2")
    assert b'version="2005"' in dumps_with("bmecat", catalogue(1), version="")


def test_a_table_has_its_mapping():
    data = dumps_with("csv-order", an_order(), options={"table": TABLE})
    assert data.decode("utf-8-sig") == "number|lines.sku|lines.quantity\r\nO-1|A-1|2\r\n"
    (reading,) = loads_with("csv-order", data, {"table": TABLE})
    assert reading.document.lines[0].sku == "A-1"
    with pytest.raises(FormatError):
        loads_with("csv-order", data)
    assert dumps_with("xlsx-order", an_order(), options={"table": TABLE}).startswith(b"PK")
    with pytest.raises(FormatError):
        dumps_with("csv-order", an_order(), options={"table": {"document": "order"}})


def test_other_formats_are_as_before():
    data = dumps_with("ubl-order", an_order(), version="2.1", options={"partial": "never"})
    assert loads_with("ubl-order", data).number == "O-1"
