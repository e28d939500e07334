"""What a buyer's system says to us by itself, without a browser: cXML requests, and calls of OCI."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes

from app.accounts.queries.people import person_actor
from app.accounts.service.sign_in import prove
from app.catalog.domain.finding import Query
from app.catalog.queries.search import find
from app.core.actor import Via
from app.core.db import db
from app.core.errors import DomainError, Forbidden, Invalid, Unavailable
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.documents.cxml.envelope import Credential, Envelope, read_envelope
from app.documents.cxml.punch_out import SetupRequest, read_setup, write_response
from app.documents.cxml.tree import read_source
from app.documents.formats import FormatError
from app.documents.oci.call import Function, OciCall
from app.exchange.domain.arrivals import Arrival
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.punch_out import Protocol
from app.exchange.models.punch_out import PunchOutAccess
from app.exchange.queries.messages import message
from app.exchange.queries.punch_out import access_by_name, newest_file_state
from app.exchange.service.inbox import receive_and_finish
from app.exchange.service.punch_out_visits import (
    Asking,
    Handed,
    WantedItem,
    ask,
    hand_over,
    house,
    now_text,
    payload_id,
)

log = logging.getLogger(__name__)
MAX_FOUND = 50
_DONE = frozenset({MessageState.EXECUTED, MessageState.ANSWERED, MessageState.DUPLICATE})
_REQUESTS = ("PunchOutSetupRequest", "OrderRequest", "ProfileRequest")
# What a partner may send besides; the rest of cXML is answered with 450.
_DOCUMENTS = frozenset({
    "OrderRequest", "ConfirmationRequest", "ShipNoticeRequest", "InvoiceDetailRequest", "ReceiptRequest",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: address and programme. `start_url` makes the address of a visit's token, `own_url` is where to call."""

    ip: str
    user_agent: str
    start_url: Callable[[str], str]
    own_url: str


_FILES = {"duplicate": (200, "This document was seen before."), "parked": (201, "The document is kept and looked at.")}


class _Refused(Exception):
    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(text)


def answer_cxml(data: bytes, media_type: str, caller: Caller) -> bytes:
    """The Response to a request, whatever it was: its Status says how it went."""
    try:
        code, text, start_url, requests = _answer(_xml_of(data, media_type), caller)
    except _Refused as refused:
        code, text, start_url, requests = refused.code, refused.text, "", ()
    except FormatError as error:
        code, text, start_url, requests = 406, _placed(error), "", ()
    except Unavailable as error:
        code, text, start_url, requests = 560, str(error), "", ()
    except Forbidden as error:
        code, text, start_url, requests = 401, str(error), "", ()
    except DomainError as error:
        code, text, start_url, requests = 400, str(error), "", ()
    return write_response(
        code, text, payload_id=payload_id(), timestamp=now_text(), start_url=start_url, requests=requests
    )


def _placed(error: FormatError) -> str:
    return f"{error} ({error.path}, line {error.line})" if error.path and error.line else str(error)


def _answer(data: bytes, caller: Caller) -> tuple[int, str, str, Sequence[tuple[str, str]]]:
    envelope = read_envelope(read_source(data))
    if envelope.body != "Request":
        raise _Refused(406, "A Request is expected.")
    access = _proved(envelope, caller)
    if envelope.payload == "ProfileRequest":
        return 200, "", "", tuple((name, caller.own_url) for name in _REQUESTS)
    if envelope.payload == "PunchOutSetupRequest":
        token = _asked(access, read_setup(data))
        return 200, "", caller.start_url(token), ()
    if envelope.payload not in _DOCUMENTS:
        raise _Refused(450, envelope.payload)
    code, text = _taken(data, envelope, access)
    return code, text, "", ()


def _xml_of(data: bytes, media_type: str) -> bytes:
    """The document of a multipart message, whose other parts are attachments; else the bytes themselves."""
    if not media_type.lower().startswith("multipart/"):
        return data
    parts = message_from_bytes(b"Content-Type: " + media_type.encode("ascii", "replace") + b"\r\n\r\n" + data).walk()
    for part in parts:
        if part.get_content_type() in ("text/xml", "application/xml", "application/cxml+xml"):
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else b""
    raise _Refused(400, "No part of the message is XML.")


def _proved(envelope: Envelope, caller: Caller) -> PunchOutAccess:
    """The system that sent it, by who forwarded or wrote it; 401 unless it knows the secret."""
    named = (*envelope.via, *envelope.senders)
    with acting_as(house()):
        access = _first(named)
    who = named[0].identity if named else ""
    is_right = prove(
        f"cxml:{who}", access.secret_hash if access else "", envelope.secret, ip=caller.ip, user_agent=caller.user_agent
    )
    if access is None or not is_right or not access.is_active:
        raise _Refused(401, "The credentials are not known here.")
    return access


