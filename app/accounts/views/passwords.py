"""A forgotten password, a new one, another one."""

from __future__ import annotations

from flask import Response

from app.accounts.forms.sign_in import ChangePasswordForm, ForgottenForm, NewPasswordForm
from app.accounts.queries.links import reset_email
from app.accounts.service import passwords
from app.accounts.service.tokens import token_hash
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import forget, person, visitor, waiting_text
from app.core.errors import Unavailable
from app.core.settings import settings
from app.web.access import actor, in_person, public
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgot_password() -> Response:
    """Says the same whether the address is known or not."""
    form = ForgottenForm()
    if form.validate_on_submit():
        ip, browser = visitor()
        passwords.request_password_reset(form.email.data, ip=ip, user_agent=browser)
        return render_page(
            "accounts/password_mailed.html", email=form.email.data.strip(), hours=settings().RESET_LINK_HOURS
        )
    return render_page("accounts/password_forgotten.html", form=form, status=form.status)


@blueprint.route("/password/new/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> Response:
    email = reset_email(token_hash(token))
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.catching():
            passwords.reset_password(token, form.password.data)
            forget()
            tell(_("Your new password is set. Sign in with it."))
            return go("accounts.sign_in")
    return render_page("accounts/password_new.html", form=form, email=email, status=form.status)


@blueprint.route("/profile/password", methods=["GET", "POST"])
@in_person
def change_password() -> Response:
    form = ChangePasswordForm()
    status = None
    if form.validate_on_submit():
        try:
            with form.catching():
                ip, _browser = visitor()
                passwords.change_password(
                    actor(), person().session_id, form.current.data, form.password.data, ip=ip
                )  # fmt: skip
                tell(_("Your password is changed. All other sessions have ended."))
                return go("accounts.profile")
        except Unavailable as error:
            status = 429
            form.refused.append(str(waiting_text(error.retry_after)))
    return render_page("accounts/password_change.html", form=form, status=status or form.status)
