"""Which accounts a rule means: one statement over all of them, whatever the rule says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.groups import SetKind
from app.accounts.models.companies import AccountGroup, Company, CompanySegment, Segment
from app.accounts.queries.companies import operator_party
from app.accounts.queries.groups import AccountSet, account_set
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, Invalid
from app.core.texts import N_
from app.sales.domain.segment_rules import FACTS, Condition, Op, Rule, parse_rule
from app.sales.models.segments import SegmentRule

PREVIEW = 50

_MADE = "o.state <> 'cancelled' AND o.placed_at >= CAST(:now AS timestamptz) - make_interval(days => {days})"
_WORTH = "CASE WHEN o.currency = :own THEN 1 ELSE x.rate END"
_RATES = """rates AS MATERIALIZED (
    SELECT DISTINCT ON (currency_from) currency_from, rate FROM exchange_rates
    WHERE currency_to = :own ORDER BY currency_from, on_date DESC
)"""
_ORDERS = f"""o_{{days}} AS MATERIALIZED (
    SELECT o.company_id, count(*) AS n, max(o.placed_at) AS last, coalesce(sum(o.net_total * {_WORTH}), 0) AS net
    FROM orders o LEFT JOIN rates x ON x.currency_from = o.currency WHERE {_MADE} GROUP BY o.company_id
)"""  # noqa: S608 -- constants of this file
# Fifths of the accounts that ordered: equal ones get the same, the better score.
_FIFTH = "(5 * count(*) OVER (ORDER BY {by}) + count(*) OVER () - 1) / count(*) OVER ()"
_SCORES = f"""s_{{days}} AS MATERIALIZED (
    SELECT company_id, {_FIFTH.format(by="last")} AS r_score, {_FIFTH.format(by="n")} AS f_score,
           {_FIFTH.format(by="net")} AS m_score
    FROM o_{{days}}
)"""  # noqa: S608 -- constants of this file
_CHANNELS = f"""c_{{days}} AS MATERIALIZED (
    SELECT DISTINCT ON (company_id) company_id, source
    FROM (SELECT o.company_id, o.source, count(*) AS n FROM orders o WHERE {_MADE} GROUP BY 1, 2) each
    ORDER BY company_id, n DESC, source
)"""  # noqa: S608 -- constants of this file
_BRANCH = """a.category_id = ANY(ARRAY(
    WITH RECURSIVE branch AS (
        SELECT id FROM categories WHERE code = :about{n}
        UNION ALL SELECT k.id FROM categories k JOIN branch b ON k.parent_id = b.id
    ) SELECT id FROM branch))"""
_GOODS = {"category": _BRANCH, "brand": "a.brand = :about{n}", "article": "a.sku_key = :about{n}"}
_SHARES = f"""g_{{n}} AS MATERIALIZED (
    SELECT l.company_id, 100 * coalesce(sum(l.net * {_WORTH}) FILTER (WHERE {{goods}}), 0)
           / nullif(sum(l.net * {_WORTH}), 0) AS share
    FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN articles a ON a.id = l.article_id
    LEFT JOIN rates x ON x.currency_from = o.currency WHERE {_MADE} AND l.quantity > 0 GROUP BY l.company_id
)"""  # noqa: S608 -- constants of this file
_BOUGHT = f"""b_{{n}} AS MATERIALIZED (
    SELECT DISTINCT l.company_id FROM articles a JOIN order_lines l ON l.article_id = a.id
    JOIN orders o ON o.id = l.order_id WHERE {{goods}} AND l.quantity > 0 AND {_MADE}
)"""  # noqa: S608 -- constants of this file
_LISTED: Mapping[str, str] = {
    "country": "c.country = ANY(CAST(:values{n} AS text[]))",
    "trade": "c.registration ->> 'trade' = ANY(CAST(:values{n} AS text[]))",
    "group": "c.group_id IN (SELECT g.id FROM account_groups g WHERE g.code = ANY(CAST(:values{n} AS text[])))",
    "postcode": """EXISTS (SELECT FROM addresses d, unnest(CAST(:values{n} AS text[])) AS p (prefix)
        WHERE d.company_id = c.id AND d.is_active AND starts_with(replace(d.postcode, ' ', ''), p.prefix))""",
    "channel": "(SELECT h.source FROM c_{days} h WHERE h.company_id = c.id) = ANY(CAST(:values{n} AS text[]))",
}
_NUMBERS: Mapping[str, str] = {
    "recency": "(SELECT CAST(:now AS date) - max(o.placed_at)::date FROM orders o"
    " WHERE o.company_id = c.id AND o.state <> 'cancelled')",
    "orders": "coalesce((SELECT t.n FROM o_{days} t WHERE t.company_id = c.id), 0)",
    "turnover": "coalesce((SELECT t.net FROM o_{days} t WHERE t.company_id = c.id), 0)",
    **{
        score: f"(SELECT t.{score} FROM s_{{days}} t WHERE t.company_id = c.id)"  # noqa: S608
        for score in ("r_score", "f_score", "m_score")
    },
    "category_share": "(SELECT t.share FROM g_{n} t WHERE t.company_id = c.id)",
    "brand_share": "(SELECT t.share FROM g_{n} t WHERE t.company_id = c.id)",
    "people": "(SELECT count(*) FROM memberships m WHERE m.company_id = c.id AND m.is_active)",
    "age": "(CAST(:now AS date) - c.created_at::date)",
}


@dataclass(slots=True)
class _Statement:
    """A statement while it is put together; parts named alike are asked once."""

    tables: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def orders(self, days: int) -> None:
        self.tables.setdefault("rates", _RATES)
        self.tables.setdefault(f"o_{days}", _ORDERS.format(days=days))

    def condition(self, one: Condition, n: int) -> str:
        """SQL of one condition on `companies c`, never NULL."""
        if one.about:
            self.values[f"about{n}"] = key_of(one.about) if FACTS[one.fact].about == "article" else one.about
        self._needs(one, n)
        if one.op in (Op.YES, Op.NO):
            return f"{'' if one.op is Op.YES else 'NOT '}(c.id IN (SELECT company_id FROM b_{n}))"  # noqa: S608
        if one.op in (Op.ONE_OF, Op.NONE_OF):
            self.values[f"values{n}"] = [v.replace(" ", "") if one.fact == "postcode" else v for v in one.values]
            listed = f"coalesce({_LISTED[one.fact].format(n=n, days=one.days)}, false)"
            return listed if one.op is Op.ONE_OF else f"NOT {listed}"
        self.values[f"number{n}"] = one.number
        sign = ">=" if one.op is Op.AT_LEAST else "<="
        number = _NUMBERS[one.fact].format(n=n, days=one.days)
        return f"coalesce({number} {sign} CAST(:number{n} AS numeric), false)"

    def _needs(self, one: Condition, n: int) -> None:
        fact = FACTS[one.fact]
        if one.fact in ("orders", "turnover", "r_score", "f_score", "m_score"):
            self.orders(one.days)
            if one.fact.endswith("_score"):
                self.tables.setdefault(f"s_{one.days}", _SCORES.format(days=one.days))
        elif one.fact == "channel":
            self.tables.setdefault(f"c_{one.days}", _CHANNELS.format(days=one.days))
        elif fact.about:
            goods = _GOODS[fact.about].format(n=n)
            if one.fact.endswith("_share"):
                self.tables.setdefault("rates", _RATES)
                self.tables[f"g_{n}"] = _SHARES.format(n=n, days=one.days, goods=goods)
            else:
                self.tables[f"b_{n}"] = _BOUGHT.format(n=n, days=one.days, goods=goods)


def accounts_of_rule(actor: Actor, rule: Rule, *, at: datetime | None = None) -> set[int]:
    """Ids of the approved customer accounts a rule means; turnover is in the operator's currency. Two statements."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    statement, n, blocks = _Statement(), 0, []
    for block in rule.blocks:
        parts = []
        for one in block:
            n += 1
            parts.append(statement.condition(one, n))
        blocks.append("(" + " AND ".join(parts) + ")")
    tables = f"WITH {', '.join(statement.tables.values())} " if statement.tables else ""
    sql = f"""{tables}SELECT c.id FROM companies c
        WHERE c.kind = 'customer' AND c.state = 'approved' AND ({" OR ".join(blocks)})"""  # noqa: S608 -- constants
    values = {"now": at or clock.now(), "own": operator_party(actor).currency, **statement.values}
    return set(db.session.scalars(text(sql), _used(sql, values)))


