"""Brands: what is told about them, and their names, which articles carry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.models.articles import Article
from app.catalog.models.attributes import Brand
from app.catalog.service.articles import take_turn, upsert_articles
from app.catalog.service.attributes import AttributeResult, Outcome
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_, Message

_PART = 2_000
_FACTS = ("code", "name", "about", "website")


@dataclass(frozen=True, slots=True)
class BrandRow:
    """One brand; None leaves a fact as it is. Known by its code, else by its name, which articles may have made."""

    code: str
    name: str | None = None
    about: str | None = None
    website: str | None = None


_STORE = text("""
INSERT INTO brands (code, name, about, website)
SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (code text, name text, about text, website text)
RETURNING id, code""")
_CHANGE = text("""
UPDATE brands b SET code = r.code, name = r.name, about = r.about, website = r.website
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id bigint, code text, name text, about text, website text)
WHERE b.id = r.id""")


@command
def upsert_brands(actor: Actor, rows: Sequence[BrandRow]) -> list[AttributeResult]:
    """Create and change brands; articles of a brand that is renamed carry the new name when this returns."""
    take_turn()
    held = db.session.execute(select(Brand.id, Brand.code, Brand.name, Brand.about, Brand.website)).all()
    by_code: dict[str, Any] = {brand.code: brand for brand in held}
    by_name: dict[str, Any] = {brand.name: brand for brand in held}
    results: list[AttributeResult] = []
    made: list[dict[str, Any]] = []
    changed: list[tuple[Any, dict[str, Any]]] = []
    taken: set[str] = set()
    for row in rows:
        brand = by_code.get(row.code) or by_name.get(row.name or row.code)
        facts = _facts(row, brand)
        found = _problem(facts, brand, by_code, by_name)
        if found is None and {facts["code"], facts["name"]} & taken:
            found = "code", N_("The brand {name} stands in the file twice.", name=facts["name"])
        if found:
            results.append(AttributeResult("refused", *found))
            continue
        taken |= {facts["code"], facts["name"]}
        if brand is None:
            made.append(facts)
        elif any(getattr(brand, name) != value for name, value in facts.items()):
            changed.append((brand, facts))
        else:
            results.append(AttributeResult("same"))
            continue
        results.append(AttributeResult("created" if brand is None else "changed"))
    _store(actor, made, changed)
    return results


@command
def edit_brand(actor: Actor, code: str, row: BrandRow) -> Outcome:
    """One brand by hand; its code stays. Raises Invalid."""
    (result,) = upsert_brands(actor, [BrandRow(code, row.name, row.about, row.website)])
    if result.problem is not None:
        raise Invalid(result.field, result.problem)
    return result.outcome


def _facts(row: BrandRow, brand: Any) -> dict[str, Any]:
    usual = {"name": row.code, "about": "", "website": ""}
    facts = {
        name: getattr(row, name) if getattr(row, name) is not None else getattr(brand, name, usual[name])
        for name in usual
    }
    return {"code": row.code.strip(), **{name: value.strip() for name, value in facts.items()}}


def _problem(
    facts: dict[str, Any], brand: Any, by_code: dict[str, Any], by_name: dict[str, Any]
) -> tuple[str, Message] | None:
    if not facts["code"] or len(facts["code"]) > 100:
        return "code", N_("A brand needs a code of at most {length} characters.", length=100)
    if not facts["name"] or len(facts["name"]) > 100:
        return "name", N_("Give it a name of at most {n} characters.", n=100)
    if facts["website"] and not facts["website"].startswith(("https://", "http://")):
        return "website", N_("An address on the web begins with https://.")
    if len(facts["website"]) > 300:
        return "website", N_("At most {length} characters fit here.", length=300)
    for field, others in (("code", by_code), ("name", by_name)):
        other = others.get(facts[field])
        if other is not None and (brand is None or other.id != brand.id):
            return field, N_("There is a brand {name} already.", name=other.name)
    return None


def _store(actor: Actor, made: list[dict[str, Any]], changed: list[tuple[Any, dict[str, Any]]]) -> None:
    entries = []
    if made:
        ids = {row.code: row.id for row in db.session.execute(_STORE, {"rows": json.dumps(made, ensure_ascii=False)})}
        entries += [(ids[facts["code"]], "created", actor.company_id, facts) for facts in made]
    if changed:
        rows = [{"id": brand.id, **facts} for brand, facts in changed]
        db.session.execute(_CHANGE, {"rows": json.dumps(rows, ensure_ascii=False)})
        entries += [
            (brand.id, "changed", actor.company_id,
             {name: [getattr(brand, name), facts[name]] for name in _FACTS if getattr(brand, name) != facts[name]})
            for brand, facts in changed
        ]  # fmt: skip
    audit.record_many(actor, "brand", entries)
    renamed = {brand.name: facts["name"] for brand, facts in changed if brand.name != facts["name"]}
    if renamed:
        _rename(actor, renamed)


def _rename(actor: Actor, names: dict[str, str]) -> None:
    """Articles carry the name itself, and are searched and found by it."""
    held = db.session.execute(select(Article.sku, Article.brand).where(Article.brand.in_(names)).order_by(Article.id))
    rows = [ArticleRow(sku, brand=names[brand]) for sku, brand in held]
    for start in range(0, len(rows), _PART):
        upsert_articles(actor, rows[start : start + _PART])
