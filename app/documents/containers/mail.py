"""Mails and MIME bodies: their attachments, and a text body where it is a document itself."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message as Mail

from app.core.texts import N_
from app.documents.containers.parts import MAX_PARTS, MAX_UNPACKED, Container, Part, broken, too_large, too_many

_FIELD = re.compile(
    rb"(?:return-path|received|from|to|cc|date|subject|message-id|mime-version|content-type|content-disposition|"
    rb"content-transfer-encoding|as2-from|as2-to|as2-version|delivered-to|reply-to|dkim-signature|user-agent|x-[a-z-]+):",
    re.IGNORECASE,
)
_MULTIPART = re.compile(rb"--([^\s-][^\r\n]{0,200})\r?\nContent-", re.IGNORECASE)
_TEXT = ("text/plain", "text/html")
_DOCUMENT = (b"<?xml", b"UNA", b"UNB", b"ISA")
_SHAPE = (MessageError, ValueError, TypeError, KeyError, LookupError, AttributeError, IndexError, RecursionError)


def is_mail(start: bytes) -> bool:
    """Two known fields at the head, or a multipart body without them."""
    start = start.lstrip(b"\r\n")
    if _MULTIPART.match(start):
        return True
    head = [line for line in re.split(rb"\r?\n", start[:1024]) if line and line[:1] not in b" \t"]
    return len(head) > 1 and all(_FIELD.match(line) for line in head[:2])


def mail_parts(data: bytes) -> Container:
    data = data.lstrip(b"\r\n")
    body = _MULTIPART.match(data)
    if body:
        data = b'Content-Type: multipart/mixed; boundary="' + body[1].strip().replace(b'"', b"") + b'"\r\n\r\n' + data
    try:
        mail = message_from_bytes(data, policy=policy.compat32)
        return _parts(mail)
    except _SHAPE as error:
        raise broken("MIME", error) from None


def _parts(mail: Mail) -> Container:
    parts: list[Part] = []
    is_signed = False
    size = 0
    for n, one in enumerate(mail.walk()):
        if n > MAX_PARTS:
            raise too_many()
        if one.is_multipart():
            continue
        content = one.get_payload(decode=True)
        if not isinstance(content, bytes) or not content.strip():
            continue
        name = _name(one)
        if name.lower().endswith(".p7s") or one.get_content_type().endswith("pkcs7-signature"):
            is_signed = True
            continue
        if one.get_content_type() in _TEXT and not name and not content.lstrip().startswith(_DOCUMENT):
            continue
        size += len(content)
        if size > MAX_UNPACKED:
            raise too_large()
        parts.append(Part(name, content))
    return Container("mail", tuple(parts), (N_("The signature was not checked."),) if is_signed else ())


def _name(mail: Mail) -> str:
    return " ".join((mail.get_filename() or "").split())
