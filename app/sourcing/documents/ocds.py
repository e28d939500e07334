"""A published tender as OCDS releases: one for each event that the public is told.

Each release tells the process as it stood then. Who asked a question is never told; bids only after their opening;
bidders that won nothing have no name where the tender says so; a proposed award is nobody's business yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from app.core.units import unit_name
from app.documents.model.procurement import (
    AwardDetail,
    BidDetail,
    ContractDetail,
    Enquiry,
    Organization,
    Period,
    Procurement,
    ProcurementItem,
    ProcurementLot,
    Requirement,
    Statistic,
    Value,
    Weight,
)
from app.sourcing.models.awards import Award
from app.sourcing.models.bids import Bid
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.offers import BidTotal
from app.sourcing.models.tenders import TenderLine
from app.sourcing.queries.published import PublishedTender

# What the public is told, by the event of the tender's chain.
TAGS: Mapping[str, str] = {
    "publish": "tender",
    "amend": "tenderAmendment",
    "answer": "tenderUpdate",
    "extend": "tenderUpdate",
    "suspend": "tenderUpdate",
    "resume": "tenderUpdate",
    "open": "tenderUpdate",
    "fail_few": "tenderUpdate",
    "declare_unsuccessful": "tenderUpdate",
    "cancel": "tenderCancellation",
    "approve_award": "award",
    "conclude": "awardUpdate",
    "refuse_award": "awardCancellation",
    "revoke_award": "awardCancellation",
    "sign_contract": "contract",
    "complete": "contractTermination",
}
_STATUS = {
    "awarded": "complete", "contracted": "complete", "completed": "complete", "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
}  # fmt: skip
_METHODS = {"public": "open", "registered": "open", "invited": "limited"}
_CRITERIA = {"price": "priceOnly", "cost": "lowestCost"}
_DATA_TYPES = {"yes_no": "boolean", "number": "number", "date": "date-time"}
_BIDS = {"invalid": "disqualified", "disqualified": "disqualified"}
_UNSOLD = {"withdrawn", "lapsed"}


@dataclass(frozen=True, slots=True)
class _Moment:
    """The tender as it stood at one of the events that were told, `place` counting them from 0.

    What was written together with an event has a time some moments before or after it: it belongs to the nearest event
    of its kind. What no told event stands for belongs to the next one.
    """

    facts: PublishedTender
    told: Sequence[SourcingEvent]
    place: int

    @property
    def at(self) -> datetime:
        return self.told[self.place].at

    @property
    def state(self) -> str:
        return self.told[self.place].to_state

    @property
    def is_last(self) -> bool:
        return self.place == len(self.told) - 1

    def had(self, at: datetime | None, *kinds: str) -> bool:
        """Whether what happened `at` was told by now, with an event of these kinds."""
        if at is None:
            return False
        if not kinds:
            return at <= self.at
        places = [place for place, event in enumerate(self.told) if event.event in kinds]
        return bool(places) and min(places, key=lambda place: abs(self.told[place].at - at)) <= self.place

    @property
    def bids(self) -> list[Bid]:
        return [bid for bid in self.facts.bids if self.had(bid.opened_at, "open") and bid.state not in _UNSOLD]

    @property
    def awards(self) -> list[Award]:
        return [award for award in self.facts.awards if self.had(award.approved_at, "approve_award")]

    def party(self, bid: Bid) -> str:
        """The id of a bidder among the parties; nameless ones are counted."""
        won = {award.supplier_id for award in self.awards if award.state not in ("rejected", "cancelled")}
        if self.facts.tender.anonymise_losers and bid.supplier_id not in won:
            return f"BIDDER-{[one.id for one in self.facts.bids].index(bid.id) + 1}"
        return f"KONTOR-{bid.supplier_id}"


def procurements(facts: PublishedTender, *, prefix: str, language: str) -> list[Procurement]:
    """All releases, the oldest first. `prefix` is the publisher's, such as ocds-abc123."""
    told = [event for event in facts.events if event.event in TAGS]
    tender = facts.tender
    found = []
    for place, event in enumerate(told):
        now = _Moment(facts, told, place)
        tag = TAGS[event.event]
        if tag.startswith("award") and not now.awards:
            tag = "tenderUpdate"
        if tag.startswith("contract") and not _contracts(now):
            tag = "tenderUpdate"
        found.append(_release(now, ocid=f"{prefix}-{tender.number}", tag=tag, language=language))
    return found


