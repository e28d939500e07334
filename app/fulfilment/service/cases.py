"""What returns and claims share: who acts for which side, their files, and requests that come twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import func, insert, select

from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.fulfilment.domain.claimed import CLAIM
from app.fulfilment.domain.returned import RETURN
from app.fulfilment.models.claims import Claim
from app.fulfilment.models.returns import CaseFile, Return
from app.fulfilment.policy import Permission

_Case = TypeVar("_Case", Return, Claim)

MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024
TEXT_LENGTH = 2000

# What a browser may show; told by the first bytes, not by what the sender says.
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def sides_of(actor: Actor) -> frozenset[str]:
    """The sides of a case the actor may act for."""
    if not actor.is_operator:
        return frozenset({"customer"} if actor.can(Permission.RETURN) else ())
    rights = {"sales": Permission.DECIDE, "warehouse": Permission.INSPECT}
    return frozenset(side for side, right in rights.items() if actor.can(right))


def asked_hash(*parts: Any) -> str:
    """Equal requests under one reference make one case."""
    plain = [[asdict(one) for one in part] if isinstance(part, Sequence) and not isinstance(part, str) else part
             for part in parts]  # fmt: skip
    return hashlib.sha256(json.dumps(plain, default=str, sort_keys=True).encode()).hexdigest()


def tidy(text: str, field: str = "text", *, is_needed: bool = False) -> str:
    """What somebody wrote, without blanks around it; Invalid beyond the length, or empty where it is needed."""
    text = text.strip()
    if is_needed and not text:
        raise Invalid(field, N_("Write something."))
    if len(text) > TEXT_LENGTH:
        raise Invalid(field, N_("At most {most} characters.", most=TEXT_LENGTH))
    return text


def known_case(model: type[Return | Claim], company_id: int, client_ref: str, asked: str) -> int | None:
    """The case the same request has made before; Conflict when the reference was used for something else."""
    row = db.session.execute(
        select(model.id, model.request_hash).where(model.company_id == company_id, model.client_ref == client_ref)
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def locked_case(actor: Actor, model: type[_Case], case_id: int) -> _Case:
    """A return or claim under lock; a stranger's is NotFound."""
    rows = lock_rows(model, [case_id])
    if not rows or not (actor.is_operator or rows[0].company_id == actor.company_id):
        raise NotFound
    return rows[0]


def advance(actor: Actor, found: Return | Claim, event: str, *, to: str | None = None, **facts: object) -> None:
    """Move a locked case by its table and note who did it."""
    table, kind = (RETURN, "return") if isinstance(found, Return) else (CLAIM, "claim")
    before = found.state
    found.state = table.target(before, event, sides_of(actor), to)
    if found.state in table.ends:
        found.ended_at = clock.now()
    db.session.flush()
    changes = {"state": [before, found.state], **facts}
    audit.record(actor, kind, found.id, event, changes, company_id=found.company_id)


def media_type_of(data: bytes) -> str:
    """image/jpeg, image/png or image/webp by the first bytes; anything else is a plain file."""
    for head, name in _PICTURES.items():
        if data.startswith(head):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"


@command
def attach(
    actor: Actor, name: str, data: bytes, *, return_id: int | None = None, claim_id: int | None = None
) -> int:  # fmt: skip
    """Add a photo or paper to an open return or claim; at most ten of 10 MB each. Returns its id."""
    case = db.session.get(Return, return_id) if return_id is not None else db.session.get(Claim, claim_id)
    if case is None or not (actor.is_operator or case.company_id == actor.company_id) or not sides_of(actor):
        raise NotFound
    if case.state in (RETURN if return_id is not None else CLAIM).ends:
        raise Conflict(N_("This case is closed. Files are added to open ones."))
    if not data or len(data) > MOST_BYTES:
        raise Invalid("files", N_("{name}: a file may have 1 byte to 10 MB.", name=name))
    owner = CaseFile.return_id == return_id if return_id is not None else CaseFile.claim_id == claim_id
    if (db.session.scalar(select(func.count()).where(owner)) or 0) >= MOST_FILES:
        raise Invalid("files", N_("At most {most} files.", most=MOST_FILES))
    media_type = media_type_of(data)
    file = storage.keep(actor, data, name=name, media_type=media_type, company_id=case.company_id)
    values = {
        "company_id": case.company_id, "return_id": return_id, "claim_id": claim_id, "file_id": file.id,
        "name": file.name, "is_picture": media_type.startswith("image/"), "size": file.size, "author": actor.name,
    }  # fmt: skip
    made: int = db.session.execute(insert(CaseFile).values(values).returning(CaseFile.id)).scalar_one()
    kind = "return" if return_id is not None else "claim"
    audit.record(actor, kind, case.id, "file_added", {"name": file.name}, company_id=case.company_id)
    return made
