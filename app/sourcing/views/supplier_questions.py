"""A supplier reads what it is asked about its opened bid, and answers."""

from __future__ import annotations

from flask import Response, render_template

from app.sourcing.forms.evaluation import AnswerForm
from app.sourcing.policy import Permission
from app.sourcing.queries.clarifications import asked_of_tender, asked_supplier
from app.sourcing.service.clarifications import answer_clarification
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _


@slot("sourcing.supplier.tender", order=20)
def questions_to_bidder(*, tender_id: int, **_others: object) -> str | None:
    """On the supplier's page of a tender: what it is asked about its bid."""
    asked = asked_of_tender(actor(), tender_id)
    return render_template("sourcing/_supplier_questions.html", asked=asked) if asked else None


@blueprint.route("/supplier/questions/<int:clarification_id>", methods=["GET", "POST"])
@requires(Permission.BID, Permission.READ_BIDS)
def supplier_question(clarification_id: int) -> Response:
    asked = asked_supplier(actor(), clarification_id)
    form = AnswerForm()
    if form.is_submitted() and form.validate():
        with form.catching():
            answer_clarification(actor(), clarification_id, form.answer.data)
            tell(_("Your answer is sent."))
            return go("sourcing.supplier_question", clarification_id=clarification_id)
    return render_page("sourcing/supplier_question.html", asked=asked, form=form, status=form.status)
