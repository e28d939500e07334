"""The price manager's reads of assignments, formulas, discount matrices, contracts and rates of exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.pricing.domain.levels import RANKS

T = TypeVar("T")
_MOST = 500


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """A chain on a level; `subject` and its name are those of the account, group or segment."""

    id: int
    level: str
    subject: str
    subject_name: str
    chain: str
    combine: str
    converts: bool
    position: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A chain an account is asked for, in the order of its levels; `subject` is its parent, group or segment."""

    rank: int
    subject: str
    chain: str
    combine: str

    @property
    def level(self) -> str:
        return RANKS[self.rank]


@dataclass(frozen=True, slots=True)
class FormulaLine:
    """A list that is worked out; no source: from cost."""

    code: str
    name: str
    currency: str
    source: str
    factor: Decimal
    surcharge: Decimal
    step: Decimal
    mode: str
    ending: Decimal | None
    digits: int


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A discount matrix with the number of its rules."""

    id: int
    code: str
    name: str
    reach: str
    position: int
    is_active: bool
    valid_from: date | None
    valid_to: date | None
    rules: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a matrix; an empty group is everybody."""

    id: int
    target: str
    key: str
    name: str
    group: str
    counts: str
    min_quantity: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract with its account."""

    id: int
    code: str
    name: str
    currency: str
    account: str
    account_name: str
    valid_from: date | None
    valid_to: date | None
    entry_count: int


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """A price of a contract: how much is agreed (None: no end) and drawn, in its unit."""

    sku: str
    name: str
    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    agreed: Decimal | None
    drawn: Decimal

    @property
    def left(self) -> Decimal | None:
        return None if self.agreed is None else max(self.agreed - self.drawn, Decimal(0))


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """A rate of exchange from a day on."""

    id: int
    currency_from: str
    currency_to: str
    on_date: date
    rate: Decimal
    source: str


_ASSIGNMENTS = """
SELECT a.id, a.level, coalesce(c.code, g.code, s.code, ''), coalesce(c.name, g.name, s.name, ''), h.code, a.combine,
       a.converts, a.position, a.valid_from, a.valid_to
FROM price_assignments a
JOIN chains h ON h.id = a.chain_id
LEFT JOIN companies c ON c.id = a.company_id
LEFT JOIN account_groups g ON g.id = a.group_id
LEFT JOIN segments s ON s.id = a.segment_id
WHERE (CAST(:id AS bigint) IS NULL OR a.id = :id) AND (CAST(:company AS bigint) IS NULL OR a.company_id = :company)
  AND (:search = '' OR coalesce(c.code, g.code, s.code, '') = :search OR h.code = :search)
ORDER BY array_position(ARRAY['general', 'segment', 'group', 'account', 'contract']::varchar[], a.level), 3, a.position,
         a.valid_from NULLS FIRST
LIMIT :limit"""
_LEVELS = """
SELECT l.rank, l.subject, l.chain, l.combine FROM price_levels(:company, :on) l WHERE l.is_asked
GROUP BY l.rank, l.subject, l.chain, l.combine ORDER BY min(l.place) LIMIT :limit"""
_FORMULAS = """
SELECT p.code, p.name, p.currency, coalesce(s.code, ''), p.factor, p.surcharge, p.rounding_step, p.rounding_mode,
       p.price_ending, p.digits
FROM price_lists p LEFT JOIN price_lists s ON s.id = p.source_id
WHERE p.kind = 'formula' AND (:code = '' OR p.code = :code) ORDER BY p.code LIMIT :limit"""
_MATRICES = """
SELECT m.id, m.code, m.name, m.reach, m.position, m.is_active, m.valid_from, m.valid_to,
       (SELECT count(*) FROM discount_rules r WHERE r.matrix_id = m.id)
FROM discount_matrices m WHERE (:code = '' OR m.code = :code) ORDER BY m.position, m.code LIMIT :limit"""
_RULES = """
SELECT r.id, r.target, coalesce(a.sku, c.code, nullif(r.brand, ''), r.discount_group),
       coalesce(a.names ->> :locale, a.name, c.names ->> :locale, c.name, ''), coalesce(g.code, ''), r.counts,
       r.min_quantity, r.percent
