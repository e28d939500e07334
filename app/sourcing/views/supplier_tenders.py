"""The portal of suppliers: tenders they may see, one with its papers and questions, taking part."""

from __future__ import annotations

from flask import Response, request, send_file, url_for

from app.core import storage
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.sourcing.policy import Permission
from app.sourcing.queries.supplier_tenders import paper_for_supplier, supplier_tender, supplier_tenders
from app.sourcing.service import bids, tender_people, tender_questions
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

nav_entry(20, "sourcing.supplier_tenders_index", _("Tenders"), Permission.READ_BIDS, "audit", scope=Scope.TENANT)
GROUP_WORDS = (("", _("All")), ("open", _("Open")), ("running", _("Being decided")), ("ended", _("Ended")))


@blueprint.get("/supplier/tenders")
@requires(Permission.READ_BIDS)
def supplier_tenders_index() -> Response:
    group = request.args.get("group", "")
    keyset = keyset_from_request(parts=(int,))
    rows = supplier_tenders(actor(), group, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "sourcing/supplier_tenders.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        own=bids.own_states(actor(), [row.id for row in rows]),
        views=[
            (say(text), url_for("sourcing.supplier_tenders_index", group=code or None), code == group, 0)
            for code, text in GROUP_WORDS
        ],
        group=group,
    )


@blueprint.get("/supplier/tenders/<number:number>")
@requires(Permission.READ_BIDS)
def supplier_tender_show(number: str) -> Response:
    found = supplier_tender(actor(), number)
    if found.part is not None:
        tender_people.mark_seen(actor(), found.tender.id)
        found = supplier_tender(actor(), number)
    return render_page(
        "sourcing/supplier_tender.html",
        found=found,
        tender=found.tender,
        asked=found.asked,
        bid=bids.own_states(actor(), [found.tender.id]).get(found.tender.id),
        may_act=actor().can(Permission.BID),
    )


@blueprint.post("/supplier/tenders/<number:number>/part")
@requires(Permission.BID)
def supplier_tender_part(number: str) -> Response:
    """Intend to bid, decline, apply, or ask: what the button says."""
    tender_id = supplier_tender(actor(), number).tender.id
    reason = request.form.get("text", "")
    try:
        match request.form.get("do", ""):
            case "apply":
                tender_people.apply(actor(), tender_id, note=reason)
                tell(_("Your application is sent. You hear as soon as it is decided."))
            case "ask":
                tender_questions.ask(actor(), tender_id, reason, lot_id=request.form.get("lot", type=int))
                tell(_("Your question is sent. Nobody learns that it is yours."))
            case answer:
                tender_people.answer_invitation(actor(), tender_id, answer, reason=reason)
                tell(_("The buyer knows now."))
    except (Conflict, Invalid) as error:
        tell(error.message, "bad")
    return go("sourcing.supplier_tender_show", number=number)


@blueprint.get("/supplier/tenders/<number:number>/papers/<int:document_id>")
@requires(Permission.READ_BIDS)
def supplier_tender_paper(number: str, document_id: int) -> Response:
    file = paper_for_supplier(actor(), number, document_id)
    return send_file(
        storage.open_file(file), mimetype=file.media_type, as_attachment=True, download_name=file.name,
        etag=file.sha256, max_age=0,
    )  # fmt: skip
