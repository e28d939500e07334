"""MIME entities as exact bytes: what is signed must stay as it came, so nothing here writes a header anew."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message as Head

_MAX_HEAD = 65_536
_MAX_PARTS = 50


class MimeError(ValueError):
    """It is no MIME entity, or one that is broken."""


@dataclass(frozen=True, slots=True)
class Entity:
    """`raw` is head and body as they came; header names in lower case, the last of a name counts."""

    headers: Mapping[str, str]
    body: bytes
    raw: bytes = b""

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter of a header, charset and continuations undone; "" where there is none."""
        head = Head()
        head[header] = self.headers.get(header, "")
        found = head.get_param(name, "", header)
        return str(found[2] if isinstance(found, tuple) else found)

    @property
    def file_name(self) -> str:
        return self.parameter("filename", "content-disposition") or self.parameter("name")

    def decoded(self) -> bytes:
        """The body without its transfer encoding."""
        how = self.headers.get("content-transfer-encoding", "binary").strip().lower()
        if how == "base64":
            try:
                return base64.b64decode(re.sub(rb"\s+", b"", self.body), validate=True)
            except (binascii.Error, ValueError) as error:
                raise MimeError("base64") from error
        return quopri.decodestring(self.body) if how == "quoted-printable" else self.body


def entity(raw: bytes) -> Entity:
    """Head and body, parted by the first empty line."""
    match = re.search(rb"\r?\n\r?\n", raw[: _MAX_HEAD + 4])
    if raw.startswith((b"\r\n", b"\n")):
        return Entity({}, raw[1 if raw.startswith(b"\n") else 2 :], raw)
    if match is None:
        raise MimeError("no head")
    return Entity(_headers(raw[: match.start()]), raw[match.end() :], raw)


def _headers(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines():
        name, sign, value = line.decode("utf-8", "replace").partition(":")
        if not sign or not name.strip() or " " in name.strip():
            raise MimeError("head")
        found[name.strip().lower()] = value.strip()
    return found


def parts(one: Entity) -> list[Entity]:
    """The parts of a multipart entity, each exactly as it stands between the boundaries."""
    boundary = one.parameter("boundary").encode("utf-8", "replace")
    if not one.media_type.startswith("multipart/") or not boundary:
        raise MimeError("no multipart")
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)")
    found, start = [], None
    for match in line.finditer(one.body):
        if start is not None:
            found.append(entity(_after_line_end(one.body[start : match.start()])))
        if match[1] or len(found) > _MAX_PARTS:
            return found
        start = match.end()
    raise MimeError("no closing boundary")


def _after_line_end(data: bytes) -> bytes:
    return data[2:] if data.startswith(b"\r\n") else data[1:]


def make(content_type: str, body: bytes, **headers: str) -> bytes:
    """An entity with the given headers (underscores become dashes) and line ends of CR LF."""
    head = [f"Content-Type: {content_type}", *(f"{_title(name)}: {value}" for name, value in headers.items())]
    return "\r\n".join(head).encode("utf-8") + b"\r\n\r\n" + body


def _title(name: str) -> str:
    return name.replace("_", "-").title()


def multipart(subtype: str, pieces: list[bytes], **parameters: str) -> tuple[str, bytes]:
    """(content type, body) of finished entities."""
    boundary = f"=_{secrets.token_hex(16)}"
    delimiter = f"--{boundary}".encode()
    body = b"".join(delimiter + b"\r\n" + piece + b"\r\n" for piece in pieces) + delimiter + b"--\r\n"
    more = "".join(f'; {name}="{value}"' if "/" in value else f"; {name}={value}" for name, value in parameters.items())
    return f'multipart/{subtype}{more}; boundary="{boundary}"', body


def header_text(text: str) -> str:
    """What may stand in a header: printable ASCII on one line."""
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text)
