"""What the pages of returns and claims share: numbers entered by line, files, words of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Response, request, send_file

from app.core import storage
from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.fulfilment.policy import Permission
from app.fulfilment.queries.case_files import case_file
from app.fulfilment.service.cases import attach
from app.fulfilment.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices, parse_decimal
from app.web.texts import _, language, say

_PARTS = 8_000  # fields of a return of a thousand lines; Flask's own limit is 1,000

# action: (what happened, tone); of returns and claims alike
_EVENTS: Mapping[str, tuple[Message, str]] = {
    "ask": (N_("Asked for"), ""),
    "authorise": (N_("Authorised"), "good"),
    "refuse": (N_("Refused"), "bad"),
    "withdraw": (N_("Withdrawn"), ""),
    "lapse": (N_("Closed: the goods never came"), "warn"),
    "receive": (N_("Goods arrived"), ""),
    "inspect": (N_("Inspected"), ""),
    "settle": (N_("Decided"), "good"),
    "open": (N_("Opened"), ""),
    "answer": (N_("Question answered"), ""),
    "grant": (N_("Granted"), "good"),
    "file_added": (N_("File added"), ""),
}
_QUESTION = N_("Question to the customer")


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint is not None and endpoint.startswith(("fulfilment.return_", "fulfilment.claim_")):
        request.max_form_parts = _PARTS


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def told(entries: Iterable[Any], *, is_claim: bool = False) -> list[Told]:
    """The history of a case in words, the latest first."""
    found = []
    for entry in entries:
        words, tone = _EVENTS.get(entry.action, (Message(entry.action), ""))
        if is_claim and entry.action == "ask":
            words, tone = _QUESTION, "seal"
        notes = (entry.changes.get(name) for name in ("text", "reason", "answer", "name"))
        note = next((str(one) for one in notes if one), "")
        found.append(Told(entry.at, say(words), entry.who, note, tone))
    return found[::-1]


def options(words: Mapping[str, Message]) -> list[tuple[str, str]]:
    """Codes with their words, for a select."""
    return [(code, say(text)) for code, text in words.items()]


def radio(words: Mapping[str, Message]) -> Any:
    """The same for a field of a form."""
    return choices(options(words))


def entered(name: str, position: int, *, default: str = "0") -> Decimal:
    """A number of a line; Invalid names the row that holds something else."""
    text = request.form.get(name, "").strip() or default
    try:
        return parse_decimal(text, language())
    except ValueError:
        problem = N_("“{given}” is not a number.", given=text[:40])
        raise Invalid("lines", N_("Row {row}: {problem}", row=position, problem=problem)) from None


def words_of(name: str, most: int = 2000) -> str:
    """A text of the form that was sent."""
    return request.form.get(name, "").strip()[:most]


def attach_files(*, return_id: int | None = None, claim_id: int | None = None) -> int:
    """The files of this form, those that are refused told one by one; how many were taken."""
    taken = 0
    for file in request.files.getlist("files"):
        if not file.filename:
            continue
        try:
            attach(actor(), file.filename, file.read(), return_id=return_id, claim_id=claim_id)
            taken += 1
        except Invalid as error:
            tell(_("{name}: {reason}", name=file.filename, reason=say(error.message)), "warn")
    return taken


@blueprint.get("/cases/files/<int:file_id>")
@requires(Permission.READ)
def case_file_get(file_id: int) -> Response:
    """A picture is shown as what its bytes are; everything else is only offered for download."""
    file, is_picture = case_file(actor(), file_id)
    media_type = file.media_type if is_picture else "application/octet-stream"
    response = send_file(
        storage.open_file(file), mimetype=media_type, as_attachment=not is_picture, download_name=file.name,
        etag=file.sha256, max_age=0,
    )  # fmt: skip
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