def _used(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name}" in sql}


_KNOWN: Mapping[str, Callable[[Sequence[str]], Any]] = {
    "article": lambda codes: select(Article.sku_key).where(Article.sku_key.in_(codes)),
    "category": lambda codes: select(Category.code).where(Category.code.in_(codes)),
    "brand": lambda codes: select(Article.brand).where(Article.brand.in_(codes)).distinct(),
    "group": lambda codes: select(AccountGroup.code).where(AccountGroup.code.in_(codes)),
}


def demand_known(actor: Actor, rule: Rule) -> None:
    """Raise Invalid("rule", ...) for a condition that names what does not exist."""
    for row, one in enumerate(rule.conditions, 1):
        what = "group" if one.fact == "group" else FACTS[one.fact].about
        if not what:
            continue
        codes = list(one.values) if what == "group" else [key_of(one.about) if what == "article" else one.about]
        known = set(db.session.scalars(_KNOWN[what](codes)))
        if missing := [code for code in codes if code not in known]:
            raise Invalid("rule", N_("Condition {row}: there is no {code}.", row=row, code=missing[0]))


@dataclass(frozen=True, slots=True)
class Account:
    """An account as previews name it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving a rule would do; `came` and `went` name the first of them, `by_hand` stay whatever the rule says."""

    total: int
    came_count: int
    went_count: int
    by_hand: int
    came: tuple[Account, ...]
    went: tuple[Account, ...]


