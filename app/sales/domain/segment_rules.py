"""Rules that fill a segment: blocks of conditions on what is known of an account.

An account is in when all conditions of one block hold; any block is enough. So every "and" and "or" can be said.
Kept as {"blocks": [[{"fact": "orders", "op": "at_least", "values": ["3"], "about": "", "days": 365}, ...], ...]}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_, Message

MOST_BLOCKS = 5
MOST_CONDITIONS = 20
MOST_VALUES = 50
MOST_DAYS = 3650
YEAR = 365


class Kind(StrEnum):
    """How a fact is compared."""

    NUMBER = "number"
    SCORE = "score"
    PERCENT = "percent"
    YES_NO = "yes_no"
    CHOICE = "choice"
    PREFIX = "prefix"


class Op(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    YES = "yes"
    NO = "no"
    ONE_OF = "one_of"
    NONE_OF = "none_of"


_SIZES = (Op.AT_LEAST, Op.AT_MOST)
OPS: Mapping[Kind, tuple[Op, ...]] = {
    Kind.NUMBER: _SIZES, Kind.SCORE: _SIZES, Kind.PERCENT: _SIZES, Kind.YES_NO: (Op.YES, Op.NO),
    Kind.CHOICE: (Op.ONE_OF, Op.NONE_OF), Kind.PREFIX: (Op.ONE_OF, Op.NONE_OF),
}  # fmt: skip
OP_NAMES: Mapping[Op, Message] = {
    Op.AT_LEAST: N_("at least"), Op.AT_MOST: N_("at most"), Op.YES: N_("yes"), Op.NO: N_("no"),
    Op.ONE_OF: N_("one of"), Op.NONE_OF: N_("none of"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of every account. `about` is what it needs beside: an article, category or brand."""

    title: Message
    kind: Kind
    has_days: bool = False
    about: str = ""
    choices: tuple[str, ...] = ()


