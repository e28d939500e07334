"""AS2 against openssl's own cms command, and between two Kontors over HTTP."""

from __future__ import annotations

import base64
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core import clock
from app.core.errors import Invalid
from app.exchange.domain import as2, certificates, cms, mdn
from app.exchange.domain.mime_parts import entity
from app.exchange.transports import TRANSPORTS, Call, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine, web_server

AS2 = TRANSPORTS["as2"]
DATA = b"UNB+UNOA:1+A+B'\nUNZ+0+1'\r\n\x00\xff"
ORDER = Outgoing("K0000000007", "order.edi", "application/edifact", DATA, "order", subject="order 7")
openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


@pytest.fixture(scope="module")
def keys():
    """PEM pairs: ours, theirs, a stranger's, one that has ended."""
    now = clock.now()
    made = {name: certificates.make(name, now, bits=2048) for name in ("ours", "theirs", "other")}
    made["old"] = certificates.make("old", now - timedelta(days=800), bits=2048)
    return made


def ours(keys, **values):
    return settings_of(AS2, {
        "our_id": "Kontor One", "partner_id": "THEM", "own_certificate": keys["ours"][0], "own_key": keys["ours"][1],
        "partner_certificate": keys["theirs"][0], **values,
    })  # fmt: skip


def theirs(keys, **values):
    return settings_of(AS2, {
        "our_id": "THEM", "partner_id": "Kontor One", "own_certificate": keys["theirs"][0], "own_key": keys["theirs"][1],
        "partner_certificate": keys["ours"][0], **values,
    })  # fmt: skip


def answering(settings, brought):
    def answer(call):
        taken = AS2.accept(settings, call)
        brought.append(taken)
        return taken.answer.status, taken.answer.body, {"Content-Type": taken.answer.media_type, **taken.answer.headers}

    return answer


def exchanged(keys, sender=None, receiver=None, outgoing=ORDER):
    brought = []
    with web_server(answer=answering(theirs(keys, **(receiver or {})), brought)) as server:
        sent = AS2.send(ours(keys, address=f"{server.address}/as2", **(sender or {})), outgoing)
    return sent, brought[-1], server.calls[-1]


@pytest.mark.parametrize("cipher", cms.CIPHERS)
@pytest.mark.parametrize("is_compressing", [False, True])
def test_a_message_and_its_receipt_at_once(keys, cipher, is_compressing):
    sent, taken, call = exchanged(keys, {"cipher": cipher, "is_compressing": is_compressing})
    (file,) = taken.files
    assert (file.data, file.name, file.media_type, file.sender) == (
        DATA,
        "order.edi",
        "application/edifact",
        "Kontor One",
    )
    assert (file.facts["signature"], file.facts["compressed"]) == ("sha256", "yes" if is_compressing else "no")
    assert file.facts["encryption"] == cipher.replace("-", "_")
    assert not sent.is_pending
    assert sent.reference == taken.reference == call.headers["message-id"]
    assert sent.check == file.facts["mic"]
    assert b"disposition-notification" in sent.answer
    assert call.headers["as2-from"] == '"Kontor One"'
    assert b"UNB" not in call.body


@pytest.mark.parametrize(("is_signing", "is_encrypting"), [(False, False), (True, False), (False, True)])
def test_what_may_be_left_out(keys, is_signing, is_encrypting):
    sender = {"is_signing": is_signing, "is_encrypting": is_encrypting}
    receiver = {"must_be_signed": is_signing, "must_be_encrypted": is_encrypting}
    sent, taken, _call = exchanged(keys, sender, receiver)
    assert taken.files[0].data == DATA
    assert as2.same_mic(sent.check, taken.files[0].facts["mic"])


def test_what_may_not_be_left_out(keys):
    for sender, words in (
        ({"is_encrypting": False}, "insufficient-message-security"),
        ({"is_signing": False}, "decryption-failed"),
    ):
        with pytest.raises(TransportError, match=words) as caught:
            exchanged(keys, sender)
        assert not caught.value.may_pass


