"""Calls to other machines over HTTP: only where `core.reach` allows, within limits of time and size, to one host.

A redirect is followed on the same origin and for the same method only; elsewhere it is an error. Plain http is for own
networks. Raises Unavailable (the same call may succeed later) or Invalid (somebody must mend something).
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR, socket
from typing import Self
from urllib.parse import urlsplit

from app.core import reach
from app.core.errors import Invalid, Unavailable
from app.core.texts import N_

MAX_ANSWER = 20_000_000
TIMEOUT = 60
_CONNECT = 15
_HOPS = 3
_SAME_METHOD = (307, 308)
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Reply:
    """Header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later: busy, too early, a fault of the server."""
        return self.status in (408, 425, 429) or self.status >= 500


def target(address: str) -> Target:
    """Take an address apart; Invalid when it is none we call."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    odd = any(sign <= " " or sign == "\x7f" for sign in address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or odd:
        raise Invalid("address", N_("{address} is no address such as https://partner.example/edi", address=address))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Invalid("address", N_("{address} is no address such as https://partner.example/edi", address=address))
    return Target(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path)


def call(
    method: str,
    address: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: int = TIMEOUT,
    authority: str = "",
    max_answer: int = MAX_ANSWER,
) -> Reply:
    """One request. `timeout` is for all of it; `authority` are PEM certificates to trust instead of the machine's."""
    aim = target(address)
    request = _Request(method, body, headers or {}, timeout, authority, max_answer)
    for _hop in range(_HOPS):
        reply = _once(aim, request)
        if not 300 <= reply.status < 400 or reply.status == 304:
            return reply
        aim = _next(aim, reply)
    raise Invalid("address", N_("{host} sends us from one address to the next.", host=aim.host))


def _next(aim: Target, reply: Reply) -> Target:
    place = reply.headers.get("location", "")
    onward = target(place) if "://" in place else Target(aim.scheme, aim.host, aim.port, place or "/")
    if reply.status not in _SAME_METHOD or onward.origin != aim.origin or not onward.path.startswith("/"):
        raise Invalid(
            "address",
            N_("{host} sends us to another address: {place}", host=aim.host, place=place or str(reply.status)),
        )
    return onward


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    body: bytes
    headers: Mapping[str, str]
    timeout: int
    authority: str
    max_answer: int


def _once(aim: Target, request: _Request) -> Reply:
    timeout = request.timeout
    connection = _Connection(aim, timeout, request.authority)
    with _Deadline(timeout, connection) as deadline:
        try:
            connection.connect()
            connection.request(request.method, aim.path, body=request.body or None, headers=dict(request.headers))
            reply = _read(connection.getresponse(), aim.host, request.max_answer)
            deadline.check()
            return reply
        except (Invalid, Unavailable):
            raise
        except ssl.SSLCertVerificationError as error:
            raise Invalid(
                "address",
                N_("The certificate of {host} is not trusted: {reason}", host=aim.host, reason=error.verify_message),
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = N_("no answer within {seconds} seconds", seconds=timeout) if deadline.is_over or isinstance(
                error, TimeoutError
            ) else str(error) or type(error).__name__  # fmt: skip
            raise Unavailable(N_("The connection to {host} broke: {reason}", host=aim.host, reason=reason)) from error
        finally:
            connection.close()


def _read(response: http.client.HTTPResponse, host: str, max_answer: int) -> Reply:
    parts, size = [], 0
    while part := response.read(_CHUNK):
        size += len(part)
        if size > max_answer:
            raise Invalid(
                "address", N_("The answer of {host} is larger than {size} bytes.", host=host, size=max_answer)
            )
        parts.append(part)
    if response.length:  # fewer bytes than the head of the answer promised
        raise http.client.IncompleteRead(b"", response.length)
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, b"".join(parts), headers)


class _Connection(http.client.HTTPConnection):
    """To the address that was checked, with the name for the certificate."""

    def __init__(self, aim: Target, timeout: int, authority: str) -> None:
        super().__init__(aim.host, aim.port, timeout=timeout)
        self._aim, self._authority = aim, authority
        self.wire: socket | None = None  # stays, while `sock` goes over to an answer that ends with its connection
        self.default_port = 443 if aim.scheme == "https" else 80  # the port is named in Host only when it is another

    def connect(self) -> None:
        aim = self._aim
        plain = reach.connect(aim.host, aim.port, timeout=_CONNECT, own_only=aim.scheme == "http")
        self.sock = self.wire = plain
        plain.settimeout(self.timeout)
        if aim.scheme == "https":
            self.sock = self.wire = context(self._authority).wrap_socket(plain, server_hostname=aim.host)


def context(authority: str = "") -> ssl.SSLContext:
    """What a server's certificate is checked with; Invalid when `authority` holds no certificate."""
    try:
        return ssl.create_default_context(cadata=authority or None)
    except (ssl.SSLError, ValueError) as error:
        raise Invalid("authority", N_("This is no certificate in PEM form.")) from error


class _Deadline:
    """Cuts a connection when its time is over, however slowly the other side goes on sending."""

    def __init__(self, seconds: int, connection: _Connection) -> None:
        self._connection = connection
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.is_over = False

    def _cut(self) -> None:
        self.is_over = True
        wire = self._connection.wire
        if wire is not None:
            with suppress(OSError):
                socket.shutdown(wire, SHUT_RDWR)  # of the plain socket: the reader then finds the end

    def check(self) -> None:
        """Raise TimeoutError when what was read ended because of the cut."""
        if self.is_over:
            raise TimeoutError

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
