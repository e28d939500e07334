"""Peppol through a provider's access point: identifiers, envelope, and a pretended provider."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lxml import etree

from app.core import clock
from app.core.errors import Invalid
from app.exchange.domain import peppol
from app.exchange.domain.call_signature import signature
from app.exchange.transports import TRANSPORTS, Call, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine, web_server

PEPPOL = TRANSPORTS["peppol"]
CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE = f"""<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:CustomizationID>{CUSTOMIZATION}</cbc:CustomizationID>
 <cbc:ProfileID>{PROCESS}</cbc:ProfileID><cbc:ID>1</cbc:ID></Invoice>""".encode()
TYPE = f"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##{CUSTOMIZATION}::2.1"
OUTGOING = Outgoing("K1", "invoice.xml", "application/xml", INVOICE, "invoice")


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


def settings(**values):
    return settings_of(PEPPOL, {
        "address": "https://ap.example/send", "key": "k3y", "our_participant": "0088:4012345000009", "participant": "9930:DE123456789",
        "country": "DE", "their_secret": "hook", **values,
    })  # fmt: skip


def test_a_document_names_its_type_and_process():
    assert peppol.identifiers(INVOICE) == (TYPE, PROCESS)
    cii = b"""<r:CrossIndustryInvoice xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:a="urn:a"><r:C>
    <a:BusinessProcessSpecifiedDocumentContextParameter><a:ID>p1</a:ID></a:BusinessProcessSpecifiedDocumentContextParameter>
    <a:GuidelineSpecifiedDocumentContextParameter><a:ID>g1</a:ID></a:GuidelineSpecifiedDocumentContextParameter></r:C></r:CrossIndustryInvoice>"""
    assert peppol.identifiers(cii) == (
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100::CrossIndustryInvoice##g1::D16B",
        "p1",
    )
    with pytest.raises(Invalid):
        peppol.identifiers(b"<Invoice/>")


def test_the_host_of_a_participant_is_its_hash():
    """The hash is that of the identifier in lower case, so that spelling does not matter."""
    one = peppol.smp_host("9930:de123456789", "edelivery.tech.ec.europa.eu")
    assert one == peppol.smp_host("iso6523-actorid-upis::9930:DE123456789", "edelivery.tech.ec.europa.eu.")
    label, rest = one.split(".", 1)
    assert (len(label), rest) == (52, "iso6523-actorid-upis.edelivery.tech.ec.europa.eu")


def test_wrapped_and_opened_again():
    made_at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    envelope = peppol.Envelope("0088:4012345000009", "9930:de123456789", TYPE, PROCESS, "abc", made_at, "DE")
    wrapped = peppol.wrap(INVOICE, envelope)
    document, found = peppol.unwrap(wrapped)
    assert found == envelope
    assert etree.tostring(etree.fromstring(document), method="c14n2", strip_text=True) == etree.tostring(
        etree.fromstring(INVOICE), method="c14n2", strip_text=True
    )
    header = etree.fromstring(wrapped)[0]
    assert [etree.QName(one).localname for one in header] == [
        "HeaderVersion",
        "Sender",
        "Receiver",
        "DocumentIdentification",
        "BusinessScope",
    ]
    assert header[1][0].get("Authority") == "iso6523-actorid-upis"


def test_a_document_is_handed_over_under_the_same_id_at_every_attempt():
    with web_server(status=202, body=b'{"id": "ap-1"}', headers={"Content-Type": "application/json"}) as server:
        first, second = (PEPPOL.send(settings(address=server.address), OUTGOING) for _ in range(2))
    assert (first.reference, first.is_pending) == ("ap-1", True)
    assert first.facts["instance"] == second.facts["instance"]
    call = server.calls[0]
    assert (call.headers["authorization"], call.headers["idempotency-key"]) == ("Bearer k3y", first.facts["instance"])
    _document, envelope = peppol.unwrap(call.body)
    assert (envelope.sender, envelope.receiver, envelope.document_type) == (
        "0088:4012345000009",
        "9930:de123456789",
        TYPE,
    )
    with web_server(status=409) as server:
        assert (
            PEPPOL.send(settings(address=server.address, header="X-Api-Key"), OUTGOING).reference
            == first.facts["instance"]
        )
    assert server.calls[0].headers["x-api-key"] == "k3y"


@pytest.mark.parametrize(
    ("answers", "may_pass"),
    [({"status": 401}, False), ({"status": 422}, False), ({"status": 503}, True), ({"behaviour": "silent"}, True), ({"behaviour": "cut"}, True)],
)  # fmt: skip
def test_refusals(answers, may_pass):
    with web_server(**answers) as server, pytest.raises(TransportError) as caught:
        PEPPOL.send(settings(address=server.address, seconds=1), OUTGOING)
    assert caught.value.may_pass is may_pass


def test_what_does_not_name_itself_is_not_sent():
    with web_server() as server, pytest.raises(TransportError):
        PEPPOL.send(settings(address=server.address), Outgoing("K", "x.edi", "application/edifact", b"UNA", "order"))
    assert server.calls == []


def called(body, media_type="application/xml", **headers):
    return Call("POST", "/edi/x", {}, {"content-type": media_type, "authorization": "Bearer hook", **headers}, body)


def incoming_document(**changes):
    values = {"sender": "9930:DE123456789", "receiver": "0088:4012345000009", **changes}
    return peppol.wrap(
        INVOICE, peppol.Envelope(**values, document_type=TYPE, process=PROCESS, instance="i-1", made_at=clock.now())
    )


def test_a_document_of_the_partner():
    taken = PEPPOL.accept(settings(), called(incoming_document()))
    (file,) = taken.files
    assert peppol.identifiers(file.data) == (TYPE, PROCESS)
    assert (file.sender, file.reference, file.name, taken.reference) == ("9930:de123456789", "i-1", "i-1.xml", "i-1")
    assert PEPPOL.accept(settings(), called(incoming_document())).answer == taken.answer


@pytest.mark.parametrize(
    "body",
    [incoming_document(sender="0088:4000000000000"), incoming_document(receiver="0088:4000000000000"), b"<x/>", b"no xml", INVOICE, b""],
)  # fmt: skip
def test_other_documents_are_refused_with_a_reason(body):
    taken = PEPPOL.accept(settings(), called(body))
    assert (taken.files, taken.answer.status) == ((), 422)
    assert taken.fault is not None


@pytest.mark.parametrize(
    ("told", "fault"),
    [({"id": "ap-1", "status": "delivered"}, ""), ({"id": "ap-1", "event": "FAILED", "reason": "unknown"}, "unknown")],
)
def test_the_fate_of_ours(told, fault):
    taken = PEPPOL.accept(settings(), called(json.dumps(told).encode(), "application/json"))
    assert [(one.receipt_for, one.receipt_fault) for one in taken.files] == [("ap-1", fault)]


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"id": "1", "status": "queued"}', b"[" * 100_000])
def test_other_news_change_nothing(body):
    assert PEPPOL.accept(settings(), called(body, "application/json")).files == ()


def test_strangers():
    for headers in (
        {"authorization": "Bearer x"},
        {"authorization": ""},
        {"authorization": "", "x-kontor-signature": "t=1,v1=" + "0" * 64},
    ):
        with pytest.raises(TransportError):
            PEPPOL.accept(settings(), called(incoming_document(), **headers))
    with pytest.raises(TransportError):
        PEPPOL.accept(settings(their_secret=""), called(incoming_document(), authorization="Bearer "))
    body = incoming_document()
    signed = signature("hook", int(clock.now().timestamp()), "", body)
    assert PEPPOL.accept(settings(), called(body, authorization="", **{"x-kontor-signature": signed})).files


@pytest.mark.parametrize(
    ("field", "value"),
    [("participant", "DE123"), ("our_participant", ""), ("country", "Germany"), ("address", "x"), ("key", ""), ("header", "a b")],
)  # fmt: skip
def test_settings_are_checked(field, value):
    with pytest.raises(Invalid) as caught:
        settings(**{field: value})
    assert caught.value.field == field