def test_of_an_encrypted_message_nobody_hears_why_it_is_refused(keys):
    """Else whoever has overheard one could read it, by sending variants of it and looking at the answers."""
    ours_of_them = theirs(keys).own()[0].certificate
    stranger = certificates.identity(*keys["other"], "own_key")
    unsigned = cms.encrypt(b"Content-Type: text/plain\r\n\r\nx", [ours_of_them])
    other = as2.wrap(DATA, "text/plain", "a", as2.Wrapping(stranger, ours_of_them)).body
    broken = unsigned[:-20] + bytes(16) + unsigned[-4:]
    headers = {
        "as2-from": "Kontor One", "as2-to": "THEM", "message-id": "<1@x>", "content-type": "application/pkcs7-mime",
    }  # fmt: skip
    told, reasons = set(), set()
    for body in (unsigned, other, broken, b"0", cms.encrypt(b"no head", [ours_of_them])):
        for wanted in ({}, {"disposition-notification-to": "x"}):
            taken = AS2.accept(theirs(keys), Call("POST", "/", {}, {**headers, **wanted}, body))
            boundary = taken.answer.media_type.partition('boundary="')[2].rstrip('"') or "-"
            told.add((taken.answer.status, taken.answer.body.replace(boundary.encode(), b"")))
            reasons.add(str(taken.fault))
    assert len(told) == 2, "one receipt, and one answer to those who want none"
    assert len(reasons) > 2, "the channel's note tells them apart"


def test_the_receipt_later(keys):
    sender = {"receipt": "async"}
    outgoing = replace(ORDER, answer_to="http://127.0.0.1:9/edi/ours")
    sent, taken, call = exchanged(keys, sender, {"address": "http://127.0.0.1:9/as2"}, outgoing)
    assert (sent.is_pending, taken.answer.body, call.headers["receipt-delivery-option"]) == (
        True,
        b"",
        outgoing.answer_to,
    )
    with web_server() as server:
        AS2.reply(theirs(keys), replace(taken.later, address=server.address))
    receipt = AS2.accept(ours(keys), server.calls[0])
    (told,) = receipt.files
    assert (told.receipt_for, told.receipt_fault) == (sent.reference, "")
    assert as2.same_mic(told.receipt_check, sent.check)
    assert receipt.answer.status == 200


def test_a_late_receipt_goes_to_the_partner_only(keys):
    sender = {"receipt": "async"}
    outgoing = replace(ORDER, answer_to="http://127.0.0.1:9/edi/ours")
    with pytest.raises(TransportError, match="not the partner's"):
        exchanged(keys, sender, {"address": "https://partner.example/"}, outgoing)
    _sent, taken, _call = exchanged(keys, sender, {"receipt_host": "127.0.0.1"}, outgoing)
    assert taken.later.address == outgoing.answer_to


def test_the_same_message_twice_has_the_same_id_and_another_message_another(keys):
    first, second = (exchanged(keys)[0].reference for _ in range(2))
    assert first == second
    assert exchanged(keys, outgoing=replace(ORDER, data=DATA + b"!"))[0].reference != first


def test_wrong_keys_are_told_by_the_receipt_and_bring_nothing(keys):
    stranger = {"own_certificate": keys["other"][0], "own_key": keys["other"][1]}
    with pytest.raises(TransportError, match="authentication-failed"):
        exchanged(keys, {**stranger, "is_encrypting": False}, {"must_be_encrypted": False})
    with pytest.raises(TransportError, match="decryption-failed"):
        exchanged(keys, stranger)
    with pytest.raises(TransportError, match="decryption-failed"):
        exchanged(keys, {"partner_certificate": keys["other"][0], "second_partner_certificate": keys["theirs"][0]})


