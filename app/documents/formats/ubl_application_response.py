"""UBL 2.1 ApplicationResponse: Peppol's answer to an invoice (T111) and to a message that arrived (MLR, T71)."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.formats import Format, formats
from app.documents.model.acknowledgement import AcknowledgedFault, AcknowledgedMessage, Acknowledgement, Verdict
from app.documents.model.party import Party
from app.documents.ubl.party import read_party, write_party
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_NAME = "ApplicationResponse"
_TRANSACTION, _PROFILE = "urn:fdc:peppol.eu:poacc:trns:", "urn:fdc:peppol.eu:poacc:bis:"
_INVOICE, _MESSAGE = "invoice_response:3", "mlr:3"
# UNTDID 4343 in the subset of Peppol
_VERDICTS = {
    "AB": Verdict.RECEIVED, "AP": Verdict.ACCEPTED, "RE": Verdict.REJECTED, "CA": Verdict.ACCEPTED_WITH_ERRORS,
    "IP": Verdict.RECEIVED, "UQ": Verdict.RECEIVED, "PD": Verdict.ACCEPTED,
}  # fmt: skip
_CODES = {
    Verdict.RECEIVED: "AB", Verdict.ACCEPTED: "AP", Verdict.REJECTED: "RE", Verdict.ACCEPTED_WITH_ERRORS: "CA",
}  # fmt: skip
_WORST = (Verdict.REJECTED, Verdict.ACCEPTED_WITH_ERRORS, Verdict.RECEIVED, Verdict.ACCEPTED)
_NO_LINE = "NA"  # a fault of the message as a whole
_PATHS = Paths(NAMESPACES)


def dumps(answer: Acknowledgement) -> bytes:
    """Of a business document by its number an answer to the invoice, else the message level response."""
    kind = _MESSAGE if answer.control_number or not answer.document_number else _INVOICE
    writer = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES})
    writer.leaf("cbc:CustomizationID", _TRANSACTION + kind)
    writer.leaf("cbc:ProfileID", _PROFILE + kind)
    writer.leaf("cbc:ID", answer.number)
    writer.leaf("cbc:IssueDate", day(answer.issue_date))
    writer.leaf("cbc:Note", answer.note)
    for tag, party in (("cac:SenderParty", answer.sender), ("cac:ReceiverParty", answer.receiver)):
        if party is not None:
            write_party(writer, party, tag=tag)
        else:
            with writer.group(tag, keep=True):
                pass
    number = answer.control_number or answer.document_number
    if number or answer.faults or not answer.messages:
        _write_document(writer, answer, number, is_invoice=kind == _INVOICE)
    for message in answer.messages:
        with writer.group("cac:DocumentResponse"):
            with writer.group("cac:Response"):
                writer.leaf("cbc:ResponseCode", _CODES[message.verdict])
            _write_reference(writer, message.control_number, "", message.message_type)
            _write_faults(writer, message.faults, _CODES[message.verdict])
    return writer.finish()


def _write_document(writer: XmlWriter, answer: Acknowledgement, number: str, *, is_invoice: bool) -> None:
    code = answer.status if _VERDICTS.get(answer.status) is answer.verdict else _CODES[answer.verdict]
    with writer.group("cac:DocumentResponse"):
        with writer.group("cac:Response"):
            writer.leaf("cbc:ResponseCode", code)
            writer.leaf("cbc:EffectiveDate", day(answer.status_on))
            for fault in answer.faults if is_invoice else ():
                with writer.group("cac:Status"):
                    writer.leaf("cbc:StatusReasonCode", fault.code, listID=fault.scheme)
                    writer.leaf("cbc:StatusReason", fault.text)
        _write_reference(writer, number, day(answer.document_date), answer.document_type)
        if is_invoice:
            _write_party(writer, "cac:IssuerParty", answer.receiver)
            _write_party(writer, "cac:RecipientParty", answer.sender)
        else:
            _write_faults(writer, answer.faults, code)


def _write_party(writer: XmlWriter, tag: str, party: Party | None) -> None:
    """Who issued the invoice, and to whom: the two of this answer the other way round."""
    with writer.group(tag), writer.group("cac:PartyName"):
        writer.leaf("cbc:Name", party.name if party else "")


def _write_reference(writer: XmlWriter, number: str, issued: str, kind: str) -> None:
    with writer.group("cac:DocumentReference"):
        writer.leaf("cbc:ID", number or _NO_LINE)
        writer.leaf("cbc:IssueDate", issued)
        writer.leaf("cbc:DocumentTypeCode", kind)


def _write_faults(writer: XmlWriter, faults: tuple[AcknowledgedFault, ...], code: str) -> None:
    for fault in faults:
        with writer.group("cac:LineResponse"):
            with writer.group("cac:LineReference"):
                writer.leaf("cbc:LineID", fault.path or _NO_LINE)
            with writer.group("cac:Response"):
                writer.leaf("cbc:ResponseCode", code)
                writer.leaf("cbc:Description", fault.text)
                with writer.group("cac:Status"):
                    writer.leaf("cbc:StatusReasonCode", fault.code, listID=fault.scheme)


def loads(data: bytes) -> Acknowledgement:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no UBL application response."))
    sender, receiver = root.find("cac:SenderParty"), root.find("cac:ReceiverParty")
    responses = list(root.all("cac:DocumentResponse"))
    one = responses[0] if len(responses) == 1 else None
    messages = () if one else tuple(_message(response) for response in responses)
    code = one.text("cac:Response/cbc:ResponseCode") if one else ""
    number = one.text("cac:DocumentReference/cbc:ID") if one else ""
    is_message = _is_message(root)
    return Acknowledgement(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        control_number=number if is_message and number != _NO_LINE else "",
        verdict=_verdict(one) if one else _worst(messages),
        document_number="" if is_message else number,
        document_type=_type(one) if one else "",
        document_date=one.day("cac:DocumentReference/cbc:IssueDate") if one else None,
        status=code if code in _VERDICTS and code not in _CODES.values() else "",
        status_on=one.day("cac:Response/cbc:EffectiveDate") if one else None,
        note="\n".join(text for note in root.all("cbc:Note") if (text := note.own_text())),
        messages=messages,
        faults=_faults(one) if one else (),
        sender=read_party(sender) if sender else None,
        receiver=read_party(receiver) if receiver else None,
    )


def _is_message(root: Node) -> bool:
    """Does it answer a message rather than an invoice by its number?"""
    named = root.text("cbc:CustomizationID") + root.text("cbc:ProfileID")
    return ":mlr:" in named or ":mls:" in named or "biitrns071" in named


def _message(response: Node) -> AcknowledgedMessage:
    return AcknowledgedMessage(
        control_number=response.text("cac:DocumentReference/cbc:ID"), message_type=_type(response),
        verdict=_verdict(response), faults=_faults(response),
    )  # fmt: skip


def _type(response: Node) -> str:
    path = "cac:DocumentReference/cbc:DocumentType"
    return response.text(f"{path}Code") or response.text(path)


def _verdict(response: Node) -> Verdict:
    path = "cac:Response/cbc:ResponseCode"
    code = response.need_text(path)
    if code not in _VERDICTS:
        raise response.fault(N_("{path}: {value} is no answer that is known here.", path=path, value=code), path)
    return _VERDICTS[code]


def _worst(messages: tuple[AcknowledgedMessage, ...]) -> Verdict:
    found = {message.verdict for message in messages}
    return next((verdict for verdict in _WORST if verdict in found), Verdict.RECEIVED)


def _faults(response: Node) -> tuple[AcknowledgedFault, ...]:
    """Of the document by its status, and of its lines."""
    found = [_fault(status, "") for answer in response.all("cac:Response") for status in answer.all("cac:Status")]
    for line in response.all("cac:LineResponse"):
        place = line.text("cac:LineReference/cbc:LineID")
        for answer in line.all("cac:Response"):
            text = "\n".join(text for one in answer.all("cbc:Description") if (text := one.own_text()))
            status = answer.find("cac:Status")
            path = "" if place == _NO_LINE else place
            code, scheme = (_code(status)) if status else ("", "")
            found.append(AcknowledgedFault(code=code, scheme=scheme, text=text, path=path))
    return tuple(found)


def _fault(status: Node, path: str) -> AcknowledgedFault:
    code, scheme = _code(status)
    texts = (one.own_text() for one in status.all("cbc:StatusReason"))
    return AcknowledgedFault(code=code, scheme=scheme, text="\n".join(filter(None, texts)), path=path)


def _code(status: Node) -> tuple[str, str]:
    return status.text("cbc:StatusReasonCode"), status.attribute("cbc:StatusReasonCode", "listID")


_CODE = "ubl-application-response"
formats.add(_CODE, Format(_CODE, "application/xml", (Acknowledgement,), dumps, loads))