def _first(named: Sequence[Credential]) -> PunchOutAccess | None:
    found = (_known(Protocol.CXML, one.domain, one.identity) for one in named)
    return next((one for one in found if one is not None), None)


def _known(protocol: Protocol, domain: str, identity: str) -> PunchOutAccess | None:
    """Taken out of the session: it is asked of several scopes, one after the other."""
    found = access_by_name(protocol, domain, identity)
    if found is not None:
        db.session.expunge(found)
    return found


def _asked(access: PunchOutAccess, request: SetupRequest) -> str:
    to = request.envelope.recipients[0] if request.envelope.recipients else Credential("", "")
    contact = request.contact
    mail = request.said("UserEmail", "UniqueName", "Email") or (
        contact.contact.email if contact and contact.contact else ""
    )
    name = " ".join(filter(None, (request.said("FirstName"), request.said("LastName")))) or request.said(
        "UserFullName", "UserPrintableName", "User", "UniqueName"
    )
    asking = Asking(
        return_url=request.return_url, operation=request.operation, cookie=request.cookie,
        visitor=name or (contact.name if contact else "") or mail, mail=mail, selected=request.selected.sku if request.selected else "",
        items=tuple(WantedItem(item.ids.sku, item.quantity, item.unit, item.auxiliary_id) for item in request.items),
        facts={"to_domain": to.domain, "to_identity": to.identity, **{f"extra:{name}": value for name, value in request.extras}},
        is_test=request.envelope.is_test,
    )  # fmt: skip
    actor = house()
    with acting_as(actor):
        return ask(actor, access, asking)


def _taken(data: bytes, envelope: Envelope, access: PunchOutAccess) -> tuple[int, str]:
    """A document goes to the inbox; the Status tells what became of it there."""
    own = Credential(access.domain, access.identity)
    if access.partner_id is None and not any(one.same(own) for one in envelope.senders):
        raise _Refused(401, "This sender may send for itself only.")
    actor = house()
    sender = access.identity
    arrival = Arrival(
        f"{envelope.payload}.xml", data, media_type="application/xml", partner_id=access.partner_id, sender=sender,
        reference=envelope.payload_id, via="cxml",
    )  # fmt: skip
    with acting_as(actor):
        ids = receive_and_finish(actor, arrival)
        found = [message(actor, message_id) for message_id in ids]
        states = {MessageState(one.state) for one in found}
        kept = "" if ids else newest_file_state("cxml", envelope.payload_id)
        reasons = "; ".join(str(one.reason) for one in found if one.reason)
    if not states:
        return _FILES.get(kept, (400, "The document could not be read."))
    if states <= _DONE:
        return 200, ""
    if MessageState.REFUSED in states:
        log.info("cXML of %s refused: %s", sender, reasons)
        return 406, "The document was refused; see the answer to it."
    return 201, "The document is kept and looked at."


def prove_oci(call: OciCall, caller: Caller) -> PunchOutAccess:
    """The system whose name and password a call of OCI gives; Forbidden otherwise."""
    with acting_as(house()):
        access = _known(Protocol.OCI, "", call.username)
    is_right = prove(
        f"oci:{call.username}",
        access.secret_hash if access else "",
        call.password,
        ip=caller.ip,
        user_agent=caller.user_agent,
    )
    if access is None or not is_right or not access.is_active:
        raise Forbidden(N_("The user name or the password of the purchasing system is not right."))
    return access


def ask_oci(call: OciCall, caller: Caller) -> str:
    """The token of the visit that a call of OCI begins."""
    access = prove_oci(call, caller)
    mail = next((value for name, value in call.extras if "mail" in name.lower()), "")
    selected = call.product if call.function is Function.DETAIL else ""
    facts = {"search": call.search} if call.function is Function.SOURCING else {}
    asking = Asking(
        return_url=call.hook_url, visitor=call.caller, mail=mail, target=call.target, selected=selected, facts=facts
    )
    actor = house()
    with acting_as(actor):
        return ask(actor, access, asking)


def answer_oci(call: OciCall, caller: Caller) -> Handed:
    """VALIDATE and BACKGROUND_SEARCH: the form at once, without a visit of a person."""
    access = prove_oci(call, caller)
    actor = house()
    with acting_as(actor):
        person = person_actor(access.company_id, access.user_id, via=Via.WEB)
    if call.function is Function.VALIDATE:
        if not call.product:
            raise Invalid("PRODUCTID", N_("{path} is missing.", path="PRODUCTID"))
        wanted = [WantedItem(call.product, call.quantity or Decimal(1))]
    else:
        with acting_as(person):
            found = find(person, Query(text=call.search[:200]), limit=MAX_FOUND, with_facets=False).articles
        wanted = [WantedItem(one.sku, one.rule.minimum or Decimal(1)) for one in found if not one.is_head]
    return hand_over(access, call.hook_url, call.target, wanted)
