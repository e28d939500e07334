"""What suppliers say they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import note_lock
from app.core.texts import N_, Message
from app.inventory.service.lookups import known
from app.inventory.service.stock import Outcome, StockResult

_LARGEST = Decimal(10) ** 12
_MOST_DAYS = 999


@dataclass(frozen=True, slots=True)
class SupplierStockRow:
    """A supplier's figure for one of our articles, in base units. None stays as it is, and is no when new."""

    sku: str
    supplier: str
    quantity: Decimal
    lead_days: int | None = None
    ships_directly: bool | None = None
    supplier_sku: str | None = None


# A figure that is still the same is believed anew: only the day it was told changes.
_WRITE = text("""
WITH given AS (
    SELECT v.article, v.supplier, v.place, v.quantity, x.id IS NOT NULL AS is_known,
        coalesce(v.days, x.lead_days, 5) AS days, coalesce(v.direct, x.ships_directly, false) AS direct,
        coalesce(v.sku, x.supplier_sku, '') AS sku,
        (x.quantity, x.lead_days, x.ships_directly, x.supplier_sku) IS NOT DISTINCT FROM (v.quantity,
            coalesce(v.days, x.lead_days), coalesce(v.direct, x.ships_directly), coalesce(v.sku, x.supplier_sku)) AS is_same
    FROM unnest(CAST(:articles AS bigint[]), CAST(:suppliers AS bigint[]), CAST(:quantities AS numeric[]),
        CAST(:days AS integer[]), CAST(:direct AS boolean[]), CAST(:skus AS text[]))
        WITH ORDINALITY AS v (article, supplier, quantity, days, direct, sku, place)
    LEFT JOIN supplier_stock x ON x.supplier_id = v.supplier AND x.article_id = v.article
), written AS (
    INSERT INTO supplier_stock AS x (article_id, supplier_id, quantity, lead_days, ships_directly, supplier_sku, fed_on)
    SELECT article, supplier, quantity, days, direct, sku, CAST(:today AS date) FROM given ORDER BY article, supplier
    ON CONFLICT (supplier_id, article_id) DO UPDATE SET quantity = excluded.quantity, fed_on = excluded.fed_on,
        lead_days = excluded.lead_days, ships_directly = excluded.ships_directly, supplier_sku = excluded.supplier_sku
        WHERE (x.quantity, x.lead_days, x.ships_directly, x.supplier_sku, x.fed_on) IS DISTINCT FROM
            (excluded.quantity, excluded.lead_days, excluded.ships_directly, excluded.supplier_sku, excluded.fed_on)
)
SELECT place, CASE WHEN NOT is_known THEN 'created' WHEN is_same THEN 'same' ELSE 'changed' END
FROM given ORDER BY place""")


@command
def set_supplier_stock(
    actor: Actor, rows: Sequence[SupplierStockRow], *, told_on: date | None = None
) -> list[StockResult]:
    """Take down suppliers' figures and the day they told them; two statements for any number of rows."""
    names = known((row.sku for row in rows), {row.supplier for row in rows})
    results: list[StockResult | None] = []
    good: dict[tuple[int, str], int] = {}
    for index, row in enumerate(rows):
        key = (names.article(row.sku) or 0, row.supplier)
        problem = names.problem(row.sku, supplier=row.supplier or "?") or _problem(row)
        if problem is None and key in good:
            problem = N_("{sku} of {code} stands in the file twice.", sku=row.sku, code=row.supplier)
        results.append(StockResult("refused", problem=problem) if problem else None)
        if problem is None:
            good[key] = index
    if not good:
        return [result for result in results if result is not None]
    chosen = [rows[index] for index in good.values()]
    note_lock("stock")
    written = db.session.execute(_WRITE, {
        "articles": [names.article(row.sku) for row in chosen],
        "suppliers": [names.suppliers[row.supplier] for row in chosen],
        "quantities": [row.quantity for row in chosen],
        "days": [row.lead_days for row in chosen],
        "direct": [row.ships_directly for row in chosen],
        "skus": [row.supplier_sku for row in chosen],
        "today": told_on or clock.today(),
    }).all()  # fmt: skip
    outcomes: list[Outcome] = [outcome for _place, outcome in written]
    for index, outcome in zip(good.values(), outcomes, strict=True):
        results[index] = StockResult(outcome)
    changed = sum(1 for outcome in outcomes if outcome != "same")
    if changed:
        audit.record(
            actor, "supplier_stock", 0, "set", {"rows": changed, "suppliers": sorted({r.supplier for r in chosen})}
        )
    return [result for result in results if result is not None]


def _problem(row: SupplierStockRow) -> Message | None:
    if not 0 <= row.quantity < _LARGEST:
        return N_("The quantity must be zero or more.")
    if row.lead_days is not None and not 0 <= row.lead_days <= _MOST_DAYS:
        return N_("Working days from 0 to {most}.", most=_MOST_DAYS)
    return None
