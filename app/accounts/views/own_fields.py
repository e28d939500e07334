"""Own fields of accounts and orders: what they are, and what stands in those of an account."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from app.accounts.domain.own_fields import (
    ACCESS_NAMES,
    SUBJECT_NAMES,
    FieldAccess,
    OwnField,
    Subject,
    written_choices,
)
from app.accounts.domain.roles import CompanyKind
from app.accounts.forms.own_fields import OwnFieldForm, entered_values, form_values, own_inputs, with_own_fields
from app.accounts.policy import Permission
from app.accounts.queries.accounts import account
from app.accounts.queries.own_fields import account_values, own_fields, shown_values
from app.accounts.service.own_fields import define_field, remove_field, set_account_values
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core.actor import Scope
from app.core.errors import Conflict, NotFound
from app.core.own_values import KINDS
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language, say


@blueprint.get("/own-fields")
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def field_list() -> Response:
    found = {subject: list(own_fields(actor(), subject).values()) for subject in Subject}
    return render_page(
        "accounts/own_fields.html", found=found, subjects=SUBJECT_NAMES, access=ACCESS_NAMES, kinds=KINDS
    )


@blueprint.route("/own-fields/new", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def new_own_field() -> Response:
    asked = request.args.get("of", Subject.ACCOUNT)
    form = OwnFieldForm(subject=asked if asked in set(Subject) else Subject.ACCOUNT)
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            define_field(actor(), form.definition(), is_new=True)
            tell(_("The field {name} is there. It stands in the forms from now on.", name=form.name.data))
            return go("accounts.field_list")
    return render_page("accounts/own_field_edit.html", form=form, held=None, status=form.status)


@blueprint.route("/own-fields/<subject>/<code>", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def edit_own_field(subject: str, code: str) -> Response:
    held = _held(subject, code)
    form = OwnFieldForm(data={
        "subject": held.subject, "code": held.code, "name": held.name, "name_ru": held.names.get("ru", ""),
        "name_uk": held.names.get("uk", ""), "kind": held.kind, "choices": written_choices(held.choices),
        "access": held.access, "is_required": held.is_required, "is_at_registration": held.is_at_registration,
        "in_list": held.in_list, "is_printed": held.is_printed, "position": held.position,
    })  # fmt: skip
    form.offer()
    if form.is_submitted():
        form.subject.data, form.code.data = held.subject, held.code
    if form.validate_on_submit():
        with form.catching():
            define_field(actor(), form.definition(), is_new=False)
            tell(_("Saved."))
            return go("accounts.field_list")
    return render_page("accounts/own_field_edit.html", form=form, held=held, status=form.status)


@blueprint.post("/own-fields/<subject>/<code>/remove")
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def remove_own_field(subject: str, code: str) -> Response:
    held = _held(subject, code)
    try:
        remove_field(actor(), held.subject, code)
    except Conflict as error:
        tell(say(error.message), "bad")
        return go("accounts.edit_own_field", subject=subject, code=code)
    tell(_("The field is removed."))
    return go("accounts.field_list")


def _held(subject: str, code: str) -> OwnField:
    if subject not in set(Subject):
        raise NotFound
    held = own_fields(actor(), Subject(subject)).get(code)
    if held is None:
        raise NotFound
    return held


@blueprint.route("/accounts/<number:code>/own-fields", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def edit_account_fields(code: str) -> Response:
    found = account(actor(), code)
    if found.kind != CompanyKind.CUSTOMER:
        raise NotFound
    fields = list(own_fields(actor(), Subject.ACCOUNT).values())
    form = _values_form(fields, account_values(actor(), found.id))
    if form.validate_on_submit():
        with form.catching():
            set_account_values(actor(), entered_values(form, fields), company_id=found.id)
            tell(_("Saved."))
            return go("accounts.show", code=code)
    crumbs = [(_("Accounts"), url_for("accounts.index")), (found.name, url_for("accounts.show", code=code))]
    return _values_page(form, crumbs, url_for("accounts.show", code=code))


@blueprint.route("/company/own-fields", methods=["GET", "POST"])
@requires(Permission.EDIT_COMPANY, scope=Scope.TENANT)
def edit_company_fields() -> Response:
    """A customer fills in what is his to fill in."""
    fields = [one for one in own_fields(actor(), Subject.ACCOUNT).values() if one.access is FieldAccess.ENTERED]
    if not fields:
        raise NotFound
    form = _values_form(fields, account_values(actor()))
    if form.validate_on_submit():
        with form.catching():
            set_account_values(actor(), entered_values(form, fields))
            tell(_("Saved."))
            return go("accounts.company")
    return _values_page(form, [(_("Our company"), url_for("accounts.company"))], url_for("accounts.company"))


class _ValuesForm(Form):
    """Grows by an input for each own field."""


def _values_form(fields: list[OwnField], values: dict[str, str]) -> Form:
    return with_own_fields(_ValuesForm, fields)(data=form_values(fields, values))


def _values_page(form: Form, crumbs: list[tuple[str, str]], back: str) -> Response:
    return render_page(
        "accounts/own_values_edit.html",
        form=form,
        inputs=own_inputs(form),
        crumbs=crumbs,
        back=back,
        status=form.status,
    )


@slot("accounts.account.main")
def account_fields(account: Any, **_context: object) -> str | None:
    """What stands in the own fields, on the account's page."""
    fields = own_fields(actor(), Subject.ACCOUNT)
    if account.kind != CompanyKind.CUSTOMER or not fields:
        return None
    shown = shown_values(fields, account_values(actor(), account.id), language())
    edit = url_for("accounts.edit_account_fields", code=account.code) if actor().can(Permission.EDIT_TERMS) else ""
    return render_template("accounts/_own_values.html", shown=shown, edit=edit)


@slot("accounts.company.main")
def company_fields(**_context: object) -> str | None:
    """The same on the page of the own company; the customer fills in what is his."""
    fields = own_fields(actor(), Subject.ACCOUNT) if not actor().is_operator else {}
    if not fields:
        return None
    may_edit = actor().can(Permission.EDIT_COMPANY) and any(one.is_entered for one in fields.values())
    shown = shown_values(fields, account_values(actor()), language())
    if not shown and not may_edit:
        return None
    edit = url_for("accounts.edit_company_fields") if may_edit else ""
    return render_template("accounts/_own_values.html", shown=shown, edit=edit)
