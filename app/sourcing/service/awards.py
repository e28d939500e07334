"""Awards: proposed, released by a second person, announced, concluded after the standstill, revoked.

Lots are decided one by one. When a lot goes back to evaluation, what other suppliers hold of it stays: a new proposal
only gives what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.award import Part, Priced, check_mode, check_quantities, follows_ranking, price_parts
from app.sourcing.domain.evaluation import Flag
from app.sourcing.events import AwardProposed, AwardRefused
from app.sourcing.models.awards import Award, AwardLine, AwardRefusal, Objection
from app.sourcing.models.bids import Bid
from app.sourcing.models.contracts import SupplyContract
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.policy import Permission, runs_all
from app.sourcing.queries.awards import held_quantities, offers_of_lot
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.evaluation import BidRow, LotEvaluation, evaluation_of
from app.sourcing.service.award_letters import write_letters
from app.sourcing.service.evaluation import store_ranking
from app.sourcing.service.tender_state import advance_tender, after, locked_tender
from app.sourcing.service.timers import drop_timers, on_timer, set_timer

LIVE = ("pending", "active")


@command
def propose_award(
    actor: Actor,
    tender_id: int,
    lot_id: int,
    parts: Sequence[Part],
    *,
    reason: str = "",
    row_version: int | None = None,
) -> list[int]:
    """Propose who gets how much of a lot. Raises Invalid, or Conflict outside evaluation; returns ids of awards.

    Whoever leaves the ranking says why.
    """
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id, row_version=row_version)
    found = evaluation_of(actor, tender_id, lot_id)
    offers = offers_of_lot(actor, lot_id)
    parts = [part for part in parts if part.quantity]
    if not parts:
        raise Invalid("quantity", N_("Award at least one line."))
    priced = price_parts(parts, offers, auction_factors(found))
    check_quantities(priced, held_quantities(lot_id))
    check_mode(
        priced, tender.award_mode, multi_sourcing=tender.multi_sourcing, others=_winners_elsewhere(tender, lot_id)
    )
    rows = {part.offer.bid_id: found.row(part.offer.bid_id) for part in priced}
    today = database_now().date()
    for row in rows.values():
        _check_bid(row, today)
    order = [row.bid_id for row in found.ranked]
    if not (follows_ranking(list(rows), order, _line_ranks(found, priced, tender)) or reason.strip()):
        raise Invalid("reason", N_("Say why the award leaves the ranking."))
    store_ranking(actor, tender_id, lot_id)
    advance_tender(
        actor, tender_id, "propose_award", role="buyer", lot_ids=[lot_id], reason=reason.strip(),
        changes={"awards": [_proposal(row, priced) for row in rows.values()]},
    )  # fmt: skip
    made = [_keep(actor, lot_id, row, priced, reason.strip()) for row in rows.values()]
    publish(AwardProposed(tender_id, lot_id, made[0]))
    return made


def _check_bid(row: BidRow, today: date) -> None:
    if row.rank is None:
        raise Invalid("quantity", N_("The bid of {supplier} is not ranked.", supplier=row.supplier_name))
    if row.valid_to is not None and row.valid_to < today:
        raise Invalid("quantity", N_("The bid of {supplier} ended on {day}. Ask the supplier to prolong it.",
                                     supplier=row.supplier_name, day=row.valid_to))  # fmt: skip


def auction_factors(found: LotEvaluation) -> dict[int, Fraction]:
    """By how much an auction changed the price of each bid."""
    return {
        row.bid_id: Fraction(row.price) / Fraction(row.initial)
        for row in found.rows
        if row.price is not None and row.initial and row.price != row.initial
    }


def _line_ranks(
    found: LotEvaluation, priced: Sequence[Priced], tender: Tender
) -> list[tuple[int, dict[int, int]]] | None:
    if tender.award_mode != "line":
        return None
    ranks: dict[int, dict[int, int]] = {}
    for line in found.sheet.rows:
        for bid_id, cell in line.cells.items():
            offer = getattr(cell, "offer", None)
            if offer is not None and bid_id in line.ranks:
                ranks[offer.id] = dict(line.ranks)
    return [(part.offer.bid_id, ranks.get(part.offer.id, {})) for part in priced]


def _winners_elsewhere(tender: Tender, lot_id: int) -> list[int]:
    return list(
        db.session.scalars(
            select(Award.bid_id).where(Award.tender_id == tender.id, Award.lot_id != lot_id, Award.state.in_(LIVE))
        )
    )


def _proposal(row: BidRow, priced: Sequence[Priced]) -> dict[str, object]:
    own = [part for part in priced if part.offer.bid_id == row.bid_id]
    total = sum((part.net for part in own), Decimal(0))
    return {"bid": row.code, "rank": row.rank, "lines": len(own), "total": total, "currency": row.currency}


def _keep(actor: Actor, lot_id: int, row: BidRow, priced: Sequence[Priced], reason: str) -> int:
    own = [part for part in priced if part.offer.bid_id == row.bid_id]
    lot = _lot(lot_id)
    award = Award(
        company_id=lot.company_id,
        tender_id=lot.tender_id,
        lot_id=lot_id,
        bid_id=row.bid_id,
        supplier_id=row.supplier_id,
        supplier_name=row.supplier_name,
        rank=row.rank,
        reason=reason,
        total=sum((part.net for part in own), Decimal(0)),
        currency=own[0].offer.currency,
        proposed_by_id=actor.user_id,
    )
    db.session.add(award)
    db.session.flush()
    db.session.add_all([_line(award, part) for part in own])
    db.session.flush()
    audit.record(
        actor, "award", award.id, "propose", {"total": award.total, "rank": row.rank}, company_id=lot.company_id
    )
    return award.id


def _line(award: Award, part: Priced) -> AwardLine:
    return AwardLine(
        company_id=award.company_id,
        award_id=award.id,
        tender_line_id=part.offer.line_id,
        bid_line_id=part.offer.id,
        quantity=part.quantity,
        unit=part.offer.unit,
        unit_price=part.unit_price,
        base_quantity=part.offer.base_quantity,
        currency=part.offer.currency,
        net=part.net,
    )


def _waiting(lot_id: int, *, is_approved: bool | None = None) -> list[Award]:
    """Pending awards of a lot; awards are changed only under their tender's lock, so they need none of their own."""
    wanted = select(Award).where(Award.lot_id == lot_id, Award.state == "pending")
    if is_approved is not None:
        wanted = wanted.where(Award.approved_at.is_not(None) if is_approved else Award.approved_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Award.id).execution_options(populate_existing=True)))


