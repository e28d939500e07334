"""What a person sees and changes about himself: profile, open sessions, tries to sign in."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from app.accounts.domain.consents import MARKETING_TEXT
from app.accounts.forms.sign_in import ProfileForm
from app.accounts.queries.consents import own_consents
from app.accounts.queries.people import profile as profile_of
from app.accounts.queries.sign_ins import attempts_of, sessions_of
from app.accounts.service import sessions as session_service
from app.accounts.service.profile import change_profile
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.labels import browser_name, outcome_chip
from app.accounts.views.sign_in import keep_cookie, person
from app.core.settings import settings
from app.web.access import actor, forget_actor, in_person
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.preferences import THEME_COOKIE
from app.web.texts import LANGUAGE_COOKIE, _, ngettext


@blueprint.route("/profile", methods=["GET", "POST"])
@in_person
def profile() -> Response:
    present = profile_of(actor())
    form = ProfileForm(obj=present)
    if form.validate_on_submit():
        with form.catching():
            change_profile(actor(), **form.values())
            forget_actor()
            tell(_("Saved."))
            response = go("accounts.profile")
            keep_cookie(response, LANGUAGE_COOKIE, form.locale.data)
            keep_cookie(response, THEME_COOKIE, form.theme.data)
            return response
    return render_page(
        "accounts/profile.html",
        form=form,
        email=present.email,
        companies=person().companies,
        consents=own_consents(actor()),
        marketing=MARKETING_TEXT,
        status=form.status,
    )


@blueprint.get("/profile/sessions")
@in_person
def sessions() -> Response:
    idle = timedelta(hours=settings().SESSION_IDLE_HOURS)
    return render_page(
        "accounts/sessions.html",
        sessions=sessions_of(actor(), idle),
        current_id=person().session_id,
        attempts=attempts_of(actor()),
        browser_name=browser_name,
        outcome_chip=outcome_chip,
    )


@blueprint.post("/profile/sessions/<int:session_id>/end")
@in_person
def end_session(session_id: int) -> Response:
    session_service.end_session(actor(), session_id)
    tell(_("The session has ended."))
    return go("accounts.sessions")


@blueprint.post("/profile/sessions/end-others")
@in_person
def end_other_sessions() -> Response:
    ended = session_service.end_other_sessions(actor(), person().session_id)
    tell(ngettext("{n} session has ended.", "{n} sessions have ended.", ended))
    return go("accounts.sessions")
