"""HTTPS both ways: proof of who calls, replays, and all that can go wrong between two machines."""

from __future__ import annotations

import base64
from datetime import timedelta
from functools import partial

import pytest

from app.core import clock
from app.core.errors import Invalid
from app.exchange.domain.call_signature import signature
from app.exchange.transports import TRANSPORTS, Call, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine, web_server

HTTPS = TRANSPORTS["https"]
ORDER = Outgoing("K-1", "Bestellung ä.xml", "application/xml", b"<Order/>", "order")


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


def settings(**values):
    return settings_of(HTTPS, {"secret": "s3cret", "their_secret": "s3cret", **values})


def call(body=b"<Order/>", method="POST", **headers):
    return Call(method, "/edi/key", {}, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def signed(body=b"<Order/>", reference="K-1", secret="s3cret", ago=0, **headers):
    at = int(clock.now().timestamp()) - ago
    return call(
        body, x_kontor_signature=signature(secret, at, reference, body), x_kontor_reference=reference, **headers
    )


@pytest.mark.parametrize("proof", ["signature", "bearer", "basic"])
def test_what_we_send_the_accepting_side_takes(proof):
    ours = settings(proof=proof, user="kontor")
    theirs = settings(their_proof=proof, their_user="kontor")

    def answer(asked):
        taken = HTTPS.accept(theirs, asked)
        assert [file.data for file in taken.files] == [b"<Order/>"]
        assert taken.files[0].name == "Bestellung ä.xml"
        assert (taken.files[0].media_type, taken.files[0].reference) == ("application/xml", "K-1")
        return taken.answer.status, taken.answer.body, {"Content-Type": taken.answer.media_type}

    with web_server(answer=answer) as server:
        sent = HTTPS.send(settings(**{**vars_of(ours), "address": f"{server.address}/edi/x"}), ORDER)
    assert (sent.reference, sent.answer_type) == ("K-1", "application/json")
    assert server.calls[0].headers["x-kontor-document"] == "order"


def vars_of(one):
    return {name: getattr(one, name) for name in one.__slots__}


@pytest.mark.parametrize(
    "wrong",
    [
        call, partial(call, b""), partial(signed, secret="other"), partial(signed, ago=400), partial(signed, ago=-400),
        partial(call, x_kontor_signature="t=1,v1=zz"), partial(call, authorization="Bearer s3cret"),
    ],
)  # fmt: skip
def test_a_caller_without_proof_is_unknown(wrong):
    with pytest.raises(TransportError):
        HTTPS.accept(settings(), wrong())


def test_a_signature_covers_body_and_reference():
    good = signed()
    assert HTTPS.accept(settings(), good).files
    for changed in (b"<Order>2</Order>",):
        with pytest.raises(TransportError):
            HTTPS.accept(settings(), Call("POST", good.path, {}, good.headers, changed))
    with pytest.raises(TransportError):
        HTTPS.accept(settings(), Call("POST", good.path, {}, {**good.headers, "x-kontor-reference": "K-2"}, good.body))


def test_an_old_call_is_worth_nothing_later():
    old = signed()
    with clock.frozen(clock.now() + timedelta(minutes=6)), pytest.raises(TransportError):
        HTTPS.accept(settings(), old)


@pytest.mark.parametrize(
    "header", ["Basic " + base64.b64encode(b"partner:wrong").decode(), "Basic %%", "Basic", "Bearer x", ""]
)
def test_wrong_passwords(header):
    with pytest.raises(TransportError):
        HTTPS.accept(settings(their_proof="basic", their_user="partner"), call(authorization=header))


def test_without_a_secret_nobody_gets_in():
    for proof in ("signature", "bearer", "basic"):
        with pytest.raises(TransportError):
            HTTPS.accept(settings(their_secret="", their_proof=proof), signed(secret="", authorization="Bearer "))


def test_the_same_message_twice_has_the_same_reference_and_answer():
    first, second = (HTTPS.accept(settings(), signed(ago=n)) for n in (0, 5))
    assert (first.reference, first.answer) == (second.reference, second.answer)
    without = settings(their_proof="bearer")
    assert HTTPS.accept(without, call(authorization="Bearer s3cret")).reference  # the content, where it names none


def test_empty_and_other_methods_bring_nothing():
    assert HTTPS.accept(settings(), signed(b"")).answer.status == 400
    assert (
        HTTPS.accept(settings(their_proof="bearer"), call(method="GET", authorization="Bearer s3cret")).answer.status
        == 405
    )


@pytest.mark.parametrize(
    ("status", "may_pass"),
    [(400, False), (401, False), (403, False), (404, False), (422, False), (429, True), (503, True)],
)
def test_a_refusal_says_whether_to_try_again(status, may_pass):
    with web_server(status=status, body=b"because") as server, pytest.raises(TransportError, match="because") as caught:
        HTTPS.send(settings(address=server.address), ORDER)
    assert caught.value.may_pass is may_pass


@pytest.mark.parametrize("behaviour", ["silent", "cut", "hangs_up", "drips"])
def test_a_broken_connection_is_tried_again(behaviour):
    with web_server(behaviour=behaviour) as server, pytest.raises(TransportError) as caught:
        HTTPS.send(settings(address=server.address, seconds=1), ORDER)
    assert caught.value.may_pass


def test_a_redirect_to_another_host_is_an_error_for_a_person():
    moved = {"Location": "https://elsewhere.example/"}
    with web_server(status=307, headers=moved) as server, pytest.raises(TransportError) as caught:
        HTTPS.send(settings(address=server.address), ORDER)
    assert not caught.value.may_pass


@pytest.mark.parametrize(
    ("field", "value"),
    [("address", "ftp://x"), ("authority", "no certificate"), ("seconds", 0), ("seconds", "soon"), ("proof", "magic")],
)
def test_settings_are_checked(field, value):
    with pytest.raises(Invalid) as caught:
        settings(**{field: value})
    assert caught.value.field == field


def test_the_trial_tells_how_far_it_came():
    with web_server() as server:
        steps = list(HTTPS.probe(settings(address=server.address)))
    assert [step.is_good for step in steps] == [True, True]
    assert server.calls[0].body == b""
    assert not list(HTTPS.probe(settings(address="https://10.1.2.3/x")))[-1].is_good