def preview(actor: Actor, rule: Rule, segment_id: int | None) -> Preview:
    """Who comes and who goes if this rule filled the segment now; nothing is stored."""
    demand_known(actor, rule)
    meant = accounts_of_rule(actor, rule)
    rows = db.session.execute(
        select(CompanySegment.company_id, CompanySegment.is_by_rule).where(CompanySegment.segment_id == segment_id)
    ).all()
    held = {row.company_id for row in rows}
    by_rule = {row.company_id for row in rows if row.is_by_rule}
    came, went = meant - held, by_rule - meant
    return Preview(
        len(meant), len(came), len(went), len(held) - len(by_rule), _named(came), _named(went)
    )  # fmt: skip


def _named(ids: set[int]) -> tuple[Account, ...]:
    if not ids:
        return ()
    statement = (
        select(Company.id, Company.code, Company.name)
        .where(Company.id.in_(ids))
        .order_by(Company.name, Company.id)
        .limit(PREVIEW)
    )
    return tuple(Account(*row) for row in db.session.execute(statement))


@dataclass(frozen=True, slots=True)
class RuleState:
    """A segment with its rule and the last run; `rule` is None where nobody has written one or it cannot be read."""

    segment: AccountSet
    rule: Rule | None
    is_active: bool
    last_run_at: datetime | None
    came: int
    went: int
    problem: str


def rule_state(actor: Actor, code: str) -> RuleState:
    """One segment by its code; raises NotFound."""
    segment = account_set(actor, SetKind.SEGMENT, code)
    row = db.session.get(SegmentRule, segment.id, populate_existing=True)
    return _state(segment, row)


def _state(segment: AccountSet, row: SegmentRule | None) -> RuleState:
    if row is None:
        return RuleState(segment, None, False, None, 0, 0, "")
    try:
        rule = parse_rule(row.rule)
    except Invalid as error:
        return RuleState(segment, None, row.is_active, row.last_run_at, 0, 0, str(error.message))
    return RuleState(segment, rule, row.is_active, row.last_run_at, row.last_came, row.last_went, row.problem)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A segment in the list, with or without a rule."""

    code: str
    name: str
    members: int
    by_rule: int
    has_rule: bool
    is_active: bool
    last_run_at: datetime | None
    problem: str


_LINES = text("""
SELECT s.code, s.name, count(m.company_id), count(m.company_id) FILTER (WHERE m.is_by_rule), r.segment_id IS NOT NULL,
       coalesce(r.is_active, false), r.last_run_at, coalesce(r.problem, '')
FROM segments s LEFT JOIN segment_rules r ON r.segment_id = s.id LEFT JOIN company_segments m ON m.segment_id = s.id
GROUP BY s.id, r.segment_id ORDER BY s.position, s.id""")


def rule_lines(actor: Actor) -> list[RuleLine]:
    """All segments in the order they are asked; one statement."""
    return [RuleLine(*row) for row in db.session.execute(_LINES)]


def ids_with_rule(actor: Actor) -> list[int]:
    """Segments that a rule in use fills."""
    statement = (
        select(SegmentRule.segment_id).join(Segment).where(SegmentRule.is_active).order_by(SegmentRule.segment_id)
    )
    return list(db.session.scalars(statement))
