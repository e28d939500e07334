"""The numbers under which a customer knows our articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The customer's number for an article; a number belongs to one article."""

    number: str
    sku: str


@dataclass(frozen=True, slots=True)
class NumberResult:
    """What became of a row, in the order of the rows."""

    outcome: Outcome
    problem: Message | None = None


_ARTICLES = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_UPSERT = text("""
INSERT INTO customer_article_numbers AS n (company_id, article_id, number, number_key)
SELECT :company, v.article, v.number, v.key
FROM unnest(CAST(:articles AS bigint[]), CAST(:numbers AS text[]), CAST(:keys AS text[])) AS v (article, number, key)
ORDER BY v.key
ON CONFLICT (company_id, number_key) DO UPDATE SET article_id = excluded.article_id, number = excluded.number
WHERE (n.article_id, n.number) IS DISTINCT FROM (excluded.article_id, excluded.number)
RETURNING n.number_key, xmax = 0""")
_DELETE = text("""
DELETE FROM customer_article_numbers
WHERE company_id = :company AND number_key = ANY(CAST(:keys AS text[]))""")


@command
def set_own_numbers(actor: Actor, company_id: int, rows: Sequence[NumberRow]) -> list[NumberResult]:
    """Give articles a customer's own numbers; a number given before moves to the new article."""
    _demand_own(actor, company_id)
    articles: dict[str, int] = dict(db.session.execute(_ARTICLES, {"keys": [key_of(row.sku) for row in rows]}).all())
    good: dict[str, NumberRow] = {}
    problems: dict[int, Message] = {}
    for index, row in enumerate(rows):
        key = key_of(row.number)
        if not key or len(row.number) > 60:
            problems[index] = N_("A number has 1 to {length} characters.", length=60)
        elif key in good:
            problems[index] = N_("The number {number} stands there twice.", number=row.number)
        elif key_of(row.sku) not in articles:
            problems[index] = N_("There is no article {sku}.", sku=row.sku)
        else:
            good[key] = row
    touched: dict[str, bool] = {}
    if good:
        touched = dict(db.session.execute(_UPSERT, {
            "company": company_id,
            "articles": [articles[key_of(row.sku)] for row in good.values()],
            "numbers": [row.number.strip() for row in good.values()],
            "keys": list(good),
        }).all())  # fmt: skip
    results = []
    for index, row in enumerate(rows):
        if index in problems:
            results.append(NumberResult("refused", problems[index]))
            continue
        is_new = touched.get(key_of(row.number))
        results.append(NumberResult("same" if is_new is None else "created" if is_new else "changed"))
    return results


@command
def drop_own_numbers(actor: Actor, company_id: int, numbers: Sequence[str]) -> None:
    """Forget numbers of a customer; unknown ones are passed over."""
    _demand_own(actor, company_id)
    db.session.execute(_DELETE, {"company": company_id, "keys": [key_of(number) for number in numbers]})


def _demand_own(actor: Actor, company_id: int) -> None:
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))