def test_a_forged_receipt_is_noticed(keys):
    forged = mdn.make_mdn(mdn.Mdn("<x@y>"), "THEM", None)
    with web_server(body=forged[1], headers={"Content-Type": forged[0]}) as server:
        with pytest.raises(TransportError, match="another message") as caught:
            AS2.send(ours(keys, address=server.address), ORDER)
        assert not caught.value.may_pass
        stranger = certificates.identity(*keys["other"], "own_key")
        server.headers["Content-Type"], server.body = mdn.make_mdn(mdn.Mdn("<x@y>"), "THEM", stranger)
        with pytest.raises(TransportError, match="another certificate"):
            AS2.send(ours(keys, address=server.address), ORDER)


def test_a_receipt_with_another_check_value_is_noticed(keys):
    identity = certificates.identity(*keys["theirs"], "own_key")

    def answer(call):
        content_type, body = mdn.make_mdn(mdn.Mdn(call.headers["message-id"], mic=as2.mic(b"other")), "THEM", identity)
        return 200, body, {"Content-Type": content_type}

    with web_server(answer=answer) as server, pytest.raises(TransportError, match="check value"):
        AS2.send(ours(keys, address=server.address), ORDER)


@pytest.mark.parametrize(
    ("answers", "may_pass"),
    [
        ({"status": 503}, True), ({"status": 403}, False), ({"body": b"thanks"}, True), ({"behaviour": "cut"}, True),
        ({"behaviour": "silent"}, True), ({"behaviour": "hangs_up"}, True),
        ({"body": b"broken", "headers": {"Content-Type": "multipart/signed; boundary=x"}}, False),
    ],
)  # fmt: skip
def test_other_answers(keys, answers, may_pass):
    with web_server(**answers) as server, pytest.raises(TransportError) as caught:
        AS2.send(ours(keys, address=server.address, seconds=2), ORDER)
    assert caught.value.may_pass is may_pass


def test_strangers_are_not_answered(keys):
    call = Call("POST", "/", {}, {"as2-from": "x", "as2-to": "THEM", "message-id": "<1>"}, b"x")
    with pytest.raises(TransportError):
        AS2.accept(theirs(keys), call)


def test_roll_over_of_our_key(keys):
    """The partner still encrypts for the old one while we sign with the new; both sides know both."""
    before = {"partner_certificate": keys["ours"][0]}
    now = {
        "own_certificate": keys["other"][0], "own_key": keys["other"][1],
        "second_own_certificate": keys["ours"][0], "second_own_key": keys["ours"][1],
    }  # fmt: skip
    brought = []
    with web_server(answer=answering(ours(keys, **now), brought)) as server:
        both = theirs(keys, address=server.address, second_partner_certificate=keys["other"][0], **before)
        AS2.send(both, ORDER)
    assert brought[0].files[0].data == DATA
    sent, _taken, _call = exchanged(keys, now, {"second_partner_certificate": keys["other"][0]})
    assert not sent.is_pending


def test_certificates_that_have_ended(keys):
    old = {"own_certificate": keys["old"][0], "own_key": keys["old"][1]}
    with pytest.raises(TransportError, match="Our own certificate"):
        exchanged(keys, old)
    with pytest.raises(TransportError, match="No certificate of the partner"):
        exchanged(keys, {"partner_certificate": keys["old"][0]})
    wrapped = as2.wrap(DATA, "text/plain", "a", as2.Wrapping(certificates.identity(*keys["old"], "own_key"), None))
    call = Call("POST", "/", {}, {"as2-from": "Kontor One", "as2-to": "THEM", "message-id": "<1>", "content-type": wrapped.content_type}, wrapped.body)  # fmt: skip
    taken = AS2.accept(theirs(keys, partner_certificate=keys["old"][0]), call)
    assert not taken.files
    assert "not valid now" in str(taken.fault)
    facts = AS2.facts(theirs(keys, second_partner_certificate=keys["old"][0]))
    assert [fact.is_good for fact in facts] == [True, True, False]
    assert not list(AS2.probe(theirs(keys, partner_certificate=keys["old"][0])))[-1].is_good


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"own_key": "x"}, "own_key"), ({"own_certificate": ""}, "own_certificate"), ({"partner_certificate": "x"}, "partner_certificate"),
        ({"our_id": ""}, "our_id"), ({"second_own_certificate": "x"}, "second_own_certificate"),
    ],
)  # fmt: skip
def test_settings_are_checked(keys, values, field):
    with pytest.raises(Invalid) as caught:
        ours(keys, **values)
    assert caught.value.field == field
    with pytest.raises(Invalid, match="does not belong"):
        ours(keys, own_key=keys["other"][1])


