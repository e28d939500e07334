"""Chains of price lists, and which account buys by which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.models.companies import Company
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.pricing.domain.chain import Strategy
from app.pricing.domain.levels import Combine
from app.pricing.models.chains import Chain, ChainList
from app.pricing.models.levels import PriceAssignment
from app.pricing.models.lists import PriceList


@dataclass(frozen=True, slots=True)
class Link:
    """A list in a chain; one that may not merge shuts its articles for the lists behind it (strategy merge)."""

    list_code: str
    may_merge: bool = True


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chain as it shall be: its lists in the order they are asked."""

    code: str
    lists: tuple[Link, ...]
    name: str = ""
    strategy: str = Strategy.MERGE
    is_default: bool = False


@command
def set_chain(actor: Actor, row: ChainRow) -> tuple[int, Literal["created", "changed", "same"]]:
    """Create a chain or make it so, by code. The default chain serves accounts without one; there is one of it."""
    lists = _checked(row)
    known = db.session.scalar(select(Chain).where(Chain.code == row.code).with_for_update())
    facts = {"name": row.name.strip(), "strategy": row.strategy, "is_default": row.is_default}
    if known is not None:
        held = _links(known.id)
        before = {name: getattr(known, name) for name in facts}
        if before == facts and held == row.lists:
            return known.id, "same"
        if known.is_default and not row.is_default:
            raise Conflict(N_("Make another chain the default one instead: accounts without a chain need it."))
    if row.is_default:
        db.session.execute(update(Chain).where(Chain.is_default, Chain.code != row.code).values(is_default=False))
    if known is None:
        chain_id: int = db.session.execute(
            insert(Chain).values(code=row.code.strip(), **facts).returning(Chain.id)
        ).scalar_one()
        audit.record(actor, "chain", chain_id, "create", {**facts, "lists": [link.list_code for link in row.lists]})
    else:
        chain_id = known.id
        db.session.execute(update(Chain).where(Chain.id == chain_id).values(**facts))
        db.session.execute(delete(ChainList).where(ChainList.chain_id == chain_id))
        changes = {name: [before[name], value] for name, value in facts.items() if before[name] != value}
        if held != row.lists:
            changes["lists"] = [[link.list_code for link in held], [link.list_code for link in row.lists]]
        audit.record(actor, "chain", chain_id, "change", changes)
    if row.lists:
        db.session.execute(insert(ChainList), [
            {"chain_id": chain_id, "price_list_id": lists[link.list_code], "position": place, "may_merge": link.may_merge}
            for place, link in enumerate(row.lists, 1)
        ])  # fmt: skip
    return chain_id, "changed" if known else "created"


def _checked(row: ChainRow) -> dict[str, int]:
    """The ids of the lists by code."""
    if not 0 < len(row.code.strip()) <= 40:
        raise Invalid("code", N_("A code has 1 to {length} characters.", length=40))
    if row.strategy not in tuple(Strategy):
        raise Invalid(
            "strategy", N_("{given} is not one of {allowed}.", given=row.strategy, allowed=", ".join(Strategy))
        )
    codes = [link.list_code for link in row.lists]
    if len(set(codes)) != len(codes):
        raise Invalid("lists", N_("A list stands in a chain only once."))
    known = dict(db.session.execute(select(PriceList.code, PriceList.id).where(PriceList.code.in_(codes))).all())
    for code in codes:
        if code not in known:
            raise Invalid("lists", N_("There is no price list {code}.", code=code))
    return known


def _links(chain_id: int) -> tuple[Link, ...]:
    rows = db.session.execute(
        select(PriceList.code, ChainList.may_merge)
        .join(ChainList, ChainList.price_list_id == PriceList.id)
        .where(ChainList.chain_id == chain_id)
        .order_by(ChainList.position)
    )
    return tuple(Link(code, may_merge) for code, may_merge in rows)


@command
def assign_chain(actor: Actor, company_id: int, chain_id: int | None) -> bool:
    """Let an account buy by one chain and nothing below it, or with None by what its group and everybody have.

    Returns whether that was a change. It is the account's undated assignment at the first place; `service.assignments`
    has the other levels, days and ways to combine.
    """
    if db.session.scalar(select(Company.kind).where(Company.id == company_id)) != "customer":
        raise NotFound(N_("There is no such customer account."))
    if chain_id is not None and db.session.scalar(select(Chain.id).where(Chain.id == chain_id)) is None:
        raise Invalid("chain", N_("There is no such chain."))
    place = (
        PriceAssignment.level == "account",
        PriceAssignment.company_id == company_id,
        PriceAssignment.position == 1,
        PriceAssignment.valid_from.is_(None),
    )
    held = db.session.scalar(select(PriceAssignment.chain_id).where(*place))
    if held == chain_id:
        return False
    if chain_id is None:
        db.session.execute(delete(PriceAssignment).where(*place))
    else:
        values = {"level": "account", "company_id": company_id, "chain_id": chain_id, "combine": Combine.STOP}
        statement = upsert(PriceAssignment).values(values)
        slot = ["level", "company_id", "group_id", "segment_id", "position", "valid_from"]
        db.session.execute(statement.on_conflict_do_update(index_elements=slot, set_={"chain_id": chain_id}))
    codes = dict(db.session.execute(select(Chain.id, Chain.code).where(Chain.id.in_([held, chain_id]))).all())
    changes = {"chain": [codes.get(held or 0, ""), codes.get(chain_id or 0, "")]}
    audit.record(actor, "company", company_id, "chain", changes, company_id=company_id)
    return True
