"""What promotions give, in which order, why others do not, and that the cents add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pricing.domain.promotion_amounts import are_of_sums, evaluate
from app.pricing.domain.promotions import Effects, Goods, Kind, Off, Part, Promotion
from app.pricing.domain.totals import TaxedLine, totals

CENT = Decimal("0.01")


def goods(article_id, quantity, net, rate="19", **facts):
    return Goods(article_id, Decimal(quantity), "H87", Decimal(net), "S", Decimal(rate), **facts)


def promotion(code, kind=Kind.CART, effect=Off.PERCENT, value="10", *, on=None, **facts):
    parts = facts.pop("parts", None) or (Part(None if on is None else frozenset(on)),)
    facts = {name: Decimal(held) if isinstance(held, str) and name.startswith(("min", "budget")) else held
             for name, held in facts.items()}  # fmt: skip
    return Promotion(
        id=len(code) * 100 + sum(map(ord, code)), code=code, name=f"Promotion {code}", kind=kind, effect=effect,
        value=Decimal(value), parts=parts, **facts,
    )  # fmt: skip


def given_by(promotions, lines, currency="EUR"):
    return {one.code: one.amount for one in evaluate(promotions, lines, currency)[0]}


def reasons(promotions, lines):
    return {one.code: str(one.reason) for one in evaluate(promotions, lines, "EUR")[1]}


LINES = [goods(1, 10, "100.00"), goods(2, 5, "50.00", "7"), goods(3, 1, "0.05")]


@pytest.mark.parametrize(
    ("one", "amount"),
    [
        (promotion("P", Kind.LINE, value="10"), "15.01"),  # 10.00 + 5.00 + 0.005, each line rounded
        (promotion("P", Kind.LINE, value="10", on=[1]), "10.00"),
        (promotion("P", Kind.LINE, value="10", min_quantity="6"), "10.00"),
        (promotion("P", Kind.LINE, Off.AMOUNT, "0.333", on=[1]), "3.33"),
        (promotion("P", Kind.LINE, Off.AMOUNT, "99"), "150.05"),  # never below zero
        (promotion("P", value="10"), "15.01"),  # once on the sum: 15.005
        (promotion("P", effect=Off.AMOUNT, value="20"), "20.00"),
        (promotion("P", effect=Off.AMOUNT, value="500"), "150.05"),
        (promotion("P", effect=Off.AMOUNT, value="20", min_net="150.05"), "20.00"),
        (promotion("P", value="10", on=[2], min_net="50"), "5.00"),
    ],
)
def test_amounts_off_lines_and_carts(one, amount):
    assert given_by([one], LINES) == {"P": Decimal(amount)}


def bundle(effect, value, *parts, **facts):
    made = tuple(Part(frozenset(articles), Decimal(quantity)) for quantity, articles in parts)
    return promotion("B", Kind.BUNDLE, effect, value, parts=made, **facts)


@pytest.mark.parametrize(
    ("one", "amount"),
    [
        (bundle(Off.PERCENT, "50", (4, [1]), (1, [2])), "50.00"),  # two bundles: half of 8 x 10 and 2 x 10
        (bundle(Off.AMOUNT, "3", (4, [1]), (1, [2])), "6.00"),
        (bundle(Off.FIXED_PRICE, "45", (4, [1]), (1, [2])), "10.00"),  # 100.00 less 2 x 45
        (bundle(Off.PAY_FEWER, "2", (3, [1])), "30.00"),  # 10 pieces: three of them free
        (bundle(Off.PAY_FEWER, "4", (5, [1, 2])), "30.00"),  # 15 pieces: three free
        (bundle(Off.PAY_FEWER, "1", (2, [3, 2])), "20.05"),  # 6 pieces: the cheapest three
    ],
)
def test_bundles(one, amount):
    assert given_by([one], LINES) == {"B": Decimal(amount)}


def test_goods_of_several_parts_serve_the_first():
    one = bundle(Off.AMOUNT, "1", (2, [1]), (1, [1, 2]))
    assert given_by([one], [goods(1, 10, "100")]) == {}
    assert given_by([one], [goods(1, 10, "100"), goods(2, 3, "30")]) == {"B": Decimal("3.00")}


def test_each_works_on_what_the_ones_before_have_left():
    line = promotion("L", Kind.LINE, value="50", on=[1], priority=900)
    pair = bundle(Off.AMOUNT, "10", (10, [1]), (5, [2]))
    cart = promotion("C", value="10", priority=1)
    # whatever the priorities: lines 50.00, then the bundle 10.00, then a tenth of 90.05
    assert given_by([cart, pair, line], LINES) == {"L": 50, "B": 10, "C": Decimal("9.01")}
    allowances, _ = evaluate([cart, pair, line], LINES, "EUR")
    assert [one.code for one in allowances] == ["L", "B", "C"]


def test_thresholds_count_the_goods_before_any_promotion():
    half = promotion("HALF", Kind.LINE, value="50")
    big = promotion("BIG", effect=Off.AMOUNT, value="5", min_net="150")
    assert given_by([half, big], LINES)["BIG"] == 5


def test_agreed_prices_are_left_alone_unless_the_promotion_says_so():
    lines = [goods(1, 1, "100", is_agreed=True), goods(2, 1, "50")]
    assert given_by([promotion("P")], lines) == {"P": 5}
    assert given_by([promotion("P", on_agreed_prices=True)], lines) == {"P": 15}
    assert reasons([promotion("P", on=[1])], lines)["P"].startswith("The goods that fit have agreed prices")


def test_who_is_first_by_priority_shuts_the_others_out():
    alone = promotion("ALONE", value="1", priority=1, is_exclusive=True)
    other = promotion("OTHER", value="50")
    assert given_by([alone, other], LINES) == {"ALONE": Decimal("1.50")}
    assert "comes first" in reasons([alone, other], LINES)["OTHER"]
    late = promotion("ALONE", value="1", priority=200, is_exclusive=True)
    assert list(given_by([late, other], LINES)) == ["OTHER"]


def test_one_of_a_group_applies():
    first = promotion("A", value="5", exclusion_group="SUMMER")
    second = promotion("B", value="50", exclusion_group="SUMMER")
    third = promotion("C", value="1")
    assert list(given_by([third, second, first], LINES)) == ["A", "C"]
    assert reasons([first, second, third], LINES) == {
        "B": "Only one of its group applies, and “Promotion A” comes first."
    }


def test_a_budget_that_does_not_reach_lets_those_in_it_had_shut_out():
    rich = promotion("RICH", value="50", priority=1, is_exclusive=True, budget_left="75.00")
    poor = promotion("POOR", value="5")
    assert list(given_by([rich, poor], LINES)) == ["POOR"]  # 75.03 would be needed
    assert reasons([rich, poor], LINES) == {"RICH": "Its budget does not reach for this order."}
    assert list(given_by([rich, poor], LINES[:2])) == ["RICH"]  # 75.00 exactly


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"budget_left": "0"}, "Its budget is used up."),
        ({"uses_left": 0}, "It has been used as often as it may be."),
        ({"account_uses_left": 0}, "This account has used it as often as it may."),
        ({"on": [9]}, "No article in the cart belongs to it."),
        ({"min_net": "200"}, "49.95 EUR are missing to 200 EUR."),
    ],
)
def test_staff_is_told_why_one_gives_nothing(facts, reason):
    assert reasons([promotion("P", **facts)], LINES) == {"P": reason}


def test_buyers_are_told_what_little_is_missing():
    def hints(one):
        return [str(hint) for hint in Effects((), evaluate([one], LINES, "EUR")[1]).hints]

    assert hints(promotion("P", min_net="200", value="5")) == ["49.95 EUR more and a discount of 5%: Promotion P"]
    assert hints(promotion("P", min_net="400")) == []  # too far away
    assert hints(promotion("P", Kind.LINE, on=[2], min_quantity="8")) == [
        "3 pcs more of one article and a discount of 10%: Promotion P"
    ]
    assert hints(bundle(Off.AMOUNT, "5", (4, [1]), (1, [9]))) == ["Add the rest and 5 EUR off: Promotion B"]
    assert hints(promotion("P", min_net="200", coupon="X")) == []  # answered beside the coupon


# ---------------------------------------------------------------- properties

nets = st.integers(0, 5_000_000).map(lambda n: Decimal(n) / 100)
some_goods = st.lists(
    st.builds(
        Goods, st.integers(1, 6), st.integers(1, 5000).map(lambda n: Decimal(n) / 10), st.just("H87"), nets,
        st.sampled_from(["S", "Z"]), st.sampled_from([Decimal(0), Decimal(7), Decimal(19)]), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip
articles = st.none() | st.frozensets(st.integers(1, 6), min_size=1, max_size=4)
values = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)
off_any = {
    Kind.LINE: [Off.PERCENT, Off.AMOUNT],
    Kind.CART: [Off.PERCENT, Off.AMOUNT],
    Kind.BUNDLE: [Off.PERCENT, Off.AMOUNT, Off.FIXED_PRICE, Off.PAY_FEWER],
}


@st.composite
def promotions(draw, *, is_plain=False):
    made = []
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from([Kind.LINE, Kind.CART] if is_plain else list(Kind)))
        effect = draw(st.sampled_from(off_any[kind]))
        count = 1 if effect is Off.PAY_FEWER or kind is not Kind.BUNDLE else draw(st.integers(1, 3))
        parts = tuple(Part(draw(articles), Decimal(draw(st.integers(1, 9)))) for _ in range(count))
        value = Decimal(draw(st.integers(0, int(parts[0].quantity) - 1))) if effect is Off.PAY_FEWER else draw(values)
        made.append(Promotion(
            id=number, code=f"P{number}", name=f"P{number}", kind=kind, effect=effect, value=value, parts=parts,
            priority=draw(st.integers(1, 3)), is_exclusive=not is_plain and draw(st.booleans()),
            exclusion_group="" if is_plain else draw(st.sampled_from(["", "G"])),
            on_agreed_prices=draw(st.booleans()),
            min_net=Decimal(0) if is_plain else draw(nets),
            min_quantity=Decimal(0) if is_plain else draw(values),
            budget_left=None if is_plain else draw(st.none() | nets),
        ))  # fmt: skip
    return made


@given(promotions(), some_goods)
def test_nothing_falls_below_zero_and_the_sums_of_the_standard_hold(offers, lines):
    allowances, lost = evaluate(offers, lines, "EUR")
    effects = Effects(allowances, lost)
    result = totals(
        [TaxedLine(one.net, one.vat_category, one.vat_rate) for one in lines], "EUR", charges=effects.charges
    )
    assert result.allowances == effects.total  # BR-CO-11
    assert result.net_total == result.line_total - result.allowances  # BR-CO-13
    assert result.net_total >= 0
    assert all(group.base >= 0 and group.tax >= 0 for group in result.vat)
    for one in allowances:
        assert sum(share.amount for share in one.shares) == one.amount
        assert all(share.amount > 0 and share.amount % CENT == 0 for share in one.shares)
        assert len({(share.vat_category, share.vat_rate) for share in one.shares}) == len(one.shares)
    assert {one.code for one in allowances} | {one.code for one in lost} == {one.code for one in offers}
    assert not {one.code for one in allowances} & {one.code for one in lost}


@given(promotions(), some_goods, st.randoms())
def test_the_order_of_asking_does_not_matter(offers, lines, random):
    shuffled = offers[:]
    random.shuffle(shuffled)
    assert evaluate(offers, lines, "EUR") == evaluate(shuffled, lines, "EUR")


@given(promotions(), some_goods)
def test_rules_of_going_together_hold(offers, lines):
    known = {one.code: one for one in offers}
    chosen = [known[one.code] for one in evaluate(offers, lines, "EUR")[0]]
    assert len(chosen) <= 1 or not any(one.is_exclusive for one in chosen)
    groups = [one.exclusion_group for one in chosen if one.exclusion_group]
    assert len(groups) == len(set(groups))
    for one in evaluate(offers, lines, "EUR")[0]:
        left = known[one.code].budget_left
        assert left is None or one.amount <= left


@given(promotions(is_plain=True), some_goods, st.data())
def test_without_thresholds_more_goods_never_cost_less(offers, lines, data):
    """One more line, for promotions on lines and carts without a least quantity or sum, exclusion or budget.

    It does not hold beyond: reaching a threshold, or the last piece of a bundle, is meant to make the whole cheaper.
    Nets are compared; each percentage is rounded, which may move a cent for each promotion.
    """
    more = data.draw(st.builds(
        Goods, st.just(7), st.integers(1, 50).map(Decimal), st.just("H87"), nets, st.just("S"), st.just(Decimal(19)),
    ))  # fmt: skip

    def net(these):
        return sum(one.net for one in these) - sum(one.amount for one in evaluate(offers, these, "EUR")[0])

    assert net([*lines, more]) >= net(lines) - CENT * len(offers)


NETS = st.decimals("0", "900", places=2)


@given(
    st.lists(st.tuples(NETS, st.sampled_from(["19", "7"]), st.booleans()), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from([Off.PERCENT, Off.AMOUNT]), NETS), min_size=1, max_size=3),
    st.booleans(),
)
def test_what_looks_at_sums_finds_the_same_in_sums(lines, offers, on_agreed):
    promotions = [
        promotion(f"P{place}", effect=effect, value=str(value % 100), on_agreed_prices=on_agreed, min_net="10")
        for place, (effect, value) in enumerate(offers)
    ]
    assert are_of_sums(promotions)
    whole = [goods(place, 1, str(net), rate, is_agreed=agreed) for place, (net, rate, agreed) in enumerate(lines)]
    sums = {}
    for one in whole:
        key = (str(one.vat_rate), one.is_agreed)
        sums[key] = sums.get(key, Decimal(0)) + one.net
    summed = [goods(0, 0, str(net), rate, is_agreed=agreed) for (rate, agreed), net in sums.items()]
    assert evaluate(promotions, summed, "EUR") == evaluate(promotions, whole, "EUR")


def test_lines_are_needed_by_what_looks_at_them():
    assert not are_of_sums([promotion("P", Kind.LINE)])
    assert not are_of_sums([promotion("P", on=[1])])
    assert not are_of_sums([promotion("A", on_agreed_prices=True), promotion("B")])