def test_what_is_missing_is_told_when_it_is_needed(keys):
    for values, words in (
        ({"own_certificate": "", "own_key": ""}, "Signing needs"),
        ({"partner_certificate": ""}, "Encrypting needs"),
    ):
        incomplete = ours(keys, address="https://127.0.0.1/", **values)
        with pytest.raises(TransportError, match=words):
            AS2.send(incomplete, ORDER)
        assert [step.is_good for step in AS2.probe(incomplete)] == [False]
    assert len(ours(keys, second_own_key=keys["other"][1]).own()) == 1, "a key without certificate is out of use"


def whole(content_type, body):
    return f"Content-Type: {content_type}\r\n\r\n".encode() + body


@pytest.fixture
def tool(tmp_path, keys):
    for name, (pem, key) in keys.items():
        (tmp_path / f"{name}.crt").write_text(pem)
        (tmp_path / f"{name}.key").write_text(key)

    def run(*arguments, data):
        done = subprocess.run(
            ["openssl", "cms", *arguments], input=data, capture_output=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run


@openssl
@pytest.mark.parametrize("cipher", cms.CIPHERS)
def test_openssl_reads_what_we_send(keys, tool, tmp_path, cipher):
    with web_server(status=503) as server, pytest.raises(TransportError):
        AS2.send(ours(keys, address=server.address, cipher=cipher), ORDER)
    signed = tool(
        "-decrypt",
        "-binary",
        "-inform",
        "DER",
        "-recip",
        "theirs.crt",
        "-inkey",
        "theirs.key",
        data=server.calls[0].body,
    )
    assert signed.startswith(b"Content-Type: multipart/signed")
    boundary = signed.partition(b'boundary="')[2].partition(b'"')[0]
    _before, content, signature, _end = signed.split(b"--" + boundary)  # openssl's own reader turns LF into CRLF
    (tmp_path / "content").write_bytes(content[2:-2])
    der = base64.b64decode(signature.partition(b"\r\n\r\n")[2])
    plain = tool(
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-content",
        "content",
        "-CAfile",
        "ours.crt",
        "-purpose",
        "any",
        data=der,
    )
    assert entity(plain).body == DATA
    assert entity(plain).media_type == "application/edifact"


@openssl
@pytest.mark.parametrize(
    "extra", [[], ["-stream"], ["-aes-256-gcm"], ["-aes-256-gcm", "-stream"], ["-keyopt", "rsa_padding_mode:oaep"]]
)
def test_we_read_what_openssl_sends_and_it_reads_our_receipt(keys, tool, extra):
    plain = b"Content-Type: application/edifact\r\nContent-Disposition: attachment; filename=o.edi\r\n\r\n" + DATA
    signed = tool("-sign", "-binary", "-signer", "ours.crt", "-inkey", "ours.key", "-md", "sha256", data=plain)
    cipher = [] if "-aes-256-gcm" in extra else ["-aes-256-cbc"]
    body = tool("-encrypt", "-binary", "-outform", "DER", *cipher, *[e for e in extra if e.startswith("-a") or e == "-stream"],
                "-recip", "theirs.crt", *[e for e in extra if "rsa" in e or e == "-keyopt"], data=signed)  # fmt: skip
    headers = {
        "as2-from": '"Kontor One"', "as2-to": "THEM", "message-id": "<1@x>", "content-type": "application/pkcs7-mime; smime-type=enveloped-data",
        "disposition-notification-to": "x", "disposition-notification-options": "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha1, md5",
    }  # fmt: skip
    taken = AS2.accept(theirs(keys), Call("POST", "/", {}, headers, body))
    assert taken.fault is None, str(taken.fault)
    assert (taken.files[0].data, taken.files[0].name) == (DATA, "o.edi")
    signed_receipt = whole(taken.answer.media_type, taken.answer.body)
    receipt = tool("-verify", "-CAfile", "theirs.crt", "-purpose", "any", data=signed_receipt)
    assert b"Disposition: automatic-action/MDN-sent-automatically; processed" in receipt
    assert f"Received-Content-MIC: {as2.mic(plain, 'sha1')}".encode() in receipt


@openssl
def test_old_algorithms_only_where_they_are_allowed(keys, tool):
    plain = b"Content-Type: application/edifact\r\n\r\n" + DATA
    signed = tool("-sign", "-binary", "-signer", "ours.crt", "-inkey", "ours.key", "-md", "sha1", data=plain)
    body = tool("-encrypt", "-binary", "-outform", "DER", "-des3", "-recip", "theirs.crt", data=signed)
    headers = {
        "as2-from": "Kontor One",
        "as2-to": "THEM",
        "message-id": "<1@x>",
        "content-type": "application/pkcs7-mime",
    }
    assert not AS2.accept(theirs(keys), Call("POST", "/", {}, headers, body)).files
    assert AS2.accept(theirs(keys, is_weak_allowed=True), Call("POST", "/", {}, headers, body)).files[0].data == DATA


def test_no_changed_byte_gets_through(keys):
    _sent, _taken, call = exchanged(keys)
    wrapped = as2.wrap(DATA, "text/plain", "a", as2.Wrapping(ours(keys).own()[0], None))
    lenient = theirs(keys, must_be_encrypted=False)
    for step in range(0, len(call.body), max(1, len(call.body) // 60)):
        broken = bytearray(call.body)
        broken[step] ^= 0x55
        taken = AS2.accept(theirs(keys), Call("POST", "/", {}, call.headers, bytes(broken)))
        assert not taken.files or taken.files[0].data == DATA
        cut = AS2.accept(theirs(keys), Call("POST", "/", {}, call.headers, call.body[: step + 1]))
        assert not cut.files
    headers = {**call.headers, "content-type": wrapped.content_type}
    for step in range(0, len(wrapped.body), max(1, len(wrapped.body) // 150)):
        broken = bytearray(wrapped.body)
        broken[step] ^= 0x01
        taken = AS2.accept(lenient, Call("POST", "/", {}, headers, bytes(broken)))
        assert not taken.files or taken.files[0].data == DATA


def test_a_packed_bomb_is_refused(keys, tmp_path, monkeypatch):
    bomb = cms.compress(b"\0" * 2_000_000)
    with pytest.raises(cms.CmsError) as caught:
        cms.decompress(bomb, 1_000_000)
    assert caught.value.modifier == "decompression-failed"
    assert len(bomb) < 10_000


@pytest.mark.parametrize("size", [100, 1_000_000])
def test_a_stream_of_tiny_pieces_is_not_put_together(size):
    """The parser of ASN.1 needs 25 microseconds for each piece, whoever sent it."""
    pieces = b"\x30\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x03\xa0\x80\x24\x80" + b"\x04\x01x" * size + b"\0" * 6
    assert (cms.kind(pieces) == "") is (size > 60_000)


@pytest.mark.parametrize("data", [b"", b"0", b"0\x80" * 300_000, b"\x1f\xff", b"0\xff" + b"\xff" * 200, b"\x00" * 1000])
def test_what_is_no_message(data):
    assert cms.kind(data) == ""
    with pytest.raises(cms.CmsError):
        cms.decrypt(data, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("automatic-action/MDN-sent-automatically; processed", ""), ("automatic-action/MDN-sent-automatically;processed/warning: duplicate-document", ""),
        ("a/b; processed/error: decryption-failed", "decryption-failed"), ("a/b; failed/failure: unsupported format", "unsupported format"),
        ("a/b; Processed/Error: x", "x"), ("", "no disposition"), ("nonsense", "nonsense"),
    ],
)  # fmt: skip
def test_what_dispositions_mean(text, fault):
    assert mdn._fault(text) == fault
