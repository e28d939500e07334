"""Acting for a buyer: the operator's side (begin, stop) and the account's (allow, see what was done)."""

from __future__ import annotations

from flask import Response, render_template

from app.accounts.domain.visits import LENGTH, STATE_NAMES, StaffAccess, VisitState
from app.accounts.forms.visits import AccessForm, VisitForm
from app.accounts.policy import Permission
from app.accounts.queries import visits as visit_queries
from app.accounts.queries.accounts import account
from app.accounts.queries.people import member
from app.accounts.service import sessions
from app.accounts.service.visits import answer_visit, begin_visit, set_staff_access, visit_buyer
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import person
from app.core.actor import Scope
from app.core.errors import Conflict, Forbidden
from app.web.access import actor, forget_actor, requires, signed_in
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, say

MINUTES = int(LENGTH.total_seconds()) // 60


@slot("layout.main.top", order=10)
def acting_banner() -> str | None:
    """Who acts for somebody sees it on every page."""
    found = person()
    return render_template("accounts/_acting.html", person=found) if found.staff_id is not None else None


@blueprint.route("/accounts/<number:code>/people/<int:membership_id>/act", methods=["GET", "POST"])
@requires(Permission.ACT_FOR, scope=Scope.OPERATOR)
def act_for_buyer(code: str, membership_id: int) -> Response:
    found = account(actor(), code)
    buyer = member(actor(), membership_id, company_id=found.id)
    form = VisitForm()
    if form.validate_on_submit():
        with form.catching():
            state = visit_buyer(
                actor(), membership_id, form.reason.data, company_id=found.id, session_id=person().session_id
            )
            if state == VisitState.ASKED:
                tell(_("{name} was asked. You find the answer here.", name=buyer.name))
                return go("accounts.visits_asked")
            return go("accounts.home")
    return render_page(
        "accounts/visit_new.html",
        form=form,
        account=found,
        member=buyer,
        minutes=MINUTES,
        access=visit_queries.staff_access(actor(), found.id),
        status=form.status,
    )


@blueprint.get("/visits")
@requires(Permission.ACT_FOR, scope=Scope.OPERATOR)
def visits_asked() -> Response:
    """What I have asked for, and what I may begin."""
    return render_page("accounts/visits_asked.html", visits=visit_queries.own_open(actor()), states=STATE_NAMES)


@blueprint.post("/visits/<int:visit_id>/begin")
@requires(Permission.ACT_FOR, scope=Scope.OPERATOR)
def begin_allowed_visit(visit_id: int) -> Response:
    try:
        begin_visit(actor(), visit_id, session_id=person().session_id)
    except (Conflict, Forbidden) as error:
        tell(say(error.message), "bad")
        return go("accounts.visits_asked")
    return go("accounts.home")


@blueprint.post("/visits/stop")
@signed_in
def stop_acting() -> Response:
    """Be oneself again; without a visit nothing changes."""
    found = person()
    if found.staff_id is not None:
        sessions.end_visit(found.session_id)
        forget_actor()
        tell(_("You do not act for {name} any more.", name=found.name))
        return go("accounts.show", code=found.company_code)
    return go("accounts.home")


@blueprint.get("/company/visits")
@requires(Permission.READ_COMPANY, scope=Scope.TENANT)
def company_visits() -> Response:
    keyset = keyset_from_request(size=50)
    found = visit_queries.visits(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    form = AccessForm(access=str(visit_queries.staff_access(actor())))
    form.offer()
    return render_page(
        "accounts/company_visits.html",
        page=page_of(found, keyset, key=lambda visit: (visit.id,)),
        waiting=visit_queries.waiting(actor()),
        form=form,
        states=STATE_NAMES,
        can_choose=actor().can(Permission.MANAGE_PEOPLE),
    )


@blueprint.post("/company/visits/access")
@requires(Permission.MANAGE_PEOPLE, scope=Scope.TENANT)
def choose_staff_access() -> Response:
    form = AccessForm()
    form.offer()
    if form.validate():
        set_staff_access(actor(), StaffAccess(form.access.data))
        tell(_("Saved."))
    else:
        tell(_("Choose one of the three."), "bad")
    return go("accounts.company_visits")


@blueprint.post("/company/visits/<int:visit_id>/<any(allow,refuse):answer>")
@requires(Permission.READ_COMPANY, scope=Scope.TENANT)
def answer_visit_asked(visit_id: int, answer: str) -> Response:
    """Yes or no of the person asked for, or of an administrator."""
    is_granted = answer == "allow"
    try:
        answer_visit(actor(), visit_id, is_granted=is_granted)
    except Conflict as error:
        tell(say(error.message), "warn")
    else:
        tell(_("Allowed.") if is_granted else _("Refused."))
    return go("accounts.company_visits")
