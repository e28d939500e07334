"""Tenders in any early state. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.tender import Head, LineEntry, LotEntry, RequirementEntry
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot
from app.sourcing.service import tender_people, tender_publish, tenders
from tests.factories.accounts import actor_for, customer, operator, person, supplier

_refs = count(1)
FLAGS = {name for name in tenders.checked_flags("sealed-prices", {})}


@dataclass
class Made:
    """A tender and its people. `suppliers`: (company, acting person) of those invited."""

    id: int
    number: str
    buyer: Actor
    approver: Actor
    company: Company
    suppliers: list[tuple[Company, Actor]] = field(default_factory=list)
    lots: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def row(self) -> Tender:
        """As it is now."""
        with system_scope("test"):
            found = db.session.scalars(
                select(Tender).where(Tender.id == self.id).execution_options(populate_existing=True)
            ).one()
            db.session.expunge(found)
            return found


def bidder(code: str = "", **facts: Any) -> tuple[Company, Actor]:
    """A supplier and somebody who acts for it."""
    company = supplier(code, **facts)
    return company, actor_for(person(company, Role.SUPPLIER), company)


def people(is_operator: bool = False) -> tuple[Company, Actor, Actor]:
    """A company that asks, who runs its tenders, and who decides."""
    operator()
    company = operator() if is_operator else customer()
    runs = actor_for(person(company, Role.PURCHASER if is_operator else Role.TENDER_MANAGER), company)
    decides = actor_for(person(company, Role.OPERATOR_ADMIN if is_operator else Role.COMPANY_ADMIN), company)
    return company, runs, decides


def draft(
    *,
    lots: int = 1,
    lines: int = 2,
    suppliers: int = 2,
    procedure: str = "sealed-prices",
    is_operator: bool = False,
    requirements: tuple[RequirementEntry, ...] = (),
    value: str | None = None,
    by: Made | None = None,
    **facts: Any,
) -> Made:
    """A complete draft; `facts` are fields of Head or flags. `lines` for each lot, quantity 10 pieces.

    `by`: another tender, whose company and people run this one, too.
    """
    company, runs, decides = (by.company, by.buyer, by.approver) if by else people(is_operator)
    flags = {name: facts.pop(name) for name in list(facts) if name in FLAGS}
    values = {
        "title": "Workshop supplies", "procedure": procedure, "currency": "EUR",
        "deadline": datetime.now(UTC) + timedelta(days=10),
    } | facts  # fmt: skip
    with acting_as(runs):
        number = tenders.create_tender(runs, Head(**values, flags=flags), client_ref=f"tender-{next(_refs)}")
        with system_scope("test"):
            tender_id = db.session.scalars(select(Tender.id).where(Tender.number == number)).one()
    with acting_as(runs):
        made = Made(tender_id, number, runs, decides, company)
        amount = Decimal(value) if value else None
        first = db.session.scalars(select(TenderLot.id).where(TenderLot.tender_id == tender_id)).one()
        tenders.save_lots(
            runs, tender_id,
            [LotEntry(f"Lot {n}", value=amount, id=first if n == 1 else None) for n in range(1, lots + 1)],
            row_version=version(made),
        )  # fmt: skip
        tenders.save_lines(
            runs, tender_id,
            [
                LineEntry(lot, f"Thing {lot}.{n}", Decimal(10), "H87", target=Decimal(5))
                for lot in range(1, lots + 1) for n in range(1, lines + 1)
            ],
            row_version=version(made),
        )  # fmt: skip
        if requirements:
            tenders.save_requirements(runs, tender_id, requirements, row_version=version(made))
        made.lots = list(
            db.session.scalars(select(TenderLot.id).where(TenderLot.tender_id == tender_id).order_by(TenderLot.number))
        )
        made.lines = list(
            db.session.scalars(
                select(TenderLine.id).where(TenderLine.tender_id == tender_id).order_by(TenderLine.position)
            )
        )
    made.suppliers = [bidder() for _ in range(suppliers)]
    with acting_as(runs):
        for company_row, _actor in made.suppliers:
            tender_people.invite_supplier(runs, tender_id, company_row.id)
    return made


def version(made: Made) -> int:
    return db.session.scalars(
        select(Tender.row_version).where(Tender.id == made.id).execution_options(populate_existing=True)
    ).one()


def published(**facts: Any) -> Made:
    """Announced: bidding opens in an hour."""
    made = draft(**{"start_at": datetime.now(UTC) + timedelta(hours=1)} | facts)
    with acting_as(made.buyer):
        tender_publish.publish_tender(made.buyer, made.id)
    return made


def bidding(**facts: Any) -> Made:
    """Open for bids for ten days."""
    return published(**{"start_at": None} | facts)


def pass_deadline(made: Made) -> None:
    """Let the deadline lie a second back, as if the time had passed."""
    shift(made, deadline=timedelta(seconds=-1))


def shift(made: Made, **moments: timedelta) -> None:
    """Set dates of the tender to so much from now, behind its back."""
    with system_scope("test"), transaction() as session:
        for name, distance in moments.items():
            session.execute(
                text(f"UPDATE tenders SET {name} = clock_timestamp() + :d WHERE id = :id"),
                {"d": distance, "id": made.id},
            )
    db.session.expire_all()


def closed(**facts: Any) -> Made:
    """Past its deadline and closed by the clock; bids, if any, are to be made by `bidding()` before."""
    made = bidding(**facts)
    close(made)
    return made


def close(made: Made) -> None:
    """Pass the deadline and let the clock close the tender."""
    pass_deadline(made)
    with system_scope("test"):
        tender_publish.close_bidding(Actor.system(), made.id)
