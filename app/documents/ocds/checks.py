"""What is wrong with a release although the official schema lets it pass.

References to nothing, repeated ids, sums and dates that contradict each other, codes outside the open code lists, fields
the standard does not know. A release without findings and with a clean schema check is fit to be published.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.texts import N_, Message
from app.documents.ocds import codes

_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z0-9]+)*")
_OCID = re.compile(r"ocds-[A-Za-z0-9]{6,7}-.+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault and its place, such as /awards/0/relatedBids/0."""

    path: str
    message: Message


def findings(release: Mapping[str, Any]) -> list[Finding]:
    """All faults of one release, in the order of the file's sections."""
    return [*_head(release), *_parties(release), *_tender(release), *_bids(release), *_awards(release)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _each(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, one in enumerate(_list(value)):
        if isinstance(one, dict):
            yield f"{path}/{place}", one


def _ids(value: Any) -> set[str]:
    return {str(one["id"]) for _, one in _each(value, "") if one.get("id") is not None}


def _unknown(node: Mapping[str, Any], kind: str, path: str) -> Iterator[Finding]:
    for key in node:
        if key not in codes.FIELDS[kind] and not key.startswith("x_"):
            yield Finding(f"{path}/{key}", N_("The standard knows no such field here."))


def _repeated(value: Any, path: str) -> Iterator[Finding]:
    counts = Counter(str(one.get("id")) for _, one in _each(value, path))
    for found, count in counts.items():
        if count > 1:
            yield Finding(path, N_("The id {id} stands here more than once.", id=found))


def _missing(wanted: Iterable[Any], known: set[str], path: str) -> Iterator[Finding]:
    for place, one in enumerate(wanted):
        if one is not None and str(one) not in known:
            yield Finding(f"{path}/{place}", N_("{id} is nowhere in this release.", id=str(one)))


def _head(release: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _unknown(release, "release", "")
    tags = _list(release.get("tag"))
    if len(tags) != len(set(map(str, tags))):
        yield Finding("/tag", N_("A tag stands here more than once."))
    if "compiled" in tags and len(tags) > 1:
        yield Finding("/tag", N_("A compiled release has no other tag."))
    for tag, section in (("award", "awards"), ("contract", "contracts"), ("tender", "tender")):
        if tag in tags and not release.get(section):
            yield Finding("/tag", N_("The tag says {tag}, but the release has no {section}.", tag=tag, section=section))
    if not _OCID.fullmatch(str(release.get("ocid") or "")) and not str(release.get("ocid")).startswith("ocds-"):
        yield Finding("/ocid", N_("An ocid begins with the publisher's prefix, ocds-…"))
    if "#" in str(release.get("id") or ""):
        yield Finding("/id", N_("An id of a release holds no #."))
    language = release.get("language")
    if language and not _LANGUAGE.fullmatch(str(language)):
        yield Finding("/language", N_("This is no code of a language."))
    yield from _moment("/date", release.get("date"))


def _parties(release: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _repeated(release.get("parties"), "/parties")
    for path, party in _each(release.get("parties"), "/parties"):
        yield from _unknown(party, "party", path)
        roles = _list(party.get("roles"))
        if not roles:
            yield Finding(path, N_("The party has no role."))
        for role in roles:
            if role not in codes.ROLES:
                yield Finding(f"{path}/roles", N_("{code} is not in the list of codes.", code=str(role)))
    known = _ids(release.get("parties"))
    buyer = release.get("buyer")
    if isinstance(buyer, dict):
        yield from _missing([buyer.get("id")], known, "/buyer/id")
    for path, reference in _references(release):
        yield from _unknown(reference, "reference", path)
        yield from _missing([reference.get("id")], known, f"{path}/id")


def _references(release: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tender = _dict(release.get("tender"))
    if isinstance(tender.get("procuringEntity"), dict):
        yield "/tender/procuringEntity", tender["procuringEntity"]
    yield from _each(tender.get("tenderers"), "/tender/tenderers")
    for path, bid in _each(_dict(release.get("bids")).get("details"), "/bids/details"):
        yield from _each(bid.get("tenderers"), f"{path}/tenderers")
    for path, award in _each(release.get("awards"), "/awards"):
        yield from _each(award.get("suppliers"), f"{path}/suppliers")


def _tender(release: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(release.get("tender"), dict):
        return
    tender = release["tender"]
    yield from _unknown(tender, "tender", "/tender")
    if not isinstance(tender.get("id"), str):
        yield Finding("/tender/id", N_("An id is a text."))
    if not str(tender.get("title") or "").strip():
        yield Finding("/tender/title", N_("The tender has no title."))
    lots = _ids(tender.get("lots"))
    for name, kind in (("lots", "lot"), ("items", "item")):
        yield from _repeated(tender.get(name), f"/tender/{name}")
        for path, one in _each(tender.get(name), f"/tender/{name}"):
            yield from _unknown(one, kind, path)
            yield from _value(one.get("value"), f"{path}/value")
    for path, item in _each(tender.get("items"), "/tender/items"):
        yield from _item(item, lots, path)
    for name in ("value", "minValue"):
        yield from _value(tender.get(name), f"/tender/{name}")
    for name in ("tenderPeriod", "enquiryPeriod", "awardPeriod", "contractPeriod"):
        yield from _period(tender.get(name), f"/tender/{name}")
    for method in _list(tender.get("submissionMethod")):
        if method not in codes.SUBMISSION_METHODS:
            yield Finding("/tender/submissionMethod", N_("{code} is not in the list of codes.", code=str(method)))
    criteria = tender.get("awardCriteria")
    if isinstance(criteria, str) and criteria not in codes.AWARD_CRITERIA:
        yield Finding("/tender/awardCriteria", N_("{code} is not in the list of codes.", code=criteria))
    yield from _counts(tender, lots)


def _counts(tender: Mapping[str, Any], lots: set[str]) -> Iterator[Finding]:
    number, bidders = tender.get("numberOfTenderers"), tender.get("tenderers")
    if number is not None and bidders is not None and number != len(_list(bidders)):
        yield Finding("/tender/numberOfTenderers", N_("There are {n} tenderers.", n=len(_list(bidders))))
    if tender.get("hasEnquiries") is False and tender.get("enquiries"):
        yield Finding("/tender/hasEnquiries", N_("There are questions."))
    for path, ask in _each(tender.get("enquiries"), "/tender/enquiries"):
        yield from _missing([ask.get("relatedLot")], lots, f"{path}/relatedLot")
        yield from _missing([ask.get("relatedItem")], _ids(tender.get("items")), f"{path}/relatedItem")


def _item(item: Mapping[str, Any], lots: set[str], path: str) -> Iterator[Finding]:
    yield from _missing([item.get("relatedLot")], lots, f"{path}/relatedLot")
    quantity = item.get("quantity")
    if isinstance(quantity, int | Decimal) and quantity < 0:
        yield Finding(f"{path}/quantity", N_("A quantity is not negative."))
    unit, kind = _dict(item.get("unit")), _dict(item.get("classification"))
    yield from _value(unit.get("value"), f"{path}/unit/value")
    for found, known, where in (
        (unit.get("scheme"), codes.UNIT_SCHEMES, "unit"), (kind.get("scheme"), codes.ITEM_SCHEMES, "classification"),
    ):  # fmt: skip
        if found is not None and found not in known:
            yield Finding(f"{path}/{where}/scheme", N_("{code} is not in the list of codes.", code=str(found)))


def _bids(release: Mapping[str, Any]) -> Iterator[Finding]:
    bids, tender = _dict(release.get("bids")), _dict(release.get("tender"))
    lots = _ids(tender.get("lots"))
    deadline = _parsed(_dict(tender.get("tenderPeriod")).get("endDate"))
    yield from _repeated(bids.get("details"), "/bids/details")
    ranks: Counter[tuple[Any, Any]] = Counter()
    for path, bid in _each(bids.get("details"), "/bids/details"):
        yield from _unknown(bid, "bid", path)
        yield from _value(bid.get("value"), f"{path}/value")
        yield from _missing(_list(bid.get("relatedLots")), lots, f"{path}/relatedLots")
        at = _parsed(bid.get("date"))
        if at is not None and deadline is not None and at > deadline:
            yield Finding(f"{path}/date", N_("The bid is later than the end of the tender period."))
        if bid.get("rank") is not None:
            ranks.update((lot, bid["rank"]) for lot in _list(bid.get("relatedLots")) or [None])
    for (lot, rank), count in ranks.items():
        if count > 1:
            yield Finding(
                "/bids/details", N_("Bids with the rank {rank} for {lot}: {n}.", rank=rank, lot=lot or "-", n=count)
            )
    yield from _repeated(bids.get("statistics"), "/bids/statistics")
    for path, stat in _each(bids.get("statistics"), "/bids/statistics"):
        yield from _unknown(stat, "statistic", path)
        yield from _missing([stat.get("relatedLot")], lots, f"{path}/relatedLot")
        if stat.get("measure") not in codes.MEASURES:
            yield Finding(f"{path}/measure", N_("{code} is not in the list of codes.", code=str(stat.get("measure"))))


def _awards(release: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("awards", "contracts"):
        if release.get(name) == []:
            yield Finding(f"/{name}", N_("An empty list is left out."))
        yield from _repeated(release.get(name), f"/{name}")
    lots = _ids(_dict(release.get("tender")).get("lots"))
    bids = {str(one.get("id")): one for _, one in _each(_dict(release.get("bids")).get("details"), "")}
    for path, award in _each(release.get("awards"), "/awards"):
        yield from _unknown(award, "award", path)
        yield from _value(award.get("value"), f"{path}/value")
        if not award.get("suppliers") and award.get("status") not in {"unsuccessful", "cancelled"}:
            yield Finding(f"{path}/suppliers", N_("The award names no supplier."))
        yield from _missing(_list(award.get("relatedLots")), lots, f"{path}/relatedLots")
        yield from _missing(_list(award.get("relatedBids")), set(bids), f"{path}/relatedBids")
        for place, item in _each(award.get("items"), f"{path}/items"):
            yield from _item(item, lots, place)
        yield from _beyond(award, bids, path)
    known = _ids(release.get("awards"))
    for path, contract in _each(release.get("contracts"), "/contracts"):
        yield from _unknown(contract, "contract", path)
        yield from _missing([contract.get("awardID")], known, f"{path}/awardID")
        yield from _value(contract.get("value"), f"{path}/value")
        yield from _period(contract.get("period"), f"{path}/period")


def _beyond(award: Mapping[str, Any], bids: Mapping[str, Mapping[str, Any]], path: str) -> Iterator[Finding]:
    """An award costs no more than the bids it is made of, in their currency."""
    values = [_dict(bids[str(one)].get("value")) for one in _list(award.get("relatedBids")) if str(one) in bids]
    value = _dict(award.get("value"))
    if not values or not value or any(one.get("amount") is None for one in [value, *values]):
        return
    if any(one.get("currency") != value.get("currency") for one in values):
        yield Finding(f"{path}/value/currency", N_("The award is in another currency than its bid."))
    elif value["amount"] > sum(one["amount"] for one in values):
        yield Finding(f"{path}/value/amount", N_("The award is above its bid."))


def _value(value: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        return
    yield from _unknown(value, "value", path)
    amount = value.get("amount")
    if amount is None:
        yield Finding(f"{path}/amount", N_("The amount is missing."))
    elif isinstance(amount, int | Decimal) and amount < 0:
        yield Finding(f"{path}/amount", N_("An amount is not negative."))
    if not value.get("currency"):
        yield Finding(f"{path}/currency", N_("The currency is missing."))


def _period(period: Any, path: str) -> Iterator[Finding]:
    if not isinstance(period, dict):
        return
    yield from _unknown(period, "period", path)
    for name in ("startDate", "endDate"):
        yield from _moment(f"{path}/{name}", period.get(name))
    start, end = _parsed(period.get("startDate")), _parsed(period.get("endDate"))
    if start is not None and end is not None and end < start:
        yield Finding(path, N_("The period ends before it begins."))


def _moment(path: str, value: Any) -> Iterator[Finding]:
    if value is not None and _parsed(value) is None:
        yield Finding(path, N_("This is no moment with a time zone."))


def _parsed(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
