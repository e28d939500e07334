"""Opened bids of a lot as they are ranked, and the comparison sheet: one source for pages, files, protocol and award."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.texts import N_
from app.sourcing.domain.comparison import AskedLine, Column, Offer, Rate, Sheet, compare
from app.sourcing.domain.evaluation import (
    BidInput,
    Flag,
    Inputs,
    Ranking,
    Result,
    as_json,
    evaluate,
    fingerprint,
)
from app.sourcing.domain.scoring import stored
from app.sourcing.models.bids import Bid
from app.sourcing.models.evaluation import BidScore, Clarification
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderMember, TenderRequirement
from app.sourcing.policy import Permission
from app.sourcing.queries.evaluation_facts import Facts, facts_of

QUALIFIED, DISQUALIFIED, INVALID = "qualified", "disqualified", "invalid"
_FINE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class BidRow:
    """One bid in a lot. Amounts in the tender's currency; `price` landed, after an auction the auction's.

    `ranked` is what was compared: the price, the corrected price, or the points. `decision` is "" while undecided.
    """

    bid_id: int
    code: str
    supplier_id: int | None
    supplier_name: str
    decision: str
    reason: str
    currency: str
    rate: Decimal | None
    price: Decimal | None
    initial: Decimal | None
    net: Decimal | None
    filled: Decimal | None
    missing: tuple[int, ...]
    ranked: Decimal | None
    points: Decimal | None
    price_points: Decimal | None
    quality_points: Decimal | None
    coefficient: Fraction
    addition: Fraction
    rank: int | None
    flags: frozenset[Flag]
    is_explained: bool
    valid_to: date | None
    price_changed_at: datetime

    @property
    def is_in(self) -> bool:
        return Flag.DISQUALIFIED not in self.flags


@dataclass(frozen=True, slots=True)
class LotEvaluation:
    """A lot with its bids, ranked ones first. `is_settled`: every bid is decided."""

    tender_id: int
    lot_id: int
    number: str
    lot_number: int
    title: str
    state: str
    currency: str
    ranking: Ranking
    price_weight: Decimal
    rows: tuple[BidRow, ...]
    sheet: Sheet
    lines: tuple[TenderLine, ...]
    criteria: tuple[TenderRequirement, ...]
    scores: tuple[BidScore, ...]
    inputs: Inputs
    inputs_hash: str

    @property
    def ranked(self) -> tuple[BidRow, ...]:
        return tuple(row for row in self.rows if row.rank is not None)

    @property
    def is_settled(self) -> bool:
        return all(row.decision for row in self.rows)

    def row(self, bid_id: int) -> BidRow:
        found = next((row for row in self.rows if row.bid_id == bid_id), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class TenderEvaluation:
    """All lots of a tender that were opened, and who scores them."""

    facts: Facts
    lots: tuple[LotEvaluation, ...]

    @property
    def members(self) -> Sequence[TenderMember]:
        return self.facts.members

    def lot(self, lot_id: int) -> LotEvaluation:
        found = next((lot for lot in self.lots if lot.lot_id == lot_id), None)
        if found is None:
            raise NotFound
        return found

    def is_scored_by(self, user_id: int | None) -> bool:
        """Whether a person has given every mark that is asked for."""
        given = {(s.lot_id, s.bid_id, s.requirement_id) for s in self.facts.scores if s.user_id == user_id}
        return all(
            (lot.lot_id, row.bid_id, one.id) in given for lot in self.lots for row in lot.rows if row.is_in
            for one in lot.criteria
        )  # fmt: skip

    @property
    def are_scores_hidden(self) -> bool:
        """Marks of others and points stay hidden until everybody who scores has finished, where the tender says so."""
        return self.facts.tender.has_blind_scores and any(not self.is_scored_by(one.user_id) for one in self.members)


def shown_evaluations(actor: Actor, tender_id: int) -> TenderEvaluation:
    """The same for pages and paper: while marks are hidden, nothing that would tell them, the hash of the inputs included."""
    found = evaluations_of(actor, tender_id)
    if not found.are_scores_hidden or found.facts.tender.ranking != Ranking.POINTS:
        return found
    return replace(
        found, lots=tuple(replace(lot, rows=_without_points(lot.rows), inputs_hash="") for lot in found.lots)
    )


def _without_points(rows: Sequence[BidRow]) -> tuple[BidRow, ...]:
    hidden = (
        replace(
            row,
            rank=None,
            ranked=None,
            points=None,
            price_points=None,
            quality_points=None,
            flags=row.flags - {Flag.BEST, Flag.UNSCORED},
        )
        for row in rows
    )
    return tuple(sorted(hidden, key=lambda row: (row.supplier_name, row.bid_id)))


def evaluated_tender(actor: Actor, number: str) -> int:
    """The id of an own tender whose bids the actor may see: its team, those who release, and those named in it."""
    found = db.session.scalars(
        select(Tender.id).where(Tender.number == number, Tender.company_id == actor.company_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    if not may_see_bids(actor, found):
        raise Forbidden(N_("You have no right to do this."))
    return found


def may_see_bids(actor: Actor, tender_id: int) -> bool:
    return actor.can(Permission.RUN) or actor.can(Permission.APPROVE) or bool(duties_in(actor, tender_id))


def duties_in(actor: Actor, tender_id: int) -> frozenset[str]:
    """What the actor was named for in a tender."""
    named = select(TenderMember.duty).where(TenderMember.tender_id == tender_id, TenderMember.user_id == actor.user_id)
    return frozenset(db.session.scalars(named))


def evaluation_of(actor: Actor, tender_id: int, lot_id: int) -> LotEvaluation:
    """One lot of the actor's own tender; NotFound for others, Conflict while bids are sealed."""
    return evaluations_of(actor, tender_id).lot(lot_id)


