"""The same articles imported several times at once, in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow, PackRow
from app.catalog.service.articles import upsert_articles
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as

pytestmark = pytest.mark.races


def test_imports_of_the_same_articles_at_once(committing, world):
    def load(number):
        rows = [
            ArticleRow(f"A-{n:03d}", f"Version {number}", units=(PackRow("XBX", 10 + number),)) for n in range(200)
        ]  # fmt: skip
        Random(number).shuffle(rows)
        with committing.app_context(), acting_as(Actor.system()):
            return [result.outcome for result in upsert_articles(Actor.system(), rows)]

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(load, range(6)))
    created = sum(outcome == "created" for results in outcomes for outcome in results)
    with world():
        count, versions = db.session.execute(text("SELECT count(*), count(DISTINCT name) FROM articles")).one()
        packs = db.session.execute(
            text("""SELECT count(*), bool_and(u.numerator = 10 + right(a.name, 1)::int)
                    FROM article_units u JOIN articles a ON a.id = u.article_id""")
        ).one()
    assert (created, count, versions) == (200, 200, 1)
    assert packs == (200, True)


def test_imports_of_different_facts_do_not_undo_each_other(committing, world):
    facts = [{"brand": "Anvilor"}, {"mpn": "10-3"}, {"vat_class": "reduced"}, {"lead_time_days": 4}]

    def load(number):
        rows = [ArticleRow(f"A-{n:03d}", **facts[number]) for n in range(100)]
        with committing.app_context(), acting_as(Actor.system()):
            upsert_articles(Actor.system(), rows)

    with ThreadPoolExecutor(len(facts)) as pool:
        list(pool.map(load, range(len(facts))))
    with world():
        kinds = db.session.execute(text("SELECT DISTINCT brand, mpn, vat_class, lead_time_days FROM articles")).all()
    assert kinds == [("Anvilor", "10-3", "reduced", 4)]
