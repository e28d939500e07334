"""Cost centres: kept by their company, closed but not deleted, in and out by files."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models.budgets import CostCentre
from app.accounts.queries.companies import fiscal_month
from app.accounts.queries.cost_centres import cost_centre, cost_centre_lines, cost_centres
from app.accounts.service.cost_centres import (
    CostCentreFacts,
    CostCentreRow,
    import_cost_centres,
    set_cost_centre,
    set_fiscal_month,
)
from app.core import audit
from app.core.db import db, statements
from app.core.errors import Invalid, NotFound
from tests.factories import accounts as make


@pytest.fixture
def boss(isolated, world):
    """The test acts as a company's administrator."""
    with world():
        company = make.customer()
        actor = make.actor_for(make.person(company, "company_admin", email="boss@shop.example"), company)
    with world(actor):
        yield actor


def test_made_changed_closed_and_told(boss):
    centre = set_cost_centre(boss, CostCentreFacts(" 4711 ", "Dock 3"))
    facts = CostCentreFacts(
        "4711", "Dock three", is_active=False, manager_id=boss.user_id, people=frozenset({boss.user_id})
    )
    set_cost_centre(boss, facts, centre)
    page = cost_centre(boss, centre)
    assert (page.centre.name, page.centre.is_active, page.is_for_all, page.manager) == (
        "Dock three",
        False,
        False,
        boss.name,
    )
    assert page.people == ((boss.user_id, boss.name),)
    assert cost_centres(boss) == []
    created, changed = audit.history(boss, "cost_centre", centre)
    assert (created.action, changed.changes["name"]) == ("created", ["Dock 3", "Dock three"])
    set_cost_centre(boss, facts, centre)
    assert len(audit.history(boss, "cost_centre", centre)) == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (CostCentreFacts("", "x"), "code"), (CostCentreFacts("x", " "), "name"), (CostCentreFacts("x" * 41, "x"), "code"),
        (CostCentreFacts("x", "x" * 201), "name"), (CostCentreFacts("TAKEN", "x"), "code"),
        (CostCentreFacts("x", "x", manager_id=999_999), "manager_id"),
        (CostCentreFacts("x", "x", people=frozenset()), "people"),
    ],
)  # fmt: skip
def test_what_a_cost_centre_cannot_be(boss, facts, field):
    set_cost_centre(boss, CostCentreFacts("TAKEN", "first"))
    with pytest.raises(Invalid) as refused:
        set_cost_centre(boss, facts)
    assert refused.value.field == field


def test_another_companys_cost_centre_is_not_there(isolated, world):
    with world():
        company, other = make.customer(), make.customer()
        centre = make.cost_centre(other, "X")
        actor = make.actor_for(make.person(company, "company_admin"), company)
    with world(actor):
        for ask in (lambda: cost_centre(actor, centre.id), lambda: set_cost_centre(actor, CostCentreFacts("x", "x"), centre.id),
                    lambda: cost_centres(actor, other.id)):  # fmt: skip
            with pytest.raises(NotFound):
                ask()


def test_rows_of_a_file_come_in_once_and_all_or_none(boss):
    rows = [CostCentreRow(2, "A", "Alpha", None, "Boss@shop.example"), CostCentreRow(3, "B", "Beta", False, None)]
    first = import_cost_centres(boss, rows)
    again = import_cost_centres(boss, rows)
    third = import_cost_centres(boss, [CostCentreRow(2, "A", "Alef"), CostCentreRow(3, "B", None, True)])
    assert [(one.created, one.changed, one.same) for one in (first, again, third)] == [(2, 0, 0), (0, 0, 2), (0, 2, 0)]
    assert [(one.code, one.name, one.manager, one.is_active) for one in cost_centre_lines(boss)] == [
        ("A", "Alef", boss.name, True), ("B", "Beta", "", True),
    ]  # fmt: skip
    bad = [CostCentreRow(2, "C", "Gamma"), CostCentreRow(3, "C", "Gamma"), CostCentreRow(4, "D"), CostCentreRow(5, "", "x"),
           CostCentreRow(6, "E", "x", None, "nobody@shop.example")]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        import_cost_centres(boss, bad)
    assert [(one.row, one.code) for one in refused.value.details] == [
        (3, "twice"), (4, "unfit"), (5, "unfit"), (6, "unknown_person"),
    ]  # fmt: skip
    assert db.session.scalar(select(CostCentre.id).where(CostCentre.code == "C")) is None


def test_a_file_of_any_length_costs_the_same_statements(boss):
    counts = []
    for number in (2, 200):
        with statements() as sent:
            import_cost_centres(
                boss, [CostCentreRow(i, f"{number}-{i}", "x", None, "boss@shop.example") for i in range(number)]
            )
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_fiscal_year_is_the_companys_own(boss):
    assert fiscal_month(boss) == 1
    set_fiscal_month(boss, 4)
    assert fiscal_month(boss) == 4
    with pytest.raises(Invalid):
        set_fiscal_month(boss, 13)
