"""Every document that can be read can be shown; a few in detail."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.documents.model.acknowledgement import Acknowledgement, Verdict
from app.documents.model.catalogue import Catalogue, CatalogueItem
from app.documents.model.invoice import Note
from app.documents.model.order import Order, OrderLine, OrderTotals
from app.documents.model.party import Address, Party
from app.documents.model.reference import ItemIds, ScalePrice
from app.exchange.domain.rendered import Quantified, rendered
from app.exchange.mapping.opening import open_file

SAMPLES = Path(__file__).parents[1] / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".edi", ".xml", ".txt"))
D = Decimal


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_what_can_be_read_can_be_shown(path):
    for part in open_file(path.read_bytes()).parts:
        if part.document is None:
            continue
        view = rendered(part.document)
        assert view.facts
        keys = {column.key for column in view.columns}
        assert all(set(row) - {"more"} <= keys | set(row) for row in view.rows)
        assert len(keys) <= 12


def test_there_are_samples_to_show():
    assert len(FILES) > 10


def test_an_order_in_detail():
    buyer = Party(
        name="Buyer Ltd", address=Address(country="DE", city="Kiel", postal_code="24106"), gln="4012345000009"
    )
    line = OrderLine(
        position="1", quantity=D(10), unit="H87", sku="A-1", gtin="4006381333931", name="Bolt", unit_price=D("2.50"),
        net=D("25.00"), description="zinc plated", notes=(Note("urgent"),),
    )  # fmt: skip
    totals = OrderTotals(lines=1, net=D(25), total=D("29.75"), tax=D("4.75"))
    view = rendered(
        Order(
            number="PO-1",
            issue_date=None,
            lines=(line,),
            currency="EUR",
            buyer=buyer,
            totals=totals,
            notes=(Note("Hi"),),
        )
    )
    assert [str(label) for label, _value in view.facts] == ["Number", "Currency"]
    assert (view.parties[0].name, view.parties[0].lines) == ("Buyer Ltd", ("24106 Kiel", "DE", "GLN 4012345000009"))
    assert view.rows[0]["article"] == ("A-1", "4006381333931")
    assert view.rows[0]["quantity"] == Quantified(D(10), "H87")
    assert view.rows[0]["more"] == ("zinc plated", "urgent")
    assert [(str(label), value) for label, value in view.totals] == [
        ("Net", D(25)),
        ("VAT", D("4.75")),
        ("Total", D("29.75")),
    ]
    assert (view.notes, view.line_count) == (["Hi"], 1)


def test_a_catalogue_is_read_only_as_far_as_it_is_shown():
    seen = []

    def items():
        for number in range(10**6):
            seen.append(number)
            yield CatalogueItem(
                ids=ItemIds(sku=f"A-{number}"),
                names={"en": "Bolt"},
                prices=(ScalePrice(amount=D("1.5"), currency="EUR"),),
            )

    view = rendered(Catalogue(number="C-1", items=items()), first=100, limit=50)
    assert len(seen) <= 150
    assert (view.rows[0]["article"], view.rows[0]["unit_price"], view.line_count) == (("A-100",), "1.5 EUR", None)


def test_an_acknowledgement_has_its_verdict():
    view = rendered(Acknowledgement(number="1", issue_date=None, control_number="77", verdict=Verdict.REJECTED))
    assert ("Verdict", "rejected") in [(str(label), value) for label, value in view.facts]
