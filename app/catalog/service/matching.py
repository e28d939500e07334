"""Articles of suppliers: kept as their files say, proposed, confirmed by a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import ArticleRow, is_gtin
from app.catalog.domain.matching import Offered
from app.catalog.queries.matching import proposals
from app.catalog.service.articles import upsert_articles
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]
_CHUNK = 500
_LENGTHS = {"number": 60, "name": 300, "brand": 100, "mpn": 80}


@dataclass(frozen=True, slots=True)
class SupplierArticleRow:
    """An article as the supplier's file names it; the price is net for one of its units. Empty: the file does not say."""

    number: str
    name: str = ""
    brand: str = ""
    mpn: str = ""
    gtin: str = ""
    unit: str = ""
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class SupplierArticleResult:
    """What became of a row; `field` and `problem` where it was refused."""

    outcome: Outcome
    field: str = ""
    problem: Message | None = None


# What is open is proposed anew when it changes; a match stays, because the number stays.
_UPSERT = text("""
INSERT INTO supplier_articles AS s (company_id, number, number_key, name, brand, mpn, gtin, unit, price, currency)
SELECT :company, r.number, r.number_key, r.name, r.brand, r.mpn, r.gtin, r.unit, r.price, r.currency
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
    (number text, number_key text, name text, brand text, mpn text, gtin text, unit text, price numeric, currency text)
ORDER BY r.number_key
ON CONFLICT (company_id, number_key) DO UPDATE
    SET (number, name, brand, mpn, gtin, unit, price, currency, updated_at)
      = (excluded.number, excluded.name, excluded.brand, excluded.mpn, excluded.gtin, excluded.unit, excluded.price,
         excluded.currency, clock_timestamp())
    WHERE (s.number, s.name, s.brand, s.mpn, s.gtin, s.unit, s.price, s.currency) IS DISTINCT FROM
          (excluded.number, excluded.name, excluded.brand, excluded.mpn, excluded.gtin, excluded.unit, excluded.price,
           excluded.currency)
RETURNING s.id, s.number_key, xmax = 0, s.state""")
_OPEN = text("""
SELECT id, number, name, brand, mpn, gtin, unit FROM supplier_articles
WHERE company_id = :company AND state = 'open' AND (:everything OR id = ANY(CAST(:ids AS bigint[])))
ORDER BY id FOR UPDATE""")
_PROPOSE = text("""
UPDATE supplier_articles s SET (proposal_id, confidence, reasons) = (p.article_id, p.confidence, p.reasons)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS p (id bigint, article_id bigint, confidence int, reasons jsonb)
WHERE s.id = p.id""")
_CONFIRM_SURE = text("""
UPDATE supplier_articles SET state = 'matched', article_id = proposal_id, decided_by_id = :user,
    decided_at = clock_timestamp()
WHERE company_id = :company AND state = 'open' AND proposal_id IS NOT NULL AND confidence >= :least
RETURNING id, proposal_id""")
_DECIDE = text("""
UPDATE supplier_articles SET state = :state, article_id = :article, decided_by_id = :user, decided_at = clock_timestamp()
WHERE id = :id""")
_LOCKED = text("""
SELECT id, number, state, article_id, name, brand, mpn, gtin, unit FROM supplier_articles
WHERE company_id = :company AND id = :id FOR UPDATE""")
_ARTICLE = text("SELECT id, is_head FROM articles WHERE sku_key = :key")


@command
def upsert_supplier_articles(
    actor: Actor, company_id: int, rows: Sequence[SupplierArticleRow]
) -> list[SupplierArticleResult]:
    """Keep articles of a supplier by number and propose ours for what is new or changed and open."""
    problems = [_problem(row) for row in rows]
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        if problems[place] is None and first.setdefault(key_of(row.number), place) != place:
            problems[place] = "number", N_("The number {number} stands in the file twice.", number=row.number)
    good = [(key, rows[place]) for key, place in first.items()]
    written = db.session.execute(_UPSERT, {
        "company": company_id,
        "rows": json.dumps([
            {"number": row.number.strip(), "number_key": key, "name": row.name, "brand": row.brand, "mpn": row.mpn,
             "gtin": row.gtin, "unit": row.unit, "price": None if row.price is None else str(row.price),
             "currency": row.currency}
            for key, row in good
        ], ensure_ascii=False),
    }).all()  # fmt: skip
    propose(actor, company_id, [row.id for row in written if row.state == "open"])
    outcomes: dict[str, Outcome] = {row[1]: "created" if row[2] else "changed" for row in written}
    results = []
    for place, row in enumerate(rows):
        problem = problems[place]
        if problem is not None:
            results.append(SupplierArticleResult("refused", *problem))
        else:
            results.append(SupplierArticleResult(outcomes.get(key_of(row.number), "same")))
    return results


