"""What a movement is taken for, how sure that is, and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.billing.domain.matching import SURE, Claim, Paid, Part, Proposal, Reason, name_key, proposals
from app.billing.domain.references import make_creditor_reference
from app.billing.domain.settling import Discount

DAY = date(2026, 3, 10)
EARLY = (Discount(date(2026, 3, 12), Decimal(2)),)


def claim(item: int, company: int, amount: str, number: str = "", **more) -> Claim:
    values = {"key": number or f"INV2026{item:06d}", "currency": "EUR", "due_on": DAY} | more
    return Claim(item, company, amount=Decimal(amount), open=values.pop("open", Decimal(amount)), **values)


CLAIMS = (
    claim(1, 10, "100.00"), claim(2, 10, "50.00", discounts=EARLY), claim(3, 20, "77.00"), claim(4, 20, "30.00"),
    claim(5, 30, "9.00", currency="USD"), claim(6, 40, "88.00"), claim(7, 50, "88.00"),
)  # fmt: skip
ACCOUNT, TAX, NAME = Reason.PAYER_ACCOUNT, Reason.TAX_NUMBER, Reason.PAYER_NAME
# amount, text, payers -> company, confidence, parts (item, amount, discount)
TABLE = [
    ("100.00", "INV-2026-000001", {}, 10, 96, [(1, "100.00", 0)]),
    ("100.00", "RE inv 2026 0000 01 danke", {10: NAME}, 10, 100, [(1, "100.00", 0)]),
    ("150.00", "INV-2026-000001 + INV2026000002", {10: ACCOUNT}, 10, 100, [(1, "100.00", 0), (2, "50.00", 0)]),
    ("49.00", "INV-2026-000002", {}, 10, 92, [(2, "49.00", "1.00")]),
    ("49.00", "INV-2026-000002", {10: ACCOUNT}, 10, 96, [(2, "49.00", "1.00")]),
    ("40.00", "INV-2026-000001", {}, 10, 80, [(1, "40.00", 0)]),
    ("120.00", "INV-2026-000001", {10: TAX}, 10, 80, [(1, "100.00", 0)]),
    ("100.00", "INV-2026-000001", {20: ACCOUNT}, 10, 70, [(1, "100.00", 0)]),
    ("77.00", "", {20: ACCOUNT}, 20, 90, [(3, "77.00", 0)]),
    ("77.00", "", {20: NAME}, 20, 80, [(3, "77.00", 0)]),
    ("107.00", "", {20: TAX}, 20, 85, [(3, "77.00", 0), (4, "30.00", 0)]),
    ("80.00", "", {20: ACCOUNT}, 20, 50, [(3, "77.00", 0), (4, "3.00", 0)]),
    ("200.00", "", {20: ACCOUNT}, 20, 60, [(3, "77.00", 0), (4, "30.00", 0)]),
    ("77.00", "", {}, 20, 40, [(3, "77.00", 0)]),
]  # fmt: skip


def test_table():
    for amount, text, payers, company, confidence, parts in TABLE:
        (best, *_rest) = proposals(Paid(Decimal(amount), "EUR", DAY, text), CLAIMS, payers)
        told = [(part.item_id, str(part.amount), part.discount) for part in best.parts]
        wanted = [(item, given, Decimal(taken)) for item, given, taken in parts]
        assert (best.company_id, best.confidence, told) == (company, confidence, wanted), (amount, text, payers)
        assert Proposal.from_json(best.as_json()) == best


def test_nobody_is_named_where_several_may_be_meant():
    for paid in (
        Paid(Decimal(88), "EUR", DAY),  # two accounts owe just that
        Paid(Decimal(9), "EUR", DAY, "INV2026000005"),  # another currency
        Paid(Decimal(1), "EUR", DAY, "hello 12345"),
    ):
        assert proposals(paid, CLAIMS, {}) == []
    quoted = proposals(Paid(Decimal(177), "EUR", DAY, "INV-2026-000001 INV-2026-000003"), CLAIMS, {})
    assert {one.company_id for one in quoted} == {10, 20}
    assert all(one.confidence < SURE for one in quoted)


def test_creditor_references_and_direct_debits():
    by_reference = Paid(Decimal(100), "EUR", DAY, "", make_creditor_reference("INV-2026-000001"))
    (best,) = proposals(by_reference, CLAIMS, {})
    assert (best.confidence, best.reasons) == (96, (Reason.CREDITOR_REFERENCE, Reason.AMOUNT))
    (best,) = proposals(Paid(Decimal(30), "EUR", DAY, "", debit_item=4), CLAIMS, {})
    assert (best.confidence, best.parts) == (100, (Part(4, Decimal(30)),))


def test_a_discount_too_late_is_a_part_payment():
    (best,) = proposals(Paid(Decimal(49), "EUR", date(2026, 3, 13), "INV-2026-000002"), CLAIMS, {10: ACCOUNT})
    assert (best.reasons[1], best.parts[0].discount) == (Reason.PART, 0)


def test_names_are_compared_without_case_and_signs():
    assert name_key('ООО "Строй-монтаж"') == name_key("ооо строй монтаж")


@given(
    amount=st.integers(1, 50_000), opens=st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(1, 20_000)), max_size=6),
    level=st.sampled_from([ACCOUNT, TAX, NAME]), quoted=st.integers(0, 6),
)  # fmt: skip
@settings(max_examples=50)
def test_proposals_never_take_more_than_there_is(amount, opens, level, quoted):
    claims = [claim(place, company, str(Decimal(cents) / 100)) for place, (company, cents) in enumerate(opens, start=1)]
    paid = Paid(Decimal(amount) / 100, "EUR", DAY, " ".join(one.key for one in claims[:quoted]))
    for one in proposals(paid, claims, {1: level}):
        by_id = {item.item_id: item for item in claims if item.company_id == one.company_id}
        assert sum(part.amount for part in one.parts) <= paid.amount
        assert all(0 < part.amount + part.discount <= by_id[part.item_id].open for part in one.parts)
        assert 0 < one.confidence <= 100
