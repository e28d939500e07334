"""Assortments: named, filled with rules, given to accounts. A change holds for the next request of everybody it reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import delete, exists, select, text

from app.catalog.domain.article import key_of
from app.catalog.domain.assortment import Effect, Target
from app.catalog.models.assortments import Assortment, AssortmentAssignment, AssortmentRule
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, RowProblem
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]
_NAMES_KEPT = 50  # of a long paste the history names so many


@dataclass(frozen=True, slots=True)
class AssortmentFacts:
    """An assortment as entered; `valid_to` is the first day on which it no longer counts."""

    code: str
    name: str
    about: str = ""
    is_active: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: exactly one of article number, category code and brand is given."""

    assortment: str
    effect: Effect
    sku: str = ""
    category: str = ""
    brand: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of a row, in the order of the rows; `field` is what a refusal is about."""

    outcome: Outcome
    problem: Message | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """Rules that are new, that turned from allow to deny or back, that were there, and entries that name nothing."""

    added: int
    changed: int
    same: int
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A row whose target is known."""

    index: int
    assortment_id: int
    effect: Effect
    target: Target
    key: int | str


@command
def upsert_assortment(actor: Actor, facts: AssortmentFacts, assortment_id: int | None = None) -> int:
    """Create an assortment, or change the one with this id; returns its id. Raises Invalid, NotFound."""
    demand_operator(actor)
    values = _checked(facts, assortment_id)
    if assortment_id is None:
        found = Assortment(**values)
        db.session.add(found)
        db.session.flush()
        audit.record(actor, "assortment", found.id, "created", values)
        return found.id
    row = locked(assortment_id)
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if changes:
        for name, (_, after) in changes.items():
            setattr(row, name, after)
        row.updated_at = clock.now()
        audit.record(actor, "assortment", row.id, "changed", changes)
    return row.id


@command
def delete_assortment(actor: Actor, assortment_id: int) -> None:
    """Remove an assortment that reaches nobody; else Conflict: those it reaches would see more all at once."""
    demand_operator(actor)
    row = locked(assortment_id)
    if db.session.scalar(select(exists().where(AssortmentAssignment.assortment_id == row.id))):
        raise Conflict(N_("{name} is given to accounts. Take it from them first.", name=row.name))
    db.session.delete(row)
    audit.record(actor, "assortment", row.id, "deleted", {"code": row.code, "name": row.name})


@command
def add_rules(
    actor: Actor,
    assortment_id: int,
    effect: Effect,
    *,
    skus: Sequence[str] = (),
    categories: Sequence[str] = (),
    brands: Sequence[str] = (),
) -> Filled:
    """Allow or deny articles, categories with all below them, and brands; a constant number of statements.

    A rule that is there with the other effect turns round. Entries that name nothing are problems with their place.
    """
    demand_operator(actor)
    row = locked(assortment_id)
    wanted = [
        *(RuleRow(row.code, effect, sku=sku) for sku in dict.fromkeys(skus)),
        *(RuleRow(row.code, effect, category=category) for category in dict.fromkeys(categories)),
        *(RuleRow(row.code, effect, brand=brand) for brand in dict.fromkeys(brands)),
    ]
    results = _store(actor, wanted, {row.code: row.id})
    problems = tuple(
        RowProblem(place, result.field, "unknown", result.problem, rule.sku or rule.category or rule.brand)
        for place, (rule, result) in enumerate(zip(wanted, results, strict=True), 1)
        if result.problem is not None
    )
    outcomes = [result.outcome for result in results]
    return Filled(outcomes.count("created"), outcomes.count("changed"), outcomes.count("same"), problems)


@command
def import_rules(actor: Actor, rows: Sequence[RuleRow]) -> list[RuleResult]:
    """Store rules of any assortments; one that is new is made with its code as name and reaches nobody yet."""
    demand_operator(actor)
    codes = sorted({row.assortment for row in rows})
    ids: dict[str, int] = dict(
        db.session.execute(select(Assortment.code, Assortment.id).where(Assortment.code.in_(codes))).all()
    )
    for code in codes:
        if code not in ids and _code_problem(code) is None:
            ids[code] = upsert_assortment(actor, AssortmentFacts(code, code))
    return _store(actor, rows, ids)


@command
def remove_rules(actor: Actor, assortment_id: int, rule_ids: Collection[int]) -> int:
    """Take rules out; how many were there."""
    demand_operator(actor)
    row = locked(assortment_id)
    gone = db.session.scalars(
        delete(AssortmentRule)
        .where(AssortmentRule.assortment_id == row.id, AssortmentRule.id.in_(rule_ids))
        .returning(AssortmentRule.id)
    ).all()
    if gone:
        audit.record(actor, "assortment", row.id, "rules_removed", {"count": len(gone)})
    return len(gone)


_KEYS: Mapping[Target, tuple[str, str]] = {
    Target.ARTICLE: ("article_id", "bigint"),
    Target.CATEGORY: ("category_id", "bigint"),
    Target.BRAND: ("brand", "text"),
}
# In the order of the index, so that two imports of the same rules follow each other.
_PUT = {
    target: text(f"""
INSERT INTO assortment_rules AS r (assortment_id, effect, {column})
SELECT v.assortment_id, v.effect, v.key
FROM unnest(CAST(:assortments AS bigint[]), CAST(:effects AS text[]), CAST(:keys AS {kind}[]))
    AS v (assortment_id, effect, key)
ORDER BY v.key, v.assortment_id
ON CONFLICT ({column}, assortment_id) WHERE {column} IS NOT NULL
DO UPDATE SET effect = excluded.effect WHERE r.effect <> excluded.effect
RETURNING r.assortment_id, r.{column}, xmax = 0""")  # noqa: S608 -- constants
    for target, (column, kind) in _KEYS.items()
}
_ARTICLES = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_CATEGORIES = text("SELECT code, id FROM categories WHERE code = ANY(CAST(:keys AS text[]))")
_BRANDS = text("SELECT lower(name), name FROM brands WHERE lower(name) = ANY(CAST(:keys AS text[])) ORDER BY name DESC")


