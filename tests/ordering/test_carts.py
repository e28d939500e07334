"""Several carts of one person, and one cart of several: rights, names, copies, merging, undo, clashes, lines for later."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.accounts.models.people import Membership
from app.core import audit
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.sharing import Right
from app.ordering.queries.cart import active_cart, cart_head, demand_right, priced_cart
from app.ordering.queries.carts import carts, changes_since, colleagues, guests, line_history
from app.ordering.queries.saved_lines import saved_lines
from app.ordering.service.cart import (
    add_lines,
    make_active,
    new_cart,
    remove_lines,
    set_line,
    set_note,
    set_quantities,
)
from app.ordering.service.cart_visits import pulse
from app.ordering.service.carts import (
    bring_back,
    copy_cart,
    discard_cart,
    merge_carts,
    rename_cart,
    share_cart,
    unmerge,
    unshare_cart,
)
from app.ordering.service.saved_lines import forget_saved, save_for_later, take_back
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, order, ref, sales, wanted

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house():
    """Ann with a cart of 2 nuts and 3 pins, her colleague Bob, and somebody else's buyer."""
    company = customer()
    ann, bob, eve = buyer(company), buyer(company), buyer()
    nut, pin = article("NUT", "2"), article("PIN", "1")
    return ann, bob, eve, fill_cart(ann, [(nut, 2), (pin, 3)]), nut, pin


def quantities(actor, cart_id):
    return {(row.article.sku, row.unit): row.quantity for row in priced_cart(actor, cart_id).rows}


def lines(actor, cart_id):
    return {row.article.sku: row.line_id for row in priced_cart(actor, cart_id).rows}


def share(ann, cart_id, with_whom, right):
    with acting_as(ann):
        share_cart(ann, cart_id, with_whom.user_id if with_whom else None, right)


@pytest.mark.parametrize("is_everybody", [False, True], ids=["person", "company"])
@pytest.mark.parametrize("right", list(Right))
def test_a_right_allows_what_it_says_and_no_more(house, right, is_everybody):
    ann, bob, eve, cart_id, nut, _ = house
    share(ann, cart_id, None if is_everybody else bob, right)
    with acting_as(bob):
        assert cart_head(bob, cart_id).right is right
        assert quantities(bob, cart_id)["NUT", "H87"] == 2
        if right is Right.SEE:
            with pytest.raises(Forbidden, match="look at only"):
                add_lines(bob, cart_id, [wanted(nut, 1)], client_ref=ref())
            with pytest.raises(Forbidden):
                make_active(bob, cart_id)
            with pytest.raises(Forbidden):
                save_for_later(bob, cart_id, list(lines(bob, cart_id).values()))
        else:
            add_lines(bob, cart_id, [wanted(nut, 1)], client_ref=ref())
            make_active(bob, cart_id)
            assert active_cart(bob).id == cart_id
        head = cart_head(bob, cart_id)
        if right is Right.ORDER:
            demand_right(bob, head, Right.ORDER)
        else:
            with pytest.raises(Forbidden):
                demand_right(bob, head, Right.ORDER)
        with pytest.raises(Forbidden, match="Only the owner"):
            share_cart(bob, cart_id, None, Right.ORDER)
        with pytest.raises(Forbidden):
            discard_cart(bob, cart_id)
    with acting_as(eve), pytest.raises(NotFound):
        cart_head(eve, cart_id)


def test_sharing_ends_and_a_guest_may_leave(house):
    ann, bob, _, cart_id, nut, _ = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(bob):
        make_active(bob, cart_id)
    with acting_as(ann):
        assert [(guest.name, guest.right) for guest in guests(ann, cart_head(ann, cart_id))] == [(bob.name, Right.EDIT)]
        unshare_cart(ann, cart_id, bob.user_id)
        with pytest.raises(NotFound):
            unshare_cart(ann, cart_id, bob.user_id)
    with acting_as(bob):
        assert active_cart(bob) is None
        made = add_lines(bob, None, [wanted(nut, 1)], client_ref=ref()).page.cart_id
        assert made != cart_id
    share(ann, cart_id, bob, Right.SEE)
    with acting_as(bob):
        unshare_cart(bob, cart_id, bob.user_id)
        with pytest.raises(NotFound):
            cart_head(bob, cart_id)


