"""Groups and segments of accounts: list, one with its members, editing, filling by paste or search."""

from __future__ import annotations

from flask import Response, request

from app.accounts.domain.groups import SetFacts, SetKind, codes_in
from app.accounts.forms.company import MembersForm, SetForm
from app.accounts.forms.fields import country_name
from app.accounts.policy import Permission
from app.accounts.queries import groups as queries
from app.accounts.service import groups as service
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, ngettext, say

_NEW = {SetKind.GROUP: _("New group"), SetKind.SEGMENT: _("New segment")}


@blueprint.get("/account-sets")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def account_sets() -> Response:
    return go("accounts.groups", kind="groups")


@blueprint.get("/account-sets/<any(groups, segments):kind>")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def groups(kind: str) -> Response:
    """All groups, or all segments."""
    return render_page(
        "accounts/groups_index.html",
        kind=kind,
        sets=queries.account_sets(actor(), SetKind(kind)),
        may_edit=actor().can(Permission.EDIT_TERMS),
    )


@blueprint.route("/account-sets/<any(groups, segments):kind>/new", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def new_group(kind: str) -> Response:
    form = SetForm()
    if form.validate_on_submit():
        with form.catching():
            facts = _facts(form)
            service.upsert_set(actor(), SetKind(kind), facts)
            tell(_("{name} is there. Put accounts in.", name=facts.name))
            return go("accounts.group", kind=kind, code=facts.code.strip())
    return render_page(
        "accounts/group_edit.html", kind=kind, form=form, found=None, heading=_NEW[SetKind(kind)], status=form.status
    )


@blueprint.get("/account-sets/<any(groups, segments):kind>/<number:code>")
@requires(Permission.READ_ACCOUNTS, scope=Scope.OPERATOR)
def group(kind: str, code: str) -> Response:
    return _group(kind, code, MembersForm())


def _group(kind: str, code: str, form: MembersForm) -> Response:
    """The page of one, with its members and the ways to add more."""
    found = queries.account_set(actor(), SetKind(kind), code)
    keyset = keyset_from_request(parts=(str, int))
    search, asked = request.args.get("q", "").strip(), request.args.get("find", "").strip()
    may_edit = actor().can(Permission.EDIT_TERMS)
    rows = queries.members(
        actor(), SetKind(kind), found.id, search=search, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "accounts/group_show.html",
        kind=kind,
        found=found,
        page=page_of(rows, keyset, key=lambda row: (row.name, row.id)),
        search=search,
        asked=asked,
        candidates=queries.candidates(actor(), SetKind(kind), found.id, asked) if may_edit else [],
        form=form,
        country_name=country_name,
        may_edit=may_edit,
        status=form.status,
    )


@blueprint.route("/account-sets/<any(groups, segments):kind>/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def edit_group(kind: str, code: str) -> Response:
    found = queries.account_set(actor(), SetKind(kind), code)
    form = SetForm(obj=found)
    if form.validate_on_submit():
        with form.catching():
            facts = _facts(form)
            service.upsert_set(actor(), SetKind(kind), facts, found.id)
            tell(_("Saved."))
            return go("accounts.group", kind=kind, code=facts.code.strip())
    return render_page(
        "accounts/group_edit.html", kind=kind, form=form, found=found, heading=found.name, status=form.status
    )


@blueprint.route("/account-sets/<any(groups, segments):kind>/<number:code>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def delete_group(kind: str, code: str) -> Response:
    found = queries.account_set(actor(), SetKind(kind), code)
    form = Form()
    if form.validate_on_submit():
        with form.catching():
            service.delete_set(actor(), SetKind(kind), found.id)
            tell(_("{name} is gone.", name=found.name))
            return go("accounts.groups", kind=kind)
    return render_page("accounts/group_delete.html", kind=kind, form=form, found=found, status=form.status)


@blueprint.post("/account-sets/<any(groups, segments):kind>/<number:code>/members")
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def add_members(kind: str, code: str) -> Response:
    """Accounts by their numbers, pasted or found by search."""
    found = queries.account_set(actor(), SetKind(kind), code)
    form = MembersForm()
    if not form.validate_on_submit():
        return _group(kind, code, form)
    filled = service.add_members(actor(), SetKind(kind), found.id, codes_in(form.accounts.data))
    if filled.problems:
        text = " ".join(say(problem.message) for problem in filled.problems[:10])
        more = len(filled.problems) - 10
        tell(_("{text} And {n} more.", text=text, n=more) if more > 0 else text, "warn")
    if filled.added or not filled.problems:
        tell(ngettext("{n} account is in.", "{n} accounts are in.", filled.added + filled.same))
    return go("accounts.group", kind=kind, code=code)


@blueprint.post("/account-sets/<any(groups, segments):kind>/<number:code>/members/remove")
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def remove_members(kind: str, code: str) -> Response:
    found = queries.account_set(actor(), SetKind(kind), code)
    ids = [int(part) for part in request.form.getlist("id") if part.isdecimal()]
    if not ids:
        raise Conflict(N_("Tick the accounts to take out."))
    count = service.remove_members(actor(), SetKind(kind), found.id, ids)
    tell(ngettext("{n} account is out.", "{n} accounts are out.", count))
    return go("accounts.group", kind=kind, code=code)


def _facts(form: SetForm) -> SetFacts:
    return SetFacts(form.code.data or "", form.name.data or "", form.about.data or "", form.position.data or 0)
