"""Every registered transport: settings that make a form, secrets that do not show, trouble in words, nothing at rest."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from app.core.errors import Invalid
from app.core.texts import Message
from app.exchange.transports import TRANSPORTS, Call, Outgoing, TransportError, settings_of
from tests.support.counterparts import machine

CODES = list(TRANSPORTS)
ONE_CHANNEL = {"one_c"}
# What a transport needs at least: an address nobody may reach, names, secrets.
LEAST = {
    "as2": {"our_id": "A", "partner_id": "B"},
    "sftp": {
        "host": "10.255.255.1", "user": "u", "password": "geheim", "inbox": "in", "outbox": "out",
        "server_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJcXvS8oX0rFTGMoCu8YI1SBLN4Y1y9CCfCtFCuDFlXy",
    },
    "peppol": {
        "address": "https://10.255.255.1/x", "key": "geheim", "our_participant": "0088:4012345000009",
        "participant": "0088:4012345000016", "country": "DE",
    },
    "https": {"address": "https://10.255.255.1/x", "secret": "geheim"},
    "mail": {
        "to": "a@b.example", "server_address": "smtp://10.255.255.1", "source": "imap", "host": "10.255.255.1",
        "user": "u", "password": "geheim", "senders": "@b.example",
    },
    "folder": {"inbox": "../out", "outbox": "../out"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path, networks=""):
        yield


def made(code):
    return settings_of(TRANSPORTS[code], LEAST.get(code, {}))


@pytest.mark.parametrize("code", CODES)
def test_settings_make_a_form(code):
    transport = TRANSPORTS[code]
    assert transport.code == code
    assert isinstance(transport.name, Message)
    assert is_dataclass(transport.settings)
    for field in fields(transport.settings):
        assert str(field.type) in ("str", "int", "bool"), f"{field.name}: forms know plain values"
        assert isinstance(field.metadata["label"], Message)
        for value, label in field.metadata["choices"]:
            assert isinstance(value, str)
            assert isinstance(label, Message)
        name = field.name.lower()
        if any(word in name for word in ("password", "secret", "own_key")) and field.type == "str":
            assert field.metadata["secret"], f"{field.name} must be sealed"


@pytest.mark.parametrize("code", CODES)
def test_the_least_settings_are_enough_and_odd_ones_are_told(code):
    transport = TRANSPORTS[code]
    assert isinstance(made(code), transport.settings)
    assert settings_of(transport, {**LEAST.get(code, {}), "unknown": "left out"}) == made(code)
    assert "geheim" not in repr(made(code)), "secrets do not show in logs"
    for field in fields(transport.settings):
        if field.type == "int":
            with pytest.raises(Invalid) as caught:
                settings_of(transport, {**LEAST.get(code, {}), field.name: "many"})
            assert caught.value.field == field.name


@pytest.mark.parametrize("code", [code for code in CODES if TRANSPORTS[code].send is not None])
def test_sending_to_where_it_may_not_go_is_told_in_words(code):
    with pytest.raises(TransportError) as caught:
        TRANSPORTS[code].send(made(code), Outgoing("K1", "a.xml", "application/xml", _DOCUMENT, "order"))
    assert isinstance(caught.value.message, Message)
    assert not caught.value.may_pass
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("code", [code for code in CODES if TRANSPORTS[code].poll is not None])
def test_fetching_from_where_it_may_not_go_is_told_in_words(code):
    with pytest.raises(TransportError) as caught:
        list(TRANSPORTS[code].poll(made(code), lambda _key: False))
    assert not caught.value.may_pass


@pytest.mark.parametrize("code", [code for code in CODES if TRANSPORTS[code].accept is not None])
def test_strangers_are_not_let_in(code):
    for headers in (
        {},
        {"authorization": "Bearer x"},
        {"authorization": "Basic eDp5"},
        {"as2-from": "x", "as2-to": "y"},
    ):
        with pytest.raises(TransportError):
            TRANSPORTS[code].accept(made(code), Call("POST", "/edi/x", {}, headers, b"data"))


@pytest.mark.parametrize("code", [code for code in CODES if TRANSPORTS[code].probe is not None])
def test_a_trial_ends_with_what_is_wrong(code):
    try:
        steps = list(TRANSPORTS[code].probe(made(code)))
    except TransportError as error:
        assert code == "folder", error
        return
    assert steps
    assert all(isinstance(step.text, Message) for step in steps)
    assert all(step.is_good for step in steps[:-1])
    assert "geheim" not in "".join(f"{step.text}{step.detail}" for step in steps)


@pytest.mark.parametrize("code", CODES)
def test_it_does_something(code):
    transport = TRANSPORTS[code]
    assert code in ONE_CHANNEL or transport.send or transport.poll or transport.accept


_DOCUMENT = (
    b'<Order xmlns="urn:x" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    b"<cbc:CustomizationID>c</cbc:CustomizationID><cbc:ProfileID>p</cbc:ProfileID></Order>"
)