def test_only_active_people_of_the_company_are_let_in(house):
    ann, bob, eve, cart_id, *_ = house
    with acting_as(ann):
        assert [name for _id, name in colleagues(ann, cart_head(ann, cart_id))] == [bob.name]
        for other in (eve.user_id, ann.user_id, 999_999):
            with pytest.raises(Invalid):
                share_cart(ann, cart_id, other, Right.SEE)
    with system_scope("test"), transaction() as session:
        session.query(Membership).filter_by(user_id=bob.user_id).update({"is_active": False})
    with acting_as(ann), pytest.raises(Invalid):
        share_cart(ann, cart_id, bob.user_id, Right.SEE)


def test_a_bookkeeper_fills_no_carts_and_is_not_offered():
    company = customer()
    ann, bob = buyer(company), buyer(company)
    buyer(company, Role.BOOKKEEPER)
    cart_id = fill_cart(ann, [(article("NUT"), 1)])
    with acting_as(ann):
        assert [user_id for user_id, _name in colleagues(ann, cart_head(ann, cart_id))] == [bob.user_id]


def test_the_operator_sees_and_may_do_all(house):
    ann, _, _, cart_id, nut, _ = house
    desk = sales()
    with acting_as(desk):
        assert cart_head(desk, cart_id, Right.ORDER).right is Right.ORDER
        add_lines(desk, cart_id, [wanted(nut, 1)], client_ref=ref())
    with acting_as(ann):
        assert quantities(ann, cart_id)["NUT", "H87"] == 3


def test_a_person_keeps_several_carts_and_works_in_one(house):
    ann, bob, _, first, nut, _ = house
    share(ann, first, bob, Right.SEE)
    with acting_as(ann):
        second = new_cart(ann, "Dock 3")
        assert active_cart(ann).id == first, "a new cart waits until it is chosen"
        make_active(ann, second)
        add_lines(ann, None, [wanted(nut, 7)], client_ref=ref())
        assert quantities(ann, second) == {("NUT", "H87"): 7}
        assert [(row.name, row.is_active, row.is_shared, row.line_count) for row in carts(ann)] == [
            ("Dock 3", True, False, 1), ("", False, True, 2),
        ]  # fmt: skip
        new_cart(ann, "hidden", kind="standing")
        assert len(carts(ann)) == 2
        with pytest.raises(Invalid):
            new_cart(ann, "x" * 81)
    with acting_as(bob):
        assert [(row.id, row.owner, row.right) for row in carts(bob)] == [(first, ann.name, Right.SEE)]


def test_an_ordered_cart_is_left_behind_and_the_others_stay(house):
    ann, _, _, _, nut, pin = house
    with acting_as(ann):
        other = new_cart(ann, "later")
    order(ann, [(pin, 1)])
    with acting_as(ann):
        assert active_cart(ann) is None
        assert [row.id for row in carts(ann)] == [other]
        assert add_lines(ann, None, [wanted(nut, 1)], client_ref=ref()).page.cart_id != other


def test_carts_are_renamed_copied_and_thrown_away_with_undo(house):
    ann, bob, _, cart_id, nut, _ = house
    share(ann, cart_id, bob, Right.SEE)
    with acting_as(ann):
        rename_cart(ann, cart_id, " Hall 7 ")
        assert cart_head(ann, cart_id).name == "Hall 7"
        discard_cart(ann, cart_id)
        assert active_cart(ann) is None
        assert carts(ann) == []
        with pytest.raises(Conflict):
            add_lines(ann, cart_id, [wanted(nut, 1)], client_ref=ref())
        bring_back(ann, cart_id)
        with pytest.raises(Conflict):
            bring_back(ann, cart_id)
        assert active_cart(ann).id == cart_id
        actions = [(entry.action, entry.changes) for entry in audit.history(ann, "cart", cart_id)]
    assert [action for action, _ in actions] == ["shared", "renamed", "discarded", "brought_back"]
    assert actions[1][1] == {"name": ["", "Hall 7"]}
    with acting_as(bob):
        copied = copy_cart(bob, cart_id, "Mine")
        assert quantities(bob, copied) == quantities(bob, cart_id)
        assert cart_head(bob, copied).net_seen == Decimal(7)
        set_quantities(bob, copied, {lines(bob, copied)["NUT"]: (Decimal(9), None)})
        assert quantities(bob, cart_id)["NUT", "H87"] == 2