@command
def approve_award(
    actor: Actor, tender_id: int, lot_id: int, *, comment: str = "", row_version: int | None = None
) -> None:
    """Release a proposed award: letters go out and the standstill begins; without days of it the award holds at once.

    Raises Forbidden for whoever proposed it, Conflict while an abnormally low price is not explained.
    """
    actor.demand(Permission.APPROVE)
    locked_tender(actor, tender_id, row_version=row_version)
    found = evaluation_of(actor, tender_id, lot_id)
    tender = advance_tender(
        actor, tender_id, "approve_award", role="approver", lot_ids=[lot_id], changes={"comment": comment.strip()}
    )
    awards = _waiting(lot_id, is_approved=False)
    _demand_second_person(actor, awards)
    for award in awards:
        row = found.row(award.bid_id)
        if Flag.ABNORMAL in row.flags and not row.is_explained:
            raise Conflict(N_("The price of {supplier} is abnormally low. Have it explained first.",
                              supplier=award.supplier_name))  # fmt: skip
    moment = database_now()
    for award in awards:
        award.approved_by_id, award.approved_at, award.comment = actor.user_id, moment, comment.strip()
        audit.record(actor, "award", award.id, "approve", {"comment": comment.strip()}, company_id=award.company_id)
    lot = _lot(lot_id)
    lot.standstill_end = moment + timedelta(days=tender.standstill_days)
    db.session.flush()
    write_letters(actor, tender, lot, found)
    if tender.standstill_days:
        set_timer("lot", lot_id, tender.company_id, "conclude", lot.standstill_end)
    else:
        _conclude(actor, tender_id, lot_id)


def _lot(lot_id: int) -> TenderLot:
    """A lot that `advance_tender` has locked already."""
    found = db.session.get(TenderLot, lot_id)
    if found is None:
        raise NotFound
    return found


def _demand_second_person(actor: Actor, awards: Sequence[Award]) -> None:
    if any(award.proposed_by_id is not None and award.proposed_by_id == actor.user_id for award in awards):
        raise Forbidden(N_("Somebody else must decide on what you have proposed."))


@command
def reject_award(
    actor: Actor, tender_id: int, lot_id: int, *, comment: str, row_version: int | None = None
) -> None:  # fmt: skip
    """Send a proposal back to evaluation, with a reason."""
    actor.demand(Permission.APPROVE)
    if not comment.strip():
        raise Invalid("comment", N_("Say why."))
    advance_tender(
        actor, tender_id, "reject_award", role="approver", lot_ids=[lot_id], reason=comment.strip(),
        row_version=row_version,
    )  # fmt: skip
    awards = _waiting(lot_id, is_approved=False)
    _demand_second_person(actor, awards)
    for award in awards:
        _end(actor, award, "rejected", comment.strip())


def _end(actor: Actor, award: Award, state: str, reason: str) -> None:
    award.state, award.ended_at, award.end_reason = state, database_now(), reason
    db.session.flush()
    audit.record(actor, "award", award.id, state, {"reason": reason}, company_id=award.company_id)


def cancel_waiting(actor: Actor, lot_id: int, reason: str) -> None:
    """End every award of a lot that is not in force yet."""
    for award in _waiting(lot_id):
        _end(actor, award, "cancelled", reason)


