"""What goes together, what is missing, what comes next, what can stand in, and the measure of it; no database."""

from __future__ import annotations

import csv
import json
import lzma
import os
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.core.errors import Invalid
from app.insights.cli.history import ORDERS, read_history
from app.insights.cli.recommend import baskets_of, recommend
from app.insights.domain.recommend import Baskets, Sign, gap_score, missing, signs
from app.insights.domain.recommend_evaluation import Past, basket_tasks, next_tasks, of_cut
from app.insights.domain.recommend_next import next_best
from app.insights.domain.reorder import Purchases
from app.insights.domain.substitutes import Kin, substitutes, words_of

BOLT, NUT, PIN, PAD, BAG = range(1, 6)


def test_pairs_are_more_than_popularity():
    baskets = [(n, (BOLT, NUT, BAG)) for n in range(6)] + [(n, (PIN, BAG)) for n in range(6, 30)]
    together = Baskets(baskets, 31)
    first, *rest = together.pairs(BOLT)
    assert (first.other, first.baskets) == (NUT, 6)
    assert first.lift == 5.0  # six of thirty baskets each, always the same ones
    assert [pair.other for pair in rest] == [BAG]
    assert rest[0].lift == 1.0
    assert together.pairs(BOLT, most=1) == [first]
    assert Baskets(baskets[:1], 31).pairs(BOLT) == []  # once is chance


def test_big_and_old_baskets_say_less():
    def strength(size: int, day: int) -> float:
        fill = tuple(range(100, 98 + size))
        found = Baskets([(day, (BOLT, NUT, *fill)), (day, (BOLT, NUT))], 1000).pairs(BOLT)
        return next(pair.score for pair in found if pair.other == NUT)

    assert strength(3, 999) > strength(40, 999) > 0
    assert strength(3, 999) > strength(3, 1)
    huge = Baskets([(1, (BOLT, NUT, *range(100, 300)))] * 3, 9)
    assert huge.items() == []


def test_what_is_missing_goes_with_the_cart_and_own_orders():
    rows = {BOLT: Baskets([(n, (BOLT, NUT)) for n in range(5)] + [(n, (BOLT, PAD)) for n in range(2)], 9).pairs(BOLT)}
    found = signs([BOLT], rows)
    assert found[NUT].near == BOLT
    assert found[NUT].total > found[PAD].total
    assert [item for item, _score in missing(found, {}, 5)] == [NUT, PAD]
    assert [item for item, _score in missing({}, {PIN: 0.1, PAD: 2.0}, 5)] == [PAD, PIN]
    assert dict(missing(found, {PAD: 9.0}, 5))[PAD] > dict(missing(found, {}, 5))[PAD]
    assert BOLT not in dict(missing(signs([BOLT, NUT], rows), {}, 5))
    assert gap_score(Sign(), 0.0) == pytest.approx(0)
    assert gap_score(Sign(0.2, 0.2, 1), 0.0) > gap_score(Sign(0.1, 0.1, 1), 0.0) > 0


def test_what_comes_next_is_new_and_sold():
    purchases: Purchases[int] = Purchases()
    baskets = []
    for day in range(1, 7):
        for account, items in ((1, (BOLT, NUT)), (2, (BOLT, NUT, PAD)), (3, (BOLT, NUT, PAD)), (4, (PIN, BAG))):
            purchases.add(account, items, day)
            baskets.append((day, items))
    together = Baskets(baskets, 7)
    pairs = {item: together.pairs(item) for item in together.items()}
    (best, *_rest) = next_best(purchases, pairs, 1, 7, most=5)
    assert (best.item, best.alike) == (PAD, 2)
    assert best.near in (BOLT, NUT)
    assert next_best(purchases, pairs, 1, 7, most=5, sold={BOLT, NUT}) == []


def test_what_can_stand_in():
    words = {name: words_of(name, "Acme", ()) for name in ("Acme hammer steel claw", "Hammer steel ball", "Rope nylon")}
    hammer, ball, rope = words.values()
    assert "acme" not in hammer
    kin = [
        Kin(1, 7, None, 4, hammer), Kin(2, 7, None, None, ball), Kin(3, 7, None, None, rope), Kin(4, 8, None, None, rope),
        Kin(5, 8, 50, None, rope), Kin(6, 9, 50, None, ball),
    ]  # fmt: skip
    found = substitutes(kin, {1: {1, 2, 3}, 2: {1, 2, 3}}, {}, {1: 9, 2: 9})
    assert [(one.other, one.source, one.accounts) for one in found[1]] == [(4, "successor", 0), (2, "alike", 3)]
    assert [(one.other, one.source) for one in found[5]] == [(6, "variant"), (4, "alike")]
    assert 3 not in {one.other for one in found[1]}
    beside = substitutes(kin, {}, {(1, 2): 5}, {1: 9, 2: 9})  # in most of their baskets together
    assert [one.other for one in beside[1]] == [4]


def lines(path: Path, rows) -> Path:
    with lzma.open(path / ORDERS, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("order_number", "ordered_at", "account", "sku", "qty"), *rows])
    return path


def test_the_measure_hides_half_of_a_basket_and_knows_only_the_past(tmp_path):
    old = [
        ("1", f"2020-01-{day:02} 10:00", f"A{n}", sku, "2") for day in range(1, 6) for n in range(3) for sku in "BCDEF"
    ]
    new = [("2", "2020-02-03 10:00", "A1", sku, "1") for sku in "BCDEFX"] + [("3", "2020-02-04 10:00", "A2", "B", "1")]
    folder = lines(tmp_path, [*old, ("0", "2020-01-02 09:00", "A0", "G", "1"), ("0", "2020-01-02 09:00", "A0", "G", "4"), *new,
                              ("4", "2020-02-05 10:00", "A1", "G", "1")])  # fmt: skip
    history = read_history(folder)
    assert history[5:6] == [(date(2020, 1, 2).toordinal() - 1, 1, 0, 2)]
    assert (date(2020, 1, 2).toordinal(), 0, 5, 5) in history  # two lines of one day are one
    baskets = baskets_of(history)
    past = Past(baskets, date(2020, 2, 1).toordinal())
    (task,) = basket_tasks(past, baskets)  # X was not known, a basket of one article is none
    assert len(task.known) == 2
    assert len(task.relevant) == 3
    assert [(one.account, one.relevant) for one in next_tasks(past, baskets)] == [(1, {5})]
    found = of_cut(baskets, date(2020, 2, 1))
    assert found["basket"]["ours"]["recall@10"] == 1
    assert found["next"]["ours"]["recall@10"] == 1
    result = CliRunner().invoke(recommend, ["evaluate", "--data", str(folder), "--cut", "2020-02-01", "--json"])
    assert json.loads(result.output)["basket"]["ours"]["recall@10"] == 1
    with pytest.raises(Invalid):
        read_history(tmp_path / "none")


@pytest.mark.shared
def test_on_a_small_cut_of_the_real_history_it_beats_plain_methods():
    data = Path(os.environ.get("KONTOR_SHARED", "../shared")) / "data" / "wholesaler"
    if not (data / ORDERS).is_file():
        pytest.skip(f"{data / ORDERS} is not there")
    history = [line for line in read_history(data) if line[1] % 16 == 0 and line[0] >= date(2010, 9, 1).toordinal()]
    found = of_cut(baskets_of(history), date(2011, 9, 1))
    for task, margin in (("basket", 1.1), ("next", 1.0)):
        ours = found[task].pop("ours")
        for name, plain in found[task].items():
            assert ours["ndcg@10"] > margin * plain["ndcg@10"], (task, name, ours, plain)
