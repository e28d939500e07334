"""Reports on visits, carts, cohorts, own purchases, savings, demand and complaints: their figures and whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.activity import note
from app.core.db import db, transaction
from app.core.models import Activity
from app.core.tenancy import acting_as
from app.insights.domain.report_parameters import preset, read_parameters
from app.insights.domain.savings import saving_row
from app.insights.models.forecasts import AccountForecast, ArticleForecast
from app.insights.queries.cohorts import cohorts
from app.insights.queries.funnel import steps
from app.insights.queries.tender_savings import LotSaving
from app.insights.reports import reports
from tests.factories.accounts import budget, cost_centre
from tests.factories.awards import awarded
from tests.factories.cases import claimed
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, order
from tests.factories.shipments import delivered
from tests.support.queries import counted


def rows(code: str, actor, **values: str) -> list[dict]:
    """All rows of a report, with the currency of their block."""
    report = reports[code]
    parameters = read_parameters(report.parameters, values, clock.today("UTC"))
    found = report.rows(actor, parameters)
    return [{**row, "currency": block.currency} for block in found.blocks for row in block.rows]


@pytest.fixture
def people(ctx, cast):
    return {
        name: cast.actor(name) for name in ("operator_admin", "customer.buyer", "customer.bookkeeper", "stranger.buyer")
    }


def test_funnel_counts_persons_by_day_and_says_what_was_searched_in_vain(isolated, people):
    admin, buyer, stranger = people["operator_admin"], people["customer.buyer"], people["stranger.buyer"]
    for who, kinds in (
        (buyer, ("visit", "search", "search", "article_view", "cart_add", "checkout", "order")),
        (people["customer.bookkeeper"], ("visit",)),
        (stranger, ("visit", "search_empty", "article_view")),
    ):
        for kind in kinds:
            note(who, kind, facts={"text": "left-handed screw"} if kind == "search_empty" else None)
    note(buyer, "search_empty", facts={"text": "left-handed screw"})
    period = preset("last_30_days", clock.today("UTC") + timedelta(days=1))
    assert [tuple(getattr(one, name) for name in ("visits", "searched", "looked", "filled", "checkout", "ordered"))
            for one in steps(admin, period, "UTC")] == [(3, 2, 2, 1, 1, 1)]  # fmt: skip
    by_account = rows("funnel", admin, by="account", period="last_30_days")
    assert [(row["label"], row["visits"], row["rate"]) for row in by_account] == [
        ("Möller", 2, Decimal("50.0")), ("Stranger", 1, Decimal("0.0")),
    ]  # fmt: skip
    [missed] = rows("missed_searches", admin)
    assert (missed["text"], missed["times"], missed["people"], missed["accounts"]) == ("left-handed screw", 2, 2, 2)
    with acting_as(buyer):
        assert steps(buyer, period, "UTC") == []
        assert rows("missed_searches", buyer) == []
    with counted(isolated) as few:
        rows("funnel", admin, by="segment")
    assert len(few) == 2  # the time zone and the figures


def test_carts_are_won_back_more_often_than_those_left_alone(people):
    admin, buyer = people["operator_admin"], people["customer.buyer"]
    now = clock.now()
    for held_out, recovered, reason in (
        (False, True, "delivery_cost"), (False, True, "price_rose"), (False, False, "price_rose"), (False, False, ""),
        (True, True, "price_rose"), (True, False, ""), (True, False, ""), (True, False, ""),
    ):  # fmt: skip
        facts = {"recovered_at": now, "recovered_value": Decimal("80.00")} if recovered else {}
        state = "recovered" if recovered else "open"
        bare_abandonment(buyer, "100.00", state=state, is_held_out=held_out, reason=reason, noticed_at=now, **facts)
    bare_abandonment(buyer, "999.00", state="left_out")
    [month] = rows("cart_recovery", admin)
    wanted = {"treated": 4, "recovered": 2, "rate": Decimal("50.0"), "held_out": 4, "alone": 1,
              "alone_rate": Decimal("25.0"), "effect": Decimal("25.0"), "value": Decimal("160.00"), "currency": "EUR"}  # fmt: skip
    assert {name: month[name] for name in wanted} == wanted
    found = {str(row["reason"]): (row["carts"], row["recovered"], row["value"]) for row in rows("cart_reasons", admin)}
    assert found == {
        "No reason found": (4, 0, Decimal(400)), "Price rose": (3, 2, Decimal(300)), "Delivery cost": (1, 1, Decimal(100)),
    }  # fmt: skip


def test_cohorts_follow_accounts_from_their_first_month(people):
    first = order(people["customer.buyer"], [(article("A-1", "10.00"), 1)])
    later = order(people["customer.buyer"], [(article("A-2", "10.00"), 1)], po_number="PO-2")
    other = order(people["stranger.buyer"], [(article("A-3", "10.00"), 1)])
    with transaction():
        for placed, day in ((first, "2026-01-20"), (later, "2026-03-02"), (other, "2026-01-05")):
            values = {"id": placed.id, "at": f"{day} 12:00+00"}
            db.session.execute(text("UPDATE orders SET placed_at = :at WHERE id = :id"), values)
    period = replace(preset("this_year", date(2026, 6, 1)), code="custom")
    [found] = cohorts(people["operator_admin"], period, "UTC", date(2026, 4, 15))
    assert (found.month, found.accounts, found.kept[:4]) == (date(2026, 1, 1), 2, (0, 1, 0, None))


def test_a_customer_sees_his_own_purchases_and_budgets_only(people, cast):
    buyer, stranger = people["customer.buyer"], people["stranger.buyer"]
    bolt = article("B-1", "10.00", customs_code="73181595")
    order(buyer, [(bolt, 3)])
    order(buyer, [(article("B-2", "5.00"), 2)], po_number="PO-2")
    order(stranger, [(bolt, 50)])
    budget(cost_centre(cast.customer, "4711"), "100.00")
    with acting_as(buyer):
        for by, wanted in {
            "month": {("none", Decimal("40.00"))},
            "code": {("73181595", Decimal("30.00")), ("none", Decimal("10.00"))},
            "centre": {("none", Decimal("40.00"))},
            "article": {(f"B-1 {bolt.name}", Decimal("30.00"))},
        }.items():
            found = {(str(row["name"]), row["net"]) for row in rows("own_spend", buyer, by=by)}
            assert wanted <= found, by
            assert sum(net for _name, net in found) == Decimal("40.00"), by
        assert [row["share"] for row in rows("own_spend", buyer, by="article")] == [Decimal("75.0"), Decimal("25.0")]
        for by in ("group", "person"):
            assert sum(row["net"] for row in rows("own_spend", buyer, by=by)) == Decimal("40.00")
        [used] = rows("own_budgets", buyer)
        assert (used["amount"], used["taken"], used["left"]) == (Decimal("100.00"), Decimal(0), Decimal("100.00"))
    with acting_as(stranger):
        assert rows("own_budgets", stranger) == []


def test_savings_stand_against_estimate_and_bids(people):
    one = LotSaving(
        "T-1", "Bolts", "1 Bolts", "EUR", date(2026, 1, 1), Decimal(1000), 2, Decimal(900), Decimal(800), Decimal(800)
    )
    row = saving_row(one)
    assert (row["saved"], row["rate"], row["below_mean"]) == (Decimal(200), Decimal("20.0"), Decimal("11.1"))
    assert saving_row(replace(one, estimate=None, mean=None))["rate"] is None
    made, _award = awarded("10.00", "14.00")
    with acting_as(made.buyer):
        [lot] = rows("own_tender_savings", made.buyer)
    assert (lot["bids"], lot["lowest"], lot["awarded"]) == (2, Decimal("1000.00"), Decimal("1000.00"))
    assert lot["mean"] == Decimal("1200.00")
    with acting_as(people["customer.buyer"]):
        assert rows("own_tender_savings", people["customer.buyer"]) == []


def test_forecasts_are_shown_with_their_error(people, cast):
    made = article("F-1", "1.00")
    facts = {"method": "sba", "next_4": Decimal(8), "next_13": Decimal(26), "wape": Decimal("0.25"), "bias": None,
             "mase": None, "on_day": date(2026, 1, 1)}  # fmt: skip
    with transaction() as session:
        session.add(ArticleForecast(article_id=made.id, weekly=Decimal(2), weeks=52, **facts))
        session.add(
            AccountForecast(company_id=cast.customer.id, article_id=made.id, purchases=5, **facts | {"next_4": 3})
        )
    admin = people["operator_admin"]
    [row] = rows("expected_demand", admin)
    assert (row["sku"], row["next_4"], row["error"], row["bias"]) == ("F-1", Decimal(8), Decimal("25.0"), None)
    [row] = rows("expected_demand", admin, account=cast.customer.code)
    assert row["next_4"] == Decimal(3)
    assert rows("expected_demand", admin, account=cast.stranger.code) == []


def test_complaints_count_lines_that_came_back(people):
    admin, buyer = people["operator_admin"], people["customer.buyer"]
    placed = order(buyer, [(article("C-1", "10.00"), 4), (article("C-2", "10.00"), 4)])
    delivered(placed.id)
    claimed(buyer, placed.id, placed.number, {1: 1})
    [month] = rows("complaints", admin)
    assert (month["lines"], month["returned"], month["claimed"], month["rate"]) == (2, 0, 1, Decimal("50.0"))
    [of_article] = rows("complaints", admin, by="article")
    assert of_article["name"].startswith("C-1")
    assert [row["name"] for row in rows("complaints", admin, by="account")] == ["Möller"]


def test_what_is_kept_of_a_person_is_little():
    kept = {column.name for column in Activity.__table__.columns}
    assert kept == {"id", "at", "company_id", "user_id", "kind", "subject", "subject_id", "facts"}
