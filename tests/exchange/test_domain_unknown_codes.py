"""What a mapping would mend."""

from __future__ import annotations

from app.core.texts import N_
from app.exchange.domain.unknown_codes import UnknownCode, unknown_codes

ARTICLE = N_("There is no article {sku}.", sku="X-1").as_json()
UNIT = N_("{sku} is not sold in the unit {unit}.", sku="A-1", unit="KAR").as_json()
SHIP_TO = N_("The delivery address {name} is not known.", name="WEST").as_json()
OTHER = N_("{sku} is not sold any more.", sku="A-2").as_json()


def test_codes_come_once_and_in_the_order_of_the_document():
    lines = [
        {"position": "1", "problem": ARTICLE},
        {"position": "2", "problem": UNIT},
        {"position": "3", "problem": ARTICLE},
        {"position": "4", "problem": OTHER},
        {"position": "5", "problem": None},
    ]
    assert unknown_codes(SHIP_TO, {"plan": {"lines": lines}}) == [
        UnknownCode("ship_to", "WEST"),
        UnknownCode("article", "X-1", "1"),
        UnknownCode("unit", "KAR", "2"),
    ]


def test_without_a_plan_nothing_is_suggested():
    assert unknown_codes(None, {}) == []
    assert unknown_codes(OTHER, {"plan": None}) == []
