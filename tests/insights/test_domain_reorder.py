"""Ranking what an account orders again, the reason given, and the measure of it; no database."""

from __future__ import annotations

import csv
import json
import lzma
import os
from datetime import date, timedelta
from math import isclose, log2
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.insights.cli.reorder import reorder
from app.insights.domain.reorder import Purchases
from app.insights.domain.reorder_evaluation import baskets_of, scores, task_a, task_b
from app.insights.domain.reorder_reason import Habit, reason

CUT = date(2026, 3, 1)


def days_ago(*numbers: int) -> list[date]:
    return [CUT - timedelta(days=n) for n in numbers]


@pytest.mark.parametrize(
    ("habit", "words"),
    [
        (Habit(days_ago(112, 77, 42), 2, 10), "Every 5 weeks, last time 6 weeks ago"),
        (Habit(days_ago(21, 14, 7), 3, 3), "Every 7 days, last time 7 days ago"),
        (Habit(days_ago(200, 199, 150, 2), 4, 10), "In 4 of your last 10 orders"),
        (Habit(days_ago(200, 20), 1, 10), "Ordered on 2 days, last time 3 weeks ago"),
        (Habit(days_ago(20), 1, 10, alike=5), "Companies that buy like you order it, too; you did 3 weeks ago"),
        (Habit(days_ago(20), 1, 10, alike=4), "Ordered 3 weeks ago"),
    ],
)
def test_reason_is_a_sentence_the_buyer_can_check(habit, words):
    assert str(reason(habit, CUT)) == words


def test_what_is_bought_often_and_lately_comes_first():
    purchases: Purchases[str] = Purchases()
    for day, items in ((1, ["old", "both"]), (2, ["old"]), (300, ["new", "both"]), (310, ["new", "both"])):
        purchases.add("A", items, day)
    ranked = [one.item for one in purchases.rank("A", 320, 10)]
    assert ranked == ["both", "new", "old"]
    assert [one.item for one in purchases.rank("A", 320, 2)] == ["both", "new"]


def test_equal_articles_stand_by_number():
    purchases: Purchases[str] = Purchases()
    purchases.add("A", ["B", "C", "A"], 1)
    assert [one.item for one in purchases.rank("A", 9, 10)] == ["A", "B", "C"]


def test_similar_accounts_decide_between_equal_articles_and_bring_new_ones():
    purchases: Purchases[str] = Purchases()
    for day in (1, 2, 3):
        purchases.add("mine", ["nut", "pin", "bolt"], day)
        purchases.add("like", ["nut", "pin", "saw"], day)
    for day in (1, 2, 3):
        purchases.add("far", ["bolt"], 3 + day)
    ranked = purchases.rank("mine", 60, 10)
    assert {one.item for one in ranked} == {"nut", "pin", "bolt"}
    assert {one.item: one.alike for one in ranked} == {"nut": 1, "pin": 1, "bolt": 1}
    assert "saw" in [one.item for one in purchases.rank("mine", 60, 10, is_new_welcome=True)]


def test_measures_of_one_ranking():
    assert scores(["x", "a", "b"], {"a", "c"}) == pytest.approx((0.1, 0.5, (1 / log2(3)) / (1 + 1 / log2(3))))
    assert scores([], {"a"}) == (0, 0, 0)
    assert scores(["a"], {"a"}) == (0.1, 1, 1)


def test_thirty_days_count_only_what_was_known_and_no_new_article():
    cut = CUT.toordinal()
    lines = [("A", "nut", cut - day) for day in (30, 20, 10)] + [("A", "pin", cut - 30)]
    lines += [("A", "nut", cut + 29), ("A", "new", cut + 1), ("A", "pin", cut + 30), ("B", "nut", cut + 1)]
    (found,) = task_a(baskets_of(lines), (CUT,))
    assert found == {"p_10": 0.1, "r_10": 1, "ndcg_10": 1}


def test_the_last_basket_counts_new_articles_too():
    lines = [("A", "nut", day) for day in (1, 2, 3, 4)] + [("A", "new", 4), ("A", "rare", 4), ("B", "nut", 3)]
    found = task_b(lines, {"nut": 10, "new": 10, "rare": 9})
    assert found["p_10"] == 0.1
    assert found["r_10"] == 0.5
    assert isclose(found["ndcg_10"], 1 / (1 + 1 / log2(3)))


def test_the_command_reads_a_folder(tmp_path):
    start = date(2010, 9, 1)
    rows = [
        ("1", "1", f"{start + timedelta(days=n)}T08:00:00", "7", "N1", "2", "1.00") for n in (0, 10, 20, 40, 200, 280)
    ]
    with lzma.open(tmp_path / "orders.csv.xz", "wt", newline="") as file:
        csv.writer(file).writerows(
            [("order_number", "line_no", "ordered_at", "account", "sku", "qty", "unit_price"), *rows]
        )
    result = CliRunner().invoke(reorder, ["evaluate", "--data", str(tmp_path), "--json"], catch_exceptions=False)
    found = json.loads(result.output)
    assert set(found) == {"task_a", "task_b"}
    assert set(found["task_a"]) == {"p_10", "r_10", "ndcg_10"}


@pytest.mark.shared
def test_first_cut_of_the_published_data_beats_the_best_published_ranking():
    path = Path(os.environ.get("KONTOR_SHARED", "../shared")) / "data/wholesaler/orders.csv.xz"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    with lzma.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = {(r["account"], r["sku"], date.fromisoformat(r["ordered_at"][:10]).toordinal()) for r in rows
             if r["ordered_at"] < "2010-10-31"}  # fmt: skip
    (found,) = task_a(baskets_of(lines), (date(2010, 10, 1),))
    assert found["ndcg_10"] > 0.46  # decayed frequency gives 0.4142 there, half-life 180 days 0.4221
