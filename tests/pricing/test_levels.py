"""Levels, contracts, formulas, discounts and currencies against the database; every change holds in the next request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text, update

from app.accounts.models.companies import AccountGroup, Company, CompanySegment, Segment
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.core.errors import Conflict, Invalid
from app.core.quantity import Factor
from app.core.tenancy import acting_as, system_scope
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import ladders, price_book, price_lines
from app.pricing.service.assignments import AssignmentRow, add_assignment
from app.pricing.service.discounts import RuleRow
from app.pricing.service.formulas import FormulaRow, set_formula
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, articles, category
from tests.factories.pricing import (
    assign,
    buys_by,
    chain,
    contract,
    cost,
    entry,
    exchange_rate,
    formula,
    german_vat,
    matrix,
    price_list,
)

DAY = date(2026, 5, 4)
pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    german_vat()
    return operator()


@pytest.fixture
def buyer(house):
    company = customer("ACME")
    return actor_for(person(company), company)


def stored(*rows):
    with system_scope("factory"), transaction() as session:
        session.add_all(rows)
        session.flush()
        return [getattr(row, "id", None) for row in rows]


def group(code, *company_ids):
    (group_id,) = stored(AccountGroup(code=code, name=code))
    with system_scope("factory"), transaction() as session:
        session.execute(update(Company).where(Company.id.in_(company_ids)).values(group_id=group_id))


def segment(code, position, company_id):
    (segment_id,) = stored(Segment(code=code, name=code, position=position))
    stored(CompanySegment(company_id=company_id, segment_id=segment_id))


def item(article_id, quantity=1, unit="H87", factor=1):
    return PriceItem(article_id, Decimal(quantity), unit, "H87", Factor(factor))


def price(actor, article_id, quantity=1, on=DAY, **facts):
    with acting_as(actor):
        return price_lines(actor, [item(article_id, quantity, **facts)], company_id=actor.company_id, on=on)[0]


def test_levels_from_the_contract_down_to_everybody(buyer, house):
    bolt = article("BOLT")
    parent = customer("PARENT")
    stored()
    with system_scope("factory"), transaction() as session:
        session.execute(update(Company).where(Company.id == buyer.company_id).values(parent_id=parent.id))
    group("TRADE", buyer.company_id)
    segment("LATE", 2, buyer.company_id)
    segment("EARLY", 1, buyer.company_id)
    steps = [
        ("general", "", "GEN"), ("segment", "LATE", "S2"), ("segment", "EARLY", "S1"), ("group", "TRADE", "G"),
        ("account", "PARENT", "P"), ("account", "ACME", "A"),
    ]  # fmt: skip
    for place, (level, subject, code) in enumerate(steps):
        price_list(code, {"BOLT": str(10 - place)})
        chain(code, code)
        assign(level, subject, code)
        found = price(buyer, bolt)
        assert (found.unit_price, found.list_code) == (10 - place, code)
    contract(buyer.company_id, "FRAME", {"BOLT": "1"})
    found = price(buyer, bolt)
    assert (found.unit_price, found.level) == (1, "contract")
    with acting_as(buyer):
        book = price_book(buyer, [bolt], company_id=buyer.company_id, on=DAY)
    assert [(level.kind, level.subject) for level in book.levels] == [
        ("contract", ""), ("account", ""), ("parent", "PARENT"), ("group", "TRADE"), ("segment", "EARLY"),
        ("segment", "LATE"), ("general", ""),
    ]  # fmt: skip


def test_an_assignment_holds_between_its_days(buyer):
    bolt = article("BOLT")
    for code, amount in (("GEN", "10"), ("MAY", "9")):
        price_list(code, {"BOLT": amount})
    chain("ALL", "GEN", is_default=True)
    chain("SPRING", "MAY")
    assign("account", "ACME", "SPRING", valid_from=date(2026, 5, 1), valid_to=date(2026, 6, 1))
    days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [price(buyer, bolt, on=day).unit_price for day in days] == [10, 9, 9, 10]


def test_a_place_is_taken_once_and_strangers_contracts_are_refused(buyer):
    chain("ALL", is_default=True)
    assign("account", "ACME", "ALL")
    with pytest.raises(Conflict):
        add_assignment(Actor.system(), AssignmentRow("account", "ACME", "ALL"))
    contract(customer("OTHER").id, "THEIRS", {})
    for level in ("contract", "account"):
        with pytest.raises(Invalid):
            add_assignment(Actor.system(), AssignmentRow(level, "ACME", "THEIRS", position=5))


def test_the_database_shows_a_tenant_exactly_the_lists_its_levels_reach(buyer):
    bolt = article("BOLT")
    other = customer("OTHER")
    group("TRADE", buyer.company_id)
    group("ELSE", other.id)
    for code, level, subject in (("MINE", "account", "ACME"), ("THEIRS", "account", "OTHER"), ("OURS", "group", "TRADE"),
                                 ("ELSES", "group", "ELSE")):  # fmt: skip
        price_list(code, {"BOLT": "1"})
        chain(code, code)
        assign(level, subject, code)
    contract(buyer.company_id, "OWN-C", {"BOLT": "1"})
    strange = contract(other.id, "OTHER-C", {"BOLT": "1"})
    price_list("SOURCE", {"BOLT": "1"})
    formula("WORKED", "SOURCE")
    chain("ALL", "WORKED", is_default=True)
    cost("BOLT", "1")
    with acting_as(buyer):
        lists = sorted(db.session.scalars(text("SELECT code FROM price_lists")))
        count = db.session.scalar(text("SELECT count(*) FROM price_entries"))
        assert lists == ["MINE", "OURS", "OWN-C", "WORKED"]
        assert count == 3
        assert price(buyer, bolt).unit_price == 1
        for table in ("article_costs", "price_floors", "floor_requests", "price_assignments"):
            with pytest.raises(Exception, match="permission denied"):
                db.session.execute(text(f"SELECT FROM {table}"))
            db.session.rollback()
        for call in (
            f"price_levels({other.id}, current_date)",
            f"special_entries({strange}, '{{{bolt}}}', current_date, NULL)",
        ):
            with pytest.raises(Exception, match="permission denied"):
                db.session.execute(text(f"SELECT * FROM {call}")).all()
            db.session.rollback()


def test_formulas_are_worked_out_when_read(buyer):
    bolt = article("BOLT", units={"XBX": 12})
    source = price_list("GEN", {"BOLT": {0: "10", 100: "9.01"}})
    formula("PLUS", "GEN", factor="1.1", surcharge="0.2", step="0.05", mode="up")
    chain("ALL", "PLUS", is_default=True)
    assert [price(buyer, bolt, n).unit_price for n in (1, 100)] == [Decimal("11.20"), Decimal("10.15")]
    entry(source, "BOLT", "20")
    assert price(buyer, bolt).unit_price == Decimal("22.20")
    formula("PLUS", "GEN", factor="1", ending="0.99")
    line = price(buyer, bolt)
    assert line.unit_price == Decimal("19.99")
    assert [str(step.message) for step in line.adjustments] == [
        "Worked out as 20.00, rounded to the ending 0.99: 19.99"
    ]
    assert [str(message) for message in line.polite] == ["List price", "99 pcs more and the price is 8.99 EUR"]
    with pytest.raises(Conflict):
        entry(formula("PLUS", "GEN"), "BOLT", "1")
    with pytest.raises(Invalid):
        set_formula(Actor.system(), FormulaRow("TWICE", "Twice", "PLUS"))


def test_a_formula_from_cost_in_another_currency(buyer):
    bolt = article("BOLT")
    formula("COST", currency="EUR", factor="1.5")
    chain("ALL", "COST", is_default=True)
    assert price(buyer, bolt).unit_price is None
    cost("BOLT", "10", "USD")
    exchange_rate("USD/EUR", "0.9")
    assert price(buyer, bolt).unit_price == Decimal("13.5")
    cost("BOLT", "12", "USD", valid_from=date(2026, 6, 1))
    assert price(buyer, bolt, on=date(2026, 6, 1)).unit_price == Decimal("16.2")


def test_a_list_is_converted_only_where_the_assignment_says_so(buyer):
    bolt = article("BOLT")
    price_list("USD", {"BOLT": {0: "10", 10: "9"}}, currency="USD")
    chain("DOLLARS", "USD")
    assign("account", "ACME", "DOLLARS")
    exchange_rate("USD/EUR", "0.91234567")
    exchange_rate("USD/EUR", "0.8", date(2026, 6, 1))
    assert price(buyer, bolt).unit_price is None
    assign("account", "ACME", "DOLLARS", converts=True)
    line = price(buyer, bolt)
    assert line.unit_price == Decimal("9.1235")
    assert str(line.polite[1]) == "10.00 USD at the rate 0.91234567 of 2026-01-01"
    assert line.next_break.price == Decimal("8.2111")
    assert price(buyer, bolt, on=date(2026, 6, 1)).unit_price == 8
    exchange_rate("USD/EUR", "0.5")
    assert price(buyer, bolt).unit_price == 5


def test_discounts_change_list_prices_and_no_agreed_ones(buyer):
    category("TOOLS")
    category("DRILLS", parent="TOOLS")
    drill = article("DRILL", category="DRILLS", units={"XBX": 10}, discount_group="A")
    bolt = article("BOLT")
    price_list("GEN", {"DRILL": {0: "10", 500: "8"}, "BOLT": "1"})
    chain("ALL", "GEN", is_default=True)
    matrix(
        "M",
        RuleRow("category", "TOOLS", Decimal(5)),
        RuleRow("category", "TOOLS", Decimal(20), Decimal(5), by_box=True),
    )
    few, many = price(buyer, drill, 1), price(buyer, drill, 50)
    assert (few.unit_price, few.next_break.min_quantity, few.next_break.price) == (Decimal("9.5"), 50, 8)
    assert (many.unit_price, many.net, many.list_price) == (8, 400, 10)
    assert [str(message) for message in many.polite[:2]] == ["List price", "Discount of 20 %"]
    assert many.adjustments[0].by == "Matrix M"
    assert price(buyer, bolt).adjustments == ()
    with acting_as(buyer):
        ladder = ladders(buyer, [drill], company_id=buyer.company_id, on=DAY)[drill]
    assert [(step.min_quantity, step.price) for step in ladder] == [(0, Decimal("9.5")), (50, 8), (500, Decimal("6.4"))]
    assert price(buyer, drill, 5, unit="XBX", factor=10).unit_price == 8
    matrix("M", RuleRow("discount_group", "A", Decimal(1)))
    assert price(buyer, drill, 50).unit_price == Decimal("9.9")
    price_list("OWN", {"DRILL": "7"})
    chain("SPECIAL", "OWN")
    assign("account", "ACME", "SPECIAL")
    assert price(buyer, drill).adjustments == ()
    matrix("M", reach="account")
    assert price(buyer, drill).unit_price == Decimal("6.93")


def test_discounts_of_a_group_are_for_its_accounts(buyer):
    bolt, stranger = article("BOLT"), customer()
    group("TRADE", buyer.company_id)
    price_list("GEN", {"BOLT": "10"})
    chain("ALL", "GEN", is_default=True)
    matrix("M", RuleRow("all", "", Decimal(10), group="TRADE"), RuleRow("article", "BOLT", Decimal(2), group=""))
    other = actor_for(person(stranger), stranger)
    assert (price(buyer, bolt).unit_price, price(other, bolt).unit_price) == (Decimal("9.8"), Decimal("9.8"))
    matrix("M", RuleRow("article", "BOLT", Decimal(30), group="TRADE"))
    assert (price(buyer, bolt).unit_price, price(other, bolt).unit_price) == (7, Decimal("9.8"))
    assert "TRADE" not in " ".join(map(str, price(buyer, bolt).polite))


def test_one_statement_whatever_is_asked(buyer):
    ids = articles(20)
    names = [f"A-{n:03d}" for n in range(1, 21)]
    price_list("GEN", dict.fromkeys(names, "10"))
    formula("PLUS", "GEN", factor="0.9")
    chain("ALL", "GEN", is_default=True)
    chain("OWN", "PLUS")
    assign("account", "ACME", "OWN")
    contract(buyer.company_id, "FRAME", {"A-001": ("1", 5)})
    matrix("M", RuleRow("all", "", Decimal(3)))
    with acting_as(buyer), statements() as seen:
        lines = price_lines(buyer, [item(one) for one in ids], company_id=buyer.company_id, on=DAY)
    assert len(seen) == 1
    assert [line.unit_price for line in lines] == [1] + [9] * 19


def test_prices_of_a_past_moment(buyer):
    bolt, nut = article("BOLT"), article("NUT")
    prices = price_list("GEN", {"BOLT": "10", "NUT": "3"})
    formula("PLUS", "GEN", factor="2")
    chain("ALL", "GEN", is_default=True)
    chain("OWN", "PLUS")
    moved = datetime(2026, 5, 2, 12, tzinfo=UTC)
    db.session.execute(text("UPDATE price_entries SET held_since = '2026-05-01T00:00Z'"))
    db.session.execute(text("UPDATE price_entries SET held_since = :at, price = 12 WHERE price = 10"), {"at": moved})
    db.session.execute(
        text(
            "INSERT INTO price_changes (changed_at, price_list_id, article_id, unit, min_quantity, old_price,"
            " old_base_quantity, held_since, new_price, new_base_quantity)"
            " VALUES (:at, :list, :article, 'H87', 0, 10, 1, '2026-05-01T00:00Z', 12, 1)"
        ),
        {"at": moved, "list": prices, "article": bolt},
    )
    db.session.commit()

    def at(day, hour):
        moment = datetime(2026, 5, day, hour, tzinfo=UTC)
        book = price_book(Actor.system(), [bolt, nut], company_id=buyer.company_id, on=DAY, at=moment)
        return [[step.price for step in book.ladder(one)] for one in (bolt, nut)]

    assert at(2, 11) == [[10], [3]]
    assert at(2, 12) == [[12], [3]]
    assert price_book(Actor.system(), [bolt], company_id=buyer.company_id, on=DAY,
                      at=datetime(2026, 4, 30, tzinfo=UTC)).ladder(bolt) == ()  # fmt: skip
    buys_by(buyer.company_id, None)
    assign("account", "ACME", "OWN")
    assert at(2, 11) == [[20], [6]]
