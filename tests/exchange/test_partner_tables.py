"""Tables of partners, with columns as the partner calls them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.exchange.service import partners as commands
from tests.exchange.test_inbox import orders, read_again, sent
from tests.factories import accounts, ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")
GERMAN = {
    "document": "order", "date_format": "dd.MM.yyyy", "decimal_mark": ",", "delimiter": ";", "encoding": "cp1252",
    "columns": [
        {"path": "number", "titles": ["Bestellnummer"], "is_needed": True},
        {"path": "issue_date", "titles": ["Datum"]},
        {"path": "lines.sku", "titles": ["Artikel"], "is_needed": True},
        {"path": "lines.quantity", "titles": ["Menge"], "is_needed": True},
        {"path": "lines.name", "titles": ["Bezeichnung"]},
    ],
    "constants": {"currency": "EUR", "lines.unit": "H87"},
}  # fmt: skip
ROWS = (
    "Bestellnummer;Datum;Artikel;Menge;Bezeichnung\r\n"
    "B-1;20.11.2026;A-1;3;Schütz\r\n"
    "B-1;20.11.2026;A-2;1.200;Klemme\r\n"
    "B-2;21.11.2026;A-1;2,0;Schütz\r\n"
).encode("cp1252")


def test_a_table_is_read_by_the_columns_that_were_agreed(isolated):
    ordering.article("A-1", "10")
    ordering.article("A-2", "0.50", stock=5000)
    found = partners.partner_with({"order": "csv-order"}, accounts.customer(), options={"table": GERMAN})
    first, second = partners.arrive(ROWS, partner_id=found.id)
    assert [(one.state, one.reason, one.number) for one in (first, second)] == [
        ("answered", None, "B-1"), ("answered", None, "B-2"),
    ]  # fmt: skip
    assert {(one.po_number, one.net_total) for one in orders()} == {("B-1", Decimal(630)), ("B-2", Decimal(20))}
    assert [line.quantity for line in read_again(second).lines] == [2]
    assert not sent(isolated, "order-response")
    assert partners.arrive(ROWS, partner_id=found.id) == [], "the same file again"


def test_columns_that_are_missing_are_named(isolated):
    found = partners.partner_with({"order": "csv-order"}, accounts.customer(), options={"table": GERMAN})
    (message,) = partners.arrive(b"Nummer;Stueck\r\n1;2\r\n", partner_id=found.id)
    assert message.state == "parked"
    assert message.reason is not None


@pytest.mark.parametrize("table", [{}, {"document": "order", "columns": [{"titles": ["A"]}]}, {"columns": 3}, [], "x"])
def test_a_mapping_that_means_nothing_is_not_agreed(table):
    actor = partners.system()
    with acting_as(actor):
        made = commands.save_partner(actor, None, {"code": "T", "name": "T"})
        with pytest.raises(Invalid) as refused:
            commands.save_agreement(
                actor, made, None,
                {"direction": "in", "document": "order", "format": "csv-order", "options": {"table": table}},
            )  # fmt: skip
        assert refused.value.field == "options"
