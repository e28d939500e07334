"""The page a mailed invitation leads to."""

from __future__ import annotations

from flask import Response

from app.accounts.domain.roles import ROLE_NAMES
from app.accounts.forms.sign_in import ConfirmForm, JoinForm
from app.accounts.queries.links import invitation_page
from app.accounts.service import invitations
from app.accounts.service.tokens import token_hash
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import begin, visitor
from app.web.access import public
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@public
def accept_invitation(token: str) -> Response:
    found = invitation_page(token_hash(token))
    form = ConfirmForm() if found.has_login else JoinForm(name=found.name)
    if form.validate_on_submit():
        with form.catching():
            ip, browser = visitor()
            entered = {} if found.has_login else {"name": form.name.data, "password": form.password.data}
            signed_in = invitations.accept_invitation(token, ip=ip, user_agent=browser, **entered)
            begin(signed_in.token)
            tell(_("Welcome to {company}.", company=found.company_name))
            return go("accounts.home")
    role = say(ROLE_NAMES[found.role])
    return render_page("accounts/invitation_accept.html", form=form, invitation=found, role=role, status=form.status)