def test_two_carts_become_one_and_can_be_parted_again(house):
    ann, _, _, first, nut, _ = house
    bolt = article("BOLT", "3")
    with acting_as(ann):
        second = new_cart(ann, "more")
        add_lines(ann, second, [wanted(nut, 5), wanted(bolt, 1, note="red")], client_ref=ref())
        merged = merge_carts(ann, second, first)
        assert merged.count == 2
        assert quantities(ann, first) == {("NUT", "H87"): 7, ("PIN", "H87"): 3, ("BOLT", "H87"): 1}
        page = priced_cart(ann, first)
        assert (cart_head(ann, first).net_seen, cart_head(ann, first).line_count) == (page.totals.net_total, 3)
        assert all(row.facts == row.kept for row in page.rows)
        assert [str(one.words) for one in line_history(ann, first, lines(ann, first)["NUT"])] == ["2 pcs became 7 pcs"]
        assert [row.id for row in carts(ann)] == [first]
        set_quantities(ann, first, {lines(ann, first)["BOLT"]: (Decimal(4), None)})
        unmerge(ann, second, first, merged.change_id)
        assert quantities(ann, first) == {("NUT", "H87"): 2, ("PIN", "H87"): 3, ("BOLT", "H87"): 4}, (
            "changed since: stays"
        )
        assert quantities(ann, second) == {("NUT", "H87"): 5, ("BOLT", "H87"): 1}
        with pytest.raises(Conflict):
            unmerge(ann, second, first, merged.change_id)
        with pytest.raises(Invalid):
            merge_carts(ann, first, first)


def test_changes_of_different_lines_both_stay(house):
    ann, bob, _, cart_id, *_ = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(ann):
        seen = {row.line_id: (row.quantity, row.unit) for row in priced_cart(ann, cart_id).rows}
        nut, pin = seen
    with acting_as(bob):
        set_quantities(bob, cart_id, {nut: (Decimal(20), None)}, seen=seen)
    with acting_as(ann):
        set_quantities(ann, cart_id, {pin: (Decimal(30), None)}, seen=seen)
        assert list(quantities(ann, cart_id).values()) == [20, 30]
        row = priced_cart(ann, cart_id).rows[0]
        assert (row.changed_by, row.changed_by_id) == (bob.name, bob.user_id)


def test_a_change_of_the_same_line_is_told_and_nothing_is_overwritten(house):
    ann, bob, _, cart_id, *_ = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(ann):
        (nut, pin) = lines(ann, cart_id).values()
        seen = {nut: (Decimal(2), "H87"), pin: (Decimal(3), "H87")}
    with acting_as(bob):
        set_quantities(bob, cart_id, {nut: (Decimal(20), None)}, seen=seen)
    with acting_as(ann):
        with pytest.raises(Conflict) as told:
            set_quantities(ann, cart_id, {nut: (Decimal(5), None), pin: (Decimal(4), None)}, seen=seen)
        (clash,) = told.value.details
        assert (clash.line_id, clash.mine, clash.theirs, clash.who) == (nut, 5, 20, bob.name)
        assert list(quantities(ann, cart_id).values()) == [20, 3]
        set_quantities(ann, cart_id, {nut: (Decimal(20), None)}, seen=seen)  # both meant the same
        set_quantities(ann, cart_id, {nut: (Decimal(5), None)}, seen={nut: (Decimal(20), "H87")})
        history = [(one.who, str(one.words)) for one in line_history(ann, cart_id, nut)]
    assert history == [(ann.name, "20 pcs became 5 pcs"), (bob.name, "2 pcs became 20 pcs")]


