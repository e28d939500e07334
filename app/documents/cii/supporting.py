"""Supporting documents (BG-24), what is invoiced (BT-18) and the tender (BT-17), which CII has in one element by type."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.model.invoice import SupportingDocument
from app.documents.model.party import Identifier
from app.documents.xml_node import Node

_TAG = "ram:AdditionalReferencedDocument"
_FILE = "ram:AttachmentBinaryObject"
# UNTDID 1001, as EN 16931 uses them: related document, tender or lot, what is invoiced
_RELATED, _TENDER, _OBJECT = "916", "50", "130"


def write_supporting(writer: XmlWriter, documents: tuple[SupportingDocument, ...]) -> None:
    for one in documents:
        with writer.group(_TAG):
            writer.leaf("ram:IssuerAssignedID", one.number)
            writer.leaf("ram:URIID", one.location)
            writer.leaf("ram:TypeCode", _RELATED)
            writer.leaf("ram:Name", one.description)
            writer.leaf(_FILE, one.content, mimeCode=one.media_type, filename=one.file_name)


def write_tender(writer: XmlWriter, tender: str) -> None:
    if tender:
        with writer.group(_TAG):
            writer.leaf("ram:IssuerAssignedID", tender)
            writer.leaf("ram:TypeCode", _TENDER)


def write_object(writer: XmlWriter, object_id: Identifier | None) -> None:
    if object_id is not None:
        with writer.group(_TAG):
            writer.leaf("ram:IssuerAssignedID", object_id.value)
            writer.leaf("ram:TypeCode", _OBJECT)
            writer.leaf("ram:ReferenceTypeCode", object_id.scheme)


def read_supporting(agreement: Node) -> tuple[SupportingDocument, ...]:
    found = (one for one in agreement.all(_TAG) if one.text("ram:TypeCode") == _RELATED)
    return tuple(_document(one) for one in found if one.text("ram:IssuerAssignedID"))


def _document(one: Node) -> SupportingDocument:
    content = "".join(one.text(_FILE).split())
    return SupportingDocument(
        number=one.text("ram:IssuerAssignedID"), description=one.text("ram:Name"), location=one.text("ram:URIID"),
        content=content, media_type=one.attribute(_FILE, "mimeCode") if content else "",
        file_name=one.attribute(_FILE, "filename") if content else "",
    )  # fmt: skip


def read_tender(agreement: Node) -> str:
    found = (one.text("ram:IssuerAssignedID") for one in agreement.all(_TAG) if one.text("ram:TypeCode") == _TENDER)
    return next(found, "")


def read_object(node: Node, path: str = "") -> Identifier | None:
    for one in node.all(f"{path}{_TAG}"):
        value = one.text("ram:IssuerAssignedID")
        if value and one.text("ram:TypeCode") == _OBJECT:
            return Identifier(value, one.text("ram:ReferenceTypeCode"))
    return None
