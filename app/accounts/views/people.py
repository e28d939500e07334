"""The people of the own company: who they are, what they may, who is asked to join."""

from __future__ import annotations

from flask import Response, url_for

from app.accounts.domain.roles import ROLE_DUTIES, ROLE_NAMES
from app.accounts.forms.sign_in import InviteForm, RoleForm
from app.accounts.policy import Permission
from app.accounts.queries.people import invitations, member
from app.accounts.queries.people import people as people_of
from app.accounts.service import people as people_service
from app.accounts.service.invitations import invite, resend_invitation, withdraw_invitation
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import person
from app.core.errors import Conflict
from app.core.settings import settings
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.get("/company/people")
@requires(Permission.MANAGE_PEOPLE)
def people() -> Response:
    return render_page(
        "accounts/people.html",
        people=people_of(actor()),
        invitations=invitations(actor()),
        role_names=ROLE_NAMES,
        own_id=actor().user_id,
    )


@blueprint.route("/company/people/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def invite_person() -> Response:
    form = InviteForm()
    form.role.offer(person().kind)
    if form.validate_on_submit():
        with form.catching():
            invite(actor(), form.email.data, form.role.data, name=form.name.data or "")
            tell(_("An invitation is on its way to {email}.", email=form.email.data.strip()))
            return _to_people()
    return render_page("accounts/person_invite.html", form=form, days=settings().INVITATION_DAYS, status=form.status)


@blueprint.post("/company/invitations/<int:invitation_id>/resend")
@requires(Permission.MANAGE_PEOPLE)
def resend_person_invitation(invitation_id: int) -> Response:
    tell(_("The invitation is on its way to {email} again.", email=resend_invitation(actor(), invitation_id)))
    return _to_people()


@blueprint.post("/company/invitations/<int:invitation_id>/withdraw")
@requires(Permission.MANAGE_PEOPLE)
def withdraw_person_invitation(invitation_id: int) -> Response:
    tell(_("The invitation of {email} is withdrawn.", email=withdraw_invitation(actor(), invitation_id)))
    return _to_people()


@blueprint.route("/company/people/<int:membership_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def edit_person(membership_id: int) -> Response:
    """Role of one colleague; the buttons beside end the access or give it back."""
    found = member(actor(), membership_id)
    form = RoleForm(role=found.role)
    form.role.offer(person().kind)
    if form.validate_on_submit():
        with form.catching():
            people_service.change_role(actor(), membership_id, form.role.data)
            tell(_("{name} is now: {role}.", name=found.name, role=say(ROLE_NAMES[form.role.data])))
            return _to_people()
    return render_page(
        "accounts/person_edit.html",
        form=form,
        member=found,
        is_self=found.user_id == actor().user_id,
        duties=ROLE_DUTIES,
        status=form.status,
    )


@blueprint.post("/company/people/<int:membership_id>/deactivate")
@requires(Permission.MANAGE_PEOPLE)
def deactivate_person(membership_id: int) -> Response:
    name = member(actor(), membership_id).name
    try:
        people_service.deactivate(actor(), membership_id)
    except Conflict as error:
        tell(say(error.message), "bad")
    else:
        tell(
            _("{name} has no access any more.", name=name),
            undo=url_for("accounts.activate_person", membership_id=membership_id),
        )
    return _to_people()


@blueprint.post("/company/people/<int:membership_id>/activate")
@requires(Permission.MANAGE_PEOPLE)
def activate_person(membership_id: int) -> Response:
    people_service.activate(actor(), membership_id)
    tell(_("{name} has access again.", name=member(actor(), membership_id).name))
    return _to_people()


def _to_people() -> Response:
    return go("accounts.people")