def test_the_same_number_in_another_unit_is_another_quantity():
    company = customer()
    ann, bob = buyer(company), buyer(company)
    cart_id = fill_cart(ann, [(article("NUT", units={"XBX": 50}), 5)])
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(bob):
        line = lines(bob, cart_id)["NUT"]
        set_line(bob, cart_id, line, quantity=Decimal(5), unit="XBX", note="", seen=(Decimal(5), "H87"))
    with acting_as(ann), pytest.raises(Conflict):
        set_quantities(ann, cart_id, {line: (Decimal(6), None)}, seen={line: (Decimal(5), "H87")})


def test_a_line_taken_out_by_a_colleague_is_told_with_what_puts_it_back(house):
    ann, bob, _, cart_id, nut, _ = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(bob):
        line = lines(bob, cart_id)["NUT"]
        remove_lines(bob, cart_id, [line])
    with acting_as(ann):
        with pytest.raises(Conflict) as told:
            set_quantities(ann, cart_id, {line: (Decimal(9), None)}, seen={line: (Decimal(2), "H87")})
        (clash,) = told.value.details
        assert (clash.mine, clash.theirs, clash.who, clash.sku, clash.article_id) == (9, None, bob.name, "NUT", nut.id)
        with pytest.raises(NotFound):
            set_quantities(ann, cart_id, {line: (Decimal(9), None)})


def test_an_open_page_learns_what_changed_and_who_is_here(house):
    ann, bob, _, cart_id, *_ = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(ann):
        head = cart_head(ann, cart_id)
        assert pulse(ann, head).others == ()
        at = head.version
        ids = lines(ann, cart_id)
    with acting_as(bob):
        head = cart_head(bob, cart_id)
        assert pulse(bob, head).others == (ann.name,)
        set_note(bob, cart_id, ids["NUT"], "urgent")
        remove_lines(bob, cart_id, [ids["PIN"]])
        new = add_lines(bob, cart_id, [wanted(article("BOLT"), 1)], client_ref=ref()).page.rows[0].line_id
    with acting_as(ann):
        found = pulse(ann, head)
        assert (found.version > at, found.state, found.others) == (True, "open", (bob.name,))
        changed = changes_since(ann, head, at)
        assert (changed.touched, changed.added, changed.gone) == ((ids["NUT"],), (new,), (ids["PIN"],))
        assert changes_since(ann, head, found.version) == replace(changed, touched=(), added=(), gone=())
        assert [str(one.words) for one in line_history(ann, cart_id, ids["NUT"])] == ["Note: urgent"]


def test_lines_for_later_stand_outside_the_sums_and_outlive_the_order(house):
    ann, bob, _, cart_id, nut, pin = house
    share(ann, cart_id, bob, Right.EDIT)
    with acting_as(ann):
        edit = save_for_later(ann, cart_id, [lines(ann, cart_id)["NUT"]])
        assert (edit.totals.net_total, edit.counts.lines) == (Decimal(3), 1)
        (kept,) = saved_lines(ann, cart_head(ann, cart_id))
        assert (kept.sku, kept.quantity, kept.who) == ("NUT", 2, ann.name)
        add_lines(ann, cart_id, [wanted(nut, 3)], client_ref=ref())
        save_for_later(ann, cart_id, [lines(ann, cart_id)["NUT"]])
        assert [row.quantity for row in saved_lines(ann, cart_head(ann, cart_id))] == [5]
    order(ann, [(pin, 1)])
    with acting_as(bob):
        assert saved_lines(bob, None) == []
    with acting_as(ann):
        (kept,) = saved_lines(ann, None)
        added = take_back(ann, None, kept.id)
        assert quantities(ann, added.page.cart_id) == {("NUT", "H87"): 5}
        assert saved_lines(ann, None) == []
        with pytest.raises(NotFound):
            take_back(ann, None, kept.id)
        save_for_later(ann, added.page.cart_id, list(lines(ann, added.page.cart_id).values()))
        (kept,) = saved_lines(ann, cart_head(ann, added.page.cart_id))
        forget_saved(ann, added.page.cart_id, kept.id)
        assert saved_lines(ann, cart_head(ann, added.page.cart_id)) == []
