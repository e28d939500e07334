"""Prices that will change for the buyers of their articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text

from app.catalog.queries.assortment import visible_sql, visible_values
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.insights.queries.price_effects import bought, concerned
from app.pricing.domain.versions import Phase
from app.pricing.queries.comparison import changed_articles
from app.pricing.queries.prices import ladders
from app.pricing.queries.versions import Series, VersionLine, series

_YEAR = timedelta(days=365)
_CODE = text("SELECT code FROM price_lists WHERE id = :id")
_BUYERS = text("""
SELECT DISTINCT l.company_id FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE o.placed_at >= :since AND o.state <> 'cancelled' AND l.article_id = ANY(CAST(:ids AS bigint[]))""")
_NAMES = text(f"""
SELECT a.id, a.sku, coalesce(a.names ->> :locale, a.name) FROM articles a
WHERE a.id = ANY(CAST(:ids AS bigint[])) AND {visible_sql(few=True)}""")  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class ComingVersion:
    """A version that starts soon, and the articles of which some price changes."""

    id: int
    head_id: int
    starts: date
    article_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ComingPrice:
    """An article the account has bought, at its first break; `percent` is the change."""

    sku: str
    name: str
    unit: str
    old: Decimal
    new: Decimal
    base_quantity: Decimal
    percent: Decimal


def version_of_list(actor: Actor, list_id: int) -> tuple[Series, VersionLine]:
    """A version by its id, with its series. Raises NotFound."""
    code = db.session.scalar(_CODE, {"id": list_id})
    if code is None:
        raise NotFound
    known = series(actor, code)
    return known, known.of_code(code)


def coming_version(actor: Actor, list_id: int) -> ComingVersion:
    """A planned version. Raises NotFound where it is not planned any more."""
    known, version = version_of_list(actor, list_id)
    base = known.before(version)
    if known.phase(version) is not Phase.PLANNED or version.valid_from is None or base is None:
        raise NotFound
    articles = changed_articles(actor, base.id, version.id)
    return ComingVersion(version.id, known.head_id, version.valid_from, tuple(articles))


def accounts_to_tell(actor: Actor, coming: ComingVersion) -> list[int]:
    """Accounts that buy by the list and bought some of the articles within a year before the change."""
    values = {"since": coming.starts - _YEAR, "ids": list(coming.article_ids)}
    buyers = set(db.session.scalars(_BUYERS, values))
    return [account.id for account in concerned(actor, coming.head_id) if account.id in buyers]


def coming_prices(actor: Actor, company_id: int, coming: ComingVersion) -> list[ComingPrice]:
    """What changes of the articles an account has bought, what weighs most first."""
    held = bought(actor, company_id, coming.article_ids, coming.starts - _YEAR)
    before = ladders(actor, held, company_id=company_id, on=coming.starts - timedelta(days=1))
    after = ladders(actor, held, company_id=company_id, on=coming.starts)
    values = {"ids": list(held), "locale": actor.locale, **visible_values(actor, company_id)}
    names = {row[0]: row[1:] for row in db.session.execute(_NAMES, values)}
    found: list[tuple[Decimal, ComingPrice]] = []
    for article_id, (quantity, _lines) in held.items():
        if article_id not in before or article_id not in after or article_id not in names:
            continue
        old, new = before[article_id][0], after[article_id][0]
        was, now = old.price / old.base_quantity, new.price / new.base_quantity
        if old.unit != new.unit or was == now or not was:
            continue
        percent = round((now / was - 1) * 100, 1)
        sku, name = names[article_id]
        line = ComingPrice(sku, name, new.unit, was * new.base_quantity, new.price, new.base_quantity, percent)
        found.append((abs(now - was) * quantity, line))
    found.sort(key=lambda pair: (-pair[0], pair[1].sku))
    return [line for _weight, line in found]