@on_timer("lot", "conclude")
def conclude(actor: Actor, lot_id: int) -> datetime | None:
    """The standstill is over: awards take effect. Too early it waits; twice or with an open objection it does nothing.

    Deciding or withdrawing the last objection sets the timer again.
    """
    tender_id = db.session.scalar(select(TenderLot.tender_id).where(TenderLot.id == lot_id))
    if tender_id is None:
        return None
    locked_tender(actor, tender_id)
    lot = lock_rows(TenderLot, [lot_id])[0]
    if lot.state != "standstill" or lot.standstill_end is None or has_open_objection(lot_id):
        return None
    if database_now() < lot.standstill_end:
        return lot.standstill_end
    _conclude(actor, tender_id, lot_id)
    return None


@after("cancel")
def _cancel_awards(actor: Actor, tender: Tender, lots: Sequence[TenderLot]) -> None:
    for lot in lots:
        cancel_waiting(actor, lot.id, tender.reason)
        drop_timers("lot", lot.id, ["conclude"])


def has_open_objection(lot_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(func.count())
            .select_from(Objection)
            .where(Objection.lot_id == lot_id, Objection.state == "submitted")
        )
    )


def _conclude(actor: Actor, tender_id: int, lot_id: int) -> None:
    advance_tender(actor, tender_id, "conclude", role="system", lot_ids=[lot_id])
    awards = _waiting(lot_id, is_approved=True)
    for award in awards:
        award.state = "active"
        audit.record(actor, "award", award.id, "conclude", company_id=award.company_id)
    db.session.flush()
    db.session.execute(
        update(Bid).where(Bid.id.in_([award.bid_id for award in awards])).values(state="awarded")
    )  # fmt: skip


@command
def revoke_award(actor: Actor, award_id: int, *, reason: str, row_version: int | None = None) -> None:
    """Take an award back before its contract is in force; the lot is evaluated again and the next bid suggested."""
    actor.demand(Permission.RUN)
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    _take_back(actor, award_id, "revoke_award", reason.strip(), row_version)


@command
def refuse_award(actor: Actor, award_id: int, *, reason: str) -> None:
    """The supplier's no; written in its own scope, worked off by `work_off_refusal`."""
    actor.demand(Permission.BID)
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    award = _award(actor, award_id)
    if award.supplier_id != actor.company_id:
        raise NotFound
    if award.state not in LIVE or _has_contract(award_id):
        raise Conflict(N_("This award cannot be refused any more."))
    if db.session.scalar(select(AwardRefusal.id).where(AwardRefusal.award_id == award_id)) is not None:
        raise Conflict(N_("This award was refused already."))
    db.session.add(
        AwardRefusal(company_id=award.company_id, award_id=award_id, supplier_id=actor.company_id,
                     reason=reason.strip(), user_id=actor.user_id)
    )  # fmt: skip
    audit.record(actor, "award", award_id, "refuse", {"reason": reason.strip()})
    publish(AwardRefused(award_id))


@command
def work_off_refusal(actor: Actor, award_id: int) -> None:
    """Take back what a supplier has refused; twice changes nothing."""
    refusal = db.session.scalar(select(AwardRefusal).where(AwardRefusal.award_id == award_id))
    award = db.session.get(Award, award_id)
    if refusal is None or award is None or award.state not in LIVE or _has_contract(award_id):
        return
    _take_back(actor, award_id, "refuse_award", refusal.reason)


def _take_back(actor: Actor, award_id: int, event: str, reason: str, row_version: int | None = None) -> None:
    found = _award(actor, award_id)
    role = "supplier" if event == "refuse_award" else "buyer"
    advance_tender(
        actor, found.tender_id, event, role=role, lot_ids=[found.lot_id], reason=reason, row_version=row_version,
        supplier_id=found.supplier_id, changes={"award": award_id},
    )  # fmt: skip
    award = db.session.get(Award, award_id, populate_existing=True)
    if award is None or award.state not in LIVE:
        raise Conflict(N_("This award has ended already."))
    if _has_contract(award_id):
        raise Conflict(N_("A contract is in force for this award. End the contract instead."))
    db.session.execute(
        update(SupplyContract)
        .where(SupplyContract.award_id == award_id, SupplyContract.state == "pending")
        .values(state="cancelled", ended_at=database_now(), end_reason=reason)
    )
    _end(actor, award, "cancelled", reason)
    drop_timers("lot", award.lot_id, ["conclude"])


def _award(actor: Actor, award_id: int) -> Award:
    found = db.session.get(Award, award_id)
    if found is None or not (runs_all(actor) or actor.company_id in (found.company_id, found.supplier_id)):
        raise NotFound
    return found


def _has_contract(award_id: int) -> bool:
    return (
        db.session.scalar(
            select(SupplyContract.id).where(SupplyContract.award_id == award_id, SupplyContract.state == "active")
        )
        is not None
    )