def evaluations_of(actor: Actor, tender_id: int) -> TenderEvaluation:
    """All lots, in a constant number of statements."""
    facts = facts_of(actor, tender_id)
    return TenderEvaluation(facts, tuple(_lot(facts, lot) for lot in facts.lots))


def _lot(facts: Facts, lot: TenderLot) -> LotEvaluation:
    lines = tuple(line for line in facts.lines if line.lot_id == lot.id)
    bids = [facts.bids[bid_id] for bid_id in facts.taking_part.get(lot.id, ()) if bid_id in facts.bids]
    sheet = _sheet(facts, lot, lines, [bid.id for bid in bids if _is_in(facts, bid, lot)])
    # Bids that are out keep their prices in sight, but mark nobody else's as worse.
    out = _sheet(facts, lot, lines, [bid.id for bid in bids if not _is_in(facts, bid, lot)])
    requirements = [one for one in facts.requirements if one.lot_id in (None, lot.id)]
    criteria = tuple(one for one in requirements if one.kind == "criterion" and one.weight)
    columns = {**out.columns, **sheet.columns}
    inputs = Inputs(
        ranking=Ranking(facts.tender.ranking),
        price_weight=_price_weight(facts, criteria),
        seed=facts.seed,
        features=tuple(_values(one) for one in requirements if one.kind == "feature"),
        weights={one.id: one.weight for one in criteria if one.weight is not None},
        ceiling=lot.value if facts.tender.value_ceiling != "none" else None,
        bids=tuple(_input(facts, lot, bid, columns[bid.id], requirements) for bid in bids),
    )
    results = evaluate(inputs)
    rows = tuple(_row(facts, lot, sheet if result.bid_id in sheet.columns else out, result) for result in results)
    return LotEvaluation(
        tender_id=facts.tender.id,
        lot_id=lot.id,
        number=facts.tender.number,
        lot_number=lot.number,
        title=lot.title,
        state=lot.state,
        currency=facts.tender.currency,
        ranking=inputs.ranking,
        price_weight=inputs.price_weight,
        rows=rows,
        sheet=sheet,
        lines=lines,
        criteria=criteria,
        scores=tuple(score for score in facts.scores if score.lot_id == lot.id),
        inputs=inputs,
        inputs_hash=fingerprint(as_json(inputs)),
    )


def _decision(facts: Facts, bid: Bid, lot: TenderLot) -> tuple[str, str]:
    if bid.state == INVALID:
        return INVALID, bid.fault
    decision = facts.decisions.get((bid.id, lot.id))
    return (decision.decision, decision.reason) if decision else ("", "")


def _is_in(facts: Facts, bid: Bid, lot: TenderLot) -> bool:
    """A tender with a stage of qualification ranks qualified bids only, another one all that were not disqualified."""
    decision = _decision(facts, bid, lot)[0]
    has_stage = facts.tender.has_prequalification or facts.tender.envelopes == 2
    return decision == QUALIFIED or (not decision and not has_stage)


def _price_weight(facts: Facts, criteria: Sequence[TenderRequirement]) -> Decimal:
    if facts.tender.price_weight is not None:
        return facts.tender.price_weight
    return Decimal(100) - sum((one.weight for one in criteria if one.weight is not None), Decimal(0))


def _sheet(facts: Facts, lot: TenderLot, lines: Sequence[TenderLine], bids: Sequence[int]) -> Sheet:
    asked = [AskedLine(line.id, line.lot_id, line.quantity, facts.targets.get(line.id)) for line in lines]
    opened_on = facts.tender.opened_at.date() if facts.tender.opened_at else None
    offers = [
        Offer(
            id=row.id,
            bid_id=row.bid_id,
            line_id=row.tender_line_id,
            quantity=row.quantity,
            goods=row.net,
            currency=row.currency,
            freight=row.freight,
            duty=row.duty,
            other=row.other_cost,
            available_on=row.delivery_date or _after(opened_on, row.lead_days),
            min_quantity=row.min_quantity,
            is_variant=row.variant > 0,
            is_no_offer=row.is_no_offer,
        )
        for row in facts.offers
        if row.lot_id == lot.id and row.bid_id in bids
    ]
    rates = {total.currency: Rate(total.rate) for total in facts.totals.values()}
    return compare(asked, offers, bids, rates)


