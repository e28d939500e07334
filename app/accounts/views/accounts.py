"""The operator's list of accounts, one account with all about it, and the audit of sign-ins."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Response, request, send_file

from app.accounts.domain.own_fields import OwnField, Subject
from app.accounts.domain.registration import shown_answers
from app.accounts.domain.roles import ROLE_NAMES, CompanyKind, CompanyState, Role
from app.accounts.forms.fields import country_name
from app.accounts.policy import Permission
from app.accounts.queries import accounts as account_queries
from app.accounts.queries.addresses import address_book
from app.accounts.queries.export import account_export
from app.accounts.queries.groups import standing
from app.accounts.queries.own_fields import own_fields
from app.accounts.queries.people import invitations, last_seen
from app.accounts.queries.people import people as people_of
from app.accounts.queries.sign_ins import attempts
from app.accounts.views import blueprint
from app.accounts.views.answers import file_of_rows, go
from app.accounts.views.labels import browser_name, outcome_chip, outcomes, state_chip, told
from app.core import audit, storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language

FILTER_NAMES = {
    "": _("All"),
    "approved": _("Active"),
    "pending": _("Waiting"),
    "blocked": _("Blocked"),
    "held": _("On credit hold"),
    "rejected": _("Refused"),
    "inactive": _("Closed"),
    "suppliers": _("Suppliers"),
}


@blueprint.get("/accounts")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def index() -> Response:
    keyset = keyset_from_request()
    search, state = request.args.get("q", "").strip(), request.args.get("state", "")
    state = state if state in FILTER_NAMES else ""
    fields = own_fields(actor(), Subject.ACCOUNT)
    chosen, field = _own_filter(fields)
    found = account_queries.accounts(
        actor(), search=search, state=state, field=field, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "accounts/index.html",
        part="accounts/_accounts.html",
        page=page_of(found, keyset, key=lambda line: (line.name, line.id)),
        counts=account_queries.account_counts(actor()),
        views=FILTER_NAMES,
        search=search,
        state=state,
        own_columns=[one for one in fields.values() if one.in_list],
        own_filters=own_filters(fields),
        own=chosen,
        state_chip=state_chip,
        country_name=country_name,
        can_create=actor().can(Permission.CREATE_ACCOUNTS),
    )


def own_filters(fields: Mapping[str, OwnField]) -> list[tuple[str, str]]:
    """Choices for the list: every value of the fields that have a list of values or are yes or no."""
    offered = []
    for one in fields.values():
        label = one.label(language())
        if one.kind == "choice":
            offered += [(f"{one.code}:{value.code}", f"{label}: {value.label(language())}") for value in one.choices]
        if one.kind == "flag":
            offered += [
                (f"{one.code}:{value}", f"{label}: {word}") for value, word in (("yes", _("yes")), ("no", _("no")))
            ]
    return [("", str(_("All"))), *offered] if offered else []


def _own_filter(fields: Mapping[str, OwnField]) -> tuple[str, tuple[str, str] | None]:
    """The choice of the address, if it is one of a known field."""
    chosen = request.args.get("own", "")
    code, _colon, value = chosen.partition(":")
    return (chosen, (code, value)) if code in fields and value else ("", None)


@blueprint.get("/accounts/export.<any(csv, xlsx):kind>")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def export_accounts(kind: str) -> Response:
    """The list as shown, as a file that the importer of accounts reads back, own fields included."""
    fields = own_fields(actor(), Subject.ACCOUNT)
    search, state = request.args.get("q", "").strip(), request.args.get("state", "")
    rows = account_export(actor(), fields, search=search, state=state, field=_own_filter(fields)[1])
    return file_of_rows(rows, "accounts", kind)


@blueprint.get("/accounts/<number:code>")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def show(code: str) -> Response:
    account = account_queries.account(actor(), code)
    if account.kind == CompanyKind.OPERATOR:
        return go("accounts.company")
    may = actor().can
    return render_page(
        "accounts/show.html",
        account=account,
        state=state_chip(account.state),
        is_undecided=account.state in (CompanyState.PENDING, CompanyState.REJECTED),
        answers=shown_answers(account.registration),
        standing=standing(actor(), account.id),
        book=address_book(actor(), account.id),
        people=people_of(actor(), account.id),
        invitations=invitations(actor(), account.id),
        last_seen=last_seen(actor(), account.id),
        history=told(audit.history(actor(), "company", account.id)),
        country_name=country_name,
        role_names=ROLE_NAMES,
        may={
            "decide": may(Permission.DECIDE_REGISTRATIONS),
            "terms": may(Permission.EDIT_TERMS),
            "block": may(Permission.BLOCK),
            "hold": may(Permission.HOLD),
            "people": may(Permission.MANAGE_ACCOUNT_PEOPLE),
            "credit": may(Permission.READ_CREDIT),
            "act": may(Permission.ACT_FOR) and account.state == CompanyState.APPROVED,
        },
        buying_roles=(Role.COMPANY_ADMIN, Role.BUYER),
    )


@blueprint.get("/accounts/<number:code>/files/<int:file_id>")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def registration_file(code: str, file_id: int) -> Response:
    """A document of the registration; always saved, never shown inside the portal."""
    account = account_queries.account(actor(), code)
    if file_id not in {attachment.file_id for attachment in account.attachments}:
        raise NotFound
    file = storage.find(actor(), file_id)
    name = re.sub(r"[^\w. \-]", "_", file.name)
    return send_file(storage.open_file(file), mimetype=file.media_type, as_attachment=True, download_name=name)


@blueprint.get("/sign-ins")
@requires(Permission.READ_SIGN_INS, scope=Scope.OPERATOR)
def sign_ins() -> Response:
    """Every try to sign in, by whom and from where."""
    keyset = keyset_from_request()
    search, outcome = request.args.get("q", "").strip(), request.args.get("outcome", "")
    found = attempts(
        actor(), search=search, outcome=outcome, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "accounts/sign_ins.html",
        part="accounts/_sign_ins.html",
        page=page_of(found, keyset, key=lambda attempt: (attempt.id,)),
        search=search,
        outcome=outcome,
        outcomes=outcomes(),
        outcome_chip=outcome_chip,
        browser_name=browser_name,
    )