FROM discount_rules r
LEFT JOIN articles a ON a.id = r.article_id
LEFT JOIN categories c ON c.id = r.category_id
LEFT JOIN account_groups g ON g.id = r.group_id
WHERE r.matrix_id = :matrix ORDER BY r.target, 3, 5, r.min_quantity LIMIT :limit"""
_CONTRACTS = """
SELECT p.id, p.code, p.name, p.currency, c.code, c.name, p.valid_from, p.valid_to, p.entry_count
FROM price_lists p JOIN companies c ON c.id = p.company_id
WHERE p.kind = 'contract' AND p.series_id IS NULL AND (:code = '' OR p.code = :code) ORDER BY p.code LIMIT :limit"""
_AGREED = """
SELECT a.sku, coalesce(a.names ->> :locale, a.name), e.unit, e.min_quantity, e.price, e.base_quantity, e.agreed_quantity,
       coalesce(b.drawn, 0)
FROM price_entries e
JOIN articles a ON a.id = e.article_id
LEFT JOIN contract_balances b ON b.price_list_id = e.price_list_id AND b.article_id = e.article_id AND b.unit = e.unit
    AND b.min_quantity = e.min_quantity
WHERE e.price_list_id = :list ORDER BY a.sku_key, e.unit, e.min_quantity LIMIT :limit"""
_EXCHANGE = """
SELECT id, currency_from, currency_to, on_date, rate, source FROM exchange_rates
ORDER BY currency_from, currency_to, on_date DESC LIMIT :limit"""


def _read(statement: str, kind: type[T], **values: Any) -> list[T]:
    given: Mapping[str, Any] = {"limit": _MOST, **values}
    return [kind(*row) for row in db.session.execute(text(statement), given)]


def assignments(actor: Actor, search: str = "", company_id: int | None = None) -> list[AssignmentLine]:
    """Assignments from the general to the most specific; of one subject or chain by its code, or of one account."""
    return _read(_ASSIGNMENTS, AssignmentLine, search=search, company=company_id, id=None)


def assignment(actor: Actor, assignment_id: int) -> AssignmentLine:
    found = _read(_ASSIGNMENTS, AssignmentLine, search="", company=None, id=assignment_id)
    if not found:
        raise NotFound(N_("There is no such assignment."))
    return found[0]


def levels_of_account(actor: Actor, company_id: int, on: date) -> list[LevelLine]:
    """What an account buys by on a day, the most specific first."""
    return _read(_LEVELS, LevelLine, company=company_id, on=on)


def formulas(actor: Actor) -> list[FormulaLine]:
    """Lists that are worked out, by code."""
    return _read(_FORMULAS, FormulaLine, code="")


def formula(actor: Actor, code: str) -> FormulaLine:
    found = _read(_FORMULAS, FormulaLine, code=code)
    if not found:
        raise NotFound(N_("There is no formula list {code}.", code=code))
    return found[0]


def matrices(actor: Actor) -> list[MatrixLine]:
    """Discount matrices in the order they are applied."""
    return _read(_MATRICES, MatrixLine, code="")


def matrix(actor: Actor, code: str) -> MatrixLine:
    found = _read(_MATRICES, MatrixLine, code=code)
    if not found:
        raise NotFound(N_("There is no discount matrix {code}.", code=code))
    return found[0]


def rules(actor: Actor, matrix_id: int) -> list[RuleLine]:
    """Rules of a matrix by what they are for."""
    return _read(_RULES, RuleLine, matrix=matrix_id, locale=actor.locale)


def contracts(actor: Actor) -> list[ContractLine]:
    """Contracts of all accounts, by code."""
    return _read(_CONTRACTS, ContractLine, code="")


def contract(actor: Actor, code: str) -> ContractLine:
    found = _read(_CONTRACTS, ContractLine, code=code)
    if not found:
        raise NotFound(N_("There is no contract {code}.", code=code))
    return found[0]


def agreed(actor: Actor, list_id: int) -> list[AgreedLine]:
    """Prices of a contract with what is drawn of them."""
    return _read(_AGREED, AgreedLine, list=list_id, locale=actor.locale)


def exchange_rates(actor: Actor) -> list[ExchangeLine]:
    """Rates by pair, the latest first."""
    return _read(_EXCHANGE, ExchangeLine)
