"""Levels by vectors of our own (L1 to L11), and against the rules written down a second time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quantity import Factor
from app.pricing.domain.book import Book, price_items
from app.pricing.domain.chain import Break, ListPrices, Strategy, is_lower, ladder_of
from app.pricing.domain.levels import Combine, Level, LevelKind, find, ladder_from, tiers_of
from app.pricing.domain.price import PriceItem
from app.pricing.domain.reasons import candidates
from app.pricing.domain.vat import Parties

ARTICLE = 1
MERGE, LOWEST, FIRST = Strategy.MERGE, Strategy.LOWEST, Strategy.FIRST


def level(kind, text, combine="merge", *, strategy=MERGE, currency="EUR"):
    """Lists from "9@1 8@2 | 7@1", in order; an empty text is a level without the article."""
    lists = []
    for number, part in enumerate(text.split("|")):
        code = f"{kind}{number}"
        breaks = [
            Break("H87", Decimal(start), Decimal(price), Decimal(1), code, kind)
            for price, start in (one.split("@") for one in part.split())
        ]
        lists.append(ListPrices(code, currency, {ARTICLE: breaks} if breaks else {}))
    return Level(kind, strategy, tuple(lists), Combine(combine))


def combined(*levels):
    return " ".join(f"{step.price}@{step.min_quantity}" for step in ladder_from(tiers_of(ARTICLE, levels, "EUR")))


ACCOUNT, GROUP, GENERAL = "9@1 8@10", "7@1 6@10 5@100", "10@1 4@1000"


@pytest.mark.parametrize(
    ("name", "levels", "result"),
    [
        ("L1", [level("account", ACCOUNT), level("group", GROUP), level("general", GENERAL)], "9@1 8@10 5@100 4@1000"),
        ("L2", [level("account", ACCOUNT, "shut"), level("group", GROUP), level("general", GENERAL)], "9@1 8@10"),
        ("L3", [level("account", "", "shut"), level("group", GROUP), level("general", GENERAL)], "7@1 6@10 5@100 4@1000"),
        ("L4", [level("account", ACCOUNT, "lowest"), level("group", GROUP), level("general", GENERAL)],
         "7@1 6@10 5@100 4@1000"),
        ("L5", [level("account", ACCOUNT), level("group", GROUP, "lowest"), level("general", "1@1 9@10")],
         "9@1 8@10 5@100"),
        ("L6", [level("account", ACCOUNT, "stop"), level("general", GENERAL)], "9@1 8@10"),
        ("L7", [level("account", "", "stop"), level("general", GENERAL)], ""),
        ("L8", [level("contract", "3@1", "lowest"), level("account", ACCOUNT, "stop"), level("general", "1@1")],
         "3@1 8@10"),
        ("L9", [level("account", "9@1 | 8@1 7@5", strategy=LOWEST), level("general", "6@1 5@5 4@9")], "8@1 7@5 4@9"),
        ("L10", [level("account", "9@1 | 8@1 7@5", strategy=FIRST), level("general", "6@1 5@5 4@9")], "9@1 5@5 4@9"),
        ("L11", [level("account", "8@1", "shut", currency="USD"), level("general", GENERAL)], ""),
    ],
)  # fmt: skip
def test_vectors(name, levels, result):
    assert combined(*levels) == result


# The same rules slot by slot, from below, without regard to speed.
def reference(levels):
    slots = {}
    for one in reversed(levels):
        own = {step[:2]: step for step in ladder_of(ARTICLE, one.strategy, one.lists, "EUR")}
        if one.combine == "stop" or (one.combine == "shut" and one.has(ARTICLE)):
            slots = own
        elif one.combine == "lowest":
            slots |= {slot: step for slot, step in own.items() if slot not in slots or not is_lower(slots[slot], step)}
        else:
            slots |= own
    return tuple(slots[slot] for slot in sorted(slots))


ladders = st.dictionaries(st.integers(0, 5).map(Decimal), st.integers(1, 9).map(Decimal), max_size=3)
drawn_levels = st.lists(
    st.tuples(st.lists(st.tuples(ladders, st.booleans(), st.sampled_from(["EUR", "USD"])), max_size=2),
              st.sampled_from(Strategy), st.sampled_from(Combine)),
    max_size=4,
)  # fmt: skip


def made(drawn):
    levels = []
    for kind, (lists, strategy, combine) in zip(LevelKind, drawn, strict=False):
        own = []
        for number, (ladder, may_merge, currency) in enumerate(lists):
            code = f"{kind}{number}"
            steps = [Break("H87", start, price, Decimal(1), code, kind) for start, price in ladder.items()]
            own.append(ListPrices(code, currency, {ARTICLE: steps} if steps else {}, may_merge))
        levels.append(Level(kind, strategy, tuple(own), combine))
    return tuple(levels)


@given(drawn_levels)
def test_any_levels_agree_with_the_rules_written_slot_by_slot(drawn):
    levels = made(drawn)
    assert ladder_from(tiers_of(ARTICLE, levels, "EUR")) == reference(levels)


@given(drawn_levels, st.integers(0, 7))
def test_finding_a_break_agrees_with_looking_it_up(drawn, quantity):
    levels = made(drawn)
    tiers = tiers_of(ARTICLE, levels, "EUR")
    steps = reference(levels)
    below = [step for step in steps if step.min_quantity <= quantity]
    above = [step for step in steps if step.min_quantity > quantity]
    assert find(tiers, "H87", Decimal(quantity)) == (below[-1] if below else None, above[0] if above else None)


@given(drawn_levels, st.integers(1, 7))
def test_every_candidate_is_judged_and_exactly_one_wins_where_there_is_a_price(drawn, quantity):
    book = Book("EUR", Parties("DE", "DE"), {"standard": Decimal(19)}, made(drawn))
    item = PriceItem(ARTICLE, Decimal(quantity), "H87", "H87", Factor(1))
    (line,) = price_items(book, [item])
    found = candidates(book, item, line)
    winners = [one for one in found if one.is_winner]
    assert len(found) == sum(len(prices.entries.get(ARTICLE, ())) for one in book.levels for prices in one.lists)
    assert [(one.step.price, one.step.list_code, one.level) for one in winners] == (
        [] if line.unit_price is None else [(line.unit_price, line.list_code, line.level)]
    )


def book_of(*levels, left=()):
    contract = ListPrices(
        "FRAME", "EUR",
        {ARTICLE: [Break("H87", Decimal(0), Decimal(3), Decimal(1), "FRAME", "contract"),
                   Break("XBX", Decimal(0), Decimal(25), Decimal(1), "FRAME", "contract")]},
        remaining={(ARTICLE, unit, Decimal(0)): Decimal(rest) for unit, rest in left},
    )  # fmt: skip
    levels = (Level("contract", MERGE, (contract,), Combine.SHUT), *levels)
    return Book("EUR", Parties("DE", "DE"), {"standard": Decimal(19)}, levels)


def item(quantity, unit="H87"):
    return PriceItem(ARTICLE, Decimal(quantity), unit, "H87", Factor(10 if unit == "XBX" else 1))


def test_a_contract_holds_while_enough_is_left_and_a_line_is_never_split():
    book = book_of(level("general", "9@1"), left=[("H87", 100)])
    lines = price_items(book, [item(60), item(50), item(40), item(1)])
    assert [(line.unit_price, line.is_drawn) for line in lines] == [(3, True), (9, False), (3, True), (9, False)]
    found = candidates(book, item(101), price_items(book, [item(101)])[0])
    assert next((one.is_winner, str(one.verdict)) for one in found) == (
        False, "Only 100 pcs are left of the agreed quantity.",
    )  # fmt: skip


def test_units_of_a_contract_have_quantities_of_their_own():
    book = book_of(level("general", "9@1"), left=[("H87", 30), ("XBX", 2)])
    lines = price_items(book, [item(2, "XBX"), item(3, "XBX"), item(1, "XBX")])
    assert [(line.unit_price, line.price_unit) for line in lines] == [(25, "XBX"), (3, "H87"), (9, "H87")]


def test_without_another_price_the_line_says_what_is_left():
    (line,) = price_items(book_of(left=[("H87", 5)]), [item(6)])
    assert str(line.problem) == "Only 5 pcs are left of the agreed quantity, and there is no other price."


def test_the_list_price_is_told_where_it_is_higher():
    account, general = level("account", "8@1"), level("general", "9@1 7@100")
    book = Book("EUR", Parties("DE", "DE"), {}, (account, general))
    lines = price_items(book, [item(1), item(100)])
    assert [(line.unit_price, line.list_price) for line in lines] == [(8, 9), (7, None)]
    assert [str(message) for message in lines[0].polite] == ["Your own price", "99 pcs more and the price is 7.00 EUR"]
