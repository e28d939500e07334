"""What the first accounts bought again and again before this portal, so that something is due to reorder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.insights.service.reorder import suggest
from app.ordering.domain.history import HistoryLine
from app.ordering.service.history import import_orders
from app.trial.demo.families import DemoArticle

_WEEKS_APART = (2, 3, 5, 8)
_ORDERS = 6
_ARTICLES = 12


def add_reorders(house: Actor, accounts: Sequence[str], items: Sequence[DemoArticle]) -> None:
    """Old orders of two accounts in four rhythms, imported; then what the night would make of them."""
    now = clock.now()
    chosen = [item for item in items if item.index % 53 and item.index % 37][:: max(len(items) // _ARTICLES, 1)]
    lines = [
        HistoryLine(
            0, f"ALT-{account}-{weeks}-{number}", place, now - timedelta(weeks=weeks * (number + 1), days=2), account,
            item.sku, Decimal(item.step * 10), Decimal("1.90"), "EUR",
        )
        for account in accounts
        for kind, weeks in enumerate(_WEEKS_APART)
        for number in range(_ORDERS)
        for place, item in enumerate(chosen[kind :: len(_WEEKS_APART)], start=1)
    ]  # fmt: skip
    with acting_as(house):
        import_orders(house, lines)
        suggest(house)
