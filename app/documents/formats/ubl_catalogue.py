"""UBL 2.1 Catalogue, written as Peppol BIS Catalogue 3 asks for it (transaction T19).

Lines are written and read one by one: `items` of what was read go through the bytes each time they are asked for, and
raise FormatError at the line where the file is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, XmlWriter, parse, parts
from app.documents.formats import Format, FormatError, formats
from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode
from app.documents.ubl.catalogue_line import read_line, write_line
from app.documents.ubl.party import read_party, write_party
from app.documents.ubl.trade import CONTRACT, read_references, read_role, write_references, write_role
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:catalogue:3"
PROFILE = "urn:fdc:peppol.eu:poacc:bis:catalogue_only:3"
MAX_BYTES = 300_000_000

_NAME = "Catalogue"
_UPDATE = "Update"
_CHUNK = 262_144
_LINES_SETTLED = 200
_REFERENCES = {CONTRACT: "cac:ReferencedContract", "": "cac:DocumentReference"}
_PATHS = Paths(NAMESPACES)


def dumps(catalogue: Catalogue) -> bytes:
    """`items` are gone through once."""
    writer = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES})
    writer.leaf("cbc:CustomizationID", CUSTOMIZATION)
    writer.leaf("cbc:ProfileID", PROFILE)
    writer.leaf("cbc:ID", catalogue.number)
    writer.leaf("cbc:ActionCode", "" if catalogue.mode is CatalogueMode.NEW else _UPDATE)
    writer.leaf("cbc:Name", catalogue.name, languageID=catalogue.language)
    writer.leaf("cbc:IssueDate", day(catalogue.issue_date))
    writer.leaf("cbc:VersionID", catalogue.version)
    writer.leaf("cbc:PreviousVersionID", catalogue.previous_version)
    with writer.group("cac:ValidityPeriod"):
        writer.leaf("cbc:StartDate", day(catalogue.start))
        writer.leaf("cbc:EndDate", day(catalogue.end))
    write_references(writer, catalogue.references, _REFERENCES)
    for tag, party in (("cac:ProviderParty", catalogue.seller), ("cac:ReceiverParty", catalogue.buyer)):
        if party is not None:
            write_party(writer, party, tag=tag)
        else:
            with writer.group(tag, keep=True):
                pass
    write_role(writer, "cac:SellerSupplierParty", catalogue.seller)
    write_role(writer, "cac:ContractorCustomerParty", catalogue.buyer)
    for position, item in enumerate(catalogue.items, 1):
        write_line(writer, item, position, catalogue.currency, catalogue.language)
        if position % _LINES_SETTLED == 0:
            writer.settle()
    return writer.finish()


class CatalogueLines:
    """The items of a catalogue in UBL, read anew each time they are asked for, one at a time."""

    def __init__(self, data: bytes, currency: str) -> None:
        self._data, self._currency = data, currency

    def __iter__(self) -> Iterator[CatalogueItem]:
        for element in _lines(self._data):
            yield read_line(Node(element, _PATHS), self._currency)


def _lines(data: bytes) -> Iterator[etree._Element]:
    chunks = (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
    try:
        yield from parts(chunks, ("CatalogueLine",), max_bytes=MAX_BYTES)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None


def loads(data: bytes) -> Catalogue:
    """The head, with the first line read to know the currency; the other lines when they are asked for."""
    first = next(islice(_lines(data), 1), None)
    parent = first.getparent() if first is not None else None
    root = Node(parent if parent is not None else _whole(data), _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no UBL catalogue."))
    line = None if first is None else Node(first, _PATHS)
    price = "cac:RequiredItemLocationQuantity/cac:Price/cbc:PriceAmount"
    currency = line.attribute(price, "currencyID") if line else ""
    provider, receiver = root.find("cac:ProviderParty"), root.find("cac:ReceiverParty")
    return Catalogue(
        number=root.need_text("cbc:ID"),
        items=CatalogueLines(data, currency),
        issue_date=root.day("cbc:IssueDate"),
        version=root.text("cbc:VersionID"),
        previous_version=root.text("cbc:PreviousVersionID"),
        mode=CatalogueMode.UPDATE_ITEMS if root.text("cbc:ActionCode") == _UPDATE else CatalogueMode.NEW,
        name=root.text("cbc:Name"),
        language=root.attribute("cbc:Name", "languageID"),
        currency=currency,
        seller=read_role(root, "cac:SellerSupplierParty") or (read_party(provider) if provider else None),
        buyer=read_role(root, "cac:ContractorCustomerParty") or (read_party(receiver) if receiver else None),
        start=root.day("cac:ValidityPeriod/cbc:StartDate"),
        end=root.day("cac:ValidityPeriod/cbc:EndDate"),
        references=read_references(root, _REFERENCES),
    )


def _whole(data: bytes) -> etree._Element:
    """Of a catalogue without lines."""
    try:
        return parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None


formats.add("ubl-catalogue", Format("ubl-catalogue", "application/xml", (Catalogue,), dumps, loads))