def _problem(row: SupplierArticleRow) -> tuple[str, Message] | None:
    if not key_of(row.number):
        return "number", N_("The supplier's article number is missing.")
    for name, length in _LENGTHS.items():
        if len(getattr(row, name)) > length:
            return name, N_("At most {length} characters fit here.", length=length)
    if row.gtin and not is_gtin(row.gtin):
        return "gtin", N_("{gtin} is no GTIN: its check digit does not fit.", gtin=row.gtin)
    if row.price is not None and row.price < 0:
        return "price", N_("A price is not negative.")
    if row.price is not None and not row.currency:
        return "currency", N_("Say the currency of the price.")
    return None


@command
def propose(actor: Actor, company_id: int, ids: Sequence[int] | None = None) -> int:
    """Look for our articles again, for some or all open ones; returns how many have a proposal now."""
    values = {"company": company_id, "everything": ids is None, "ids": list(ids or ())}
    lines = db.session.execute(_OPEN, values).all()
    proposed = 0
    for start in range(0, len(lines), _CHUNK):
        part = lines[start : start + _CHUNK]
        found = proposals(actor, [Offered(*line[1:]) for line in part], limit=1)
        db.session.execute(_PROPOSE, {"rows": json.dumps([
            {"id": line.id, "article_id": best[0].article_id if best else None,
             "confidence": best[0].confidence if best else 0,
             "reasons": [reason.as_json() for reason in best[0].reasons] if best else []}
            for line, best in zip(part, found, strict=True)
        ], ensure_ascii=False)})  # fmt: skip
        proposed += sum(map(bool, found))
    return proposed


@command
def confirm_match(actor: Actor, company_id: int, line_id: int, sku: str) -> None:
    """A person says which article of ours it is. Raises Invalid for an unknown number, Conflict where it is decided."""
    line = _locked(company_id, line_id)
    article = db.session.execute(_ARTICLE, {"key": key_of(sku)}).one_or_none()
    if article is None:
        raise Invalid("sku", N_("There is no article {sku}.", sku=sku))
    if article.is_head:
        raise Invalid("sku", N_("{sku} stands for its variants. Choose one of them.", sku=sku))
    _decide(actor, company_id, line.id, "matched", article.id)


@command
def confirm_sure(actor: Actor, company_id: int, least: int) -> int:
    """Confirm all open proposals from a confidence on (percent); returns how many."""
    rows = db.session.execute(_CONFIRM_SURE, {"company": company_id, "least": least, "user": actor.user_id}).all()
    audit.record_many(actor, "supplier_article", [
        (row.id, "matched", company_id, {"article_id": row.proposal_id, "at_once_from": least}) for row in rows
    ])  # fmt: skip
    return len(rows)


@command
def ignore_line(actor: Actor, company_id: int, line_id: int) -> None:
    """None of ours: it asks no more."""
    _decide(actor, company_id, _locked(company_id, line_id).id, "ignored", None)


@command
def reopen_line(actor: Actor, company_id: int, line_id: int) -> None:
    """Take a decision back."""
    line = _locked(company_id, line_id, decided=True)
    _decide(actor, company_id, line.id, "open", None)
    propose(actor, company_id, [line.id])


@command
def make_article(actor: Actor, company_id: int, line_id: int, sku: str, category: str = "") -> int:
    """Take a supplier's article into the catalogue under a number of ours, and match it; returns the article's id."""
    line = _locked(company_id, line_id)
    if not key_of(sku):
        raise Invalid("sku", N_("The article number is missing."))
    if db.session.execute(_ARTICLE, {"key": key_of(sku)}).one_or_none() is not None:
        raise Invalid("sku", N_("{sku} is an article already. Confirm it instead.", sku=sku))
    (result,) = upsert_articles(actor, [ArticleRow(
        sku.strip(), name=line.name or line.number, category=category or None, brand=line.brand or None,
        mpn=line.mpn or None, gtin=line.gtin or None, base_unit=line.unit or None,
    )])  # fmt: skip
    if result.article_id is None:
        raise Invalid(
            result.field if result.field in ("sku", "category") else "", result.problem or N_("Not possible.")
        )
    _decide(actor, company_id, line.id, "matched", result.article_id)
    return result.article_id


def _locked(company_id: int, line_id: int, *, decided: bool = False) -> Any:
    line = db.session.execute(_LOCKED, {"company": company_id, "id": line_id}).one_or_none()
    if line is None:
        raise NotFound
    if (line.state != "open") is not decided:
        raise Conflict(N_("Somebody has decided this meanwhile. Look again."))
    return line


def _decide(actor: Actor, company_id: int, line_id: int, state: str, article_id: int | None) -> None:
    db.session.execute(_DECIDE, {"id": line_id, "state": state, "article": article_id, "user": actor.user_id})
    audit.record(actor, "supplier_article", line_id, state, {"article_id": article_id}, company_id=company_id)