def _release(now: _Moment, *, ocid: str, tag: str, language: str) -> Procurement:
    facts, tender = now.facts, now.facts.tender
    is_last = now.is_last
    lots = _lots(now)
    values = [lot.value for lot in lots]
    total = sum((value.amount for value in values if value is not None), Decimal(0))
    period = Period(start=_instant(tender.contract_from), end=_instant(tender.contract_to))
    return Procurement(
        ocid=ocid,
        id=f"{tender.number}-{now.place + 1}",
        date=now.at,
        tags=(tag,),
        language=language,
        parties=tuple(_parties(now)),
        buyer=_buyer(facts),
        tender_id=tender.number,
        title=tender.title,
        description=tender.description,
        status=_STATUS.get(tender.state if is_last else now.state, "active"),
        method=_METHODS[tender.visibility],
        method_details=tender.procedure,
        award_criteria=_CRITERIA.get(tender.ranking, "ratedCriteria"),
        submission_methods=("electronicSubmission", *(() if tender.has_auction == "none" else ("electronicAuction",))),
        value=Value(amount=total, currency=tender.currency) if values and None not in values else None,
        tender_period=Period(start=tender.start_at or tender.published_at, end=tender.deadline),
        enquiry_period=Period(start=tender.start_at or tender.published_at, end=tender.question_end)
        if tender.question_end else None,
        contract_period=period if period != Period() else None,
        opened_at=tender.opened_at if now.had(tender.opened_at, "open") else None,
        opening_details="" if tender.opening == "auto" else f"Committee, {tender.opening_quorum} members together",
        auction=tender.has_auction if tender.has_auction != "none" else None,
        is_framework=tender.procedure.startswith("framework"),
        lots=lots,
        items=tuple(_item(line, facts) for line in facts.lines),
        requirements=tuple(
            Requirement(id=f"R{need.id}", title=need.title, description=need.description,
                        data_type=_DATA_TYPES.get(need.answer_type, "string"), lot=_lot_id(facts, need.lot_id))
            for need in facts.requirements if need.kind in ("eligibility", "document", "technical")
        ),
        weights=tuple(_weights(facts)),
        enquiries=tuple(
            Enquiry(id=f"Q{ask.id}", asked_at=ask.asked_at, question=ask.text, answer=ask.answer,
                    answered_at=ask.answered_at, lot=_lot_id(facts, ask.lot_id), item=_item_id(facts, ask.line_id))
            for ask in facts.questions if ask.state == "answered" and now.had(ask.answered_at, "answer")
        ),
        bids=tuple(_bids(now)),
        statistics=tuple(_statistics(now)),
        awards=tuple(_award(award, now) for award in now.awards),
        contracts=tuple(_contracts(now)),
    )  # fmt: skip


def _buyer(facts: PublishedTender) -> str:
    return f"KONTOR-{facts.tender.company_id}"


def _lot_id(facts: PublishedTender, lot_id: int | None) -> str:
    return next((f"LOT-{lot.number}" for lot in facts.lots if lot.id == lot_id), "")


def _item_id(facts: PublishedTender, line_id: int | None) -> str:
    return next((str(line.position) for line in facts.lines if line.id == line_id), "")


