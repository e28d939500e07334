"""What approval rules look at, gathered in a constant number of statements; nothing is asked that no rule needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.budget import BudgetClaim, BudgetRule, Verdict
from app.accounts.models.people import Membership, User
from app.accounts.queries.budgets import judge
from app.accounts.queries.cost_centres import cost_centres
from app.core.actor import Actor
from app.core.db import db
from app.ordering.domain.approval import Approver, Rule, RuleStep
from app.ordering.domain.approval_conditions import BudgetAsk, CentreFacts, Condition, Facts, Kind, LineFacts, Person
from app.ordering.domain.cart import vat_reasons
from app.ordering.models.approvals import ApprovalLimit, ApprovalRule
from app.ordering.queries.placing import PlacedLine
from app.pricing.domain.totals import TaxedCharge, TaxedLine, totals

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order to be, as rules see it: `charges` without what promotions take off.

    `claims` is what it takes from budgets (of an amendment: what it costs more), `centres` what each cost centre pays.
    """

    company_id: int
    requester_id: int
    currency: str
    on: date
    lines: Sequence[PlacedLine]
    charges: Sequence[TaxedCharge] = ()
    delivery_cost: Decimal = _ZERO
    ship_to_ids: Collection[int] = ()
    claims: Sequence[BudgetClaim] = ()
    centres: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of an account that hold now, and whether the person has a limit to what he buys alone."""

    rules: tuple[Rule, ...]
    buy_up_to: Decimal | None

    @property
    def is_empty(self) -> bool:
        return not self.rules and self.buy_up_to is None

    def asks_for(self, *kinds: Kind) -> bool:
        return any(rule.condition.kind in kinds for rule in self.rules)


_BOOK = text("""
SELECT r.id, r.name, r.kind, r.comparator, r.value, r.is_gross, r.currency, r.targets, r.steps, r.roles, r.people,
    r.allows_self, NULL AS buy_up_to
