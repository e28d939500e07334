"""Visits from purchasing systems: their calls, the start address, what a visitor sees, the cart's way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, render_template, request, session, url_for

from app.accounts.service import sessions
from app.accounts.views.sign_in import begin, forget, visitor
from app.core.actor import Scope
from app.core.errors import Conflict, DomainError, NotFound
from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.oci.call import Function, read_call
from app.exchange.domain.punch_out import VISITOR_RIGHTS, origin_of
from app.exchange.queries.punch_out import visit_and_access
from app.exchange.service import punch_out_visits as visits
from app.exchange.service.punch_out_calls import Caller, answer_cxml, answer_oci, ask_oci
from app.exchange.views import blueprint
from app.ordering.policy import Permission as OrderingPermission
from app.web.access import actor, actor_or_none, public, requires, use_actor
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.security import allow_form_to, allow_frame_of
from app.web.slots import slot
from app.web.texts import _

VISIT, FRAME = "punch_out_visit", "punch_out_frame"  # what the session's cookie holds


def _caller() -> Caller:
    ip, browser = visitor()
    return Caller(ip, browser, _start_url, url_for("exchange.cxml", _external=True))


def _start_url(token: str) -> str:
    return url_for("exchange.punch_out_start", token=token, _external=True)


@blueprint.record_once
def _without_token(state: Any) -> None:
    """Systems and forms of other sites know no token of ours."""
    csrf = state.app.extensions.get("csrf")
    for view in (cxml, punch_out_cxml, punch_out_oci) if csrf else ():
        csrf.exempt(view)


@blueprint.post("/cxml")
@public
def cxml() -> Response:
    """One address for every request of cXML; HTTP says 200 whatever the Status inside."""
    answer = answer_cxml(request.get_data(), request.content_type or "", _caller())
    response = make_response(answer)
    response.headers["Content-Type"] = "text/xml; charset=UTF-8"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/punch-out/cxml")
@public
def punch_out_cxml() -> Response:
    return cxml()


@blueprint.route("/punch-out/oci", methods=["GET", "POST"])
@public
def punch_out_oci() -> Response:
    """OCI: a browser comes with name, password and where to go back to."""
    fields = [*request.args.items(multi=True), *request.form.items(multi=True)]
    try:
        call = read_call(fields)
        if call.function in (Function.VALIDATE, Function.SEARCH):
            return _form_page(answer_oci(call, _caller()))
        token = ask_oci(call, _caller())
    except FormatError as error:
        return _refused(error)
    except DomainError as error:
        return _refused(error)
    return _open(token, search=call.search if call.function is Function.SOURCING else "")


def _refused(error: DomainError) -> Response:
    return render_page("exchange/punch_out_refused.html", message=error.message, status=error.status)


@blueprint.get("/punch-out/start/<token>")
@public
def punch_out_start(token: str) -> Response:
    """The address a buyer's system sends its user's browser to: good once."""
    return _open(token)


def _open(token: str, *, search: str = "") -> Response:
    ip, browser = visitor()
    try:
        opened = visits.open_visit(token, ip=ip, user_agent=browser)
    except NotFound:
        return _refused(
            Conflict(N_("This address has been used or is too old. Open the shop again from your purchasing system."))
        )
    except DomainError as error:
        return _refused(error)
    begin(opened.signed_in.token)
    session[VISIT] = opened.visit_id
    session[FRAME] = opened.frame_origin
    if opened.frame_origin:
        allow_frame_of(opened.frame_origin)
    if opened.left_out:
        tell(_("Not put into the cart again: {names}", names=", ".join(opened.left_out[:20])), "warn")
    if opened.selected:
        target = url_for("ordering.shop", q=opened.selected)
    elif search:
        target = url_for("ordering.shop", q=search)
    else:
        target = url_for("ordering.shop")
    return _go(target)


def _go(address: str) -> Response:
    response = make_response(redirect(address, code=303))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_app_request
def _as_visitor() -> None:
    """A visitor has the rights of a visitor, whoever he acts as; his pages may stand in the buyer's frame."""
    visit_id = session.get(VISIT)
    if visit_id is None or request.endpoint in ("static", None):
        return
    frame = session.get(FRAME)
    if frame:
        allow_frame_of(frame)
    found = actor_or_none()
    if found is None or found.scope is not Scope.TENANT:
        return
    use_actor(replace(found.with_permissions(found.permissions & VISITOR_RIGHTS), seat=visit_id))


def visit_id_of_session() -> int | None:
    """The visit this browser is on, for panels of pages."""
    found = session.get(VISIT) if actor_or_none() is not None else None
    return found if isinstance(found, int) else None


def _visit_id() -> int:
    found = visit_id_of_session()
    if found is None:
        raise NotFound
    return found


@blueprint.post("/punch-out/hand-back")
@requires(OrderingPermission.FILL_CART)
def punch_out_hand_back() -> Response:
    """The cart as a form to the buyer's system; the visit and its session end."""
    handed = visits.hand_back(actor(), _visit_id())
    return _leave(handed)


@blueprint.post("/punch-out/give-up")
@requires(OrderingPermission.FILL_CART)
def punch_out_give_up() -> Response:
    return _leave(visits.cancel(actor(), _visit_id()))


def _leave(handed: visits.Handed) -> Response:
    token = session.get("_user_id")
    if token:
        sessions.sign_out(token)
    frame = session.get(FRAME)
    forget()
    if frame:
        allow_frame_of(frame)
    return _form_page(handed)


def _form_page(handed: visits.Handed) -> Response:
    """A form that sends itself; without JavaScript its button does."""
    allow_form_to(origin_of(handed.url))
    response = make_response(render_template("exchange/punch_out_return.html", handed=handed))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@slot("layout.main.top", order=5)
def shopping_for(**_context: Any) -> str | None:
    """Whose system the visitor shops for, on every page."""
    visit_id = visit_id_of_session()
    if visit_id is None:
        return None
    found = visit_and_access(actor(), visit_id)
    if found is None:
        return None
    visit, access = found
    return render_template("exchange/_punch_out_visit.html", visit=visit, access=access)


@slot("ordering.cart.ask", order=5)
def hand_back_button(*, cart_id: int, **_context: Any) -> str | None:
    if visit_id_of_session() is None:
        return None
    return render_template("exchange/_punch_out_hand_back.html", cart_id=cart_id)