def _instant(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _parties(now: _Moment) -> Iterator[Organization]:
    facts = now.facts
    yield Organization(id=_buyer(facts), name=facts.tender.buyer_name, roles=("buyer", "procuringEntity"))
    awarded = {award.bid_id for award in now.awards if award.state != "rejected"}
    seen: set[str] = set()
    for place, bid in enumerate(facts.bids, 1):
        if bid not in now.bids or now.party(bid) in seen:
            continue
        party = now.party(bid)
        seen.add(party)
        roles = ("tenderer", "supplier") if bid.id in awarded else ("tenderer",)
        name = f"Bidder {place}" if party.startswith("BIDDER") else bid.supplier_name
        yield Organization(id=party, name=name, roles=roles)


def _lots(now: _Moment) -> tuple[ProcurementLot, ...]:
    currency = now.facts.tender.currency
    ceiling = now.facts.tender.value_ceiling != "none"
    return tuple(
        ProcurementLot(
            id=f"LOT-{lot.number}", title=lot.title, description=lot.description,
            status=_STATUS.get(lot.state if now.is_last else now.state, "active"),
            value=Value(amount=lot.value, currency=currency) if lot.value is not None and ceiling else None,
        )
        for lot in now.facts.lots
    )  # fmt: skip


def _item(line: TenderLine, facts: PublishedTender, quantity: Decimal | None = None) -> ProcurementItem:
    return ProcurementItem(
        id=str(line.position), description=line.text, quantity=line.quantity if quantity is None else quantity,
        unit=line.unit, unit_scheme="UNCEFACT", unit_name=str(unit_name(line.unit)),
        lot=_lot_id(facts, line.lot_id),
    )  # fmt: skip


def _weights(facts: PublishedTender) -> Iterator[Weight]:
    tender = facts.tender
    if tender.ranking != "points":
        return
    if tender.price_weight is not None:
        yield Weight(name="Price", type="price", number=tender.price_weight)
    for need in facts.requirements:
        if need.kind == "criterion" and need.weight is not None:
            yield Weight(name=need.title, type="quality", number=need.weight, description=need.description)


def _bids(now: _Moment) -> Iterator[BidDetail]:
    """One entry a bid and lot: lots are decided on their own, with a rank each."""
    facts = now.facts
    bids = {bid.id: bid for bid in now.bids}
    ranks = _ranks(now)
    refused = {
        (one.lot_id, one.bid_id) for one in facts.decisions if one.decision == "disqualified" and now.had(one.at)
    }
    for total in facts.totals:
        bid = bids.get(total.bid_id)
        if bid is None:
            continue
        is_out = (total.lot_id, bid.id) in refused or bid.state == "invalid"
        yield BidDetail(
            id=_bid_id(bid, total, facts), status="disqualified" if is_out else "valid", bidder=now.party(bid),
            at=bid.submitted_at, value=_worth(total, facts), lots=(_lot_id(facts, total.lot_id),),
            rank=None if is_out else ranks.get((total.lot_id, bid.id)),
        )  # fmt: skip
    counted = {total.bid_id for total in facts.totals}
    for bid in now.bids:
        if bid.id not in counted:  # what was stored is not what was sealed: nothing of it is known
            yield BidDetail(id=bid.code, status=_BIDS.get(bid.state, "pending"), bidder=now.party(bid),
                            at=bid.submitted_at)  # fmt: skip


def _bid_id(bid: Bid, total: BidTotal, facts: PublishedTender) -> str:
    return f"{bid.code}-{_lot_id(facts, total.lot_id)}"


def _worth(total: BidTotal, facts: PublishedTender) -> Value:
    return Value(amount=total.net_in_tender_currency, currency=facts.tender.currency)


def _ranks(now: _Moment) -> dict[tuple[int, int], int]:
    """By lot and bid, of the last ranking that was stored until then; two first ones are told without rank."""
    found: dict[tuple[int, int], int] = {}
    latest = {result.lot_id: result for result in now.facts.results if now.had(result.at)}
    for lot_id, result in latest.items():
        places = [(int(place["bid"]), place.get("rank")) for place in result.places]
        counts = [rank for _, rank in places]
        found |= {
            (lot_id, bid_id): int(rank) for bid_id, rank in places if rank is not None and counts.count(rank) == 1
        }
    return found


def _statistics(now: _Moment) -> Iterator[Statistic]:
    details = list(_bids(now))
    if not now.bids:
        return
    currency = now.facts.tender.currency
    for lot in now.facts.lots:
        name = f"LOT-{lot.number}"
        of_lot = [one for one in details if name in one.lots]
        valid = [one for one in of_lot if one.status == "valid"]
        amounts = [one.value.amount for one in valid if one.value]
        counts = (
            ("bids", len(of_lot)), ("validBids", len(valid)), ("disqualifiedBids", len(of_lot) - len(valid)),
            ("bidders", len({one.bidder for one in of_lot})),
        )  # fmt: skip
        for measure, count in counts:
            yield Statistic(id=f"{name}-{measure}", measure=measure, value=Decimal(count), lot=name)
        if amounts:
            for measure, amount in (("lowestValidBidValue", min(amounts)), ("highestValidBidValue", max(amounts))):
                yield Statistic(id=f"{name}-{measure}", measure=measure, value=amount, currency=currency, lot=name)


def _award(award: Award, now: _Moment) -> AwardDetail:
    facts = now.facts
    bid = next(one for one in facts.bids if one.id == award.bid_id)
    total = next(one for one in facts.totals if (one.bid_id, one.lot_id) == (award.bid_id, award.lot_id))
    return AwardDetail(
        id=f"A{award.id}",
        title=next(lot.title for lot in facts.lots if lot.id == award.lot_id),
        status=_award_status(award, now),
        suppliers=(now.party(bid),),
        at=award.approved_at,
        value=_awarded(award, total, facts),
        items=tuple(_awarded_items(award, facts)),
        bids=(_bid_id(bid, total, facts),),
        lots=(_lot_id(facts, award.lot_id),),
    )


def _award_status(award: Award, now: _Moment) -> str:
    if now.had(award.ended_at, "refuse_award", "revoke_award", "reject_award", "cancel"):
        return "unsuccessful" if award.state == "rejected" else "cancelled"
    concluded = any(event.event == "conclude" for event in now.told[: now.place + 1])
    return "active" if award.state in ("active", "cancelled") and concluded else "pending"


def _awarded(award: Award, total: BidTotal, facts: PublishedTender) -> Value:
    """In the tender's currency at the rate frozen at the opening, as the bid beside it."""
    if award.currency == facts.tender.currency:
        return Value(amount=award.total, currency=award.currency)
    amount = (award.total * total.rate).quantize(Decimal("0.01"))
    return Value(amount=min(amount, total.net_in_tender_currency), currency=facts.tender.currency)


def _awarded_items(award: Award, facts: PublishedTender) -> Iterator[ProcurementItem]:
    lines = {line.id: line for line in facts.lines}
    for one in facts.award_lines:
        if one.award_id == award.id:
            yield _item(lines[one.tender_line_id], facts, one.quantity)


def _contracts(now: _Moment) -> Sequence[ContractDetail]:
    awards = {award.id: award for award in now.awards}
    totals = {(one.bid_id, one.lot_id): one for one in now.facts.totals}
    found = []
    for contract in now.facts.contracts:
        award = awards.get(contract.award_id)
        if award is None or not now.had(contract.created_at):
            continue
        status = "active" if now.had(contract.began_at, "sign_contract") else "pending"
        if now.had(contract.ended_at):
            status = "terminated" if contract.began_at else "cancelled"
        total = totals[award.bid_id, award.lot_id]
        found.append(ContractDetail(
            id=contract.number, award=f"A{award.id}", status=status, title=now.facts.tender.title,
            period=Period(start=_instant(contract.valid_from), end=_instant(contract.valid_to)),
            value=_awarded(award, total, now.facts), signed_at=contract.began_at if status != "pending" else None,
        ))  # fmt: skip
    return found
