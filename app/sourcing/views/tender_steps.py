"""What moves a tender of the asking side: release, publication, later deadline, stop, go on, cancel, copy; papers; history."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Response, request, send_file

from app.accounts.domain.registration import Upload, media_type
from app.core import storage
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.texts import Message
from app.sourcing.policy import Permission
from app.sourcing.queries.tenders import document_file, documents_of, history_of, lots_of, own_tender, versions_of
from app.sourcing.service import tender_changes, tender_publish, tenders
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_words import entered_moment, shown_version, words
from app.sourcing.views.tenders import page_values, show_page
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _

_DECIDING = (Permission.RUN, Permission.APPROVE)


def _do(number: str, act: Callable[[int], Any], told: Message | str) -> Response:
    """Act on a tender and return to its page, which says what came of it."""
    tender = own_tender(actor(), number)
    try:
        act(tender.id)
    except (Invalid, Conflict, Forbidden) as error:
        tell(error.message, "bad")
        return show_page(own_tender(actor(), number), status=error.status)
    tell(told)
    return go("sourcing.tender_show", number=number)


@blueprint.post("/tenders/<number:number>/submit")
@requires(Permission.RUN)
def tender_submit(number: str) -> Response:
    return _do(
        number,
        lambda tender_id: tender_publish.submit_approval(actor(), tender_id, row_version=shown_version()),
        _("The release is asked for."),
    )


@blueprint.post("/tenders/<number:number>/release")
@requires(Permission.APPROVE)
def tender_release(number: str) -> Response:
    """Release the draft as it is, or return it with a reason."""
    if request.form.get("do") == "return":
        return _do(
            number,
            lambda tender_id: tender_publish.return_tender(
                actor(), tender_id, reason=words("reason", 1000), row_version=shown_version()
            ),
            _("The tender is returned."),
        )
    return _do(
        number,
        lambda tender_id: tender_publish.approve_tender(actor(), tender_id, row_version=shown_version()),
        _("The tender is released: it can be published as it is."),
    )


@blueprint.post("/tenders/<number:number>/publish")
@requires(Permission.RUN)
def tender_publish_now(number: str) -> Response:
    return _do(
        number,
        lambda tender_id: tender_publish.publish_tender(actor(), tender_id, row_version=shown_version()),
        _("The tender is published; the suppliers are told."),
    )


@blueprint.post("/tenders/<number:number>/extend")
@requires(Permission.RUN)
def tender_extend(number: str) -> Response:
    def act(tender_id: int) -> None:
        deadline = entered_moment("deadline")
        if deadline is None:
            raise Invalid("deadline", str(_("Say until when bids are accepted.")))
        tender_changes.extend(actor(), tender_id, deadline, reason=words("reason", 1000), row_version=shown_version())

    return _do(number, act, _("The deadline is later; everybody who takes part is told."))


@blueprint.post("/tenders/<number:number>/suspend")
@requires(Permission.RUN)
def tender_suspend(number: str) -> Response:
    return _do(
        number,
        lambda tender_id: tender_changes.suspend(
            actor(), tender_id, reason=words("reason", 1000), row_version=shown_version()
        ),
        _("The tender is suspended; the time that is left is kept."),
    )


@blueprint.post("/tenders/<number:number>/resume")
@requires(Permission.RUN)
def tender_resume(number: str) -> Response:
    return _do(
        number,
        lambda tender_id: tender_changes.resume(actor(), tender_id, row_version=shown_version()),
        _("The tender goes on; its dates moved by the time that was lost."),
    )


@blueprint.post("/tenders/<number:number>/cancel")
@requires(*_DECIDING)
def tender_cancel(number: str) -> Response:
    """End it, or one lot, without a result: as cancelled, or because no bid can be accepted."""
    end = tender_changes.declare_unsuccessful if request.form.get("do") == "unsuccessful" else tender_changes.cancel

    def act(tender_id: int) -> None:
        chosen = words("lot", 6)
        lots = [lot.id for lot in lots_of(tender_id) if str(lot.number) == chosen]
        if chosen and not lots:
            raise NotFound
        end(
            actor(), tender_id, reason=words("reason", 1000), reason_code=request.form.get("reason_code", ""),
            lot_ids=lots or None, row_version=shown_version(),
        )  # fmt: skip

    return _do(number, act, _("The lot has ended.") if words("lot", 6) else _("The tender has ended."))


@blueprint.post("/tenders/<number:number>/copy")
@requires(Permission.RUN)
def tender_copy(number: str) -> Response:
    copied = tenders.copy_tender(actor(), own_tender(actor(), number).id, client_ref=_client_ref())
    tell(_("Draft {number} has the same terms and lines. Give it dates and suppliers.", number=copied))
    return go("sourcing.tender_edit", number=copied)


def _client_ref() -> str:
    try:
        return str(uuid.UUID(request.form.get("client_ref", "")))
    except ValueError:
        raise Invalid("client_ref", str(_("This form is damaged. Open the page again."))) from None


@blueprint.route("/tenders/<number:number>/papers", methods=["GET", "POST"])
@requires(Permission.READ_TENDERS)
def tender_papers(number: str) -> Response:
    """Drawings, terms, forms. A paper of a published tender comes as an amendment."""
    tender, status = own_tender(actor(), number), 200
    if request.method == "POST":
        actor().demand(Permission.RUN)
        try:
            _add_paper(number)
            return go("sourcing.tender_papers", number=number)
        except (Invalid, Conflict) as error:
            tell(error.message, "bad")
            status = 409 if isinstance(error, Conflict) else 422
    return render_page(
        "sourcing/tender_papers.html",
        status=status,
        tender=tender,
        documents=documents_of(tender.id),
        entered=request.form,
        **page_values(tender, "papers"),
    )


def _add_paper(number: str) -> None:
    tender = own_tender(actor(), number)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("file", str(_("Choose a file.")))
    data = file.read()
    kind = media_type(Upload(file.filename, data))
    title, is_public = words("title", 200), request.form.get("is_public") == "yes"
    if tender.state == "draft":
        tenders.add_document(
            actor(), tender.id, data, name=file.filename, media_type=kind, title=title, is_public=is_public
        )
        tell(_("The paper is added."))
        return
    paper = tender_changes.Paper(data, file.filename, kind, title)
    amendment = tender_changes.Amendment(words("reason", 1000), papers=[paper])
    version = tender_changes.amend(actor(), tender.id, amendment, row_version=shown_version())
    tell(_("Version {version} is published; everybody who takes part is told.", version=version))


@blueprint.get("/tenders/<number:number>/papers/<int:document>")
@requires(Permission.READ_TENDERS)
def tender_paper(number: str, document: int) -> Response:
    paper, file = document_file(actor(), own_tender(actor(), number).id, document)
    return send_file(
        BytesIO(storage.load(file)), mimetype=paper.media_type, as_attachment=True, download_name=paper.name
    )


@blueprint.post("/tenders/<number:number>/papers/<int:document>/remove")
@requires(Permission.RUN)
def tender_paper_remove(number: str, document: int) -> Response:
    tenders.remove_document(actor(), own_tender(actor(), number).id, document)
    tell(_("The paper is removed."))
    return go("sourcing.tender_papers", number=number)


@blueprint.get("/tenders/<number:number>/history")
@requires(Permission.READ_TENDERS)
def tender_history(number: str) -> Response:
    """Every event of the tender's own chain, and the versions with their differences."""
    tender = own_tender(actor(), number)
    return render_page(
        "sourcing/tender_history.html",
        tender=tender,
        events=history_of(tender.id),
        versions=versions_of(tender.id),
        **page_values(tender, "history"),
    )
