"""Calls to other machines: where they may go, what bounds them, what is told when they fail."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from app.core import http, reach
from app.core.errors import Invalid, Unavailable
from tests.support.counterparts import machine, web_server


@pytest.fixture(autouse=True)
def here(tmp_path):
    with machine(tmp_path):
        yield


def test_a_call_brings_status_body_and_headers():
    with web_server(status=201, body=b"taken", headers={"X-Mark": "7"}) as server:
        reply = http.call("POST", f"{server.address}/in?a=b", body=b"data", headers={"X-Ours": "1"})
    assert (reply.status, reply.body, reply.headers["x-mark"]) == (201, b"taken", "7")
    assert (server.calls[0].path, server.calls[0].query, server.calls[0].body) == ("/in", {"a": "b"}, b"data")
    assert server.calls[0].headers["host"].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("8.8.8.8", True), ("10.0.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("0.0.0.0", False),
        ("224.0.0.1", False), ("100.64.0.1", False), ("::1", False), ("fd00::1", False), ("fe80::1", False),
        ("::ffff:10.0.0.1", False), ("::ffff:8.8.8.8", True), ("2606:4700::1111", True),
    ],
)  # fmt: skip
def test_private_addresses_are_refused_unless_listed(address, is_allowed, tmp_path):
    with machine(tmp_path, networks=""):
        assert reach.may_reach(ipaddress.ip_address(address)) is is_allowed
    with machine(tmp_path, networks="0.0.0.0/0, ::/0"):
        assert reach.may_reach(ipaddress.ip_address(address))


def test_this_machine_is_refused_by_default(tmp_path):
    with web_server() as server, machine(tmp_path, networks=""):
        with pytest.raises(Invalid, match="PRIVATE_NETWORKS"):
            http.call("POST", server.address)
        assert server.calls == []


def test_a_name_is_looked_up_once(monkeypatch):
    asked = []
    real = socket.getaddrinfo

    def lookup(host, port, *rest, **named):
        asked.append(host)
        return real("127.0.0.1" if host == "partner.example" else host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with web_server() as server:
        http.call("POST", server.address.replace("127.0.0.1", "partner.example"))
    assert asked.count("partner.example") == 1
    assert server.calls[0].headers["host"].startswith("partner.example:")


def test_plain_http_stays_in_own_networks(monkeypatch):
    monkeypatch.setattr(reach, "find", lambda host, port: [ipaddress.ip_address("8.8.8.8")])
    with pytest.raises(Invalid, match="encrypted"):
        http.call("GET", "http://partner.example/")


def test_redirects_keep_host_and_method():
    with web_server() as server:

        def answer(call):
            return (307, b"", {"Location": "/there"}) if call.path == "/here" else (200, b"ok", {})

        server.answer = answer
        assert http.call("POST", f"{server.address}/here", body=b"x").body == b"ok"
        assert [(call.path, call.body) for call in server.calls] == [("/here", b"x"), ("/there", b"x")]


@pytest.mark.parametrize(
    ("status", "place"),
    [(302, "/there"), (307, "https://elsewhere.example/"), (307, "http://127.0.0.1:1/"), (307, "file:///etc/passwd"), (307, "")],
)  # fmt: skip
def test_other_redirects_are_refused(status, place):
    with web_server(status=status, headers={"Location": place}) as server, pytest.raises(Invalid):
        http.call("POST", server.address)


def test_a_circle_of_redirects_ends():
    with web_server(status=308, headers={"Location": "/"}) as server:
        with pytest.raises(Invalid):
            http.call("POST", server.address)
        assert len(server.calls) == 3


@pytest.mark.parametrize("behaviour", ["silent", "drips", "cut", "hangs_up"])
def test_a_bad_server_is_unavailable(behaviour):
    with web_server(behaviour=behaviour, body=b"part") as server, pytest.raises(Unavailable) as caught:
        http.call("POST", server.address, timeout=1)
    assert "127.0.0.1" in str(caught.value)
    assert behaviour != "drips" or server.drops < 900, "the end of our patience did not cut the connection"


def test_nobody_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable, match="does not answer"):
        http.call("POST", f"http://127.0.0.1:{port}/")


def test_a_huge_answer_is_refused():
    with web_server(body=b"x" * 5000) as server, pytest.raises(Invalid, match="larger"):
        http.call("POST", server.address, max_answer=4999)


@pytest.mark.parametrize(
    "address",
    ["", "ftp://a/", "https://", "https://u:p@a/", "https://a:x/", "https://a/\nX: 1", "https://a/ b", "https://a/ä", "https://[", "http:///x"],
)  # fmt: skip
def test_odd_addresses_are_refused(address):
    with pytest.raises(Invalid):
        http.call("POST", address)
