"""Blocks of a customer's start page that the sales desk arranges, and how alike an account and a segment are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.core.errors import Invalid
from app.core.texts import N_, Message

BLOCKS: Mapping[str, Message] = {
    "banner": N_("Banners"),
    "price": N_("Price actions"),
    "promotion": N_("Promotions"),
    "news": N_("News"),
    "due": N_("Due to reorder"),
}
USUAL = tuple(BLOCKS)
AUDIENCES: Mapping[str, Message] = {
    "everybody": N_("All accounts"), "group": N_("Group"), "segment": N_("Segment"), "account": N_("Account"),
}  # fmt: skip

# What of an account is compared with the accounts of a segment, and how much it counts.
ALIKE: Mapping[str, int] = {"trade": 3, "volume": 2, "group": 2, "area": 2, "country": 1}
ALIKE_NAMES: Mapping[str, Message] = {
    "trade": N_("Kind of business"), "volume": N_("Expected orders per month"), "group": N_("Group"),
    "area": N_("Postcode begins with"), "country": N_("Country"),
}  # fmt: skip
LEAST_POINTS = 40  # of 100; below that an account is like nobody
LEAST_MEMBERS = 2  # a segment of one has no profile


def checked_blocks(blocks: Sequence[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Each block once, in the given order, those not named at the end and off. Raises Invalid."""
    codes = [code for code, _is_on in blocks]
    if len(set(codes)) != len(codes) or not set(codes) <= BLOCKS.keys():
        raise Invalid("blocks", N_("Name each block once."))
    return (*blocks, *((code, False) for code in USUAL if code not in codes))
