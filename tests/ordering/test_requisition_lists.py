"""Requisition lists below the pages: sharing, line-wise changes, approval, into the cart, out to a file and back."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from app.accounts.domain.roles import Role
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tables.writing import csv_chunks, write_xlsx
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.order_export import order_rows
from app.ordering.domain.requisition_list import Access, LineEdit, ListState
from app.ordering.queries.quick_order import read_file
from app.ordering.queries.requisition_files import sorted_file, wanted_lines
from app.ordering.queries.requisition_lists import (
    editable_lists,
    file_lines,
    happened,
    list_head,
    list_lines,
    lists,
    release_lines,
    shares,
    waiting_lists,
)
from app.ordering.service.requisition_lines import (
    change_lines,
    move_line,
    put_lines,
    restore_lines,
    take_instead,
    take_lines_off,
    transfer_lines,
)
from app.ordering.service.requisition_lists import (
    approve_list,
    create_list,
    delete_list,
    propose_list,
    reject_list,
    rename_list,
    restore_list,
    set_list_approval,
    share_list,
    withdraw_list,
)
from app.ordering.service.requisition_orders import order_from_list
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, change_article, ref, wanted
from tests.support.queries import counted


@pytest.fixture
def company(ctx):
    return customer("BRANDT", name="Brandt")


@pytest.fixture
def ann(company):
    return buyer(company, name="Ann")


@pytest.fixture
def ben(company):
    return buyer(company, name="Ben")


@pytest.fixture
def chief(company):
    return buyer(company, Role.COMPANY_ADMIN, name="Chief")


def made(actor, lines=(), name="Weekly"):
    with acting_as(actor):
        list_id = create_list(actor, name, client_ref=ref())
        if lines:
            put_lines(actor, list_id, lines, client_ref=ref())
    return list_id


def held(actor, list_id):
    with acting_as(actor):
        return {
            line.sku: (line.quantity, line.unit, line.note)
            for line in list_lines(actor, list_head(actor, list_id))
        }  # fmt: skip


def line_of(actor, list_id, sku):
    with acting_as(actor):
        return next(line for line in list_lines(actor, list_head(actor, list_id)) if line.sku == sku)


def test_a_list_holds_what_cannot_be_ordered_and_merges_equal_lines(ann):
    nut, old, pack = article("NUT"), article("OLD"), article("PACK", minimum=12, step=12)
    change_article(old, status="discontinued")
    hidden = article("HEAD", is_head=True)
    list_id = made(ann)
    with acting_as(ann):
        asked = [
            wanted(nut, 5, note="hall 3"), wanted(nut, 2), wanted(old, 3), wanted(pack, 5), wanted(hidden, 1),
            wanted(nut, 1, "XBX"), wanted(nut, 0),
        ]  # fmt: skip
        put = put_lines(ann, list_id, asked, client_ref="same")
        assert (put.new, put.grown, [place for place, _ in put.refused]) == (3, 0, [4, 5, 6])
        again = put_lines(ann, list_id, asked, client_ref="same")
        assert (again.change_id, again.new) == (put.change_id, 0)
        assert put_lines(ann, list_id, [wanted(nut, 3)], client_ref=ref()).grown == 1
        with pytest.raises(Conflict):
            put_lines(ann, list_id, [wanted(nut, 3)], client_ref="same")
        with pytest.raises(Invalid):
            put_lines(ann, list_id, [wanted(hidden, 3)], client_ref=ref())
        lines = list_lines(ann, list_head(ann, list_id))
        assert list_head(ann, list_id).line_count == 3
    assert {line.sku: line.quantity for line in lines} == {"NUT": 10, "OLD": 3, "PACK": 5}
    assert [problem.code for line in lines for problem in line.today.problems] == ["discontinued", "quantity"]
    assert lines[0].note == "hall 3"


def test_who_may_do_what(ann, ben, chief):
    nut = article("NUT")
    list_id = made(ann, [wanted(nut, 5)])
    with acting_as(ben), pytest.raises(NotFound):
        list_head(ben, list_id)
    with acting_as(chief), pytest.raises(NotFound):
        list_head(chief, list_id)  # private until it is put forward
    with acting_as(ann):
        share_list(ann, list_id, ben.user_id, Access.SEE)
    with acting_as(ben):
        assert list_head(ben, list_id).access is Access.SEE
        assert [head.id for head in lists(ben, show="shared", limit=9)] == [list_id]
        assert editable_lists(ben) == []
        for work in (
            lambda: put_lines(ben, list_id, [wanted(nut, 1)], client_ref=ref()),
            lambda: take_lines_off(ben, list_id, None),
            lambda: rename_list(ben, list_id, "Mine now", ""),
            lambda: delete_list(ben, list_id),
            lambda: share_list(ben, list_id, None, Access.EDIT),
        ):
            with pytest.raises(Forbidden):
                work()
    with acting_as(ann):
        share_list(ann, list_id, None, Access.EDIT)
        assert [(one.name, one.access) for one in shares(ann, list_head(ann, list_id))] == [
            ("", Access.EDIT), ("Ben", Access.SEE),
        ]  # fmt: skip
        with pytest.raises(Invalid):
            share_list(ann, list_id, buyer().user_id, Access.SEE)
    with acting_as(ben):
        put_lines(ben, list_id, [wanted(nut, 1)], client_ref=ref())
        with pytest.raises(Forbidden):
            delete_list(ben, list_id)
    assert held(chief, list_id) == {"NUT": (Decimal(6), "H87", "")}
    stranger = buyer()
    with acting_as(stranger), pytest.raises(NotFound):
        list_head(stranger, list_id)
    with acting_as(ann):
        share_list(ann, list_id, None, Access.NONE)
        delete_list(ann, list_id)
        assert lists(ann, limit=9) == []
    with acting_as(ben), pytest.raises(NotFound):
        list_head(ben, list_id)
    with acting_as(ann):
        restore_list(ann, list_id)
        assert list_head(ann, list_id).name == "Weekly"
        said = [(entry.who, entry.action) for entry in happened(ann, list_head(ann, list_id))]
    assert said[:2] == [("Ann", "list_restored"), ("Ann", "list_deleted")]
    assert ("Ben", "list_lines_put") in said


def test_two_people_on_one_list_lose_nothing(ann, ben):
    nut, pin, rod = article("NUT"), article("PIN"), article("ROD")
    list_id = made(ann, [wanted(nut, 5), wanted(pin, 5), wanted(rod, 5)])
    with acting_as(ann):
        share_list(ann, list_id, ben.user_id, Access.EDIT)
        seen = {line.sku: line for line in list_lines(ann, list_head(ann, list_id))}
    with acting_as(ben):
        change_lines(ben, list_id, {seen["NUT"].line_id: LineEdit(0, Decimal(40))})
        take_lines_off(ben, list_id, [seen["ROD"].line_id])
    with acting_as(ann):
        done = change_lines(
            ann, list_id,
            {
                seen["NUT"].line_id: LineEdit(0, Decimal(7)),
                seen["PIN"].line_id: LineEdit(0, Decimal(8), note="hall 4"),
                seen["ROD"].line_id: LineEdit(0, Decimal(9)),
            },
        )  # fmt: skip
    assert done.count == 1
    assert [(one.sku, one.entered, one.quantity, one.by) for one in done.clashes] == [
        ("NUT", 7, 40, "Ben"), ("", 9, None, "Ben"),
    ]  # fmt: skip
    assert held(ben, list_id) == {"NUT": (40, "H87", ""), "PIN": (8, "H87", "hall 4")}
    with acting_as(ann):  # the same value twice is no clash
        assert change_lines(ann, list_id, {seen["NUT"].line_id: LineEdit(0, Decimal(40))}).clashes == ()


def test_removing_can_be_undone_and_keeps_what_came_meanwhile(ann):
    nut, pin = article("NUT"), article("PIN")
    list_id = made(ann, [wanted(nut, 5, note="n"), wanted(pin, 5)])
    with acting_as(ann):
        gone = take_lines_off(ann, list_id, None)
        put_lines(ann, list_id, [wanted(pin, 1)], client_ref=ref())
        assert restore_lines(ann, list_id, gone.change_id) == 1
        with pytest.raises(Conflict):
            restore_lines(ann, list_id, gone.change_id)
        with pytest.raises(NotFound):
            take_lines_off(ann, list_id, [1_000_000])
    assert held(ann, list_id) == {"NUT": (5, "H87", "n"), "PIN": (1, "H87", "")}


def test_units_places_and_replacements(ann):
    new = article("NEW", units={"XBX": 10})
    old = article("OLD", successor=new, units={"XBX": 10})
    nut = article("NUT", units={"XBX": 10})
    list_id = made(ann, [wanted(nut, 5), wanted(nut, 1, "XBX"), wanted(old, 2, "XBX", "keep")])
    pieces = next(line for line in _lines(ann, list_id) if line.unit == "H87")
    with acting_as(ann):
        with pytest.raises(Invalid):
            change_lines(ann, list_id, {pieces.line_id: LineEdit(0, unit="XBX")})
        with pytest.raises(Invalid):
            change_lines(ann, list_id, {pieces.line_id: LineEdit(0, unit="XPK")})
        with pytest.raises(Invalid):
            take_instead(ann, list_id, line_of(ann, list_id, "OLD").line_id, "NONE")
        take_instead(ann, list_id, line_of(ann, list_id, "OLD").line_id, "NEW")
        assert [(line.sku, line.unit, line.quantity, line.note) for line in _lines(ann, list_id)] == [
            ("NUT", "H87", 5, ""), ("NUT", "XBX", 1, ""), ("NEW", "XBX", 2, "keep"),
        ]  # fmt: skip
        move_line(ann, list_id, line_of(ann, list_id, "NEW").line_id, 1)
        assert [line.sku for line in _lines(ann, list_id)] == ["NEW", "NUT", "NUT"]
        move_line(ann, list_id, line_of(ann, list_id, "NEW").line_id, 2)
        assert [line.sku for line in _lines(ann, list_id)] == ["NUT", "NEW", "NUT"]
        move_line(ann, list_id, line_of(ann, list_id, "NEW").line_id, 99)
        assert [line.sku for line in _lines(ann, list_id)] == ["NUT", "NUT", "NEW"]


def _lines(actor, list_id):
    with acting_as(actor):
        return list_lines(actor, list_head(actor, list_id))


def test_lines_go_to_other_lists(ann, ben):
    nut, pin = article("NUT"), article("PIN")
    source, target = made(ann, [wanted(nut, 5), wanted(pin, 2)]), made(ann, [wanted(nut, 1)], "Other")
    with acting_as(ann):
        share_list(ann, source, ben.user_id, Access.SEE)
        put = transfer_lines(ann, source, target, [line_of(ann, source, "NUT").line_id], is_move=True, client_ref=ref())
        assert (put.new, put.grown) == (0, 1)
    assert held(ann, source) == {"PIN": (2, "H87", "")}
    assert held(ann, target) == {"NUT": (6, "H87", "")}
    with acting_as(ann):
        restore_lines(ann, source, put.change_id)
        with pytest.raises(Invalid):
            transfer_lines(ann, source, source, None, is_move=False, client_ref=ref())
    own = made(ben)
    with acting_as(ben):
        transfer_lines(ben, source, own, None, is_move=False, client_ref=ref())
        with pytest.raises(Forbidden):
            transfer_lines(ben, source, own, None, is_move=True, client_ref=ref())
    assert held(ben, own) == held(ann, source)


def test_into_the_cart_keeps_the_list_and_tells_what_stays_out(ann):
    nut, pack, short, free = (
        article("NUT"),
        article("PACK", minimum=12, step=12),
        article("SHORT", stock=7),
        article("FREE", None),
    )
    new = article("NEW")
    old = article("OLD", successor=new)
    rows = [wanted(nut, 5, note="hall 3"), wanted(pack, 5), wanted(short, 9), wanted(free, 1), wanted(old, 2)]
    list_id = made(ann, rows)
    with acting_as(ann):
        picked = [
            (line.line_id, WantedLine(line.article_id, line.quantity, line.unit, line.note))
            for line in _lines(ann, list_id)
        ]
        done = order_from_list(ann, list_id, picked, client_ref="once")
        assert [(row.article.sku, row.quantity, row.note) for row in done.added.page.rows] == [("NUT", 5, "hall 3")]
        assert [(one.today.article.sku, one.today.problems[0].code) for one in done.left_out] == [
            ("PACK", "quantity"), ("SHORT", "stock"), ("FREE", "no_price"), ("OLD", "discontinued"),
        ]  # fmt: skip
        again = order_from_list(ann, list_id, picked, client_ref="once")
        assert [row.quantity for row in again.added.page.rows] == [5]
        with pytest.raises(Invalid):
            order_from_list(ann, list_id, [], client_ref=ref())
        assert order_from_list(ann, list_id, picked[1:], client_ref=ref()).added is None

    assert held(ann, list_id)["NUT"] == (5, "H87", "hall 3")


def test_juniors_propose_and_seniors_release(ann, ben, chief):
    nut, pin = article("NUT"), article("PIN")
    list_id = made(ann, [wanted(nut, 5)])
    with acting_as(ann):
        share_list(ann, list_id, None, Access.EDIT)
        with pytest.raises(Conflict):
            propose_list(ann, list_id)
        with pytest.raises(Forbidden):
            set_list_approval(ann, is_needed=True)
    with acting_as(chief):
        set_list_approval(chief, is_needed=True)
    with acting_as(ann):
        with pytest.raises(Conflict, match="approved yet"):
            order_from_list(ann, list_id, [(1, wanted(nut, 1))], client_ref=ref())
        propose_list(ann, list_id)
        with pytest.raises(Conflict, match="Withdraw"):
            put_lines(ann, list_id, [wanted(pin, 1)], client_ref=ref())
        with pytest.raises(Forbidden):
            approve_list(ann, list_id, version=list_head(ann, list_id).version)
        withdraw_list(ann, list_id)
        put_lines(ann, list_id, [wanted(pin, 1)], client_ref=ref())
        propose_list(ann, list_id)
    with acting_as(chief):
        assert waiting_lists(chief) == 1
        assert [head.id for head in lists(chief, show="waiting", limit=9)] == [list_id]
        with pytest.raises(Conflict):
            approve_list(chief, list_id, version=1)  # an older page
        with pytest.raises(Invalid):
            reject_list(chief, list_id, version=2, reason=" ")
        reject_list(chief, list_id, version=2, reason="too many pins")
    with acting_as(ann):
        head = list_head(ann, list_id)
        assert (head.state, head.reason, head.decided_by) == (ListState.REJECTED, "too many pins", "Chief")
        propose_list(ann, list_id)
    with acting_as(chief):
        assert approve_list(chief, list_id, version=2) == 1
        with pytest.raises(Conflict):
            reject_list(chief, list_id, version=2, reason="late")
    with acting_as(ben):  # a change makes a draft; the approved version stays usable as it was
        take_lines_off(ben, list_id, [line_of(ben, list_id, "PIN").line_id])
        head = list_head(ben, list_id)
        assert (head.state, head.release.number, head.release.by) == (ListState.DRAFT, 1, "Chief")
        kept = release_lines(ben, head)
        assert [(line.sku, line.quantity) for line in kept] == [("NUT", 5), ("PIN", 1)]
        picked = [(line.line_id, WantedLine(line.article_id, line.quantity, line.unit)) for line in kept]
        with pytest.raises(Conflict, match="Another version"):
            order_from_list(ben, list_id, picked, client_ref=ref(), release=2)
        assert order_from_list(ben, list_id, picked, client_ref=ref(), release=1).count == 2
    with acting_as(chief):
        assert (
            approve_list(chief, list_id, version=3) == 2
        )  # shared with everybody to edit: a senior releases it at once


def test_a_list_goes_out_and_comes_back_the_same(ann):
    made_lines = [
        wanted(article("NUT", units={"XBX": 10}), 5, note='=hall 3; "left"'), wanted(article("KG", base_unit="KGM", precision=3), "1.250", "KGM"),
        wanted(article("OLD", status="discontinued"), 1000),
    ]  # fmt: skip
    box = wanted(article("BOX", units={"XBX": 10}), 2, "XBX", "two\tlines")
    source = made(ann, [*made_lines, box])
    with acting_as(ann):
        rows = list(order_rows(file_lines(ann, list_head(ann, source))))
        book = io.BytesIO()
        write_xlsx(rows, book, sheet="List")
        for content in (b"".join(csv_chunks(rows)), book.getvalue()):
            target = made(ann)
            found = sorted_file(ann, read_file(io.BytesIO(content), "list"))
            assert not found.problems
            put_lines(ann, target, wanted_lines(found), client_ref=ref())
            assert held(ann, target) == held(ann, source)


def test_as_many_statements_for_two_lines_as_for_many(app, ann):
    few, many = made(ann), made(ann)
    articles = [article(f"M-{n}") for n in range(60)]
    with acting_as(ann):
        put_lines(ann, few, [wanted(one, 1) for one in articles[:2]], client_ref=ref())
        order_from_list(ann, few, [(0, wanted(articles[0], 1))], client_ref=ref())
        counts = []
        for list_id, chosen in ((few, articles[:2]), (many, articles)):
            put_lines(ann, list_id, [wanted(articles[0], 1)], client_ref=ref())
            with counted(app) as seen:
                put_lines(ann, list_id, [wanted(one, 1) for one in chosen], client_ref=ref())
                lines = _lines(ann, list_id)
                change_lines(ann, list_id, {line.line_id: LineEdit(line.version, Decimal(3)) for line in lines})
                order_from_list(ann, list_id, [(0, wanted(one, 1)) for one in chosen], client_ref=ref())
                restore_lines(ann, list_id, take_lines_off(ann, list_id, None).change_id)
            counts.append(len(seen))
        assert counts[0] == counts[1]
        assert [len(head.name) for head in lists(ann, limit=9)] == [6, 6]
