"""Namespaces, days, identifiers, periods."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.model.line import Period
from app.documents.model.party import Identifier
from app.documents.xml_node import Node

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_FORMAT = "102"  # UNTDID 2379: CCYYMMDD
_WEEK, _MONTH = "616", "610"  # CCYYWW, CCYYMM


def write_day(writer: XmlWriter, tag: str, value: date | None, leaf: str = "udt:DateTimeString") -> None:
    if value is not None:
        with writer.group(tag):
            writer.leaf(leaf, value.strftime("%Y%m%d"), format=_FORMAT)


def read_day(node: Node, path: str, leaf: str = "udt:DateTimeString") -> date | None:
    path = f"{path}/{leaf}"
    value = node.text(path)
    if not value:
        return None
    try:
        return _in_format(value, node.attribute(path, "format"), is_end="EndDateTime" in path)
    except ValueError:
        raise node.fault(N_("{path}: {value} is not a date.", path=path, value=value), path) from None


def _in_format(value: str, code: str, *, is_end: bool) -> date:
    """A week (616) or a month (610) is its first or last day; of others the first eight digits are the day."""
    if code == _WEEK:
        return date.fromisocalendar(int(value[:4]), int(value[4:6]), 7 if is_end else 1)
    if code == _MONTH:
        year, month = int(value[:4]), int(value[4:6])
        return date(year, month, monthrange(year, month)[1] if is_end else 1)
    return datetime.strptime(value[:8], "%Y%m%d").date()  # noqa: DTZ007 -- a day has no time zone


def write_id(writer: XmlWriter, tag: str, value: str) -> None:
    """An element that holds nothing but an ID."""
    if value:
        with writer.group(tag):
            writer.leaf("ram:ID", value)


def write_reference(writer: XmlWriter, tag: str, value: str) -> None:
    if value:
        with writer.group(tag):
            writer.leaf("ram:IssuerAssignedID", value)


def write_identifiers(writer: XmlWriter, identifiers: list[Identifier]) -> None:
    """First those of the parties' own making, then those with a scheme, as the schema wants."""
    for identifier in identifiers:
        if identifier.value and not identifier.scheme:
            writer.leaf("ram:ID", identifier.value)
    for identifier in identifiers:
        if identifier.value and identifier.scheme:
            writer.leaf("ram:GlobalID", identifier.value, schemeID=identifier.scheme)


def read_identifiers(node: Node) -> list[Identifier]:
    own = [Identifier(item.own_text(), item.attribute("", "schemeID")) for item in node.all("ram:ID")]
    others = [Identifier(item.own_text(), item.attribute("", "schemeID")) for item in node.all("ram:GlobalID")]
    return [item for item in own + others if item.value]


def write_period(writer: XmlWriter, period: Period | None) -> None:
    if period is not None:
        with writer.group("ram:BillingSpecifiedPeriod"):
            write_day(writer, "ram:StartDateTime", period.start)
            write_day(writer, "ram:EndDateTime", period.end)


def read_period(node: Node) -> Period | None:
    found = node.find("ram:BillingSpecifiedPeriod")
    if found is None:
        return None
    period = Period(start=read_day(found, "ram:StartDateTime"), end=read_day(found, "ram:EndDateTime"))
    return None if period == Period() else period
