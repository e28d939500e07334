"""Names and envelope of the Peppol network: participant, document type and process identifiers (policy for use of
identifiers 4), the Standard Business Document with its header (SBDH), made and opened.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from app.core.errors import Invalid
from app.core.texts import N_
from app.core.xml import XmlError, parse

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
PARTICIPANTS = "iso6523-actorid-upis"
DOCUMENTS = "busdox-docid-qns"
PROCESSES = "cenbii-procid-ubl"
_CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_PARTICIPANT = re.compile(r"(?:iso6523-actorid-upis::)?(\d{4}):([\w.\-%+~/=:]{1,130})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the header says; participants as `0088:4012345000009`."""

    sender: str
    receiver: str
    document_type: str
    process: str
    instance: str
    made_at: datetime
    country: str = ""


def participant(text: str) -> str:
    """The identifier in lower case, without its scheme; Invalid when it is none."""
    match = _PARTICIPANT.fullmatch(text.strip())
    if match is None:
        raise Invalid("participant", N_("{number} is no Peppol id such as 0088:4012345000009.", number=text))
    return f"{match[1]}:{match[2].lower()}"


def smp_host(text: str, zone: str) -> str:
    """The name whose NAPTR record tells the metadata service of a participant (SML 1.3): Base32 of SHA-256."""
    mark = b32encode(hashlib.sha256(participant(text).encode()).digest()).decode().rstrip("=").lower()
    return f"{mark}.{PARTICIPANTS}.{zone.strip('.')}"


def identifiers(document: bytes) -> tuple[str, str]:
    """(document type, process) of a UBL or CII document, as it names itself; Invalid where it does not."""
    root = parse(document)
    name = etree.QName(root)
    version = root.findtext(f"{{{_CBC}}}UBLVersionID", "2.1").strip()
    customization = root.findtext(f"{{{_CBC}}}CustomizationID", "").strip()
    process = root.findtext(f"{{{_CBC}}}ProfileID", "").strip()
    if not customization:
        parameters = {
            etree.QName(parent).localname: one for one in root.iter("{*}ID") if (parent := one.getparent()) is not None
        }
        guideline = parameters.get("GuidelineSpecifiedDocumentContextParameter")
        business = parameters.get("BusinessProcessSpecifiedDocumentContextParameter")
        customization = (guideline.text or "").strip() if guideline is not None else ""
        process = (business.text or "").strip() if business is not None else ""
        version = "D16B"
    if not customization or not process:
        raise Invalid("document", N_("The document does not name its customization and process, as Peppol demands."))
    return f"{name.namespace}::{name.localname}##{customization}::{version}", process


def wrap(document: bytes, envelope: Envelope) -> bytes:
    """A StandardBusinessDocument around a document."""
    root = parse(document)
    name = etree.QName(root)
    made = etree.Element(f"{{{SBDH}}}StandardBusinessDocument", nsmap={None: SBDH})
    header = _add(made, "StandardBusinessDocumentHeader")
    _add(header, "HeaderVersion", "1.0")
    for role, who in (("Sender", envelope.sender), ("Receiver", envelope.receiver)):
        _add(_add(header, role), "Identifier", participant(who)).set("Authority", PARTICIPANTS)
    facts = _add(header, "DocumentIdentification")
    version = envelope.document_type.rpartition("::")[2]
    moment = envelope.made_at.isoformat(timespec="seconds")
    for tag, text in (
        ("Standard", name.namespace or ""), ("TypeVersion", version), ("InstanceIdentifier", envelope.instance),
        ("Type", name.localname), ("CreationDateAndTime", moment),
    ):  # fmt: skip
        _add(facts, tag, text)
    scopes = _add(header, "BusinessScope")
    _scope(scopes, "DOCUMENTID", envelope.document_type, DOCUMENTS)
    _scope(scopes, "PROCESSID", envelope.process, PROCESSES)
    if envelope.country:
        _scope(scopes, "COUNTRY_C1", envelope.country, "")
    made.append(root)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    child: etree._Element = etree.SubElement(parent, f"{{{SBDH}}}{tag}")
    child.text = text or None
    return child


def _scope(scopes: etree._Element, kind: str, value: str, scheme: str) -> None:
    scope = _add(scopes, "Scope")
    _add(scope, "Type", kind)
    _add(scope, "InstanceIdentifier", value)
    if scheme:
        _add(scope, "Identifier", scheme)


def is_wrapped(data: bytes) -> bool:
    return b"StandardBusinessDocument" in data[:2000]


def unwrap(data: bytes) -> tuple[bytes, Envelope]:
    """The document as bytes, and what its header says; Invalid when it is no such envelope."""
    try:
        root = parse(data)
    except XmlError as error:
        raise Invalid("document", error.message) from error
    header = root.find(f"{{{SBDH}}}StandardBusinessDocumentHeader")
    document = next((one for one in root if isinstance(one.tag, str) and one is not header), None)
    if header is None or document is None:
        raise Invalid("document", N_("This is no StandardBusinessDocument."))
    path = {name: f"{{{SBDH}}}{name}" for name in ("Sender", "Receiver", "Identifier", "BusinessScope", "Scope")}
    scopes = {
        one.findtext(f"{{{SBDH}}}Type", "").strip(): one.findtext(f"{{{SBDH}}}InstanceIdentifier", "").strip()
        for one in header.iterfind(f"{path['BusinessScope']}/{path['Scope']}")
    }
    facts = f"{{{SBDH}}}DocumentIdentification/{{{SBDH}}}"
    try:
        made_at = datetime.fromisoformat(header.findtext(f"{facts}CreationDateAndTime", "").strip())
    except ValueError as error:
        raise Invalid("document", N_("This is no StandardBusinessDocument.")) from error
    envelope = Envelope(
        sender=participant(header.findtext(f"{path['Sender']}/{path['Identifier']}", "")),
        receiver=participant(header.findtext(f"{path['Receiver']}/{path['Identifier']}", "")),
        document_type=scopes.get("DOCUMENTID", ""),
        process=scopes.get("PROCESSID", ""),
        instance=header.findtext(f"{facts}InstanceIdentifier", "").strip(),
        made_at=made_at,
        country=scopes.get("COUNTRY_C1", ""),
    )
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8"), envelope
