"""`kontor orderfile check` against the portal's own articles and prices."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from app.accounts.queries.companies import buying_terms
from app.core.actor import Actor
from app.ordering import cli
from tests.factories.ordering import article, buyer, shop


@pytest.fixture
def check(isolated, world, monkeypatch, tmp_path):
    @contextmanager
    def on_console():
        with world():
            yield Actor.system()

    monkeypatch.setattr(cli, "on_console", on_console)
    with world():
        shop()
        article("A-1", "2.50", breaks=[(10, "2.00")])
        account = buyer()

    def run(text: str) -> dict:
        with world():
            code = buying_terms(Actor.system(), account.company_id).code
        file = tmp_path / "order.csv"
        file.write_text(text)
        result = CliRunner().invoke(cli.orderfile, ["check", str(file), "--account", code, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    return run


def test_own_price_and_break_of_the_account_count(check):
    result = check("sku,qty\na-1,4\nA-1,8\nNOPE,1\nA-1,x\n")
    assert result["net_total"] == "24.00"
    assert result["accepted"] == [
        {"sku": "A-1", "qty": 12, "rows": [2, 3], "unit_price": "2.00", "line_total": "24.00"}
    ]
    assert [(row["row"], row["reason"]) for row in result["rejected"]] == [(4, "unknown_sku"), (5, "invalid_qty")]
