"""Signing in and out, and how a request becomes an Actor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from flask import Response, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts.domain.roles import CompanyKind, CompanyState
from app.accounts.forms.sign_in import SignInForm
from app.accounts.queries.sign_ins import Person, person_of
from app.accounts.service import profile as profile_service
from app.accounts.service import sessions
from app.accounts.service import sign_in as sign_in_service
from app.accounts.service.tokens import token_hash
from app.accounts.views import blueprint
from app.accounts.views.answers import go, go_to
from app.core import clock
from app.core.activity import note
from app.core.actor import Actor, Scope, Via
from app.core.errors import Forbidden, Unavailable
from app.core.permissions import lent, of_role
from app.core.settings import settings
from app.web.access import actor, actor_or_none, forget_actor, in_person, public, safe_next, set_actor_provider
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import menu
from app.web.preferences import THEME_COOKIE, keep_language_with
from app.web.texts import _, ngettext, say

_SEEN_EVERY = timedelta(minutes=1)
_YEAR = 365 * 24 * 3600

login_manager = LoginManager()
login_manager.session_protection = None  # our tokens are random, and addresses change on the way


class PortalUser(UserMixin):  # type: ignore[misc]  # flask_login has no types
    """Flask-Login's idea of a person: the token of the session, and whom it belongs to."""

    def __init__(self, token: str, person: Person | None = None) -> None:
        self.token, self.person = token, person

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> PortalUser | None:
    found = person_of(token_hash(token), timedelta(hours=settings().SESSION_IDLE_HOURS))
    return PortalUser(token, found) if found else None


@blueprint.record_once
def _init(state: Any) -> None:
    login_manager.init_app(state.app, add_context_processor=False)


def person() -> Person:
    """Who is signed in; for views behind a guard."""
    return cast("Person", current_user.person)


def _current_actor() -> Actor | None:
    if "_user_id" not in session:
        return None
    if not current_user.is_authenticated:
        session.pop("_user_id")  # ended or expired: not asked again with each request
        return None
    found = person()
    if clock.now() - found.last_seen_at > _SEEN_EVERY:
        sessions.note_seen(found.session_id)
    return Actor(
        user_id=found.user_id,
        company_id=found.company_id,
        scope=Scope.OPERATOR if found.kind == CompanyKind.OPERATOR else Scope.TENANT,
        permissions=_permissions(found),
        locale=found.locale,
        time_zone=found.time_zone,
        via=Via.WEB,
        name=found.name,
        staff_id=found.staff_id,
        staff_name=found.staff_name,
    )


def _permissions(found: Person) -> frozenset[str]:
    """The role's; an applicant has none, and who acts for somebody has not the personal ones."""
    if found.state != CompanyState.APPROVED:
        return frozenset()
    return of_role(found.role) if found.staff_id is None else lent(of_role(found.role))


set_actor_provider(_current_actor)
keep_language_with(profile_service.keep_language)


def begin(token: str) -> None:
    """Put a new session into the cookie; what the old one held is forgotten (no fixation)."""
    session.clear()
    session.permanent = True
    user = _load(token)
    if user is not None:
        login_user(user)
    forget_actor()


def forget() -> None:
    """The browser belongs to nobody from now on; the rest of the request is a stranger's."""
    logout_user()
    session.clear()
    forget_actor()


def visitor() -> tuple[str, str]:
    """Address and browser of the request."""
    return request.remote_addr or "", request.user_agent.string


@blueprint.get("/")
@public
def home() -> Response:
    """The first page of the menu; applicants see how far they are."""
    found = actor_or_none()
    if found is None:
        return go("accounts.sign_in")
    if person().state != CompanyState.APPROVED:
        return go("accounts.own_registration")
    places = menu().bar
    return go_to(places[0].address) if places else go("accounts.profile")


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    form = SignInForm(next=request.args.get("next"))
    if request.method == "GET" and actor_or_none() is not None:
        return go_to(safe_next(request.args.get("next")) or url_for("accounts.home"))
    status, wait = None, 0
    if form.validate_on_submit():
        try:
            with form.catching():
                ip, browser = visitor()
                found = sign_in_service.sign_in(form.email.data, form.password.data, ip=ip, user_agent=browser)
                begin(found.token)
                note(actor(), "visit")
                return _with_theme(go_to(safe_next(form.next.data) or url_for("accounts.home")))
        except Unavailable as error:
            status, wait = 429, error.retry_after
            form.refused.append(str(waiting_text(wait)))
        except Forbidden as error:
            status = 403
            form.refused.append(say(error.message))
    response = render_page("accounts/sign_in.html", form=form, status=status or form.status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _with_theme(response: Response) -> Response:
    """The colours chosen in the profile come along to a new browser."""
    theme = person().theme
    if theme != "auto":
        keep_cookie(response, THEME_COOKIE, theme)
    return response


def keep_cookie(response: Response, name: str, value: str) -> None:
    """A preference that pages read without asking the database."""
    response.set_cookie(name, value, max_age=_YEAR, secure=request.is_secure, samesite="Lax")


def waiting_text(seconds: int) -> str:
    if seconds <= 90:
        return ngettext(
            "Too many attempts. Try again in {n} second.", "Too many attempts. Try again in {n} seconds.", seconds
        )
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many attempts. Try again in {n} minute.", "Too many attempts. Try again in {n} minutes.", minutes
    )


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    token = session.get("_user_id")
    if token:
        sessions.sign_out(token)
    forget()
    tell(_("You are signed out."))
    return go("accounts.sign_in")


@blueprint.post("/companies/<int:company_id>/act-for")
@in_person
def act_for(company_id: int) -> Response:
    sessions.switch_company(actor(), person().session_id, company_id)
    return go("accounts.home")
