"""Versions of a price list: drafts, percent, approval by two people, start, end, rollback; what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.pricing.domain.versions import PercentChange, Phase, Selection
from app.pricing.queries.comparison import (
    changed_articles,
    differences,
    every_difference,
    odd_breaks,
    odd_counts,
    summary,
)
from app.pricing.queries.prices import ladders
from app.pricing.queries.versions import holding_id, series
from app.pricing.service import versions as service
from app.pricing.service.lists import EntryRow, PriceListRow, remove_entries, upsert_entries, upsert_price_list
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article
from tests.factories.pricing import chain, german_vat, price_list

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


@pytest.fixture
def house(ctx):
    firm = operator()
    german_vat()
    for sku in ("A-1", "A-2", "B-1"):
        article(sku)
    price_list("GEN", {"A-1": {0: "10", 10: "9"}, "A-2": "20", "B-1": "5"})
    chain("ALL", "GEN", is_default=True)
    return firm


@pytest.fixture
def two(house):
    """The editor and the second person."""
    return [replace(actor_for(person(house, Role.PRICING), house), locale="en") for _ in range(2)]


def phases(code="GEN"):
    known = series(SYSTEM, code)
    return {version.version: known.phase(version) for version in known.versions}


def prices(company, on=None):
    found = ladders(SYSTEM, article_ids(), company_id=company.id, on=on or today())
    return {key: [step.price for step in ladder] for key, ladder in found.items()}


def article_ids():
    return dict(db.session.execute(text("SELECT id, sku FROM articles")).all()).keys()


def today():
    return series(SYSTEM, "GEN").today


def test_a_draft_copies_what_holds_and_nobody_buys_by_it(house):
    company = customer()
    before = prices(company)
    code = service.new_draft(SYSTEM, "GEN", label="Spring")
    assert code == "GEN.v2"
    known = series(SYSTEM, "GEN")
    assert [(v.version, v.entry_count, v.label) for v in known.versions] == [(2, 4, "Spring"), (1, 4, "")]
    assert phases() == {1: Phase.ACTIVE, 2: Phase.DRAFT}
    assert service.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(10))) == 4
    assert prices(company) == before
    assert summary(SYSTEM, known.head_id, known.versions[0].id).dearer == 4


def test_percent_over_a_selection_with_rounding(house):
    code = service.new_draft(SYSTEM, "GEN")
    chosen = Selection(sku_start="a-1")
    assert service.change_by_percent(SYSTEM, code, chosen, PercentChange(Decimal("3.3"), Decimal("0.05"), "up")) == 2
    new = series(SYSTEM, code).versions[0]
    rows = differences(SYSTEM, series(SYSTEM, code).head_id, new.id)
    assert [(row.sku, row.old_price, row.new_price, row.percent) for row in rows] == [
        ("A-1", 10, Decimal("10.35"), Decimal("3.50")), ("A-1", 9, Decimal("9.30"), Decimal("3.33")),
    ]  # fmt: skip
    for step, rounding, price in (("1", "half_up", 10), ("0.5", "down", 10), ("1", "up", 11)):
        other = service.new_draft(SYSTEM, "GEN", copied_from=2)
        service.change_by_percent(SYSTEM, other, chosen, PercentChange(Decimal(0), Decimal(step), rounding))
        found = db.session.scalar(text("SELECT max(price) FROM price_entries e JOIN price_lists p ON p.id = price_list_id "
                                       "JOIN articles a ON a.id = article_id WHERE p.code = :code AND sku = 'A-1'"), {"code": other})  # fmt: skip
        assert found == price
    for wrong in (
        PercentChange(Decimal(-100)),
        PercentChange(Decimal(1), Decimal(0)),
        PercentChange(Decimal(1), rounding="x"),
    ):
        with pytest.raises(Invalid):
            service.change_by_percent(SYSTEM, code, chosen, wrong)


def test_four_eyes(house, two):
    editor, second = two
    code = service.new_draft(editor, "GEN")
    service.change_by_percent(editor, code, Selection(), PercentChange(Decimal(10)))
    assert service.submit(editor, code) is Phase.WAITING
    with pytest.raises(Forbidden):
        service.approve(editor, code)
    with pytest.raises(Conflict):
        upsert_entries(editor, series(editor, code).versions[0].id, [EntryRow("A-1", Decimal(1))])
    service.refuse(second, code, "Too much for B")
    assert (phases()[2], series(editor, code).versions[0].refusal) == (Phase.DRAFT, "Too much for B")
    service.submit(editor, code)
    service.take_back(editor, code)
    service.submit(editor, code)
    assert service.approve(second, code) is Phase.ACTIVE
    assert phases() == {1: Phase.PAST, 2: Phase.ACTIVE}
    actions = db.session.scalars(text("SELECT action FROM audit_entries WHERE object_type = 'price_list' ORDER BY id"))
    assert list(actions)[-8:] == ["draft", "percent", "submit", "refuse", "submit", "take_back", "submit", "approve"]


def test_small_changes_need_nobody_else(house, two):
    editor, _second = two
    code = service.new_draft(editor, "GEN")
    service.change_by_percent(editor, code, Selection(), PercentChange(Decimal(5)))
    assert service.submit(editor, code) is Phase.ACTIVE
    code = service.new_draft(editor, "GEN")
    entry = db.session.scalar(text("SELECT max(id) FROM price_entries"))
    remove_entries(editor, series(editor, code).versions[0].id, [entry])
    assert service.submit(editor, code) is Phase.WAITING  # a price is gone


def test_activated_and_rolled_back_in_the_next_request(house):
    company = customer()
    before = prices(company)
    code = service.new_draft(SYSTEM, "GEN")
    service.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(10)))
    service.submit(SYSTEM, code)
    service.approve(SYSTEM, code)
    raised = {key: [price * Decimal("1.1") for price in ladder] for key, ladder in before.items()}
    assert prices(company) == raised
    assert prices(company, today() - timedelta(days=1)) == before
    service.withdraw(SYSTEM, code)
    assert prices(company) == before
    assert phases() == {1: Phase.ACTIVE, 2: Phase.WITHDRAWN}


def test_a_planned_version_starts_and_ends_by_its_dates(house):
    company = customer()
    before = prices(company)
    code = service.new_draft(SYSTEM, "GEN")
    service.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(-5)))
    start, end = today() + timedelta(days=10), today() + timedelta(days=20)
    assert service.submit(SYSTEM, code, valid_from=start, valid_to=end) is Phase.PLANNED
    assert prices(company) == before == prices(company, end)
    assert prices(company, start) != before
    service.reschedule(SYSTEM, code, valid_to=end)
    assert phases() == {1: Phase.PLANNED, 2: Phase.ACTIVE}  # the first one comes back
    with pytest.raises(Conflict):
        service.withdraw(SYSTEM, "GEN")
        service.withdraw(SYSTEM, code)


def test_days_that_are_over_keep_their_prices(house):
    company = customer()
    code = service.new_draft(SYSTEM, "GEN")
    service.change_by_percent(SYSTEM, code, Selection(), PercentChange(Decimal(-5)))
    service.submit(SYSTEM, code)
    yesterday = today() - timedelta(days=1)
    db.session.execute(
        text("UPDATE price_lists SET valid_from = :day WHERE code = :code"), {"day": yesterday, "code": code}
    )
    was = prices(company, yesterday)
    service.withdraw(SYSTEM, code)
    assert prices(company, yesterday) == was != prices(company)
    assert phases() == {1: Phase.ACTIVE, 2: Phase.PAST}


def test_a_list_without_another_version_is_not_withdrawn(house):
    with pytest.raises(Conflict):
        service.withdraw(SYSTEM, "GEN")


def test_drafts_are_discarded_and_versions_keep_their_days(house):
    code = service.new_draft(SYSTEM, "GEN", is_empty=True)
    with pytest.raises(Conflict):
        service.submit(SYSTEM, code)
    with pytest.raises(Conflict):
        upsert_price_list(SYSTEM, PriceListRow(code, validity=(date(2026, 1, 1), None)))
    service.discard(SYSTEM, code)
    assert phases() == {1: Phase.ACTIVE}
    assert holding_id(SYSTEM, "GEN") == series(SYSTEM, "GEN").head_id


def test_a_tenant_reads_what_is_approved_and_no_draft(house, world):
    company = customer()
    buyer = actor_for(person(company), company)
    service.submit(SYSTEM, service.new_draft(SYSTEM, "GEN"), valid_from=today() + timedelta(days=5))
    service.new_draft(SYSTEM, "GEN")
    db.session.commit()
    with world(buyer):
        assert db.session.scalars(text("SELECT code FROM price_lists ORDER BY code")).all() == ["GEN", "GEN.v2"]
        assert db.session.scalar(text("SELECT count(*) FROM price_entries")) == 8


def test_comparison_finds_each_kind_and_pages(house):
    head = series(SYSTEM, "GEN").head_id
    code = service.new_draft(SYSTEM, "GEN", is_empty=True)
    draft = series(SYSTEM, code).versions[0].id
    upsert_entries(SYSTEM, draft, [
        EntryRow("A-1", Decimal(11)), EntryRow("A-1", Decimal(8), Decimal(10)), EntryRow("B-1", Decimal(500), base_quantity=Decimal(100)),
        EntryRow("B-1", Decimal("4.9"), Decimal(5)),
    ])  # fmt: skip
    found = [(row.sku, row.kind, row.percent) for row in every_difference(SYSTEM, head, draft)]
    assert found == [("A-1", "dearer", Decimal(10)), ("A-1", "cheaper", Decimal("-11.11")), ("A-2", "removed", None),
                     ("B-1", "added", None)]  # fmt: skip
    counts = summary(SYSTEM, head, draft)
    assert (counts.total, counts.largest, counts.mean) == (4, 100, Decimal("-0.56"))
    assert len(changed_articles(SYSTEM, head, draft)) == 3
    for sort in ("percent", "-percent", "sku"):
        whole = differences(SYSTEM, head, draft, sort=sort)
        key = [
            str(part)
            for part in (whole[1].rank, whole[1].sku_key, whole[1].unit, whole[1].min_quantity, whole[1].starts)
        ]
        assert differences(SYSTEM, head, draft, sort=sort, after=key) == whole[2:]
        assert differences(SYSTEM, head, draft, sort=sort, before=key) == whole[:1]
    assert [row.sku for row in differences(SYSTEM, head, draft, kind="dearer", sku_start="A")] == ["A-1"]


def test_breaks_that_surprise(house):
    draft = series(SYSTEM, service.new_draft(SYSTEM, "GEN", is_empty=True)).versions[0].id
    upsert_entries(SYSTEM, draft, [
        EntryRow("A-1", Decimal(10)), EntryRow("A-1", Decimal(8), Decimal(10)), EntryRow("A-2", Decimal(10)),
        EntryRow("A-2", Decimal(11), Decimal(10)), EntryRow("B-1", Decimal(10)), EntryRow("B-1", Decimal("9.95"), Decimal(10)),
    ])  # fmt: skip
    assert [(row.sku, row.kind) for row in odd_breaks(SYSTEM, draft)] == [("A-1", "cheaper"), ("A-2", "dearer")]
    assert odd_counts(SYSTEM, draft) == {"cheaper": 1, "dearer": 1}
