"""The message monitor, one message, its original and its other forms."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, request, send_file, url_for

from app.core.errors import NotFound
from app.documents.business_terms import term_name
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.exchange.domain.message_machine import CAN_REPLAY, CAN_RESEND, MessageState, may_follow
from app.exchange.domain.unknown_codes import unknown_codes
from app.exchange.policy import Permission
from app.exchange.queries import message_lists as lists
from app.exchange.queries.message_lists import MessageRow
from app.exchange.queries.message_related import related, subject_number
from app.exchange.queries.messages import attempts, events, message
from app.exchange.views import blueprint, message_content
from app.exchange.views import message_words as words
from app.exchange.views.message_forms import repair_forms
from app.exchange.views.message_tabs import tabs_for
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

if TYPE_CHECKING:
    from app.exchange.models.messages import ExchangeMessage

_STATES = {*lists.GROUPS, *(state.value for state in MessageState)}
_MODES = [("", _("Live and test")), ("live", _("Live")), ("test", _("Test"))]


def _day(name: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(request.args.get(name, ""))
    return None


def _filters() -> lists.MessageFilters:
    given = {
        name: request.args.get(name, "").strip()[:80]
        for name in ("q", "direction", "state", "document", "partner", "format", "mode")
    }
    return lists.MessageFilters(
        given["q"], given["direction"] if given["direction"] in words.DIRECTIONS else "",
        given["state"] if given["state"] in _STATES else "", given["document"], given["partner"], given["format"],
        given["mode"] if given["mode"] in ("live", "test") else "", _day("start"), _day("end"),
    )  # fmt: skip


@blueprint.get("/messages")
@requires(Permission.MESSAGES)
def messages_index() -> Response:
    filters = _filters()
    keyset = keyset_from_request(parts=(int,))
    rows = lists.messages_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    counts = lists.counts(actor())
    kinds, used = lists.documents_seen(actor())
    return render_page(
        "exchange/message_index.html",
        part="exchange/_messages.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != lists.MessageFilters(),
        is_first_page=keyset.after is None and keyset.before is None,
        counts=counts,
        tabs=tabs_for("messages", counts),
        options={
            "direction": [("", _("Both ways")), *words.DIRECTIONS.items()],
            "state": [
                ("", _("All")), ("todo", _("Waits for a person")), ("work", _("Being worked on")),
                *((state.value, word) for state, (_tone, word) in words.STATES.items()),
            ],
            "document": [("", _("All")), *((kind, words.document_name(kind)) for kind in kinds)],
            "format": [("", _("All")), *((code, words.format_name(code)) for code in used)],
            "partner": [("", _("All")), *lists.partner_choices(actor())],
            "mode": _MODES,
        },
        is_operator=actor().is_operator,
        words=words,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as shown: `field` in our words, `address` leads to its place in the text."""

    step: str
    rule: str
    ruleset: str
    severity: str
    line: int
    column: int
    path: str
    field: str
    message: str
    address: str


def _findings(found: ExchangeMessage) -> list[Finding]:
    order = {"fatal": 0, "warning": 1}
    rows = sorted(found.report.get("findings", []), key=lambda row: order.get(row.get("severity", ""), 2))
    return [_finding(found.id, row) for row in rows[:500]]


def _finding(message_id: int, row: dict[str, Any]) -> Finding:
    terms = ", ".join(str(say(term_name(term["id"]))) for term in row.get("terms", []))
    line, column = row.get("line") or 0, row.get("column") or 0
    address = (
        url_for("exchange.message_show", message_id=message_id, line=line, column=column) + "#original" if line else ""
    )
    return Finding(
        row.get("step", ""), row.get("rule", ""), row.get("ruleset", ""), row.get("severity", ""), line, column,
        row.get("path", ""), terms, words.said(row.get("explanation") or row.get("message")), address,
    )  # fmt: skip


def _marks(findings: Sequence[Finding]) -> set[tuple[int, int]]:
    """Where the text is marked: the asked place, else every finding that is fatal or a warning."""
    line = request.args.get("line", type=int)
    if line:
        return {(line, request.args.get("column", 0, type=int) or 0)}
    return {(one.line, one.column) for one in findings if one.line and one.severity != "info"}


@blueprint.get("/messages/<int:message_id>")
@requires(Permission.MESSAGES)
def message_show(message_id: int) -> Response:
    return show_message(message_id)


