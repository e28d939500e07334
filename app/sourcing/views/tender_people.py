"""Suppliers of a tender, who has which duty, and questions with their answers."""

from __future__ import annotations

from flask import Response, request

from app.core.errors import Conflict, Invalid
from app.sourcing.policy import Permission
from app.sourcing.queries.tenders import (
    colleagues,
    known_suppliers,
    members_of,
    own_tender,
    participants_of,
    questions_of,
)
from app.sourcing.service import tender_people, tender_questions, tenders
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_words import words
from app.sourcing.views.tender_words import DUTY_WORDS, options
from app.sourcing.views.tenders import page_values
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/tenders/<number:number>/suppliers")
@requires(Permission.READ_TENDERS)
def tender_suppliers(number: str) -> Response:
    return _suppliers_page(number)


def _suppliers_page(number: str, status: int = 200) -> Response:
    tender = own_tender(actor(), number)
    participants = participants_of(tender.id)
    taken = {one.supplier_id for one in participants}
    return render_page(
        "sourcing/tender_suppliers.html",
        status=status,
        tender=tender,
        participants=participants,
        known=[one for one in known_suppliers(actor()) if one.id not in taken],
        may_invite_new=actor().is_operator,
        entered=request.form,
        **page_values(tender, "suppliers"),
    )


@blueprint.post("/tenders/<number:number>/suppliers")
@requires(Permission.RUN)
def tender_invite(number: str) -> Response:
    """By number, VAT id or e-mail; or one of those that took part before; the operator also a firm without account."""
    tender = own_tender(actor(), number)
    try:
        name = words("name", 200)
        if name:
            tender_people.invite_by_mail(
                actor(), tender.id, words("mark", 254), name=name, country=words("country", 2).upper()
            )
        else:
            tender_people.invite_supplier(actor(), tender.id, _supplier_asked())
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return _suppliers_page(number, 409 if isinstance(error, Conflict) else 422)
    tell(_("The supplier is invited.") if tender.published_at else _("The supplier will be told when you publish."))
    return go("sourcing.tender_suppliers", number=number)


def _supplier_asked() -> int:
    known = {one.id for one in known_suppliers(actor())}
    chosen = request.form.get("supplier", "")
    if chosen.isdecimal() and int(chosen) in known:
        return int(chosen)
    found = tender_people.find_suppliers(words("mark", 254))
    if not found:
        raise Invalid("mark", str(_("No supplier has this number, VAT id or e-mail.")))
    if len(found) > 1:
        raise Invalid("mark", str(_("Several suppliers share this address. Use the number.")))
    return found[0].id


@blueprint.post("/tenders/<number:number>/suppliers/<int:participant>/take-out")
@requires(Permission.RUN)
def tender_take_out(number: str, participant: int) -> Response:
    tender_people.take_out(actor(), own_tender(actor(), number).id, participant)
    tell(_("The supplier is taken out."))
    return go("sourcing.tender_suppliers", number=number)


@blueprint.post("/tenders/<number:number>/suppliers/<int:participant>/decide")
@requires(Permission.RUN)
def tender_decide(number: str, participant: int) -> Response:
    """Admit who applied, or turn him away with a reason."""
    tender, is_admitted = own_tender(actor(), number), request.form.get("do") == "admit"
    try:
        tender_people.decide_application(
            actor(), tender.id, participant, is_admitted=is_admitted, reason=words("reason", 1000)
        )
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return _suppliers_page(number, 409 if isinstance(error, Conflict) else 422)
    tell(_("The supplier may bid.") if is_admitted else _("The supplier is turned away."))
    return go("sourcing.tender_suppliers", number=number)


@blueprint.route("/tenders/<number:number>/members", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_members(number: str) -> Response:
    """Who opens, scores, releases, and decides objections."""
    tender = own_tender(actor(), number)
    people = colleagues(actor())
    status = 200
    if request.method == "POST":
        chosen = {tuple(value.split(":", 1)) for value in request.form.getlist("duty") if ":" in value}
        try:
            tenders.save_members(
                actor(), tender.id, [(int(person), duty) for person, duty in chosen if person.isdecimal()]
            )
            tell(_("The members are saved."))
            return go("sourcing.tender_show", number=number)
        except (Invalid, Conflict) as error:
            tell(error.message, "bad")
            status = 409 if isinstance(error, Conflict) else 422
    return render_page(
        "sourcing/tender_members.html",
        status=status,
        tender=tender,
        people=people,
        duties=options(DUTY_WORDS),
        chosen={(one.user_id, one.duty) for one in members_of(tender.id)},
        **page_values(tender, "overview"),
    )


@blueprint.get("/tenders/<number:number>/questions")
@requires(Permission.READ_TENDERS)
def tender_questions_show(number: str) -> Response:
    return _questions_page(number)


def _questions_page(number: str, status: int = 200, at: int = 0) -> Response:
    """`at`: the question whose answer was refused, with what was entered."""
    tender = own_tender(actor(), number)
    return render_page(
        "sourcing/tender_questions.html",
        status=status,
        tender=tender,
        questions=questions_of(tender.id),
        at=at,
        entered=request.form.get("answer", ""),
        **page_values(tender, "questions"),
    )


@blueprint.post("/tenders/<number:number>/questions/<int:question>")
@requires(Permission.RUN)
def tender_answer(number: str, question: int) -> Response:
    """The answer for all participants, or why there is none."""
    tender, entered = own_tender(actor(), number), words("answer")
    is_dismissed = request.form.get("do") == "dismiss"
    try:
        if is_dismissed:
            tender_questions.dismiss_question(actor(), tender.id, question, entered)
        else:
            tender_questions.answer_question(actor(), tender.id, question, entered)
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return _questions_page(number, 409 if isinstance(error, Conflict) else 422, question)
    tell(_("The question is closed without an answer.") if is_dismissed else _("The answer goes to all who take part."))
    return go("sourcing.tender_questions_show", number=number)
