"""A supplier's bid: the form, the sheet out and in, submission, receipts, the own bid at any time.

Where a committee opens, the reading code stays in the supplier's own browser for the session and nowhere else.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Response, request, session

from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, RowProblem
from app.sourcing.domain.bid_content import BidContent
from app.sourcing.forms.bids import Files, Reader, as_typed
from app.sourcing.policy import Permission
from app.sourcing.queries.supplier_tenders import SupplierTender, supplier_tender
from app.sourcing.service import bids
from app.sourcing.service.bids import OwnContent, Received
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.bid_sheet import from_sheet, sheet_answer
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, language, say


def _code(tender_id: int) -> str:
    return str(session.get(f"bid-code-{tender_id}", ""))


def _remember(tender_id: int, code: str) -> None:
    if code and code != _code(tender_id):
        session[f"bid-code-{tender_id}"] = code


def _own(found: SupplierTender, *, is_draft_wanted: bool = True) -> OwnContent:
    """The own bid; a remembered code that is not the right one is forgotten."""
    try:
        return bids.read_own(
            actor(), found.tender.id, reading_code=_code(found.tender.id), is_draft_wanted=is_draft_wanted
        )
    except Invalid:
        session.pop(f"bid-code-{found.tender.id}", None)
        return bids.read_own(actor(), found.tender.id, is_draft_wanted=is_draft_wanted)


@blueprint.get("/supplier/tenders/<number:number>/bid")
@requires(Permission.BID, Permission.READ_BIDS)
def supplier_bid(number: str) -> Response:
    """The form while bids are taken, afterwards what was submitted."""
    found = supplier_tender(actor(), number)
    if not found.may_bid:
        return go("sourcing.supplier_bid_own", number=number)
    own = _own(found)
    if own.is_locked:
        return render_page("sourcing/supplier_bid_locked.html", tender=found.tender, has_bid=own.bid is not None)
    return _form(found, own, as_typed(own.content, found.asked, language()))


def _form(
    found: SupplierTender,
    own: OwnContent,
    typed: Mapping[str, str],
    problems: Sequence[RowProblem] = (),
    *,
    refused: str = "",
    status: int = 200,
) -> Response:
    kept = own.content.answers if own.content else ()
    typed = {f"answer-{one.requirement_id}": one.file.name for one in kept if one.file} | dict(typed)
    by_line: dict[int, list[str]] = {}
    for problem in problems:
        by_line.setdefault(problem.row, []).append(say(problem.message))
    return render_page(
        "sourcing/supplier_bid.html",
        status=status,
        found=found,
        tender=found.tender,
        asked=found.asked,
        own=own,
        typed=typed,
        general=by_line.pop(0, []),
        by_line=by_line,
        refused=refused,
        client_ref=str(uuid.uuid4()),
    )


def _files() -> Files:
    return {
        name: (file.filename or "", file.mimetype or "application/octet-stream", file.read())
        for name, file in request.files.items()
        if file.filename
    }


@blueprint.post("/supplier/tenders/<number:number>/bid")
@requires(Permission.BID)
def supplier_bid_save(number: str) -> Response:
    """Keep the draft, take in a sheet, or submit: what the button says."""
    found = supplier_tender(actor(), number)
    own = _own(found)
    typed, refused, problems = dict(request.form), "", list[RowProblem]()
    do = typed.get("do", "save")
    try:
        if do == "sheet":
            typed |= from_sheet(request.files.get("sheet"), found.asked, language())
        reader = Reader(found.asked, language(), own.content)
        content = reader.read(typed, _files())
        problems = reader.problems
        if do == "submit" and not problems:
            return _submitted(found, content, typed)
        if not problems:
            _kept(found, content)
            tell(_("The draft is kept, sealed with your own key. A draft is no bid: submit it before the deadline."))
            return go("sourcing.supplier_bid", number=number)
    except Invalid as error:
        problems, refused = (error.details or []), say(error.message)
    except (Conflict, Forbidden) as error:
        refused = say(error.message)
    return _form(found, _own(found), typed, problems, refused=refused, status=422)


def _kept(found: SupplierTender, content: BidContent) -> None:
    code = bids.save_draft(actor(), found.tender.id, content, reading_code=_code(found.tender.id))
    _remember(found.tender.id, code)


def _submitted(found: SupplierTender, content: BidContent, typed: Mapping[str, Any]) -> Response:
    """Submit; a bid that is refused as incomplete stays as a draft, with the files that came with it."""
    try:
        return _told(found, _sent(found, content, typed))
    except Invalid:
        with suppress(DomainError):
            _kept(found, content)
        raise


def _sent(found: SupplierTender, content: BidContent, typed: Mapping[str, Any]) -> Received:
    return bids.submit_bid(
        actor(), found.tender.id, content,
        base_version=request.form.get("base_version", 0, type=int),
        client_ref=str(typed.get("client_ref", "")) or str(uuid.uuid4()),
        reading_code=_code(found.tender.id),
        tender_version=request.form.get("tender_version", 0, type=int),
    )  # fmt: skip


def _told(found: SupplierTender, received: Received) -> Response:
    _remember(found.tender.id, received.reading_code)
    tell(_("Received as bid {code}, version {version}. This page is your receipt.", code=received.code,
           version=received.version))  # fmt: skip
    return go("sourcing.supplier_bid_own", number=found.tender.number)


@blueprint.get("/supplier/tenders/<number:number>/bid/own")
@requires(Permission.READ_BIDS)
def supplier_bid_own(number: str) -> Response:
    """What was submitted, line by line, with its receipts; at any time."""
    found = supplier_tender(actor(), number)
    own = _own(found, is_draft_wanted=False)
    return render_page(
        "sourcing/supplier_bid_own.html",
        found=found,
        tender=found.tender,
        asked=found.asked,
        own=own,
        events=bids.own_events(actor(), found.tender.id),
        receipt_key=bids.receipt_key(),
        reading_code=_code(found.tender.id) if found.quorum else "",
        offers=own.content.offers if own.content else (),
        client_ref=str(uuid.uuid4()),
        may_act=actor().can(Permission.BID) and found.may_bid,
    )


@blueprint.post("/supplier/tenders/<number:number>/bid/act")
@requires(Permission.BID)
def supplier_bid_act(number: str) -> Response:
    """Confirm unchanged, withdraw, drop the draft, or give the reading code."""
    found = supplier_tender(actor(), number)
    tender_id, do = found.tender.id, request.form.get("do", "")
    version = request.form.get("base_version", 0, type=int)
    ref = request.form.get("client_ref", "") or str(uuid.uuid4())
    try:
        if do == "confirm":
            return _told(found, bids.confirm_unchanged(actor(), tender_id, base_version=version, client_ref=ref))
        if do == "withdraw":
            return _told(found, bids.withdraw_bid(actor(), tender_id, base_version=version, client_ref=ref))
        if do == "drop":
            bids.drop_draft(actor(), tender_id)
            tell(_("The draft is gone."))
        elif do == "code":
            code = request.form.get("reading_code", "")
            bids.read_own(actor(), tender_id, reading_code=code)
            _remember(tender_id, code)
    except (Conflict, Invalid, Forbidden) as error:
        tell(error.message, "bad")
    return go("sourcing.supplier_bid", number=number)


@blueprint.get("/supplier/tenders/<number:number>/bid/sheet.<any(xlsx, csv):form>")
@requires(Permission.BID, Permission.READ_BIDS)
def supplier_bid_sheet(number: str, form: str) -> Response:
    """All lines with what was entered so far, to be filled in and sent back."""
    found = supplier_tender(actor(), number)
    own = _own(found)
    return sheet_answer(found.asked, own.content, form)


@blueprint.get("/supplier/tenders/<number:number>/bid/receipts/<int:sequence>.json")
@requires(Permission.READ_BIDS)
def supplier_bid_receipt(number: str, sequence: int) -> Response:
    """The signed receipt as a file."""
    found = supplier_tender(actor(), number)
    for event in bids.own_events(actor(), found.tender.id):
        if event.sequence == sequence and event.receipt is not None:
            answer = Response(json.dumps(event.receipt, indent=1, ensure_ascii=False), mimetype="application/json")
            name = f"receipt-{number}-{sequence}.json"
            answer.headers.set("Content-Disposition", "attachment", filename=name)
            return answer
    raise NotFound
