"""A procurement as OCDS: release, release package, record package.

Every release of Kontor tells the whole process as it stood, so the compiled release of a record is the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.documents.model.procurement import (
    AwardDetail,
    BidDetail,
    ContractDetail,
    Organization,
    Period,
    Procurement,
    ProcurementItem,
    Requirement,
    Value,
)

_EXTENSIONS = ("lots", "bid", "enquiry", "techniques", "requirements", "awardCriteria", "bidOpening")
_WHERE = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_{name}_extension/master/extension.json"


def release_package(releases: Sequence[Procurement], *, uri: str, publisher: str, at: datetime) -> dict[str, Any]:
    """The releases of one process, the oldest first."""
    return {**_head(uri, publisher, at), "releases": [release(one) for one in releases]}


def record_package(releases: Sequence[Procurement], *, uri: str, publisher: str, at: datetime) -> dict[str, Any]:
    """All releases of one process and what they come to."""
    written = [release(one) for one in releases]
    last = releases[-1]
    compiled = {**written[-1], "id": f"{last.ocid}-compiled-{_day(last.date)}", "tag": ["compiled"]}
    record = {"ocid": last.ocid, "releases": written, "compiledRelease": compiled}
    return {**_head(uri, publisher, at), "records": [record]}


def _head(uri: str, publisher: str, at: datetime) -> dict[str, Any]:
    return {
        "uri": uri,
        "version": "1.1",
        "extensions": [_WHERE.format(name=name) for name in _EXTENSIONS],
        "publishedDate": _time(at),
        "publisher": {"name": publisher},
    }


def release(one: Procurement) -> dict[str, Any]:
    """One release; what is empty is left out, because the standard knows no empty values."""
    names = {party.id: party.name for party in one.parties}
    return _filled({
        "ocid": one.ocid,
        "id": one.id,
        "date": _time(one.date),
        "tag": list(one.tags),
        "initiationType": "tender",
        "language": one.language,
        "parties": [_party(party) for party in one.parties],
        "buyer": {"id": one.buyer, "name": names.get(one.buyer, "")},
        "tender": _tender(one, names),
        "bids": _filled({
            "statistics": [
                _filled({"id": stat.id, "measure": stat.measure, "value": _number(stat.value),
                         "currency": stat.currency, "relatedLot": stat.lot})
                for stat in one.statistics
            ],
            "details": [_bid(bid, names) for bid in one.bids],
        }),
        "awards": [_award(award, names) for award in one.awards],
        "contracts": [_contract(contract) for contract in one.contracts],
    })  # fmt: skip


def _tender(one: Procurement, names: Mapping[str, str]) -> dict[str, Any]:
    bidders = list(dict.fromkeys(bid.bidder for bid in one.bids if bid.status != "invited"))
    return _filled({
        "id": one.tender_id,
        "title": one.title,
        "description": one.description,
        "status": one.status,
        "procuringEntity": {"id": one.buyer, "name": names.get(one.buyer, "")},
        "procurementMethod": one.method,
        "procurementMethodDetails": one.method_details,
        "awardCriteria": _code_of_criteria(one),
        "submissionMethod": list(one.submission_methods),
        "value": _value(one.value),
        "tenderPeriod": _period(one.tender_period),
        "enquiryPeriod": _period(one.enquiry_period),
        "awardPeriod": _period(one.award_period),
        "contractPeriod": _period(one.contract_period),
        "hasEnquiries": bool(one.enquiries),
        "enquiries": [
            _filled({
                "id": ask.id, "date": _moment(ask.asked_at), "description": ask.question, "answer": ask.answer,
                "dateAnswered": _moment(ask.answered_at), "relatedLot": ask.lot, "relatedItem": ask.item,
            })
            for ask in one.enquiries
        ],
        "bidOpening": _filled({"date": _moment(one.opened_at), "description": one.opening_details})
        if one.opened_at else None,
        "techniques": _techniques(one),
        "lots": _lots(one),
        "items": [_item(item) for item in one.items],
        "criteria": [_criterion(need) for need in one.requirements],
        "numberOfTenderers": len(bidders) if one.bids else None,
        "tenderers": [{"id": bidder, "name": names.get(bidder, "")} for bidder in bidders],
    })  # fmt: skip


def _code_of_criteria(one: Procurement) -> str:
    return one.award_criteria or ("ratedCriteria" if one.weights else "priceOnly")


def _lots(one: Procurement) -> list[dict[str, Any]]:
    """Weights stand at each lot: the extension knows them there only."""
    criteria = [
        _filled({"type": weight.type, "name": weight.name, "description": weight.description,
                 "numbers": [{"number": _number(weight.number), "weight": weight.kind}]})
        for weight in one.weights
    ]  # fmt: skip
    return [
        _filled({"id": lot.id, "title": lot.title, "description": lot.description, "status": lot.status,
                 "value": _value(lot.value), "awardCriteria": {"criteria": criteria} if criteria else None})
        for lot in one.lots
    ]  # fmt: skip


def _techniques(one: Procurement) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one.auction is not None:
        found = {"hasElectronicAuction": True, "electronicAuction": _filled({"description": one.auction})}
    if one.is_framework:
        found["hasFrameworkAgreement"] = True
    return found


def _criterion(need: Requirement) -> dict[str, Any]:
    asked = _filled({
        "id": f"{need.id}-1-1", "title": need.title, "description": need.description, "dataType": need.data_type,
    })  # fmt: skip
    return _filled({
        "id": need.id, "title": need.title, "description": need.description,
        "relatedLots": [need.lot] if need.lot else None,
        "requirementGroups": [{"id": f"{need.id}-1", "requirements": [asked]}],
    })  # fmt: skip


def _bid(bid: BidDetail, names: Mapping[str, str]) -> dict[str, Any]:
    return _filled({
        "id": bid.id, "date": _moment(bid.at), "status": bid.status, "submissionType": "bid",
        "tenderers": [{"id": bid.bidder, "name": names.get(bid.bidder, "")}],
        "value": _value(bid.value), "relatedLots": list(bid.lots),
        "hasRank": True if bid.rank is not None else None, "rank": bid.rank,
        "variant": True if bid.is_variant else None,
    })  # fmt: skip


def _award(award: AwardDetail, names: Mapping[str, str]) -> dict[str, Any]:
    return _filled({
        "id": award.id, "title": award.title, "status": award.status, "date": _moment(award.at),
        "value": _value(award.value),
        "suppliers": [{"id": supplier, "name": names.get(supplier, "")} for supplier in award.suppliers],
        "items": [_item(item) for item in award.items],
        "relatedBids": list(award.bids), "relatedLots": list(award.lots),
    })  # fmt: skip


def _contract(contract: ContractDetail) -> dict[str, Any]:
    return _filled({
        "id": contract.id, "awardID": contract.award, "title": contract.title, "status": contract.status,
        "period": _period(contract.period), "value": _value(contract.value),
        "dateSigned": _moment(contract.signed_at), "items": [_item(item) for item in contract.items],
    })  # fmt: skip


def _party(party: Organization) -> dict[str, Any]:
    return _filled({
        "id": party.id, "name": party.name, "roles": list(party.roles),
        "identifier": _filled({"scheme": party.scheme, "id": party.identifier, "legalName": party.name})
        if party.identifier else None,
        "address": _filled({"streetAddress": party.street, "locality": party.locality, "postalCode": party.postcode,
                            "countryName": party.country}),
    })  # fmt: skip


def _item(item: ProcurementItem) -> dict[str, Any]:
    return _filled({
        "id": item.id, "description": item.description, "quantity": _number(item.quantity),
        "unit": _filled({"scheme": item.unit_scheme, "id": item.unit, "name": item.unit_name,
                         "value": _value(item.unit_value)}),
        "classification": _filled({"scheme": item.classification_scheme, "id": item.classification})
        if item.classification else None,
        "relatedLot": item.lot,
    })  # fmt: skip


def _value(value: Value | None) -> dict[str, Any] | None:
    return {"amount": _number(value.amount), "currency": value.currency} if value else None


def _number(value: Decimal | None) -> Decimal | int | None:
    """Without trailing zeros; whole ones as integers."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else Decimal(f"{value.normalize():f}")


def _period(period: Period | None) -> dict[str, Any] | None:
    if period is None or (period.start is None and period.end is None):
        return None
    return _filled({"startDate": _moment(period.start), "endDate": _moment(period.end)})


def _moment(at: datetime | None) -> str | None:
    return _time(at) if at is not None else None


def _time(at: datetime) -> str:
    """RFC 3339 in UTC, to the second: what the standard's date-time is."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")


def _filled(pairs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Iterable) and not value)
