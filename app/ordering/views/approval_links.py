"""The link in a mail: shows one request to one person and lets him decide it, signed in or not.

Opening the page decides nothing, so that programs which follow links in mails do not decide either.
"""

from __future__ import annotations

from flask import Response, request

from app.core.errors import Conflict, Forbidden
from app.core.tenancy import acting_as
from app.ordering.forms.approvals import DecisionForm
from app.ordering.queries.approval_links import Link, link_of
from app.ordering.queries.approvals import request_for
from app.ordering.service import approval_decisions as service
from app.ordering.views import blueprint
from app.ordering.views.approvals import answer_of, chip_of
from app.web.access import public
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/approvals/by-mail/<token>", methods=["GET", "POST"])
@public
def approval_by_mail(token: str) -> Response:
    link = link_of(token)
    form = DecisionForm()
    answer = ""
    with acting_as(link.actor):
        if not link.is_ended and form.validate_on_submit():
            with form.catching():
                answer = _decide(link, form)
        found = request_for(link.actor, link.approval_id)
        return render_page(
            "ordering/approval_by_mail.html",
            found=found,
            form=form,
            person=link.actor.name,
            state=chip_of(found.state),
            answer=answer,
            may_decide=found.may_decide and not link.is_ended and not answer,
            status=form.status,
        )


def _decide(link: Link, form: DecisionForm) -> str:
    try:
        if request.form.get("decision") == "reject":
            service.reject(link.actor, link.approval_id, form.reason.data or "")
            return str(_("The request is rejected. The buyer is told why."))
        return answer_of(service.approve(link.actor, link.approval_id, note=form.note.data or ""))
    except Forbidden as error:
        raise Conflict(error.message) from error
