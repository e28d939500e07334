"""The sums after any change are those of pricing the whole cart, and a change costs the same in any cart."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from app.core.db import statements
from app.core.errors import Invalid
from app.core.tenancy import acting_as
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import add_lines, remove_lines, restore, set_note, set_quantities
from app.ordering.service.checkout import check_prices
from tests.factories.ordering import article, buyer, change_price, fill_cart, ref, set_on_hand, wanted
from tests.factories.promotions import promotion

pytestmark = pytest.mark.usefixtures("ctx")


def agrees(actor, edit) -> None:
    """What a change answered is what pricing everything finds."""
    whole = priced_cart(actor, edit.cart_id)
    assert edit.totals == whole.totals
    assert edit.effects == whole.effects
    assert edit.counts == whole.counts
    assert edit.version == whole.version
    by_id = {row.line_id: row for row in whole.rows}
    for row in edit.rows:
        same = by_id[row.line_id]
        assert (row.price, row.promise, row.problems, row.quantity) == (
            same.price, same.promise, same.problems, same.quantity,
        )  # fmt: skip
    for row in whole.rows:
        assert row.facts == row.kept, "what is kept with every line is what pricing finds"


def range_of_goods():
    return [
        article("NUT", "0.20", breaks={10: "0.18", 100: "0.15"}, units={"XBX": 50}),
        article("PEN", "2.35", vat_class="reduced", units={"XPK": 12}),
        article("FEW", "7.77", stock=5),
        article("NONE", None),
        article("PACK", "3.333333", step=6, base_unit="H87"),
        article("FREE", "0"),
        *(article(f"A{number}", f"{number + 1}.0{number}") for number in range(8)),
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("has_promotions", [False, True], ids=["plain", "promoted"])
def test_sums_after_any_sequence_of_changes_are_those_of_pricing_everything(seed, has_promotions):
    chance = random.Random(seed)
    goods = range_of_goods()
    if has_promotions:
        promotion("TENTH", min_net="50")
        promotion("LINE", "5", kind="line", targets=[("article", one.sku) for one in goods[:3]], min_quantity="8")
    ann = buyer()
    cart_id = fill_cart(ann, [(goods[0], 3)])
    undos: list[int] = []
    with acting_as(ann):
        for _step in range(30):
            lines = [row.line_id for row in priced_cart(ann, cart_id).rows]
            choice = chance.random()
            try:
                if choice < 0.4 or not lines:
                    units = {"NUT": ("H87", "XBX"), "PEN": ("H87", "XPK")}
                    chosen = chance.sample(goods, chance.randint(1, 4))
                    asked = [
                        wanted(one, 6 * chance.randint(1, 20), chance.choice(units.get(one.sku, ("H87",))))
                        for one in chosen
                    ]
                    edit = add_lines(ann, cart_id, asked, client_ref=ref()).page
                elif choice < 0.7:
                    some = chance.sample(lines, min(len(lines), chance.randint(1, 3)))
                    edit = set_quantities(
                        ann, cart_id, {line: (Decimal(6 * chance.randint(1, 30)), None) for line in some}
                    )
                elif choice < 0.85:
                    gone = remove_lines(ann, cart_id, chance.sample(lines, min(len(lines), 2)))
                    undos.append(gone.change_id)
                    edit = gone.page
                elif undos:
                    edit = restore(ann, cart_id, undos.pop())
                else:
                    set_note(ann, cart_id, lines[0], str(chance.random()))
                    continue
            except Invalid:
                continue
            agrees(ann, edit)


def test_what_is_kept_follows_prices_at_checkout_only():
    nut, pin = article("NUT", "2.00"), article("PIN", "1.00")
    ann = buyer()
    cart_id = fill_cart(ann, [(nut, 1), (pin, 1)])
    change_price(nut, "2.50")
    with acting_as(ann):
        line = priced_cart(ann, cart_id).rows[1].line_id
        edit = set_quantities(ann, cart_id, {line: (Decimal(2), None)})
        assert edit.totals.net_total == Decimal("4.00"), "the other line as it was seen last"
        check_prices(ann, cart_id)
        edit = set_quantities(ann, cart_id, {line: (Decimal(3), None)})
        assert edit.totals.net_total == Decimal("5.50")
        agrees(ann, edit)


def test_other_lines_of_the_same_article_are_priced_along():
    nut = article("NUT", "2.00", units={"XBX": 50}, stock=60)
    ann = buyer()
    cart_id = fill_cart(ann, [(nut, 10), (article("PIN"), 1)])
    with acting_as(ann):
        edit = add_lines(ann, cart_id, [wanted(nut, 1, "XBX")], client_ref=ref()).page
        assert [(row.unit, bool(row.problems)) for row in edit.rows] == [("H87", False), ("XBX", False)]
        edit = set_quantities(ann, cart_id, {edit.rows[0].line_id: (Decimal(11), None)})
        assert [bool(row.problems) for row in edit.rows] == [True, True], "both want more than there is"
        assert edit.counts.problems == 2
        assert {row.version for row in priced_cart(ann, cart_id).rows} == {edit.version, 1}
        set_on_hand(nut, 1000)


def test_one_change_takes_the_same_statements_in_any_cart():
    made = [article(f"A{number:02}") for number in range(40)]
    counts = []
    for size in (2, 40):
        ann = buyer()
        cart_id = fill_cart(ann, [(one, 1) for one in made[:size]])
        with acting_as(ann):
            line = priced_cart(ann, cart_id).rows[0].line_id
            with statements() as seen:
                set_quantities(ann, cart_id, {line: (Decimal(5), None)})
            with statements() as more:
                add_lines(ann, cart_id, [wanted(made[0], 1)], client_ref=ref())
        counts.append((len(seen), len(more)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 16
