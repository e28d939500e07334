"""A mail as it came in: who wrote, to which reply address, what, with which files, and whether a program wrote it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr
from typing import Any

from app.conversations.domain.messages import LONGEST, MOST_FILES, Upload, file_fault
from app.conversations.domain.replies import cut_reply, text_of_html

MOST_BYTES = 25_000_000  # of a whole mail
_LOGO = 20_000  # pictures inside of the text up to this size belong to signatures

_PRECEDENCES = {"bulk", "junk", "list", "auto_reply"}
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:re:\s*|aw:\s*)?(?:out of (?:the )?office|automatic reply|auto(?:matic)?[ -]?(?:reply|response)|autoreply|"
    r"automatische antwort|abwesenheit|abwesend|réponse automatique|автоответ|автоматический ответ|вне офиса|"
    r"автовідповідь|автоматична відповідь|не в офісі|undeliver|delivery status notification|mail delivery|"
    r"returned mail|failure notice|unzustellbar)",
    re.IGNORECASE,
)
_MACHINES = {"mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply"}


@dataclass(frozen=True, slots=True)
class Mail:
    """`key` is its Message-ID, or its hash. `auto`: why nobody is to answer it: "auto", "loop" or ""."""

    key: str
    sender: str
    sender_name: str
    subject: str
    token: str
    text: str
    cut: str
    files: tuple[Upload, ...]
    auto: str


def token_of(conversation_id: int, user_id: int, key: bytes) -> str:
    """What stands behind the plus in the reply address of one person in one thread; nobody else can make it."""
    facts = f"{conversation_id}-{user_id}"
    return f"{facts}-{_seal(facts, key)}"


def read_token(token: str, key: bytes) -> tuple[int, int] | None:
    """Thread and person of a token; None when it is not one of ours."""
    found = re.fullmatch(r"((\d{1,18})-(\d{1,18}))-([0-9a-f]{20})", token.strip().lower(), re.ASCII)
    if found is None or not hmac.compare_digest(found[4], _seal(found[1], key)):
        return None
    return int(found[2]), int(found[3])


def _seal(facts: str, key: bytes) -> str:
    return hmac.new(key, f"conversations.reply:{facts}".encode(), hashlib.sha256).hexdigest()[:20]


def reply_address(address: str, token: str) -> str:
    """reply@firm.example becomes reply+token@firm.example."""
    local, _sign, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def read_mail(raw: bytes, own: str, sender_of_ours: str = "") -> Mail:
    """Parse a mail. `own` is the reply address, `sender_of_ours` the sender of all our mails."""
    message: Any = message_from_bytes(raw, policy=default)
    name, sender = parseaddr(_head(message, "From"))
    sender = sender.strip().lower()[:254]
    files, left = _files(message)
    written = _body(message)
    reply = cut_reply(written[: LONGEST * 20])
    text, rest = reply.text[:LONGEST], reply.text[LONGEST:]
    cut = "\n\n".join(part for part in (rest, reply.cut, *(f"[{one}]" for one in left)) if part)
    return Mail(
        key=(_head(message, "Message-ID").strip() or hashlib.sha256(raw).hexdigest())[:255],
        sender=sender, sender_name=" ".join(name.split())[:200], subject=" ".join(_head(message, "Subject").split())[:300],
        token=_token(message, own), text=text.replace("\0", ""), cut=cut.replace("\0", ""), files=files,
        auto=_auto(message, sender, {own.lower(), parseaddr(sender_of_ours)[1].lower()} - {""}),
    )  # fmt: skip


def _head(message: Any, name: str) -> str:
    """A header as text; one that cannot be read is empty."""
    with suppress(Exception):  # damaged headers raise what the standard library happens to meet
        return str(message.get(name, "") or "")
    return ""


def _token(message: Any, own: str) -> str:
    local, _sign, domain = own.lower().rpartition("@")
    if not domain:
        return ""
    values: list[str] = []
    for name in ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"):
        with suppress(Exception):
            values += [str(one) for one in message.get_all(name, [])]
    for _name, address in getaddresses(values):
        user, _sign, host = address.strip().lower().rpartition("@")
        if host == domain and user.startswith(f"{local}+"):
            return user[len(local) + 1 :][:120]
    return ""


def _auto(message: Any, sender: str, ours: set[str]) -> str:
    user, _sign, _host = sender.partition("@")
    if sender in ours or user.startswith(tuple(f"{one.partition('@')[0]}+" for one in ours if "@" in one)):
        return "loop"
    submitted = _head(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return_path = message.get("Return-Path")
    is_auto = (
        submitted not in ("", "no")
        or _head(message, "Precedence").strip().lower() in _PRECEDENCES
        or any(message.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponse"))
        or (return_path is not None and not parseaddr(str(return_path))[1])
        or message.get_content_type() == "multipart/report"
        or user in _MACHINES
        or bool(_AUTO_SUBJECT.match(_head(message, "Subject")))
    )
    return "auto" if is_auto else ""


def _body(message: EmailMessage) -> str:
    """The plain text of a mail; made of its HTML where it has nothing else."""
    plain, html = [], []
    for part in _parts(message):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            html.append(_decoded(part))
    text = "\n".join(plain).strip()
    return text or "\n".join(text_of_html(one) for one in html)


def _parts(message: Any) -> Iterator[Any]:
    """The parts that are no containers; what hangs on a forwarded mail stays inside of it."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        yield from _parts(part)


def _decoded(part: Any) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _files(message: Any) -> tuple[tuple[Upload, ...], list[str]]:
    """Attachments that are taken, and the names of those that are not."""
    taken: list[Upload] = []
    left: list[str] = []
    for number, part in enumerate(_parts(message), 1):
        kind, name = part.get_content_type(), _file_name(part)
        is_attached = part.get_content_disposition() == "attachment" or bool(name) or kind == "message/rfc822"
        if part is message or (kind in ("text/plain", "text/html") and not is_attached):
            continue
        data = part.get_payload(0).as_bytes() if kind == "message/rfc822" else part.get_payload(decode=True)
        if not isinstance(data, bytes) or not data:
            continue
        if kind.startswith("image/") and part.get("Content-ID") and len(data) < _LOGO:
            continue
        upload = Upload((name or f"{number}.{'eml' if kind == 'message/rfc822' else 'bin'}")[:200], data)
        if file_fault(upload) is not None or len(taken) >= MOST_FILES:
            left.append(upload.name)
        else:
            taken.append(upload)
    return tuple(taken), left


def _file_name(part: Any) -> str:
    with suppress(Exception):
        return re.sub(r"[\x00-\x1f/\\]+", "_", part.get_filename() or "").strip()
    return ""
