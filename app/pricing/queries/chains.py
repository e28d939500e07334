"""Chains with their lists and accounts, and the VAT rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A list in a chain, in its place."""

    code: str
    name: str
    currency: str
    may_merge: bool
    is_active: bool
    entry_count: int


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A chain with its lists in order; `accounts` counts those that have it (the default one: given by hand)."""

    id: int
    code: str
    name: str
    strategy: str
    is_default: bool
    accounts: int
    links: tuple[ChainLink, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """More than one: lists of another currency than the account's have no price for it, but may shut articles."""
        return tuple(sorted({link.currency for link in self.links}))


_CHAINS = """
SELECT h.id, h.code, h.name, h.strategy, h.is_default,
       (SELECT count(*) FROM price_assignments pa WHERE pa.chain_id = h.id AND pa.level = 'account'),
       coalesce((SELECT json_agg(json_build_array(p.code, p.name, p.currency, cl.may_merge, p.is_active, p.entry_count)
                                 ORDER BY cl.position)
                 FROM chain_lists cl JOIN price_lists p ON p.id = cl.price_list_id WHERE cl.chain_id = h.id), '[]')
FROM chains h"""
_FOUND = text(f"""{_CHAINS}
WHERE (CAST(:after AS text) IS NULL OR h.code > :after) AND (CAST(:before AS text) IS NULL OR h.code < :before)
ORDER BY CASE WHEN CAST(:before AS text) IS NULL THEN h.code END, h.code DESC LIMIT :limit""")
_ONE = text(f"{_CHAINS} WHERE h.code = :code")
_OF_ACCOUNT = text(f"""{_CHAINS}
WHERE h.id = coalesce((SELECT pa.chain_id FROM price_assignments pa WHERE pa.company_id = :company
                       AND pa.level = 'account' AND pa.position = 1 AND pa.valid_from IS NULL),
                      (SELECT id FROM chains WHERE is_default))""")  # noqa: S608
_NAMES = text("SELECT id, code, name, is_default FROM chains ORDER BY code")
_OWN = text("""
SELECT chain_id FROM price_assignments
WHERE company_id = :company AND level = 'account' AND position = 1 AND valid_from IS NULL""")
_ACCOUNTS = text("""
SELECT c.code, c.name, c.currency FROM price_assignments pa JOIN companies c ON c.id = pa.company_id
WHERE pa.chain_id = :chain AND pa.level = 'account' ORDER BY c.name, c.id LIMIT :limit""")
_RATES = text(
    "SELECT id, country, vat_class, rate, valid_from FROM vat_rates ORDER BY country, vat_class, valid_from DESC"
)


def chains(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[ChainLine]:
    """Chains by code."""
    is_backwards = before is not None and not after
    values = {
        "after": after[0] if after else None,
        "before": before[0] if before and is_backwards else None,
        "limit": limit,
    }
    rows = [_line(row) for row in db.session.execute(_FOUND, values)]
    return rows[::-1] if is_backwards else rows


def chain(actor: Actor, code: str) -> ChainLine:
    row = db.session.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no chain {code}.", code=code))
    return _line(row)


def chain_names(actor: Actor) -> list[tuple[int, str, str, bool]]:
    """Id, code, name and whether it is the default one, for selects."""
    return [(chain_id, code, name, is_default) for chain_id, code, name, is_default in db.session.execute(_NAMES)]


def chain_of_account(actor: Actor, company_id: int) -> tuple[ChainLine | None, bool]:
    """The chain an account buys by, and whether it has it for its own (else it is the default one)."""
    own = db.session.execute(_OWN, {"company": company_id}).scalar_one_or_none()
    row = db.session.execute(_OF_ACCOUNT, {"company": company_id}).one_or_none()
    return (_line(row) if row is not None else None, own is not None)


def accounts_of_chain(actor: Actor, chain_id: int, *, limit: int = 50) -> list[tuple[str, str, str]]:
    """Code, name and currency of accounts that have a chain for their own."""
    return [tuple(row) for row in db.session.execute(_ACCOUNTS, {"chain": chain_id, "limit": limit})]


def _line(row: Sequence[Any]) -> ChainLine:
    values = (*row[:-1], tuple(ChainLink(*link) for link in row[-1]))
    return ChainLine(*values)


@dataclass(frozen=True, slots=True)
class RateLine:
    """A VAT rate in percent from a day on."""

    id: int
    country: str
    vat_class: str
    rate: Decimal
    valid_from: date


def vat_rates(actor: Actor) -> list[RateLine]:
    """All rates by country and class, the latest first."""
    return [RateLine(*row) for row in db.session.execute(_RATES)]
