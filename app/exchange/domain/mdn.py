"""Receipts of AS2: message disposition notifications (RFC 4130, section 7; RFC 3798), made and read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.texts import N_
from app.exchange.domain.as2 import Opened, Opening, open_message, signed_multipart
from app.exchange.domain.certificates import Identity
from app.exchange.domain.cms import CmsError
from app.exchange.domain.mime_parts import Entity, MimeError, entity, header_text, make, multipart, parts

REPORT = "multipart/report"
_AGENT = "Kontor"


@dataclass(frozen=True, slots=True)
class Mdn:
    """What a receipt says. `fault` is "" when the message was processed; `mic` as in domain.as2."""

    message_id: str
    fault: str = ""
    mic: str = ""
    words: str = ""
    is_signed: bool = False


def make_mdn(mdn: Mdn, recipient: str, signer: Identity | None) -> tuple[str, bytes]:
    """(content type, body); signed where `signer` is given."""
    words = mdn.words or (
        "The message was received and is kept." if not mdn.fault else f"The message was not accepted: {mdn.fault}"
    )
    disposition = "automatic-action/MDN-sent-automatically; processed"
    lines = {
        "Reporting-UA": _AGENT,
        "Original-Recipient": f"rfc822; {header_text(recipient)}",
        "Final-Recipient": f"rfc822; {header_text(recipient)}",
        "Original-Message-ID": header_text(mdn.message_id),
        "Disposition": f"{disposition}/error: {header_text(mdn.fault)}" if mdn.fault else disposition,
    }
    if mdn.mic:
        lines["Received-Content-MIC"] = mdn.mic
    facts = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    text = make("text/plain; charset=utf-8", words.encode() + b"\r\n", content_transfer_encoding="8bit")
    machine = make("message/disposition-notification", facts, content_transfer_encoding="7bit")
    content_type, body = multipart("report", [text, machine], **{"report-type": "disposition-notification"})
    return (content_type, body) if signer is None else signed_multipart(make(content_type, body), signer)


def is_mdn(opened: Opened) -> bool:
    return opened.content.media_type == REPORT


def read_mdn(headers: Mapping[str, str], body: bytes, using: Opening) -> Mdn:
    """A receipt as it came; CmsError when its signature or its shape is wrong."""
    return mdn_of(open_message(headers, body, using))


def mdn_of(opened: Opened) -> Mdn:
    """What an opened receipt says; CmsError when it is none."""
    try:
        pieces = parts(opened.content)
        report = next(one for one in pieces if one.media_type == "message/disposition-notification")
        facts = _facts(report)
        words = next((_text(one) for one in pieces if one.media_type == "text/plain"), "")
    except (MimeError, StopIteration) as error:
        raise CmsError("unexpected-processing-error", N_("The answer is no receipt.")) from error
    return Mdn(
        facts.get("original-message-id", ""), _fault(facts.get("disposition", "")),
        facts.get("received-content-mic", ""), words, opened.is_signed,
    )  # fmt: skip


def _facts(report: Entity) -> Mapping[str, str]:
    body = report.decoded().strip()
    return entity(body + b"\r\n\r\n").headers


def _text(part: Entity) -> str:
    return part.decoded().decode("utf-8", "replace").strip()[:500]


def _fault(disposition: str) -> str:
    """Nothing for processed, a warning included; else the words after the colon: `processed/error: decryption-failed`."""
    _mode, _sign, kind = disposition.partition(";")
    match = re.fullmatch(
        r"\s*(processed|displayed|failed)\s*(?:/\s*(error|failure|warning)\s*:?\s*(.*))?", kind, re.IGNORECASE
    )
    if match is None:
        return disposition.strip() or "no disposition"
    state, modifier, words = match[1].lower(), (match[2] or "").lower(), (match[3] or "").strip()
    if state == "failed" or modifier in ("error", "failure"):
        return words or "failed"
    return ""
