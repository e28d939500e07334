"""OCDS files as other publishers write them: packages of releases or records of 1.0 and 1.1, or a single release.

What Kontor does not use stays in the file; what it uses and cannot read is an error with its path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.model.procurement import (
    Enquiry,
    Organization,
    Period,
    Procurement,
    ProcurementItem,
    ProcurementLot,
    Requirement,
    Value,
    Weight,
)
from app.documents.ocds.merging import merged
from app.documents.ocds.numbers import read

MOST_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the file and where it stands, such as /releases/0/tender."""

    value: Mapping[str, Any]
    path: str

    def text(self, key: str) -> str:
        """A text or number as text; "" where it is absent."""
        found = self.value.get(key)
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
            raise self.wrong(key)
        return str(found).strip()

    def node(self, key: str) -> Node | None:
        found = self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, dict):
            raise self.wrong(key)
        return Node(found, f"{self.path}/{key}")

    def nodes(self, key: str) -> Iterator[Node]:
        found = self.value.get(key)
        if found is None:
            return
        if not isinstance(found, list):
            raise self.wrong(key)
        for place, one in enumerate(found):
            if one is None:
                continue
            if not isinstance(one, dict):
                raise self.wrong(f"{key}/{place}")
            yield Node(one, f"{self.path}/{key}/{place}")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; some publishers write one text without its list."""
        found = self.value.get(key)
        if isinstance(found, str):
            return (found,)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(key)
        return tuple(found)

    def number(self, key: str) -> Decimal | None:
        """An exact number, also as some publishers export it: a text, or {"$numberLong": "5"}."""
        found = self.value.get(key)
        if isinstance(found, dict) and len(found) == 1:
            (found,) = found.values()
        if found is None or found == "":
            return None
        try:
            number = Decimal(str(found)) if not isinstance(found, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            raise self.wrong(key)
        return number

    def moment(self, key: str) -> datetime | None:
        """An instant; a date alone is its beginning in UTC, a time without zone counts as UTC."""
        found = self.text(key)
        if not found:
            return None
        try:
            at = datetime.fromisoformat(found)
        except ValueError as error:
            raise self.wrong(key) from error
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def wrong(self, key: str) -> FormatError:
        where = f"{self.path}/{key}"
        return FormatError(
            N_("{path} cannot be read: {value}.", path=where, value=_short(self.value.get(key))), path=where
        )


def _short(value: Any) -> str:
    found = repr(value)
    return found if len(found) <= 60 else found[:57] + "..."


def releases(data: bytes) -> list[Node]:
    """The releases of a file, one per process: those of one process are merged. Raises FormatError."""
    whole = read(data)
    if not isinstance(whole, dict):
        raise FormatError(N_("This is no OCDS file: it is not one object."))
    top = Node(whole, "")
    if "records" in whole:
        return [_of_record(record) for record in top.nodes("records")]
    found = list(top.nodes("releases")) if "releases" in whole else [top]
    if not all(one.text("ocid") for one in found) or not found:
        raise FormatError(N_("This is no OCDS file: it has no release with an ocid."))
    groups: dict[str, list[Node]] = {}
    for one in found:
        groups.setdefault(one.text("ocid"), []).append(one)
    return [_joined(group) for group in groups.values()]


def _of_record(record: Node) -> Node:
    compiled = record.node("compiledRelease")
    if compiled is not None:
        return compiled
    parts = [one for one in record.nodes("releases") if one.text("ocid")]
    if not parts:
        raise FormatError(
            N_("{path} has releases by address only. Give a file that holds them.", path=record.path), path=record.path
        )
    return _joined(parts)


def _joined(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Node(merged(one.value for one in parts), parts[0].path)


def procurement(release: Node) -> Procurement:
    """What Kontor can take over of a release: the tender with lots, items, criteria, questions and parties.

    A release without a tender section gives one without title; bids, awards and contracts of others are history and are
    not taken over. Raises FormatError with the path.
    """
    tender = release.node("tender") or Node({}, f"{release.path}/tender")
    criteria = [Weight(name=one.text("name") or one.text("description"), type=one.text("type"), number=number)
                for lot in tender.nodes("lots") if (held := lot.node("awardCriteria"))
                for one in held.nodes("criteria") for part in one.nodes("numbers")
                if (number := part.number("number")) is not None]  # fmt: skip
    buyer = release.node("buyer") or tender.node("procuringEntity")
    return Procurement(
        ocid=release.text("ocid"),
        id=release.text("id"),
        date=release.moment("date") or datetime.fromtimestamp(0, UTC),
        tags=release.texts("tag"),
        language=release.text("language") or "en",
        parties=tuple(_party(one) for one in release.nodes("parties")),
        buyer=buyer.text("name") if buyer else "",
        tender_id=tender.text("id"),
        title=tender.text("title"),
        description=tender.text("description"),
        status=tender.text("status"),
        method=tender.text("procurementMethod"),
        method_details=tender.text("procurementMethodDetails"),
        award_criteria=tender.text("awardCriteria") if isinstance(tender.value.get("awardCriteria"), str) else "",
        value=_value(tender.node("value")),
        tender_period=_period(tender.node("tenderPeriod")),
        enquiry_period=_period(tender.node("enquiryPeriod")),
        award_period=_period(tender.node("awardPeriod")),
        contract_period=_period(tender.node("contractPeriod")),
        lots=tuple(_lot(one) for one in tender.nodes("lots")),
        items=tuple(_item(one, place) for place, one in enumerate(tender.nodes("items"), 1)),
        requirements=tuple(_requirements(tender)),
        weights=tuple(dict.fromkeys(criteria)),
        enquiries=tuple(_enquiry(one) for one in tender.nodes("enquiries")),
    )


def _party(node: Node) -> Organization:
    held, place = node.node("identifier"), node.node("address")
    return Organization(
        id=node.text("id"), name=node.text("name"), roles=node.texts("roles"),
        scheme=held.text("scheme") if held else "", identifier=held.text("id") if held else "",
        country=place.text("countryName") if place else "", locality=place.text("locality") if place else "",
        postcode=place.text("postalCode") if place else "", street=place.text("streetAddress") if place else "",
    )  # fmt: skip


def _lot(node: Node) -> ProcurementLot:
    return ProcurementLot(
        id=node.text("id"), title=node.text("title"), description=node.text("description"), status=node.text("status"),
        value=_value(node.node("value")),
    )  # fmt: skip


def _item(node: Node, place: int) -> ProcurementItem:
    unit, kind = node.node("unit"), node.node("classification")
    quantity = node.number("quantity")
    if quantity is not None and quantity < 0:
        raise node.wrong("quantity")
    return ProcurementItem(
        id=node.text("id") or str(place),
        description=node.text("description") or (kind.text("description") if kind else ""),
        quantity=quantity,
        unit=unit.text("id") if unit else "",
        unit_scheme=unit.text("scheme") if unit else "",
        unit_name=unit.text("name") if unit else "",
        unit_value=_value(unit.node("value")) if unit else None,
        lot=node.text("relatedLot"),
        classification_scheme=kind.text("scheme") if kind else "",
        classification=kind.text("id") if kind else "",
    )


def _requirements(tender: Node) -> Iterator[Requirement]:
    for need in tender.nodes("criteria"):
        lots = need.texts("relatedLots")
        lot = lots[0] if len(lots) == 1 else ""
        parts = [asked for group in need.nodes("requirementGroups") for asked in group.nodes("requirements")]
        for asked in parts or [need]:
            yield Requirement(
                id=asked.text("id"), title=asked.text("title") or need.text("title"),
                description=asked.text("description") or need.text("description"),
                data_type=asked.text("dataType"), lot=lot,
            )  # fmt: skip


def _enquiry(node: Node) -> Enquiry:
    question = " ".join(part for part in (node.text("title"), node.text("description")) if part)
    return Enquiry(
        id=node.text("id"), asked_at=node.moment("date"), question=question, answer=node.text("answer"),
        answered_at=node.moment("dateAnswered"), lot=node.text("relatedLot"), item=node.text("relatedItem"),
    )  # fmt: skip


def _value(node: Node | None) -> Value | None:
    amount = node.number("amount") if node else None
    return Value(amount=amount, currency=node.text("currency")) if node and amount is not None else None


def _period(node: Node | None) -> Period | None:
    return Period(start=node.moment("startDate"), end=node.moment("endDate")) if node else None
