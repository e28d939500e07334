"""Supporting documents (BG-24) and what is invoiced (BT-18), which UBL has in one element."""

from __future__ import annotations

from app.core.xml import XmlWriter
from app.documents.model.invoice import SupportingDocument
from app.documents.model.party import Identifier
from app.documents.ubl.values import OBJECT_TYPE, read_identifier, write_identifier
from app.documents.xml_node import Node

_TAG = "cac:AdditionalDocumentReference"
_FILE, _PLACE = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "cac:Attachment/cac:ExternalReference/cbc:URI"


def write_supporting(
    writer: XmlWriter, object_id: Identifier | None, documents: tuple[SupportingDocument, ...]
) -> None:
    if object_id is not None:
        with writer.group(_TAG):
            write_identifier(writer, "cbc:ID", object_id)
            writer.leaf("cbc:DocumentTypeCode", OBJECT_TYPE)
    for one in documents:
        with writer.group(_TAG):
            writer.leaf("cbc:ID", one.number)
            writer.leaf("cbc:DocumentDescription", one.description)
            with writer.group("cac:Attachment"):
                writer.leaf(
                    "cbc:EmbeddedDocumentBinaryObject", one.content, mimeCode=one.media_type, filename=one.file_name
                )
                with writer.group("cac:ExternalReference"):
                    writer.leaf("cbc:URI", one.location)


def read_object(root: Node) -> Identifier | None:
    found = (one for one in root.all(_TAG) if one.text("cbc:DocumentTypeCode") == OBJECT_TYPE)
    return next((read_identifier(one, "cbc:ID") for one in found), None)


def read_supporting(root: Node) -> tuple[SupportingDocument, ...]:
    """Those that are not marked as something else."""
    found = (one for one in root.all(_TAG) if not one.text("cbc:DocumentTypeCode"))
    return tuple(_document(one) for one in found if one.text("cbc:ID"))


def _document(one: Node) -> SupportingDocument:
    content = "".join(one.text(_FILE).split())
    return SupportingDocument(
        number=one.text("cbc:ID"), description=one.text("cbc:DocumentDescription"), location=one.text(_PLACE),
        content=content, media_type=one.attribute(_FILE, "mimeCode") if content else "",
        file_name=one.attribute(_FILE, "filename") if content else "",
    )  # fmt: skip
