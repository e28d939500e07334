"""The catalogue of a partner's account: its own prices and assortment, in any format that was agreed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core import storage
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.documents.format_options import loads_with
from app.exchange.service import catalogues
from app.exchange.service import partners as commands
from tests.exchange.test_inbox import sent
from tests.factories import accounts, ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")
FORMATS = ("edifact-pricat", "x12-832", "ubl-catalogue", "bmecat", "csv-prices", "xlsx-prices")


@pytest.mark.parametrize("code", FORMATS)
def test_a_catalogue_goes_with_the_accounts_own_prices(isolated, code, monkeypatch):
    ordering.article("A-1", "10.25", gtin="4006381333931")
    ordering.article("A-2", "0.333")
    ordering.article("A-3", None)
    found = partners.partner_with({"catalogue": code}, accounts.customer())
    actor = partners.system()
    with acting_as(actor):
        commands.save_code(actor, found.id, "article", "THEIR-1", "A-1")
        assert catalogues.send_catalogue(actor, found.id) is not None
    (left,) = sent(isolated, "catalogue")
    assert (left.state, left.format, left.company_id) == ("sent", code, found.company_id), left.reason
    with acting_as(actor):
        data = storage.load(storage.find(actor, left.stored_id))
    read = loads_with(code, data)
    document = getattr(read, "document", read)
    document = document[0] if isinstance(document, (list, tuple)) else document
    document = getattr(document, "document", document)
    items = {one.ids.sku: one for one in document.items}
    assert {sku: one.prices[0].amount / (one.prices[0].base_quantity or 1) for sku, one in items.items()} == {
        "A-1": Decimal("10.25"), "A-2": Decimal("0.333"),
    }  # fmt: skip
    assert items["A-1"].ids.buyer_sku == "THEIR-1"
    assert items["A-1"].ids.gtin == "4006381333931"


def test_items_are_read_anew_and_part_by_part(isolated, monkeypatch):
    for at in range(5):
        ordering.article(f"A-{at}", "10")
    monkeypatch.setattr("app.pricing.queries.personal.PART", 2)
    found = partners.partner_with({"catalogue": "bmecat"}, accounts.customer())
    actor = partners.system()
    with acting_as(actor):
        message = partners.messages([catalogues.send_catalogue(actor, found.id)])[0]
        items = catalogues.compose_catalogue(actor, message).items
        first = [one.ids.sku for one in items]
        assert first == [f"A-{at}" for at in range(5)] == [one.ids.sku for one in items]


def test_a_partner_of_several_accounts_has_no_catalogue(isolated):
    actor = partners.system()
    with acting_as(actor):
        made = commands.save_partner(actor, None, {"code": "HUB", "name": "Hub"})
        with pytest.raises(Conflict):
            catalogues.send_catalogue(actor, made)
