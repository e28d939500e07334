"""Which articles an account may see: rules of assortments allow and deny, and denying wins.

An account that no allow rule reaches sees everything that is not denied; with one, only what some rule allows. The
statement in `catalog.queries.assortment` says the same to PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.texts import N_, Message


class Effect(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


class Target(StrEnum):
    """What a rule names. The order is that in which a reason is looked for: the narrowest first."""

    ARTICLE = "article"
    CATEGORY = "category"
    BRAND = "brand"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an assortment that reaches the account. `named` is the SKU, category or brand as people read it."""

    assortment: str
    effect: Effect
    target: Target
    key: int | str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What decides about an article: its id and that of its head, its category and all above it, its brand or none.

    `variants` are what a head stands for: who may see one of them may see the head.
    """

    articles: frozenset[int]
    categories: frozenset[int]
    brand: str
    variants: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an account sees an article, and the rule that decides; None: no rule names it."""

    is_visible: bool
    rule: Rule | None
    is_limited: bool

    @property
    def reason(self) -> Message:
        """For the operator: which rule of which assortment."""
        if self.rule is None:
            return (
                N_("The account sees only what its assortments allow, and no rule allows this article.")
                if self.is_limited
                else N_("No rule denies it, and nothing limits what the account sees.")
            )
        return _REASONS[self.rule.effect, self.rule.target](self.rule)


_REASONS = {
    (Effect.DENY, Target.ARTICLE): lambda rule: N_("{assortment} denies this article.", assortment=rule.assortment),
    (Effect.DENY, Target.CATEGORY): lambda rule: N_(
        "{assortment} denies the category {name} and all below it.", assortment=rule.assortment, name=rule.named
    ),
    (Effect.DENY, Target.BRAND): lambda rule: N_(
        "{assortment} denies the brand {name}.", assortment=rule.assortment, name=rule.named
    ),
    (Effect.ALLOW, Target.ARTICLE): lambda rule: N_("{assortment} allows this article.", assortment=rule.assortment),
    (Effect.ALLOW, Target.CATEGORY): lambda rule: N_(
        "{assortment} allows the category {name} and all below it.", assortment=rule.assortment, name=rule.named
    ),
    (Effect.ALLOW, Target.BRAND): lambda rule: N_(
        "{assortment} allows the brand {name}.", assortment=rule.assortment, name=rule.named
    ),
}


def holds(rule: Rule, article: Judged) -> bool:
    """Whether a rule names the article, its brand, or a category it lies in."""
    if rule.target is Target.ARTICLE:
        return rule.key in article.articles or (rule.effect is Effect.ALLOW and rule.key in article.variants)
    if rule.target is Target.CATEGORY:
        return rule.key in article.categories
    return bool(article.brand) and rule.key == article.brand


def is_in_force(*, is_active: bool, valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether an assortment counts on a day; `valid_to` is the first day it does not."""
    return is_active and (valid_from is None or valid_from <= on) and (valid_to is None or on < valid_to)


def decide(naming: Sequence[Rule], *, is_limited: bool) -> Verdict:
    """`naming` are the rules that name the article; `is_limited`: some allow rule reaches the account."""
    denying = _narrowest(rule for rule in naming if rule.effect is Effect.DENY)
    if denying is not None:
        return Verdict(is_visible=False, rule=denying, is_limited=is_limited)
    allowing = _narrowest(rule for rule in naming if rule.effect is Effect.ALLOW)
    return Verdict(is_visible=allowing is not None or not is_limited, rule=allowing, is_limited=is_limited)


def judge(article: Judged, rules: Sequence[Rule]) -> Verdict:
    """One article against all rules that reach the account."""
    return decide(
        [rule for rule in rules if holds(rule, article)],
        is_limited=any(rule.effect is Effect.ALLOW for rule in rules),
    )


def _narrowest(rules: Iterable[Rule]) -> Rule | None:
    order = list(Target)
    return min(rules, key=lambda rule: (order.index(rule.target), rule.assortment), default=None)