def show_message(message_id: int, *, status: int = 200, **more: Any) -> Response:
    """The page of a message; `more` are forms that were sent and refused."""
    found = message(actor(), message_id)
    findings = _findings(found)
    data = message_content.bytes_of(found)
    document, problem = message_content.document_of(found, data) if data and _is_shown(data) else (None, None)
    line_page = max(request.args.get("lines", 1, type=int) or 1, 1)
    row = lists.message_row(actor(), message_id)
    unknown = unknown_codes(found.reason, found.report)
    codes = [one.theirs for one in unknown]
    asked_page = request.args.get("page", type=int)
    context: dict[str, Any] = {
        "found": found,
        "row": row,
        "state": words.STATES[MessageState(found.state)],
        "name": words.document_name(found.document, found.type_code),
        "reason": words.said(found.reason),
        "findings": findings,
        "unused": [part for one in found.report.get("documents", []) for part in one.get("unused", [])][:100],
        "view": message_content.view_of(document, line_page) if document is not None else None,
        "line_page": line_page,
        "lines_a_page": message_content.LINES,
        "problem": say(problem) if problem else "",
        "text": message_content.text_page(data, _marks(findings), asked_page, codes) if data else None,
        "events": events(actor(), message_id)[::-1],
        "attempts": attempts(actor(), message_id)[::-1],
        "tree": tree_of(related(actor(), found), found.id),
        "subject": subject_of(found, row.company_code),
        "forms": message_content.forms_for(document, found.format) if document is not None else [],
        "may": _may(found),
        "words": words,
        "is_operator": actor().is_operator,
    }  # fmt: skip
    if any(context["may"][what] for what in ("repair", "refuse", "ignore", "cancel")):
        context["suggested"] = unknown
        context |= repair_forms(unknown)
    return render_page("exchange/message_show.html", status=status, **(context | more))


def _is_shown(data: bytes) -> bool:
    return len(data) <= message_content.MAX_SHOWN


def subject_of(found: ExchangeMessage, account: str) -> tuple[str, str] | None:
    """What the message became or tells of: its number and page."""
    number = subject_number(actor(), found)
    if not number:
        return None
    if found.subject_kind == "call_off":
        return number, url_for("exchange.match_show", slug="call-offs", number=number)
    if found.subject_kind == "shipment":
        is_house = actor().is_operator
        return number, url_for(
            "fulfilment.warehouse_shipment" if is_house else "fulfilment.shipment_page", number=number
        )
    if found.subject_kind != "order":
        return number, url_for("billing.show", number=number)
    if actor().is_operator:
        return number, url_for("ordering.sales_order", account=account, number=number)
    return number, url_for("ordering.order", number=number)


def _may(found: ExchangeMessage) -> dict[str, bool]:
    """What a person may do with the message in its state."""
    me, state = actor(), MessageState(found.state)
    is_own = me.is_operator and me.can(Permission.REPAIR)
    is_in = found.direction == "in"
    return {
        "repair": is_own and is_in and state in CAN_REPLAY,
        "resend": is_own and not is_in and state in CAN_RESEND,
        "refuse": is_own and is_in and may_follow("in", state, MessageState.REFUSED),
        "ignore": is_own and is_in and may_follow("in", state, MessageState.IGNORED),
        "cancel": is_own and not is_in and may_follow("out", state, MessageState.CANCELLED),
        "partners": me.can(Permission.PARTNERS),
    }


@dataclass(frozen=True, slots=True)
class Branch:
    """A message in the tree of what belongs together."""

    row: MessageRow
    depth: int
    is_here: bool


def tree_of(rows: Sequence[MessageRow], here: int) -> list[Branch]:
    """Answers and mended copies under what they belong to, each level by time."""
    known = {row.id for row in rows}
    below: dict[int, list[MessageRow]] = {}
    for row in rows:
        parent = next((key for key in (row.answers_id, row.edited_from_id) if key in known and key != row.id), 0)
        below.setdefault(parent or 0, []).append(row)
    branches: list[Branch] = []
    waiting = [(row, 0) for row in reversed(below.get(0, []))]
    while waiting:
        row, depth = waiting.pop()
        branches.append(Branch(row, depth, row.id == here))
        waiting += [(child, depth + 1) for child in reversed(below.get(row.id, []))]
    return branches


@blueprint.get("/messages/<int:message_id>/original")
@requires(Permission.MESSAGES)
def message_original(message_id: int) -> Response:
    """The bytes of this message, unchanged."""
    found = message(actor(), message_id)
    data = message_content.bytes_of(found)
    if data is None:
        raise NotFound
    media_type = formats[found.format].media_type if found.format in formats else "application/octet-stream"
    return _file(data, media_type, found, found.format)


def _file(data: bytes, media_type: str, found: ExchangeMessage, code: str) -> Response:
    endings = {"application/xml": "xml", "text/csv": "csv", "application/pdf": "pdf", "text/html": "html"}
    ending = endings.get(media_type.partition(";")[0], "xlsx" if "sheet" in media_type else "edi")
    if data.startswith(b"%PDF-"):
        media_type, ending = "application/pdf", "pdf"
    name = "".join(char if char.isalnum() or char in "-_." else "-" for char in found.number) or f"message-{found.id}"
    return make_response(
        send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=f"{name}.{code}.{ending}")
    )


@blueprint.get("/messages/<int:message_id>/as/<code>")
@requires(Permission.MESSAGES)
def message_as(message_id: int, code: str) -> Response:
    """The document in another format: first what would be lost, then the file."""
    found = message(actor(), message_id)
    data = message_content.bytes_of(found)
    if data is None or code not in formats or len(data) > message_content.MAX_SHOWN:
        raise NotFound
    problem, converted = "", None
    try:
        converted = convert(data, code, found.format if found.format in formats else "")
    except FormatError as error:
        problem = str(say(error.message))
    if converted and "download" in request.args:
        return _file(converted.data, formats[code].media_type, found, code)
    return render_page(
        "exchange/message_as.html",
        found=found,
        code=code,
        name=words.format_name(code),
        title=words.document_name(found.document, found.type_code),
        problem=problem,
        converted=converted,
        status=422 if problem else 200,
    )