def _store(actor: Actor, rows: Sequence[RuleRow], ids: Mapping[str, int]) -> list[RuleResult]:
    """Rules by row; at most three statements to find what they name and three to write them."""
    results: dict[int, RuleResult] = {}
    found: dict[tuple[int, Target, int | str], _Found] = {}
    known = _Known.of(rows)
    for index, row in enumerate(rows):
        try:
            one = _find(index, row, ids, known)
        except Invalid as error:
            results[index] = RuleResult("refused", error.message, error.field)
            continue
        place = (one.assortment_id, one.target, one.key)
        if place in found:
            same = found[place].effect == one.effect
            results[index] = (
                RuleResult("same")
                if same
                else RuleResult("refused", N_("The file both allows and denies this."), "effect")
            )
        else:
            found[place] = one
    touched: dict[tuple[int, Target, int | str], bool] = {}
    for target in Target:
        part = [one for one in found.values() if one.target is target]
        if part:
            stored = db.session.execute(
                _PUT[target],
                {
                    "assortments": [one.assortment_id for one in part],
                    "effects": [str(one.effect) for one in part],
                    "keys": [one.key for one in part],
                },
            )
            touched |= {(assortment_id, target, key): is_new for assortment_id, key, is_new in stored}
    for place, one in found.items():
        is_new = touched.get(place)
        results[one.index] = RuleResult("same" if is_new is None else "created" if is_new else "changed")
    _record(actor, rows, [found[place] for place in touched])
    return [results[index] for index in range(len(rows))]


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows can name, by what they write."""

    articles: Mapping[str, int]
    categories: Mapping[str, int]
    brands: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[RuleRow]) -> _Known:
        return cls(
            _by_key(_ARTICLES, {key_of(row.sku) for row in rows if row.sku}),
            _by_key(_CATEGORIES, {row.category for row in rows if row.category}),
            _by_key(_BRANDS, {row.brand.strip().lower() for row in rows if row.brand}),
        )


def _by_key(statement: Any, keys: Collection[str]) -> dict[str, Any]:
    return dict(db.session.execute(statement, {"keys": list(keys)}).all()) if keys else {}


def _find(index: int, row: RuleRow, ids: Mapping[str, int], known: _Known) -> _Found:
    """The row with its target looked up; raises Invalid."""
    if row.assortment not in ids:
        raise Invalid("assortment", _code_problem(row.assortment) or N_("There is no such assortment."))
    if sum(map(bool, (row.sku, row.category, row.brand))) != 1:
        raise Invalid("sku", N_("Name one article, one category or one brand."))
    assortment_id = ids[row.assortment]
    if row.sku:
        article_id = known.articles.get(key_of(row.sku))
        if article_id is None:
            raise Invalid("sku", N_("There is no article {sku}.", sku=row.sku))
        return _Found(index, assortment_id, row.effect, Target.ARTICLE, article_id)
    if row.category:
        category_id = known.categories.get(row.category)
        if category_id is None:
            raise Invalid("category", N_("There is no category {code}.", code=row.category))
        return _Found(index, assortment_id, row.effect, Target.CATEGORY, category_id)
    brand = known.brands.get(row.brand.strip().lower())
    if brand is None:
        raise Invalid("brand", N_("There is no brand {name}.", name=row.brand))
    return _Found(index, assortment_id, row.effect, Target.BRAND, brand)


def _record(actor: Actor, rows: Sequence[RuleRow], touched: Iterable[_Found]) -> None:
    """One entry for each assortment and effect: how many rules, and the first of them by name."""
    groups: dict[tuple[int, Effect], list[str]] = {}
    for one in touched:
        row = rows[one.index]
        groups.setdefault((one.assortment_id, one.effect), []).append(row.sku or row.category or row.brand)
    entries = [
        (assortment_id, "rules_set", actor.company_id,
         {"effect": str(effect), "count": len(names), "names": names[:_NAMES_KEPT]})
        for (assortment_id, effect), names in groups.items()
    ]  # fmt: skip
    audit.record_many(actor, "assortment", entries)


def _checked(facts: AssortmentFacts, assortment_id: int | None) -> dict[str, Any]:
    values = asdict(facts) | {"code": facts.code.strip(), "name": facts.name.strip(), "about": facts.about.strip()}
    if problem := _code_problem(values["code"]):
        raise Invalid("code", problem)
    if not values["name"] or len(values["name"]) > 120:
        raise Invalid("name", N_("Give it a name of at most {most} characters.", most=120))
    if facts.valid_from and facts.valid_to and facts.valid_from >= facts.valid_to:
        raise Invalid("last_day", N_("The last day comes before the first."))
    taken = select(Assortment.id).where(Assortment.code == values["code"], Assortment.id != (assortment_id or 0))
    if db.session.scalar(taken) is not None:
        raise Invalid("code", N_("The code {code} is taken.", code=values["code"]))
    return values


def _code_problem(code: str) -> Message | None:
    is_plain = code.isascii() and code[:1].isalnum() and all(sign.isalnum() or sign in "._-" for sign in code)
    if is_plain and len(code) <= 40 and code not in ("new", "seen"):
        return None
    return N_("A code has up to 40 letters, digits, points and hyphens, without blanks.")


def locked(assortment_id: int) -> Assortment:
    """One editor at a time; buyers read on."""
    row = db.session.scalar(
        select(Assortment)
        .where(Assortment.id == assortment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(N_("There is no such assortment."))
    return row


def demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
