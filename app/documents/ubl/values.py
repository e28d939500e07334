"""Namespaces, numbers, days, identifiers, references, periods."""

from __future__ import annotations

from datetime import date

from app.core.xml import XmlWriter
from app.documents.model.line import Period
from app.documents.model.party import Identifier
from app.documents.xml_node import Node

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


OBJECT_TYPE = "130"  # UNTDID 1001: "invoicing data sheet", by which EN 16931 marks what is invoiced


def root_namespace(document: str) -> str:
    return f"urn:oasis:names:specification:ubl:schema:xsd:{document}-2"


def day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def write_identifier(writer: XmlWriter, tag: str, identifier: Identifier | None) -> None:
    if identifier is not None:
        writer.leaf(tag, identifier.value, schemeID=identifier.scheme)


def read_identifier(node: Node, path: str) -> Identifier | None:
    value = node.text(path)
    return Identifier(value, node.attribute(path, "schemeID")) if value else None


def write_reference(writer: XmlWriter, tag: str, value: str) -> None:
    """An element that holds nothing but an ID."""
    if value:
        with writer.group(tag):
            writer.leaf("cbc:ID", value)


def write_period(writer: XmlWriter, period: Period | None) -> None:
    if period is not None:
        with writer.group("cac:InvoicePeriod"):
            writer.leaf("cbc:StartDate", day(period.start))
            writer.leaf("cbc:EndDate", day(period.end))


def read_period(node: Node) -> Period | None:
    found = node.find("cac:InvoicePeriod")
    period = Period(start=found.day("cbc:StartDate"), end=found.day("cbc:EndDate")) if found else Period()
    return None if period == Period() else period
