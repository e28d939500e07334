"""The people of an account, from the operator's side."""

from __future__ import annotations

from flask import Response, url_for

from app.accounts.domain.roles import ROLE_DUTIES, ROLE_NAMES
from app.accounts.forms.sign_in import InviteForm, RoleForm
from app.accounts.policy import Permission
from app.accounts.queries.accounts import account
from app.accounts.queries.consents import consents_in
from app.accounts.queries.people import member
from app.accounts.service import people as people_service
from app.accounts.service.invitations import invite, resend_invitation, withdraw_invitation
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.settings import settings
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.route("/accounts/<number:code>/people/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def invite_to_account(code: str) -> Response:
    found = account(actor(), code)
    form = InviteForm(email=found.email)
    form.role.offer(found.kind)
    if form.validate_on_submit():
        with form.catching():
            invite(actor(), form.email.data, form.role.data, name=form.name.data or "", company_id=found.id)
            tell(_("An invitation is on its way to {email}.", email=form.email.data.strip()))
            return _back(code)
    return render_page(
        "accounts/account_invite.html", form=form, account=found, days=settings().INVITATION_DAYS, status=form.status
    )


@blueprint.route("/accounts/<number:code>/people/<int:membership_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def edit_account_person(code: str, membership_id: int) -> Response:
    found = account(actor(), code)
    chosen = member(actor(), membership_id, company_id=found.id)
    form = RoleForm(role=chosen.role)
    form.role.offer(found.kind)
    if form.validate_on_submit():
        with form.catching():
            people_service.change_role(actor(), membership_id, form.role.data, company_id=found.id)
            tell(_("{name} is now: {role}.", name=chosen.name, role=say(ROLE_NAMES[form.role.data])))
            return _back(code)
    return render_page(
        "accounts/account_person.html",
        form=form,
        account=found,
        member=chosen,
        duties=ROLE_DUTIES,
        consent=consents_in(actor(), found.id).get(chosen.user_id),
        status=form.status,
    )


@blueprint.post("/accounts/<number:code>/people/<int:membership_id>/deactivate")
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def deactivate_account_person(code: str, membership_id: int) -> Response:
    found = account(actor(), code)
    chosen = member(actor(), membership_id, company_id=found.id)
    try:
        people_service.deactivate(actor(), membership_id, company_id=found.id)
    except Conflict as error:
        tell(say(error.message), "bad")
    else:
        back = url_for("accounts.activate_account_person", code=code, membership_id=membership_id)
        tell(_("{name} has no access any more.", name=chosen.name), undo=back)
    return _back(code)


@blueprint.post("/accounts/<number:code>/people/<int:membership_id>/activate")
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def activate_account_person(code: str, membership_id: int) -> Response:
    found = account(actor(), code)
    chosen = member(actor(), membership_id, company_id=found.id)
    people_service.activate(actor(), membership_id, company_id=found.id)
    tell(_("{name} has access again.", name=chosen.name))
    return _back(code)


@blueprint.post("/accounts/<number:code>/invitations/<int:invitation_id>/resend")
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def resend_account_invitation(code: str, invitation_id: int) -> Response:
    email = resend_invitation(actor(), invitation_id, company_id=account(actor(), code).id)
    tell(_("The invitation is on its way to {email} again.", email=email))
    return _back(code)


@blueprint.post("/accounts/<number:code>/invitations/<int:invitation_id>/withdraw")
@requires(Permission.MANAGE_ACCOUNT_PEOPLE, scope=Scope.OPERATOR)
def withdraw_account_invitation(code: str, invitation_id: int) -> Response:
    email = withdraw_invitation(actor(), invitation_id, company_id=account(actor(), code).id)
    tell(_("The invitation of {email} is withdrawn.", email=email))
    return _back(code)


def _back(code: str) -> Response:
    return go("accounts.show", code=code, _anchor="people")
