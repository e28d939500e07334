"""A neutral document as the bytes one partner gets: its format, version and envelope, under a control number of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from app.core.texts import N_
from app.documents.cxml.envelope import Credential, addressed
from app.documents.cxml.envelope import Envelope as CxmlEnvelope
from app.documents.edifact import acknowledgement as edifact_answers
from app.documents.edifact.catalogue import write_catalogue
from app.documents.edifact.change import write_change
from app.documents.edifact.despatch_out import write_despatch
from app.documents.edifact.invoice_out import write_invoice
from app.documents.edifact.order_out import write_order
from app.documents.edifact.quotation import write_quotation, write_request
from app.documents.edifact.receipt import write_receipt
from app.documents.edifact.report import write_sales, write_stock
from app.documents.edifact.response import write_response
from app.documents.edifact.writer import D01B, D96A, Directory
from app.documents.edifact.writer import Envelope as EdifactEnvelope
from app.documents.edifact.writer import write_interchange as write_edifact
from app.documents.format_options import dumps_with
from app.documents.formats import FormatError, formats
from app.documents.x12 import acknowledgement as x12_answers
from app.documents.x12 import catalogue as x12_catalogue
from app.documents.x12 import despatch_out as x12_despatch
from app.documents.x12 import invoice_out as x12_invoice
from app.documents.x12 import order as x12_order
from app.documents.x12 import order_change as x12_change
from app.documents.x12 import order_response as x12_response
from app.documents.x12 import quotation as x12_quotation
from app.documents.x12 import receipt as x12_receipt
from app.documents.x12 import stock as x12_stock
from app.documents.x12.writer import Envelope as X12Envelope
from app.documents.x12.writer import write_interchange as write_x12
from app.documents.x12.writer import write_ta1
from app.exchange.domain.partners import Agreed, Scheme

EDIFACT_WRITERS: dict[str, Callable[[Any, Directory], Any]] = {
    "edifact-orders": write_order, "edifact-ordrsp": write_response, "edifact-ordchg": write_change,
    "edifact-desadv": write_despatch, "edifact-invoic": write_invoice, "edifact-pricat": write_catalogue,
    "edifact-quotes": write_quotation, "edifact-reqote": write_request, "edifact-recadv": write_receipt,
    "edifact-invrpt": write_stock, "edifact-slsrpt": write_sales,
    "edifact-contrl": lambda value, _: edifact_answers.write_contrl(value),
    "edifact-aperak": lambda value, _: edifact_answers.write_aperak(value),
}  # fmt: skip
X12_WRITERS: dict[str, Callable[[Any], Any]] = {
    "x12-850": x12_order.write_order, "x12-855": x12_response.write_order_response,
    "x12-856": x12_despatch.write_despatch_advice, "x12-860": x12_change.write_order_change,
    "x12-810": x12_invoice.write_invoice, "x12-997": x12_answers.write_997, "x12-999": x12_answers.write_999,
    "x12-832": x12_catalogue.write_catalogue, "x12-840": x12_quotation.write_request,
    "x12-843": x12_quotation.write_quotation, "x12-846": x12_stock.write_stock, "x12-852": x12_stock.write_sales,
    "x12-861": x12_receipt.write_receipt,
}  # fmt: skip
_DIRECTORIES = {"": D96A, "D96A": D96A, "D01B": D01B}
_GLN_DIGITS = 13


@dataclass(frozen=True, slots=True)
class Addressing:
    """How we and the partner are named, and under which control number this goes.

    `order_payload` is the payloadID of the cXML that brought the order.
    """

    ours: Mapping[Scheme, str]
    theirs: Mapping[Scheme, str]
    control: int
    at: datetime
    is_test: bool = False
    wants_answer: bool = False
    order_payload: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """`losses` are values of the document that the format has no place for."""

    data: bytes
    media_type: str
    control_number: str = ""
    message_number: str = ""
    losses: tuple[str, ...] = ()


def needs_control_number(code: str) -> bool:
    return code.startswith(("edifact", "x12"))


def family_of(code: str) -> str:
    return code.partition("-")[0]


def write(document: Any, agreed: Agreed, address: Addressing) -> Written:
    """Raises FormatError for a document that the format has no form for, or that lacks what it demands."""
    code = agreed.format
    if code not in formats:
        raise FormatError(N_("There is no format {code}; known are {codes}.", code=code, codes=", ".join(formats)))
    form = formats[code]
    if not isinstance(document, form.documents):
        kind = type(document).__name__
        raise FormatError(N_("{code} has no form for this document ({kind}).", code=code, kind=kind))
    if code == "x12-ta1":
        return _ta1(document, address)
    if code.startswith("x12") and code in X12_WRITERS:
        return _x12(document, agreed, address)
    if code in EDIFACT_WRITERS:
        return _edifact(document, agreed, address)
    data = dumps_with(code, document, version=agreed.version, options=agreed.options, at=address.at)
    if code.startswith("cxml-"):
        data = addressed(data, _cxml_envelope(address), order_payload=address.order_payload)
    return Written(data, form.media_type)


def _cxml_envelope(address: Addressing) -> CxmlEnvelope:
    """A side without a name for cXML stays as the document names it."""
    ours, theirs = (_credentials(names.get(Scheme.CXML, "")) for names in (address.ours, address.theirs))
    return CxmlEnvelope(
        senders=ours, via=ours, recipients=theirs, timestamp=address.at.isoformat(timespec="seconds"),
        is_test=address.is_test,
    )  # fmt: skip


def _credentials(name: str) -> tuple[Credential, ...]:
    domain, _, identity = name.partition(":") if ":" in name else ("NetworkId", "", name)
    return (Credential(domain, identity),) if identity else ()


def _edifact(document: Any, agreed: Agreed, address: Addressing) -> Written:
    body = EDIFACT_WRITERS[agreed.format](document, _directory(agreed.version))
    reference = str(address.control)
    options = agreed.options
    envelope = EdifactEnvelope(
        reference=reference, prepared=address.at.replace(tzinfo=None), sender=_edifact_name(address.ours),
        sender_qualifier=_qualifier(address.ours, options.get("sender_qualifier")),
        recipient=_edifact_name(address.theirs), recipient_qualifier=_qualifier(
            address.theirs, options.get("recipient_qualifier")),
        charset=str(options.get("charset", "")), is_test=address.is_test,
        wants_acknowledgement=address.wants_answer and agreed.document != "acknowledgement",
        has_advice=bool(options.get("advice", True)), is_lined=bool(options.get("lines", True)),
    )  # fmt: skip
    losses = tuple(f"{one.path}: {one.value}" for one in body.losses)
    data = write_edifact([body], envelope, [reference])
    return Written(data, formats[agreed.format].media_type, reference, reference, losses)


def _directory(version: str) -> Directory:
    known = _DIRECTORIES.get(version.upper().replace(".", ""))
    if known is not None:
        return known
    parts = version.split(":")
    if len(parts) >= 2:
        return Directory(*[*parts, "UN", ""][:4]) if len(parts) < 4 else Directory(*parts[:4])
    release = version.upper().removeprefix("D")
    return Directory("D", release, "UN", D01B.association if release >= "01" and release < "90" else D96A.association)


def _edifact_name(names: Mapping[Scheme, str]) -> str:
    return names.get(Scheme.EDIFACT) or names.get(Scheme.GLN) or "UNKNOWN"


def _qualifier(names: Mapping[Scheme, str], given: Any) -> str:
    if given:
        return str(given)
    name = _edifact_name(names)
    return "14" if len(name) == _GLN_DIGITS and name.isdecimal() else "ZZ"


def _x12(document: Any, agreed: Agreed, address: Addressing) -> Written:
    body = X12_WRITERS[agreed.format](document)
    envelope = _x12_envelope(agreed, address)
    losses = tuple(f"{one.path}: {one.value}" for one in body.losses)
    data = write_x12([body], envelope, ["0001"])
    return Written(data, formats[agreed.format].media_type, str(address.control), "0001", losses)


def _x12_envelope(agreed: Agreed, address: Addressing) -> X12Envelope:
    (sender_qualifier, sender), (qualifier, recipient) = _x12_name(address.ours), _x12_name(address.theirs)
    options = agreed.options
    default = "005010X231A1" if agreed.format == "x12-999" else "004010"
    version = default if agreed.format in ("x12-997", "x12-999") else agreed.version or default
    return X12Envelope(
        control=address.control, prepared=address.at.replace(tzinfo=None), sender=sender, recipient=recipient,
        sender_qualifier=sender_qualifier, recipient_qualifier=qualifier, group_control=address.control,
        group_sender=str(options.get("group_sender", "")), group_recipient=str(options.get("group_recipient", "")),
        version=version, is_test=address.is_test, wants_acknowledgement=bool(options.get("wants_ta1", False)),
        element=str(options.get("element", "")), component=str(options.get("component", "")),
        terminator=str(options.get("terminator", "")), is_lined=bool(options.get("lines", True)),
    )  # fmt: skip


def _x12_name(names: Mapping[Scheme, str]) -> tuple[str, str]:
    if Scheme.X12 in names:
        qualifier, _, code = names[Scheme.X12].partition(":")
        return (qualifier or "ZZ", code) if code else ("ZZ", qualifier)
    if Scheme.DUNS in names:
        return "01", names[Scheme.DUNS]
    if Scheme.GLN in names:
        return "14", names[Scheme.GLN]
    return "ZZ", "UNKNOWN"


def _ta1(document: Any, address: Addressing) -> Written:
    (sender_qualifier, sender), (qualifier, recipient) = _x12_name(address.ours), _x12_name(address.theirs)
    envelope = X12Envelope(
        control=address.control, prepared=address.at.replace(tzinfo=None), sender=sender, recipient=recipient,
        sender_qualifier=sender_qualifier, recipient_qualifier=qualifier, is_test=address.is_test,
    )  # fmt: skip
    day, moment = document.issue_date, document.issue_time or time()
    made = datetime.combine(day, moment) if day is not None else address.at
    fields = x12_answers.ta1_fields(document, made)
    return Written(write_ta1(fields, envelope), formats["x12-ta1"].media_type, str(address.control), "")
