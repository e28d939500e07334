"""Matches as lists and pages show them, and the tolerances they are made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, func, literal, select

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.exchange.domain.match import Match, Tolerances, match
from app.exchange.domain.match_facts import CALL_OFF, MatchFacts
from app.exchange.models.match import InvoiceMatch, MatchTolerance
from app.exchange.queries.match_facts import call_off_facts, order_facts
from app.ordering.models.orders import Order

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
# "open": differs and nobody decided on these figures.
STATES = ("open", "differs", "waits", "within", "agrees", "accepted", "disputed")


@dataclass(frozen=True, slots=True)
class MatchFilters:
    text: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ToleranceRow:
    """Limits in general (`other_code` empty) or for one seller."""

    id: int
    other_code: str
    other_name: str
    limits: Tolerances


def facts_of(actor: Actor, kind: str, number: str, company_id: int | None = None) -> MatchFacts:
    read = call_off_facts if kind == CALL_OFF else order_facts
    return read(actor, number, company_id)


def computed(facts: MatchFacts) -> Match:
    """The match by the tolerances that hold for the two companies. One statement."""
    return match(
        facts.ordered, facts.delivered, facts.invoiced, tolerances(facts.company_id, facts.other_id),
        currency=facts.currency, charges=facts.charges,
    )  # fmt: skip


def tolerances(company_id: int, other_id: int | None) -> Tolerances:
    """Those for the seller, else those in general, else none."""
    rows = db.session.scalars(select(MatchTolerance).where(MatchTolerance.company_id == company_id)).all()
    by_other = {row.other_id: row for row in rows}
    row = (by_other.get(other_id) if other_id else None) or by_other.get(None)
    return _limits(row) if row else Tolerances()


def _limits(row: MatchTolerance) -> Tolerances:
    return Tolerances(row.price_percent, row.price_amount, row.quantity_percent, row.total_amount)


def tolerance_rows(actor: Actor) -> list[ToleranceRow]:
    """The own company's, the general ones first. One statement."""
    statement = (
        select(MatchTolerance, Company.code, Company.name)
        .outerjoin(Company, Company.id == MatchTolerance.other_id)
        .where(MatchTolerance.company_id == actor.company_id)
        .order_by(Company.name.nulls_first(), MatchTolerance.id)
    )
    return [
        ToleranceRow(row.id, code or "", name or "", _limits(row)) for row, code, name in db.session.execute(statement)
    ]


def _own(actor: Actor, statement: S, filters: MatchFilters) -> S:
    statement = statement.where(InvoiceMatch.company_id == actor.company_id)
    if filters.text:
        words = f"%{filters.text}%"
        statement = statement.where(InvoiceMatch.number.ilike(words) | InvoiceMatch.other_name.ilike(words))
    is_decided = (InvoiceMatch.decision != "") & (InvoiceMatch.decided_on == InvoiceMatch.fingerprint)
    if filters.state == "open":
        statement = statement.where(InvoiceMatch.state == "differs", ~is_decided)
    elif filters.state in ("accepted", "disputed"):
        statement = statement.where(is_decided, InvoiceMatch.decision == filters.state)
    elif filters.state:
        statement = statement.where(InvoiceMatch.state == filters.state)
    return statement


def matches_page(
    actor: Actor, filters: MatchFilters, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[InvoiceMatch]:
    """The own company's, newest first. One statement."""
    statement = _own(actor, select(InvoiceMatch), filters)
    if after:
        statement = statement.where(InvoiceMatch.id < int(after[0]))
    if before:
        statement = statement.where(InvoiceMatch.id > int(before[0])).order_by(InvoiceMatch.id)
    else:
        statement = statement.order_by(InvoiceMatch.id.desc())
    rows = list(db.session.scalars(statement.limit(limit)))
    return rows[::-1] if before else rows


def open_matches(actor: Actor) -> int:
    """How many differ and nobody decided on."""
    return db.session.scalar(_own(actor, select(func.count(InvoiceMatch.id)), MatchFilters(state="open"))) or 0


def stored_match(actor: Actor, kind: str, subject_id: int) -> InvoiceMatch | None:
    return db.session.scalar(
        select(InvoiceMatch)
        .where(
            InvoiceMatch.company_id == actor.company_id,
            InvoiceMatch.kind == kind,
            InvoiceMatch.subject_id == subject_id,
        )
        .execution_options(populate_existing=True)
    )


def company_by_code(actor: Actor, code: str) -> int:
    """A seller's company for tolerances of its own. Raises NotFound."""
    found = db.session.scalar(select(Company.id).where(func.lower(Company.code) == code.lower()))
    if found is None:
        raise NotFound
    return found


def due(limit: int = 200) -> list[tuple[str, str, int]]:
    """Kind, number and paying company of what is to be matched (anew), in the operator's scope. Two statements.

    Open results are looked at once an hour; orders of accounts that have set limits as soon as they are invoiced.
    """
    late = clock.now() - timedelta(hours=1)
    open_ones = (
        select(InvoiceMatch.kind, InvoiceMatch.number, InvoiceMatch.company_id)
        .where(InvoiceMatch.state.in_(("waits", "differs")), InvoiceMatch.matched_at < late)
        .order_by(InvoiceMatch.matched_at, InvoiceMatch.id)
        .limit(limit)
    )
    known = select(InvoiceMatch.id).where(
        InvoiceMatch.kind == "order", InvoiceMatch.company_id == Order.company_id, InvoiceMatch.subject_id == Order.id
    )
    fresh = (
        select(literal("order"), Order.number, Order.company_id)
        .join(Invoice, (Invoice.order_id == Order.id) & (Invoice.company_id == Order.company_id))
        .where(
            Invoice.state == "ready", Invoice.kind == "invoice", ~known.exists(),
            Order.company_id.in_(select(MatchTolerance.company_id)),
        )
        .order_by(Invoice.id.desc())
        .limit(limit)
    )  # fmt: skip
    found = [*db.session.execute(fresh), *db.session.execute(open_ones)]
    return [(kind, number, company_id) for kind, number, company_id in found]