FACTS: Mapping[str, Fact] = {
    "recency": Fact(N_("Days since the last order"), Kind.NUMBER),
    "orders": Fact(N_("Orders"), Kind.NUMBER, has_days=True),
    "turnover": Fact(N_("Turnover, net, in your currency"), Kind.NUMBER, has_days=True),
    "r_score": Fact(N_("Score of recency, 5 bought last"), Kind.SCORE, has_days=True),
    "f_score": Fact(N_("Score of frequency, 5 orders most often"), Kind.SCORE, has_days=True),
    "m_score": Fact(N_("Score of turnover, 5 buys for most"), Kind.SCORE, has_days=True),
    "category_share": Fact(N_("Share of a category in the turnover, percent"), Kind.PERCENT, True, "category"),
    "brand_share": Fact(N_("Share of a brand in the turnover, percent"), Kind.PERCENT, True, "brand"),
    "bought_article": Fact(N_("Bought an article"), Kind.YES_NO, True, "article"),
    "bought_category": Fact(N_("Bought from a category"), Kind.YES_NO, True, "category"),
    "bought_brand": Fact(N_("Bought a brand"), Kind.YES_NO, True, "brand"),
    "country": Fact(N_("Country"), Kind.CHOICE),
    "postcode": Fact(N_("Postcode begins with"), Kind.PREFIX),
    "group": Fact(N_("Group"), Kind.CHOICE),
    "trade": Fact(N_("Kind of business"), Kind.CHOICE),
    "people": Fact(N_("People with access"), Kind.NUMBER),
    "age": Fact(N_("Days since registration"), Kind.NUMBER),
    "channel": Fact(N_("Most orders come by"), Kind.CHOICE, True, choices=("portal", "api", "edi", "history")),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact compared. `values` are one number, or texts; `days` is the period it looks at, 0 where it has none."""

    fact: str
    op: Op
    values: tuple[str, ...] = ()
    about: str = ""
    days: int = 0

    @property
    def number(self) -> Decimal:
        return Decimal(self.values[0])


@dataclass(frozen=True, slots=True)
class Rule:
    """Any block of which all conditions hold."""

    blocks: tuple[tuple[Condition, ...], ...]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(condition for block in self.blocks for condition in block)


def parse_rule(data: Any) -> Rule:
    """A rule from its JSON; raises Invalid("rule", ...) that names the condition and what to do."""
    blocks = data.get("blocks") if isinstance(data, Mapping) else None
    if not isinstance(blocks, Sequence) or isinstance(blocks, str) or not any(blocks):
        raise Invalid("rule", N_("Give the rule at least one condition."))
    if len(blocks) > MOST_BLOCKS:
        raise Invalid("rule", N_("A rule has at most {most} blocks.", most=MOST_BLOCKS))
    if not all(isinstance(block, Sequence) and not isinstance(block, str) for block in blocks):
        raise Invalid("rule", N_("Give the rule at least one condition."))
    if sum(len(block) for block in blocks) > MOST_CONDITIONS:
        raise Invalid("rule", N_("A rule has at most {most} conditions.", most=MOST_CONDITIONS))
    found, row = [], 0
    for block in filter(None, blocks):
        conditions = []
        for entry in block:
            row += 1
            conditions.append(_condition(entry, row))
        found.append(tuple(conditions))
    return Rule(tuple(found))


def rule_json(rule: Rule) -> dict[str, Any]:
    """As it stands in the table; `parse_rule` reads it back."""
    return {
        "blocks": [
            [
                {"fact": one.fact, "op": str(one.op), "values": list(one.values), "about": one.about, "days": one.days}
                for one in block
            ]
            for block in rule.blocks
        ]
    }


def _condition(entry: Any, row: int) -> Condition:
    if not isinstance(entry, Mapping) or entry.get("fact") not in FACTS:
        raise Invalid("rule", N_("Condition {row}: choose what it looks at.", row=row))
    code = str(entry["fact"])
    fact = FACTS[code]
    if entry.get("op") not in tuple(OPS[fact.kind]):
        raise Invalid("rule", N_("Condition {row}: {fact} cannot be compared in this way.", row=row, fact=fact.title))
    about = str(entry.get("about") or "").strip()
    if fact.about and not about:
        raise Invalid("rule", N_("Condition {row}: name the article, category or brand.", row=row))
    return Condition(
        code, Op(entry["op"]), _values(entry, fact, row), about[:100] if fact.about else "", _days(entry, fact, row)
    )


def _values(entry: Mapping[str, Any], fact: Fact, row: int) -> tuple[str, ...]:
    given = entry.get("values")
    texts = [str(one).strip() for one in given] if isinstance(given, Sequence) and not isinstance(given, str) else []
    texts = [one for one in texts if one]
    if fact.kind is Kind.YES_NO:
        return ()
    if fact.kind in (Kind.CHOICE, Kind.PREFIX):
        if not texts or len(texts) > MOST_VALUES:
            raise Invalid("rule", N_("Condition {row}: name one to {most} values.", row=row, most=MOST_VALUES))
        if fact.choices and not set(texts) <= set(fact.choices):
            names = ", ".join(fact.choices)
            raise Invalid("rule", N_("Condition {row}: possible values are {names}.", row=row, names=names))
        return tuple(dict.fromkeys(one[:60] for one in texts))
    return (_number(texts[0] if texts else "", fact, row),)


def _number(given: str, fact: Fact, row: int) -> str:
    try:
        number = Decimal(given)
    except InvalidOperation:
        raise Invalid("rule", N_("Condition {row}: enter a number.", row=row)) from None
    least, most = {Kind.SCORE: (1, 5), Kind.PERCENT: (0, 100)}.get(fact.kind, (0, 10**12))
    if not number.is_finite() or not least <= number <= most:
        text = N_("Condition {row}: enter a number from {least} to {most}.", row=row, least=least, most=most)
        raise Invalid("rule", text)
    return f"{number.normalize() + 0:f}"


def _days(entry: Mapping[str, Any], fact: Fact, row: int) -> int:
    if not fact.has_days:
        return 0
    given = str(entry.get("days") or YEAR).strip()
    if not re.fullmatch(r"[0-9]{1,4}", given) or not 1 <= int(given) <= MOST_DAYS:
        raise Invalid("rule", N_("Condition {row}: the period has 1 to {most} days.", row=row, most=MOST_DAYS))
    return int(given)
