"""A company asks to become a customer, and sees how far it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, request

from app.accounts.domain.registration import EXTRA_FIELDS, MAX_FILES, Registration, Upload
from app.accounts.domain.roles import CompanyState
from app.accounts.forms.company import RegistrationForm, registration_form
from app.accounts.forms.own_fields import entered_values, own_inputs
from app.accounts.queries.links import RegistrationStatus, registration_status
from app.accounts.queries.own_fields import asked_of_applicants
from app.accounts.service.registration import register_company
from app.accounts.service.tokens import is_status_token
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import visitor
from app.core.errors import NotFound
from app.web.access import actor, actor_or_none, in_person, public
from app.web.fragments import render_page
from app.web.texts import language, time_zone


@blueprint.route("/register", methods=["GET", "POST"])
@public
def register() -> Response:
    fields = list(asked_of_applicants().values())
    form = registration_form(fields)
    if form.homepage.data:  # hidden from people: a program filled it in
        return go("accounts.sign_in")
    if form.validate_on_submit():
        with form.catching():
            ip, browser = visitor()
            token = register_company(
                replace(_registration(form), own=entered_values(form, fields)),
                _uploads(),
                client_ref=form.client_ref.data,
                ip=ip,
                user_agent=browser,
            )
            return go("accounts.application", token=token)
    return render_page(
        "accounts/register.html",
        form=form,
        questions=EXTRA_FIELDS,
        own=own_inputs(form),
        max_files=MAX_FILES,
        status=form.status,
    )


def _registration(form: RegistrationForm) -> Registration:
    entered = form.values()
    facts: dict[str, Any] = {
        name: (entered[name] or "")
        for name in (
            "legal_name", "name", "country", "vat_id", "registration_number", "street", "street2", "postcode", "city",
            "contact_name", "email", "phone",
        )
    }  # fmt: skip
    return Registration(**facts, locale=language(), time_zone=time_zone(), extra=form.extra())


def _uploads() -> list[Upload]:
    return [Upload(file.filename or "file", file.read()) for file in request.files.getlist("files") if file.filename]


@blueprint.get("/register/<token>")
@public
def application(token: str) -> Response:
    """The state of an application, by the link of its mail."""
    number, _dot, _mac = token.partition(".")
    if not number.isdecimal() or len(number) > 18:
        raise NotFound
    found = registration_status(int(number))
    if not is_status_token(token, found.company_id, found.created_at):
        raise NotFound
    return _status_page(found)


@blueprint.get("/registration")
@in_person
def own_registration() -> Response:
    """The same for an applicant who has signed in."""
    return _status_page(registration_status(actor().company_id))


def _status_page(found: RegistrationStatus) -> Response:
    return render_page(
        "accounts/registration_status.html",
        found=found,
        is_pending=found.state == CompanyState.PENDING,
        is_approved=found.state == CompanyState.APPROVED,
        is_signed_in=actor_or_none() is not None,
    )
