"""A large ground: the range, a thousand accounts, two hundred price lists of twenty thousand entries with breaks.

Articles, accounts and chains go through the portal's own commands, so that whatever they keep is there; the entries are
copied by plain SQL, because writing four million of them one command at a time measures nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.accounts.service.importing import AccountRow, upsert_accounts
from app.catalog.service.articles import upsert_articles
from app.catalog.service.categories import upsert_categories
from app.core.actor import Actor, Scope, Via
from app.core.db import db
from app.core.local.instance import servers, temporary_instance
from app.core.tenancy import acting_as
from app.factory import settle_memory
from app.inventory.service.stock import WarehouseRow, upsert_warehouses
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.lists import PriceListRow, upsert_price_list
from app.trial.bench_stock import BenchStock, opened, settle
from app.trial.scale.range import categories, chunks
from config import Config

GENERAL = "GENERAL"
_HOUSE = Actor(None, 1, Scope.OPERATOR, frozenset({"*"}), via=Via.CLI, name="bench")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a ground is. Each list has prices of a third of its entries' number of articles, at three breaks."""

    articles: int = 100_000
    accounts: int = 1_000
    lists: int = 200
    entries: int = 20_000


# The general list has every article once; the others have breaks at 1, 10 and 100, each some other part of the range.
_ENTRIES = (
    """
INSERT INTO price_entries (price_list_id, article_id, unit, min_quantity, price)
SELECT p.id, a.id, a.base_unit, 0, round((a.id %% 977 + 50) / 10.0, 4)
FROM articles a, price_lists p WHERE p.code = 'GENERAL' ORDER BY p.id, a.id
""",
    """
INSERT INTO price_entries (price_list_id, article_id, unit, min_quantity, price)
SELECT p.id, a.id, a.base_unit, b.q, round((a.id %% 977 + 50) / 10.0 * (0.97 - p.place %% 13 * 0.01) * (1 - b.q / 2000.0), 4)
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM price_lists WHERE code <> 'GENERAL') p
JOIN LATERAL (
    SELECT a.id, a.base_unit FROM articles a
    WHERE (a.id + p.place) %% greatest(%(parts)s, 1) = 0
) a ON true
CROSS JOIN (VALUES (1), (10), (100)) b (q) ORDER BY p.id, a.id, b.q
""",
    """
UPDATE price_lists p SET entry_count = (SELECT count(*) FROM price_entries e WHERE e.price_list_id = p.id)
""",
    """
INSERT INTO stock (article_id, warehouse_id, on_hand)
SELECT a.id, w.id, CASE WHEN a.id %% 8 = 0 THEN 0 ELSE 1000000 + a.id %% 977 END
FROM articles a, (SELECT id FROM warehouses ORDER BY id LIMIT 1) w ORDER BY a.id
""",
)


@contextmanager
def scale_ground(size: Size, *, keep: Path | None = None, say: Callable[[str], None]) -> Iterator[BenchStock]:
    """The ground on a throw-away instance, or in a folder where it is kept and found again."""
    with _instance(keep) as config, opened(config) as stock:
        if not stock.bare.execute("SELECT 1 FROM articles LIMIT 1").fetchone():
            with stock.app.app_context(), acting_as(_HOUSE):
                _fill(size, say)
            say(f"{size.lists} price lists of {size.entries} entries")
            for statement in _ENTRIES:
                stock.bare.execute(statement, {"parts": size.articles * 3 // size.entries})
            say("statistics")
            settle(stock)
        settle_memory()
        yield stock


@contextmanager
def _instance(keep: Path | None) -> Iterator[Config]:
    settings: dict[str, Any] = {"BROKER_URL": "memory://", "SECRET_KEY": "b" * 40}
    if keep is None:
        with temporary_instance(broker=False, durable=True, **settings) as config:
            yield config
    else:
        with servers(Config(KONTOR_INSTANCE=keep.resolve(), **settings)) as config:
            yield config


def _fill(size: Size, say: Callable[[str], None]) -> None:
    upsert_categories(_HOUSE, categories())
    for place, rows in enumerate(chunks(size.articles)):
        refused = [result for result in upsert_articles(_HOUSE, rows) if result.problem]
        if refused:
            raise RuntimeError(str(refused[0].problem))
        if not place % 10:
            say(f"{place * len(rows)} of {size.articles} articles")
    upsert_warehouses(_HOUSE, [WarehouseRow("MAIN", "Main")])
    say(f"{size.accounts} accounts")
    codes = [f"K{number:05d}" for number in range(1, size.accounts)]
    upsert_accounts(_HOUSE, [AccountRow(code, name=f"Customer {code}", country="DE", currency="EUR") for code in codes])
    upsert_price_list(_HOUSE, PriceListRow(GENERAL, name="General", currency="EUR"))
    chains = [_chain(number) for number in range(size.lists)]
    companies = db.session.scalars(text("SELECT id FROM companies WHERE kind = 'customer' ORDER BY id"))
    for place, company_id in enumerate(companies):
        assign_chain(_HOUSE, company_id, chains[place % len(chains)])


def _chain(number: int) -> int:
    """A list of its own before the general one; every fourth chain has a second one between."""
    code = f"L{number:03d}"
    upsert_price_list(_HOUSE, PriceListRow(code, name=f"List {number}", currency="EUR"))
    between = (Link(f"L{number - 1:03d}"),) if number % 4 == 3 else ()
    chain_id, _outcome = set_chain(_HOUSE, ChainRow(f"CHAIN-{number:03d}", (Link(code), *between, Link(GENERAL))))
    return chain_id
