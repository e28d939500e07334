"""The real wholesaler: exactly the counts and sums of its README, twice; 343,897 of 370,281 lines agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.db import db
from app.core.tenancy import acting_as
from app.exchange.queries.history import reprice_year
from app.exchange.queries.runs import run as run_of
from app.exchange.service.folder import folder_plan
from app.exchange.service.processing import process
from app.exchange.service.runs import begin
from tests.factories import accounts
from tests.factories.exchange import counts, importer_actor

EXPECTED = [
    ("categories", 145, {}),
    ("products", 4_633, {}),
    ("products", 100_000, {}),
    ("accounts", 5_942, {"without_country": "23"}),
    ("price_list", 4_633, {}),
    ("price_list", 763, {}),
    ("price_list", 100_000, {}),
    ("discount_groups", 12, {"prices": "231516"}),
    ("stock", 100_000, {"units": "146930924"}),
    ("order_history", 788_187, {"orders": "36594", "pieces": "10532278", "net": "17124926.23"}),
    ("returns", 17_641, {"returns": "7282", "pieces": "466193", "net": "713009.65"}),
]
FACTS = {
    "SELECT count(*) FROM articles": 104_633,
    "SELECT count(*) FROM articles WHERE status = 'discontinued'": 2_409,
    "SELECT count(*) FROM articles WHERE successor_id IS NOT NULL": 1_461,
    "SELECT count(*) FROM articles WHERE vat_class = 'reduced'": 1_319,
    "SELECT count(*) FROM articles WHERE vat_class = 'exempt'": 31,
    "SELECT count(*) FROM (SELECT FROM stock GROUP BY article_id HAVING sum(on_hand) = 0) x": 12_748,
    "SELECT count(*) FROM companies WHERE kind = 'customer'": 5_942,
    "SELECT count(DISTINCT company_id) FROM orders": 5_852,
    "SELECT count(*) FROM orders": 36_594,
    "SELECT sum(line_count) FROM orders": 788_187,
    "SELECT sum(net_total) FROM orders": Decimal("17124926.23"),
    "SELECT count(*) FROM order_lines": 788_187,
    "SELECT count(DISTINCT article_id) FROM order_lines": 4_619,
    "SELECT sum(quantity) FROM order_lines": 10_532_278,
    "SELECT sum(net) FROM order_lines": Decimal("17124926.23"),
    "SELECT count(*) FROM history_returns": 7_282,
    "SELECT sum(net_total) FROM history_returns": Decimal("713009.65"),
    "SELECT sum(quantity) FROM history_return_lines": 466_193,
    "SELECT count(*) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.position = 1": 36_594,
    "SELECT max(position) FROM order_lines": 541,
}


def import_folder(folder, *, kinds=None):
    """Results of the steps: kind, counts, figures."""
    actor = importer_actor()
    results = []
    with acting_as(actor):
        for step in folder_plan(folder):
            if kinds is None or step.settings.kind in kinds:
                run_id = begin(actor, step.settings, step.file)
                process(actor, run_id)
                run = run_of(actor, run_id)
                results.append((run.kind, counts(run), run.figures))
    return results


def import_twice(folder):
    operator = accounts.operator(country="GB", currency="GBP", time_zone="Europe/London")
    assert import_folder(folder) == [(kind, (rows, 0, 0, 0), figures) for kind, rows, figures in EXPECTED]
    for question, answer in FACTS.items():
        assert db.session.scalar(text(question)) == answer, question
    *_rest, (_done, _total, agreement) = reprice_year(importer_actor(), 2011, operator.time_zone)
    assert (agreement.lines, agreement.agree, str(agreement.share)) == (370_281, 343_897, "92.87")
    second = [one for one in EXPECTED if one[0] != "order_history"]  # a second time: tests/plugins, with fewer lines
    again = import_folder(folder, kinds={kind for kind, _rows, _figures in second})
    assert again == [(kind, (0, 0, rows, 0), figures) for kind, rows, figures in second]
    for question, answer in FACTS.items():
        assert db.session.scalar(text(question)) == answer, question


@pytest.mark.shared
def test_articles_prices_accounts_and_returns_of_the_wholesaler(ctx, shared, tmp_path):
    """Without the synthetic catalogue and the 788,187 lines."""
    accounts.operator()
    folder = shared / "data" / "wholesaler"
    for name in ("products.csv", "price_breaks.csv", "accounts.csv", "returns.csv.xz", "catalogue-categories.csv"):
        (tmp_path / name).symlink_to(folder / name)
    wanted = [EXPECTED[n] for n in (0, 1, 3, 4, 5, 10)]
    assert import_folder(tmp_path) == [(kind, (rows, 0, 0, 0), figures) for kind, rows, figures in wanted]
    assert import_folder(tmp_path) == [(kind, (0, 0, rows, 0), figures) for kind, rows, figures in wanted]


@pytest.mark.shared
@pytest.mark.slow
def test_everything_of_the_wholesaler(committing, world, shared):
    """With real commits: inside one open transaction the planner would know nothing of a million rows."""
    with world():
        import_twice(shared / "data" / "wholesaler")