FROM approval_rules r WHERE r.company_id = :company AND r.is_enabled
UNION ALL
SELECT NULL, '', '', '', NULL, false, '', '[]', '[]', '[]', '[]', false, l.buy_up_to
FROM approval_limits l WHERE l.company_id = :company AND l.user_id = :user AND l.buy_up_to IS NOT NULL""")


def rule_book(actor: Actor, company_id: int, user_id: int) -> RuleBook:
    """One statement, also for accounts that have no rules."""
    rules, limit = [], None
    for row in db.session.execute(_BOOK, {"company": company_id, "user": user_id}):
        if row.id is None:
            limit = row.buy_up_to
        else:
            rules.append(rule_of(row))
    return RuleBook(tuple(rules), limit)


def rule_of(row: Any) -> Rule:
    """A row of approval_rules as the pure rule."""
    condition = Condition(Kind(row.kind), row.comparator, row.value, row.is_gross, row.currency, frozenset(row.targets))
    steps = tuple(
        RuleStep(tuple(Approver.parse(one) for one in step["approvers"]), int(step["need"])) for step in row.steps
    )
    return Rule(row.id, row.name, condition, steps, frozenset(row.roles), frozenset(row.people), row.allows_self)


def facts_of(actor: Actor, asked: Asked, book: RuleBook, verdicts: Sequence[Verdict]) -> Facts:
    """Six statements at most, whatever the number of lines."""
    people = people_to_ask(actor, asked.company_id)
    known = next((p for p in people if p.user_id == asked.requester_id), None)
    sums = totals(
        (TaxedLine(line.price.net or _ZERO, line.price.vat_category, line.price.vat_rate) for line in asked.lines),
        asked.currency,
        charges=asked.charges,
        reasons=vat_reasons([line.price for line in asked.lines]),
    )
    return Facts(
        known or Person(asked.requester_id, ""),
        asked.currency,
        sums.net_total,
        sums.gross_total,
        _lines(asked, book),
        people,
        asked.delivery_cost,
        _centres(actor, asked),
        tuple(_ask(one) for one in verdicts if one.is_over and one.rule is BudgetRule.ASK),
        _new_ship_tos(asked) if book.asks_for(Kind.NEW_SHIP_TO) else (),
    )


def budget_verdicts(actor: Actor, asked: Asked) -> list[Verdict]:
    """What the budgets say; no statement for an order without cost centres."""
    if not asked.claims:
        return []
    return judge(actor, asked.company_id, asked.claims, asked.currency, asked.on)


def _ask(verdict: Verdict) -> BudgetAsk:
    return BudgetAsk(verdict.cost_centre_id, f"{verdict.code} {verdict.name}", verdict.left, verdict.amount)


def people_to_ask(actor: Actor, company_id: int) -> tuple[Person, ...]:
    """Everybody who acts for the account today, with limits; one statement."""
    statement = (
        select(Membership.user_id, Membership.role, ApprovalLimit.buy_up_to, ApprovalLimit.approve_up_to)
        .join(User, User.id == Membership.user_id)
        .outerjoin(
            ApprovalLimit,
            (ApprovalLimit.company_id == Membership.company_id) & (ApprovalLimit.user_id == Membership.user_id),
        )
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active)
        .order_by(Membership.user_id)
    )
    return tuple(Person(*row) for row in db.session.execute(statement))


# The category of an article and all above it; the tree is small beside the lines.
_LINES = text("""
WITH RECURSIVE wanted AS (
    SELECT a.id, a.sku, a.brand, a.category_id FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))
), above AS (
    SELECT DISTINCT w.category_id AS leaf, w.category_id AS id FROM wanted w
    WHERE CAST(:with_categories AS boolean) AND w.category_id IS NOT NULL
    UNION
    SELECT above.leaf, c.parent_id FROM above JOIN categories c ON c.id = above.id WHERE c.parent_id IS NOT NULL
), paths AS (
    SELECT leaf, array_agg(id) AS ids FROM above GROUP BY leaf
), makers AS (
    SELECT DISTINCT w.brand FROM wanted w WHERE CAST(:with_makers AS boolean) AND w.brand <> '' AND NOT EXISTS (
        SELECT 1 FROM order_lines l JOIN articles b ON b.id = l.article_id JOIN orders o ON o.id = l.order_id
        WHERE l.company_id = :company AND b.brand = w.brand AND o.state <> 'cancelled')
), paid AS (
    SELECT DISTINCT ON (l.article_id) l.article_id, l.unit_price / l.price_base_quantity
        * CASE WHEN l.price_unit = l.unit THEN l.quantity / l.base_quantity ELSE 1 END AS price
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.company_id = :company AND l.article_id = ANY(CAST(:ids AS bigint[])) AND o.state <> 'cancelled'
        AND o.currency = :currency AND l.base_quantity > 0
    ORDER BY l.article_id, o.placed_at DESC, l.id DESC
)
SELECT w.id, w.sku, w.brand, p.ids, m.brand IS NOT NULL, paid.price
FROM wanted w LEFT JOIN paths p ON p.leaf = w.category_id LEFT JOIN makers m ON m.brand = w.brand
LEFT JOIN paid ON paid.article_id = w.id""")


def _lines(asked: Asked, book: RuleBook) -> tuple[LineFacts, ...]:
    rows = db.session.execute(
        _LINES,
        {
            "ids": "{" + ",".join(str(line.article_id) for line in asked.lines) + "}",
            "company": asked.company_id,
            "currency": asked.currency,
            "with_categories": book.asks_for(Kind.CATEGORY),
            "with_makers": book.asks_for(Kind.NEW_MAKER),
        },
    )
    known = {row[0]: row[1:] for row in rows}
    return tuple(_line(line, *known[line.article_id]) for line in asked.lines)


def _line(  # noqa: PLR0917 -- the columns of the row
    line: PlacedLine, sku: str, maker: str, categories: list[int] | None, is_new: bool, last: Decimal | None
) -> LineFacts:
    return LineFacts(
        line.line_id, sku, line.price.net or _ZERO, base_price(line), line.price.vat_rate or _ZERO,
        frozenset(categories or ()), maker, is_new, last,
    )  # fmt: skip


def base_price(line: PlacedLine) -> Decimal:
    """Net, per base unit."""
    price = line.price
    each = (price.unit_price or _ZERO) / price.base_quantity
    return each * line.quantity / line.base_quantity if price.price_unit == line.unit else each


def _centres(actor: Actor, asked: Asked) -> tuple[CentreFacts, ...]:
    if not asked.centres:
        return ()
    known = {one.id: one for one in cost_centres(actor, asked.company_id, only_active=False)}
    return tuple(
        CentreFacts(key, known[key].code, amount, known[key].manager_id)
        for key, amount in sorted(asked.centres.items())
        if key in known
    )


_NEW_PLACES = text("""
SELECT a.label FROM addresses a
WHERE a.company_id = :company AND a.id = ANY(CAST(:ids AS bigint[])) AND NOT EXISTS (
    SELECT 1 FROM orders o WHERE o.company_id = :company AND o.state <> 'cancelled'
        AND o.ship_to ->> 'street' = a.street AND o.ship_to ->> 'postcode' = a.postcode
        AND o.ship_to ->> 'city' = a.city)
AND NOT EXISTS (
    SELECT 1 FROM order_deliveries d JOIN orders o ON o.id = d.order_id
    WHERE d.company_id = :company AND o.state <> 'cancelled' AND d.ship_to ->> 'street' = a.street
        AND d.ship_to ->> 'postcode' = a.postcode AND d.ship_to ->> 'city' = a.city)
ORDER BY a.label""")


def _new_ship_tos(asked: Asked) -> tuple[str, ...]:
    """Labels of addresses no order went to; documents hold addresses by their text."""
    values = {"company": asked.company_id, "ids": list(asked.ship_to_ids)}
    return tuple(db.session.scalars(_NEW_PLACES, values))


def rules_of(actor: Actor, company_id: int) -> list[ApprovalRule]:
    """All rules of an account for its page, also those switched off."""
    statement = select(ApprovalRule).where(ApprovalRule.company_id == company_id).order_by(ApprovalRule.name)
    return list(db.session.scalars(statement))


def names_of(actor: Actor, user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people by id; one statement."""
    wanted = {one for one in user_ids if one is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}
