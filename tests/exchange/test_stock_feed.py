"""Feeds of stock: read when they have changed, touching only what differs; old ones are told of."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.exchange.service.stock_feed import read_feeds
from app.inventory.queries.feeds import feed
from app.inventory.service.feeds import FeedRow, set_feed
from tests.factories.accounts import operator
from tests.factories.catalog import articles
from tests.factories.inventory import stock, warehouse

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    return Actor.system(operator().id)


def rows():
    """Where each row lies and who wrote or locked it last: what changes when a row is touched."""
    found = db.session.execute(
        text("SELECT a.sku, s.on_hand, s.ctid::text || s.xmin::text || s.xmax::text FROM stock s"
             " JOIN articles a ON a.id = s.article_id ORDER BY a.sku")
    )  # fmt: skip
    return {sku: (on_hand, mark) for sku, on_hand, mark in found}


def write(path, counts, *, minutes_ago=0):
    path.write_text("sku,stock\n" + "".join(f"{sku},{count}\n" for sku, count in counts.items()))
    moment = (clock.now() - timedelta(minutes=minutes_ago)).timestamp()
    os.utime(path, (moment, moment))


def test_only_changed_rows_are_touched(house, tmp_path):
    articles(50)
    counts = {f"A-{n:03d}": n for n in range(1, 51)}
    file = tmp_path / "stock.csv"
    write(file, counts)
    warehouse("MAIN")
    set_feed(house, FeedRow("ERP", file.as_uri(), "MAIN"))
    assert read_feeds(house) == 1
    before = rows()
    assert len(before) == 50
    assert read_feeds(house) == 0, "the same file is not read twice"
    write(file, counts | {"A-007": 700})
    assert read_feeds(house) == 1
    after = rows()
    assert {sku for sku in after if after[sku] != before[sku]} == {"A-007"}
    assert after["A-007"][0] == 700
    moves = db.session.scalar(text("SELECT count(*) FROM stock_moves"))
    assert moves == 51
    line = feed(house, "ERP")
    found = db.session.execute(
        text("SELECT state, changed_count, same_count, refused_count FROM import_runs WHERE id = :id"),
        {"id": line.run_id},
    ).one()
    assert (tuple(found), line.last_error, line.is_stale) == (("done", 1, 49, 0), "", False)


def test_the_newest_file_of_a_folder_counts(house, tmp_path):
    articles(2)
    stock("A-001", 1)
    write(tmp_path / "a.csv", {"A-001": 5}, minutes_ago=10)
    write(tmp_path / "b.csv", {"A-001": 6}, minutes_ago=5)
    (tmp_path / ".part.csv").write_text("half a fi")
    set_feed(house, FeedRow("DROP", tmp_path.as_uri(), "MAIN"))
    assert read_feeds(house) == 1
    assert rows()["A-001"][0] == 6
    write(tmp_path / "c.csv", {"A-001": 7})
    assert read_feeds(house) == 1
    assert rows()["A-001"][0] == 7


def test_what_cannot_be_read_is_told_and_stops_no_other(house, tmp_path):
    articles(1)
    stock("A-001", 1)
    write(tmp_path / "good.csv", {"A-001": 5}, minutes_ago=120)
    (tmp_path / "bad.csv").write_text("nothing,known\n1,2\n")
    set_feed(house, FeedRow("A-GONE", (tmp_path / "gone.csv").as_uri(), "MAIN"))
    set_feed(house, FeedRow("B-BAD", (tmp_path / "bad.csv").as_uri(), "MAIN"))
    set_feed(house, FeedRow("C-GOOD", (tmp_path / "good.csv").as_uri(), "MAIN"))
    set_feed(house, FeedRow("D-OFF", (tmp_path / "good.csv").as_uri(), "MAIN", is_active=False))
    read_feeds(house)
    assert "There is no file" in feed(house, "A-GONE").last_error
    assert feed(house, "B-BAD").last_error
    good = feed(house, "C-GOOD")
    assert (good.last_error, good.is_stale, rows()["A-001"][0]) == ("", True, 5)
    assert (feed(house, "A-GONE").is_stale, feed(house, "D-OFF").is_stale) == (True, False)
