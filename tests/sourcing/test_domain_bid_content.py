"""What a bid says: what is missing is named line by line; parts and JSON give back what went in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sourcing.domain import bid_content
from app.sourcing.domain.bid_content import (
    Answer,
    Asked,
    AskedAnswer,
    AskedLine,
    AskedLot,
    Attachment,
    BidContent,
    Offer,
    problems,
)  # fmt: skip
from app.sourcing.domain.chain import canonical


def line(number: int, lot: int, quantity: str = "10") -> AskedLine:
    return AskedLine(number, lot, number, f"A-{number}", "Screw", "", Decimal(quantity), "C62", None)


ASKED = Asked(
    id=1, company_id=5, number="T-1", title="Screws", version=1, currency="EUR", currencies=("EUR", "USD"),
    vat_basis="net", envelopes=1, award_mode="lot", value_ceiling="none", validity_days=30,
    deadline=datetime(2026, 3, 20, 12, tzinfo=UTC),
    lots=(
        AskedLot(11, 1, "Steel", "", Decimal(100), (line(1, 11), line(2, 11))),
        AskedLot(12, 2, "Brass", "", None, (line(3, 12),)),
    ),
    answers=(
        AskedAnswer(21, None, "ISO 9001", "", "yes_no", True, (), 1),
        AskedAnswer(22, 12, "Sample", "", "file", True, (), 1),
    ),
)  # fmt: skip
GOOD = BidContent(
    currency="EUR",
    valid_to=date(2026, 4, 19),
    offers=(Offer(1, quantity=Decimal(10), price=Decimal("1.25")), Offer(2, is_no_offer=True)),
    answers=(Answer(21, True),),
)


def codes(content: BidContent, asked: Asked = ASKED) -> list[str]:
    return [problem.code for problem in problems(content, asked)]


def test_a_bid_for_one_of_two_lots_is_whole():
    assert codes(GOOD) == []
    assert GOOD.net(ASKED.lots[0]) == Decimal("12.50")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"currency": "GBP"}, ["currency"]),
        ({"valid_to": date(2026, 4, 18)}, ["validity"]),
        ({"valid_to": None}, ["validity"]),
        ({"answers": ()}, ["answer"]),
        ({"answers": (Answer(21, False),)}, []),
        ({"offers": ()}, ["empty"]),
        ({"offers": GOOD.offers[:1]}, ["price_missing"]),
        ({"offers": (*GOOD.offers, Offer(3, quantity=Decimal(1), price=Decimal(1)))}, ["answer"]),
    ],
)
def test_what_is_missing_is_named(changes, expected):
    assert codes(replace(GOOD, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": Decimal(0)}, ["price"]),
        ({"quantity": Decimal(11)}, ["quantity"]),
        ({"quantity": Decimal(0)}, ["quantity"]),
        ({"base_quantity": Decimal(0)}, ["base"]),
        ({"freight": Decimal(-1)}, ["cost"]),
        ({"min_quantity": Decimal(11)}, ["minimum"]),
        ({"min_quantity": Decimal(10)}, []),
        ({"breaks": ((Decimal(5), Decimal(1)), (Decimal(5), Decimal(1)))}, ["breaks"]),
        ({"breaks": ((Decimal(5), Decimal("1.2")), (Decimal(8), Decimal("1.1")))}, []),
    ],
)
def test_offers_are_checked(changes, expected):
    offer = replace(GOOD.offers[0], **changes)
    found = codes(replace(GOOD, offers=(offer, GOOD.offers[1])))
    assert found == expected


def test_ceiling_and_award_as_a_whole():
    dear = replace(GOOD, offers=(replace(GOOD.offers[0], price=Decimal("10.01")), GOOD.offers[1]))
    assert codes(dear, replace(ASKED, value_ceiling="enforce")) == ["ceiling"]
    assert codes(dear, replace(ASKED, value_ceiling="warn")) == []
    assert codes(GOOD, replace(ASKED, award_mode="tender")) == ["lot_missing"]


def test_line_amounts_are_quantity_times_price_for_the_base():
    offer = Offer(1, quantity=Decimal(7), price=Decimal("12.345"), base_quantity=Decimal(100), freight=Decimal("1.10"))
    assert offer.net("EUR") == Decimal("0.86")
    assert offer.landed("EUR") == Decimal("1.96")


def test_two_envelopes_keep_prices_in_the_second():
    asked = replace(ASKED, envelopes=2, answers=(ASKED.answers[0], replace(ASKED.answers[1], lot_id=None, envelope=2)))
    content = replace(
        GOOD, answers=(*GOOD.answers, Answer(22, "s.pdf", Attachment("s.pdf", "application/pdf", b"\0x")))
    )
    first, second = bid_content.parts_of(content, asked, {"supplier": 9})
    assert (first.lot_id, first.envelope, second.envelope) == (11, 1, 2)
    assert first.content["offers"] == []
    assert b"1.25" not in canonical(first.content)
    assert [each["requirement"] for each in first.content["answers"]] == [21]
    assert [each["requirement"] for each in second.content["answers"]] == [22]
    assert second.content["bidder"] == {"supplier": 9}
    stored = [json.loads(canonical(part.content)) for part in (first, second)]
    assert bid_content.merged(stored) == content


amounts = st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False)


@given(
    st.builds(
        Offer, line_id=st.integers(1, 9), variant=st.integers(0, 3), is_no_offer=st.booleans(), quantity=amounts,
        price=st.none() | amounts, base_quantity=amounts, freight=amounts, duty=amounts, other_cost=amounts,
        min_quantity=st.none() | amounts, lead_days=st.none() | st.integers(0, 900),
        delivery_date=st.none() | st.dates(), note=st.text(max_size=20),
        breaks=st.lists(st.tuples(amounts, amounts), max_size=3).map(tuple),
    )
)  # fmt: skip
def test_json_gives_back_what_went_in(offer):
    content = replace(GOOD, offers=(offer,))
    again = bid_content.from_json(json.loads(canonical(bid_content.as_json(content))))
    assert again == content
