"""Keys: which there are, making one (shown once), revoking. For the own company, and for the operator of an account."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, url_for

from app.accounts.queries.accounts import account
from app.accounts.queries.api_keys import api_keys
from app.accounts.queries.people import people
from app.accounts.service.api_keys import make_key, revoke_key
from app.api.forms.keys import KeyForm
from app.api.policy import READING, Permission
from app.api.views import blueprint
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _


@blueprint.route("/company/api-keys", methods=["GET", "POST"])
@requires(Permission.KEYS, scope=Scope.TENANT)
def keys() -> Response:
    return _keys(None)


@blueprint.post("/company/api-keys/<int:key_id>/revoke")
@requires(Permission.KEYS, scope=Scope.TENANT)
def revoke(key_id: int) -> Response:
    tell(_("The key {name} opens nothing any more.", name=revoke_key(actor(), key_id)))
    return _go(url_for("api.keys"))


@blueprint.route("/accounts/<number:code>/api-keys", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_KEYS, scope=Scope.OPERATOR)
def account_keys(code: str) -> Response:
    return _keys(code)


@blueprint.post("/accounts/<number:code>/api-keys/<int:key_id>/revoke")
@requires(Permission.ACCOUNT_KEYS, scope=Scope.OPERATOR)
def revoke_account_key(code: str, key_id: int) -> Response:
    name = revoke_key(actor(), key_id, company_id=_customer(code).id)
    tell(_("The key {name} opens nothing any more.", name=name))
    return _go(url_for("api.account_keys", code=code))


def _customer(code: str) -> Any:
    found = account(actor(), code)
    if found.kind != "customer":
        raise NotFound
    return found


def _keys(code: str | None) -> Response:
    """The list with the form below it. A new key is shown in the answer and is no address of its own."""
    me = actor()
    company = None if code is None else _customer(code)
    company_id = None if company is None else company.id
    offered = [one for one in people(me, company_id) if one.is_active]
    form = KeyForm(user_id=me.user_id)
    form.user_id.choices = choices((one.user_id, one.name) for one in offered)
    if form.validate_on_submit():
        with form.catching():
            _id, key = make_key(
                me, form.name.data, user_id=form.user_id.data, permissions=READING, client_ref=form.client_ref.data,
                expires_on=form.expires_on.data, company_id=company_id,
            )  # fmt: skip
            response = render_page("api/key_made.html", key=key, name=form.name.data, account=company)
            response.headers["Cache-Control"] = "no-store"
            return response
    return render_page(
        "api/keys.html", keys=api_keys(me, company_id), form=form, account=company, status=form.status
    )  # fmt: skip


def _go(address: str) -> Response:
    response: Any = redirect(address, code=303)
    return response  # type: ignore[no-any-return]  # werkzeug names its own base class


@slot("accounts.account.side", order=80)
def keys_of_account(*, account: Any) -> str | None:
    if account.kind != "customer" or not actor().can(Permission.ACCOUNT_KEYS):
        return None
    return render_template("api/_keys_link.html", account=account)