def _after(start: date | None, days: int | None) -> date | None:
    return None if start is None or days is None else start + timedelta(days=days)


def _values(feature: TenderRequirement) -> tuple[Decimal, ...]:
    return tuple(Decimal(str(value)) for _, value in feature.options) or (Decimal(0),)


def _chosen(feature: TenderRequirement, answer: Any) -> Decimal:
    """What the answer to a feature is worth: by its label, or for yes and no by those words."""
    given = {True: "yes", False: "no"}.get(answer, str(answer)) if isinstance(answer, bool) else str(answer)
    for label, value in feature.options:
        if given.casefold() in {str(label).casefold(), str(value)}:
            return Decimal(str(value))
    return Decimal(0)


def _number(answer: Any) -> Decimal:
    text = str(answer).strip()
    try:
        value = Decimal(text)
    except ArithmeticError:
        return Decimal(0)
    return max(value, Decimal(0)) if value.is_finite() else Decimal(0)


def _input(
    facts: Facts, lot: TenderLot, bid: Bid, column: Column, requirements: Sequence[TenderRequirement]
) -> BidInput:
    final = facts.finals.get((bid.id, lot.id))
    total = facts.totals.get((bid.id, lot.id))
    rate = Fraction(total.rate) if total else Fraction(1)
    marks: dict[int, list[Decimal]] = {}
    for score in facts.scores:
        if score.lot_id == lot.id and score.bid_id == bid.id:
            marks.setdefault(score.requirement_id, []).append(score.mark)

    def answers(kind: str) -> list[tuple[TenderRequirement, Any]]:
        asked = [one for one in requirements if one.kind == kind and (bid.id, one.id) in facts.answers]
        return [(one, facts.answers[bid.id, one.id].value) for one in asked]

    return BidInput(
        bid_id=bid.id,
        price=Fraction(final.price) if final else column.landed,
        initial=column.landed,
        goods=column.net,
        changed_at=final.since if final else bid.price_changed_at,
        is_in=_is_in(facts, bid, lot),
        chosen=tuple(_chosen(one, value) for one, value in answers("feature")),
        costs=tuple(Fraction(_number(value)) * rate for _, value in answers("cost")),
        marks={criterion: tuple(given) for criterion, given in marks.items()},
    )


def _row(facts: Facts, lot: TenderLot, sheet: Sheet, result: Result) -> BidRow:
    bid = facts.bids[result.bid_id]
    column = sheet.columns[bid.id]
    total = facts.totals.get((bid.id, lot.id))
    final = facts.finals.get((bid.id, lot.id))
    decision, reason = _decision(facts, bid, lot)
    is_by_points = facts.tender.ranking == Ranking.POINTS
    return BidRow(
        bid_id=bid.id,
        code=bid.code,
        supplier_id=bid.supplier_id,
        supplier_name=bid.supplier_name,
        decision=decision,
        reason=reason,
        currency=total.currency if total else "",
        rate=total.rate if total else None,
        price=amount(result.price),
        initial=amount(column.landed),
        net=amount(column.net),
        filled=amount(column.filled),
        missing=column.missing,
        ranked=None if result.ranked is None else stored(result.ranked),
        points=stored(result.ranked) if is_by_points and result.ranked is not None else None,
        price_points=None if result.price_points is None else stored(result.price_points),
        quality_points=None if result.quality_points is None else stored(result.quality_points),
        coefficient=result.correction.denominator,
        addition=result.correction.addition,
        rank=result.rank,
        flags=result.flags,
        is_explained=any(
            one.bid_id == bid.id and one.lot_id == lot.id and one.kind == "low_price" and one.accepted is True
            for one in facts.clarifications
        ),
        valid_to=total.valid_to if total else None,
        price_changed_at=final.since if final else bid.price_changed_at,
    )


def amount(value: Fraction | None) -> Decimal | None:
    """An exact amount or price as a decimal of six digits, half to even; ranks never come from it."""
    if value is None:
        return None
    return (Decimal(round(value / Fraction(_FINE))) * _FINE).quantize(_FINE, rounding=ROUND_HALF_EVEN)


def clarifications_for(facts: Facts, lot_id: int) -> list[Clarification]:
    return [one for one in facts.clarifications if one.lot_id == lot_id]


def scores_by_person(lot: LotEvaluation) -> Mapping[tuple[int, int, int], BidScore]:
    """Marks by (person, bid, criterion)."""
    return {(score.user_id, score.bid_id, score.requirement_id): score for score in lot.scores}
