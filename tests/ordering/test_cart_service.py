"""Filling a cart: merged lines, rules, repeats, undo, and what the top bar knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from app.ordering.queries.cart import active_cart, priced_cart
from app.ordering.service.cart import add_lines, remove_lines, restore, set_note, set_quantities
from tests.factories.accounts import customer
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_company,
    change_price,
    fill_cart,
    ref,
    sales,
    wanted,
)

pytestmark = pytest.mark.usefixtures("ctx")


def test_added_lines_have_price_sum_and_place():
    bolt, nut = article("BOLT", "2.50"), article("NUT", "0.20", breaks={100: "0.15"})
    ann = buyer()
    with acting_as(ann):
        added = add_lines(ann, None, [wanted(bolt, 4), wanted(nut, 100)], client_ref=ref(), page="/shop")
        head = active_cart(ann)
    assert (added.new, added.grown) == (2, 0)
    assert [(row.article.sku, row.price.net, row.problems) for row in added.page.rows] == [
        ("BOLT", Decimal("10.00"), ()),
        ("NUT", Decimal("15.00"), ()),
    ]
    assert added.page.totals.net_total == Decimal("25.00")
    assert added.page.totals.gross_total == Decimal("29.75")
    assert head is not None
    assert (head.line_count, head.net_seen) == (2, Decimal(25))


def test_the_same_article_and_unit_again_adds_to_the_line():
    nut = article("NUT", "0.20", breaks={100: "0.15"}, units={"XBX": 50})
    ann = buyer()
    with acting_as(ann):
        add_lines(ann, None, [wanted(nut, 60), wanted(nut, 1, "XBX")], client_ref=ref())
        added = add_lines(ann, None, [wanted(nut, 40)], client_ref=ref())
    assert (added.new, added.grown) == (0, 1)
    assert [(row.quantity, row.unit, row.base_quantity) for row in added.page.rows] == [
        (Decimal(100), "H87", Decimal(100)),
        (Decimal(1), "XBX", Decimal(50)),
    ]
    assert added.page.rows[0].price.unit_price == Decimal("0.15")


def test_a_repeated_request_adds_once_and_other_content_is_refused():
    nut = article("NUT")
    ann, again = buyer(), ref()
    with acting_as(ann):
        add_lines(ann, None, [wanted(nut, 5)], client_ref=again)
        repeated = add_lines(ann, None, [wanted(nut, 5)], client_ref=again)
        assert repeated.page.rows[0].quantity == 5
        with pytest.raises(Conflict, match="other content"):
            add_lines(ann, None, [wanted(nut, 6)], client_ref=again)


def test_a_quantity_that_does_not_fit_is_refused_with_its_neighbours():
    pack = article("PACK", minimum=4, step=2, maximum=12)
    ann = buyer()
    with acting_as(ann):
        with pytest.raises(Invalid) as refused:
            add_lines(ann, None, [wanted(pack, 5)], client_ref=ref())
        assert str(refused.value) == "5 does not fit the packs. Take 4 or 6 pcs."
        assert refused.value.details[0][1].quantities == (Decimal(4), Decimal(6))
        assert active_cart(ann) is None


def test_many_lines_are_refused_together_and_nothing_is_added():
    pack, gone = article("PACK", step=6), article("GONE", status="discontinued")
    good = article("GOOD")
    ann = buyer()
    with acting_as(ann):
        with pytest.raises(Invalid) as refused:
            add_lines(ann, None, [wanted(good, 1), wanted(pack, 7), wanted(gone, 1)], client_ref=ref())
        assert [(index, problem.code) for index, problem in refused.value.details] == [
            (1, "quantity"),
            (2, "discontinued"),
        ]
        assert active_cart(ann) is None


def test_what_fits_together_with_the_cart_may_be_added():
    pack = article("PACK", minimum=12, step=6)
    ann = buyer()
    fill_cart(ann, [(pack, 12)])
    with acting_as(ann):
        added = add_lines(ann, None, [wanted(pack, 6)], client_ref=ref())
    assert (added.page.rows[0].quantity, added.page.rows[0].problems) == (Decimal(18), ())


def test_quantities_are_set_all_or_none():
    pack, nut = article("PACK", step=6), article("NUT")
    ann = buyer()
    cart_id = fill_cart(ann, [(pack, 6), (nut, 1)])
    with acting_as(ann):
        first, second = (row.line_id for row in priced_cart(ann, cart_id).rows)
        with pytest.raises(Invalid) as refused:
            set_quantities(ann, cart_id, {first: (Decimal(7), None), second: (Decimal(3), None)})
        assert refused.value.details[0][0] == first
        assert [row.quantity for row in priced_cart(ann, cart_id).rows] == [6, 1]
        page = set_quantities(ann, cart_id, {first: (Decimal(12), None), second: (Decimal(3), None)})
    assert [row.quantity for row in page.rows] == [12, 3]


def test_the_unit_of_a_line_can_be_changed_unless_the_cart_has_it_already():
    nut = article("NUT", units={"XBX": 50})
    ann = buyer()
    cart_id = fill_cart(ann, [(nut, 5)])
    with acting_as(ann):
        (row,) = priced_cart(ann, cart_id).rows
        page = set_quantities(ann, cart_id, {row.line_id: (Decimal(2), "XBX")})
        assert (page.rows[0].unit, page.rows[0].base_quantity) == ("XBX", Decimal(100))
        added = add_lines(ann, cart_id, [wanted(nut, 1)], client_ref=ref())
        with pytest.raises(Invalid, match="already"):
            set_quantities(ann, cart_id, {added.page.rows[1].line_id: (Decimal(1), "XBX")})


def test_removed_lines_come_back_at_their_place_with_note_and_once():
    bolt, nut, pin = article("BOLT"), article("NUT"), article("PIN")
    ann = buyer()
    cart_id = fill_cart(ann, [(bolt, 1), (nut, 2), (pin, 3)])
    with acting_as(ann):
        line = priced_cart(ann, cart_id).rows[1]
        set_note(ann, cart_id, line.line_id, "for the red door")
        removed = remove_lines(ann, cart_id, [line.line_id])
        assert (removed.page.counts.lines, removed.page.totals.net_total) == (2, Decimal(40))
        assert [row.article.sku for row in priced_cart(ann, cart_id).rows] == ["BOLT", "PIN"]
        restore(ann, cart_id, removed.change_id)
        assert [(row.article.sku, row.note) for row in priced_cart(ann, cart_id).rows] == [
            ("BOLT", ""), ("NUT", "for the red door"), ("PIN", ""),
        ]  # fmt: skip
        with pytest.raises(Conflict):
            restore(ann, cart_id, removed.change_id)


def test_an_emptied_cart_can_be_restored_whole():
    made = [article(f"A{number}") for number in range(5)]
    ann = buyer()
    cart_id = fill_cart(ann, [(one, 2) for one in made])
    with acting_as(ann):
        removed = remove_lines(ann, cart_id, None)
        assert removed.count == 5
        assert removed.page.rows == []
        assert len(restore(ann, cart_id, removed.change_id).rows) == 5


def test_a_blocked_account_fills_no_cart_but_a_credit_hold_does():
    nut = article("NUT")
    ann = buyer()
    change_company(ann.company_id, is_on_credit_hold=True, hold_reason="two invoices late")
    with acting_as(ann):
        add_lines(ann, None, [wanted(nut, 1)], client_ref=ref())
    change_company(ann.company_id, is_blocked=True, block_reason="contract ended")
    with acting_as(ann), pytest.raises(Conflict, match="contract ended"):
        add_lines(ann, None, [wanted(nut, 1)], client_ref=ref())


def test_problems_of_a_line_are_all_named():
    pack = article("PACK", step=6, stock=12)
    ann = buyer()
    cart_id = fill_cart(ann, [(pack, 18)])
    change_article(pack, step=4)
    with acting_as(ann):
        (row,) = priced_cart(ann, cart_id).rows
    assert [problem.code for problem in row.problems] == ["quantity", "stock"]
    assert str(row.problems[1].message) == "Only 12 pcs in stock."


def test_a_price_that_moves_is_seen_against_what_was_shown():
    nut = article("NUT", "2.00")
    ann = buyer()
    cart_id = fill_cart(ann, [(nut, 1)])
    change_price(nut, "2.20")
    with acting_as(ann):
        (change,) = priced_cart(ann, cart_id).changes
    assert (change.old, change.new, change.is_dearer) == (Decimal("2.00"), Decimal("2.20"), True)


def test_the_next_break_is_offered():
    nut = article("NUT", "2.00", breaks={12: "1.80"})
    ann = buyer()
    cart_id = fill_cart(ann, [(nut, 9)])
    with acting_as(ann):
        hint = priced_cart(ann, cart_id).rows[0].hint
    assert hint is not None
    assert (hint.more, hint.price) == (Decimal(3), Decimal("1.80"))


def test_carts_of_others_do_not_exist():
    nut = article("NUT")
    company = customer()
    ann, colleague, stranger = buyer(company), buyer(company), buyer()
    cart_id = fill_cart(ann, [(nut, 1)])
    for other in (colleague, stranger):
        with acting_as(other):
            with pytest.raises(NotFound):
                priced_cart(other, cart_id)
            with pytest.raises(NotFound):
                add_lines(other, cart_id, [wanted(nut, 1)], client_ref=ref())
            with pytest.raises(NotFound):
                remove_lines(other, cart_id, None)


def test_the_operator_reads_carts_but_has_none():
    nut = article("NUT")
    ann, desk = buyer(), sales()
    cart_id = fill_cart(ann, [(nut, 1)])
    with acting_as(desk):
        assert priced_cart(desk, cart_id).rows[0].price.net == Decimal("10.00")


def test_the_program_itself_has_no_cart():
    nut = article("NUT")
    ann = buyer()
    nobody = replace(ann, user_id=None)
    with acting_as(nobody), pytest.raises(Forbidden):
        add_lines(nobody, None, [wanted(nut, 1)], client_ref=ref())
