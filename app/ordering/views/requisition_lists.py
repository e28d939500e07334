"""Requisition lists: the lists of a person, one list, who else has it, and deciding on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for

from app.accounts.queries.people import people
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.permissions import of_role
from app.ordering.domain.requisition_list import ACCESS_NAMES, STATE_NAMES, Access, Clash, ListHead, ListState, figures
from app.ordering.forms.lists import RequisitionForm
from app.ordering.policy import Permission
from app.ordering.queries.requisition_lists import (
    SHOWS,
    ListLine,
    editable_lists,
    happened,
    list_head,
    list_lines,
    lists,
    needs_approval,
    release_lines,
    shares,
    waiting_lists,
)
from app.ordering.service.requisition_lists import (
    approve_list,
    create_list,
    delete_list,
    propose_list,
    reject_list,
    rename_list,
    restore_list,
    set_list_approval,
    share_list,
    withdraw_list,
)
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import cart_of_request
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import Page, keyset_from_request, page_of
from app.web.texts import _, say

LINES_SHOWN = 200
TONES = {
    ListState.DRAFT: "plain",
    ListState.READY: "seal",
    ListState.APPROVED: "good",
    ListState.REJECTED: "bad",
}
_FIELDS = 5_000  # of a page of lines; Flask's own limit is 1,000


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint is not None and endpoint.startswith("ordering.list_"):
        request.max_form_parts = _FIELDS


@blueprint.get("/lists")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def lists_index() -> Response:
    show = request.args.get("show", "all")
    show = show if show in SHOWS else "all"
    search = request.args.get("q", "").strip()[:60]
    keyset = keyset_from_request(parts=(str, int))
    rows = lists(actor(), show=show, search=search, after=keyset.after, before=keyset.before, limit=keyset.limit)
    needed = needs_approval(actor())
    return render_page(
        "ordering/lists_index.html",
        page=page_of(rows, keyset, key=lambda head: (head.changed_at, head.id)),
        show=show,
        search=search,
        needs_approval=needed,
        waiting=waiting_lists(actor()) if needed and actor().can(Permission.APPROVE_LISTS) else 0,
        may_approve=actor().can(Permission.APPROVE_LISTS),
        chip_of=state_chip,
    )


@blueprint.route("/lists/new", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_new() -> Response:
    form = RequisitionForm()
    if form.validate_on_submit():
        with form.catching():
            made = create_list(actor(), form.name.data, note=form.note.data or "", client_ref=form.client_ref.data)
            return go("ordering.list_show", list_id=made)
    return render_page("ordering/list_edit.html", form=form, head=None, status=form.status)


@blueprint.get("/lists/<int:list_id>")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_show(list_id: int) -> Response:
    return shown(list_head(actor(), list_id))


@blueprint.get("/lists/<int:list_id>/approved")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_approved(list_id: int) -> Response:
    """The latest approved version, to order from."""
    head = list_head(actor(), list_id)
    return _page(head, release_lines(actor(), head), is_release=True)


@blueprint.route("/lists/<int:list_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_edit(list_id: int) -> Response:
    head = list_head(actor(), list_id, Access.EDIT)
    form = RequisitionForm(name=head.name, note=head.note)
    if form.validate_on_submit():
        with form.catching():
            rename_list(actor(), list_id, form.name.data, form.note.data or "")
            return go("ordering.list_show", list_id=list_id)
    return render_page("ordering/list_edit.html", form=form, head=head, status=form.status)


@blueprint.post("/lists/<int:list_id>/delete")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_delete(list_id: int) -> Response:
    name = list_head(actor(), list_id, Access.OWN).name
    delete_list(actor(), list_id)
    tell(_("The list “{name}” is deleted.", name=name), undo=url_for("ordering.list_restore", list_id=list_id))
    return go("ordering.lists_index")


@blueprint.post("/lists/<int:list_id>/restore")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_restore(list_id: int) -> Response:
    restore_list(actor(), list_id)
    tell(_("The list is back."))
    return go("ordering.list_show", list_id=list_id)


@blueprint.route("/lists/<int:list_id>/share", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_share(list_id: int) -> Response:
    """Who else sees or changes a list: one person, or everybody, at a time."""
    head = list_head(actor(), list_id, Access.OWN)
    refused = ""
    if request.method == "POST":
        person, level = request.form.get("person", ""), request.form.get("access", "")
        try:
            if person != "all" and not person.isdecimal():
                raise Invalid("person", say(_("Choose a colleague.")))
            share_list(actor(), list_id, None if person == "all" else int(person), _access(level))
            tell(_("Sharing is changed."))
            return go("ordering.list_share", list_id=list_id)
        except Invalid as error:
            refused = say(error.message)
    members = [
        member
        for member in people(actor())
        if member.is_active and member.user_id != head.owner_id and Permission.EDIT_LISTS in of_role(member.role)
    ]
    return render_page(
        "ordering/list_share.html",
        head=head,
        shares=shares(actor(), head),
        members=members,
        accesses=[(str(int(access)), say(name)) for access, name in ACCESS_NAMES.items()],
        access_names={access: say(name) for access, name in ACCESS_NAMES.items()},
        refused=refused,
        status=422 if refused else 200,
    )


@blueprint.post("/lists/<int:list_id>/decide")
@requires(Permission.EDIT_LISTS, Permission.APPROVE_LISTS, scope=Scope.TENANT)
def list_decide(list_id: int) -> Response:
    """Put a list forward, take that back, approve or reject it."""
    action, version = request.form.get("action", ""), _whole(request.form.get("version", ""))
    try:
        if action == "propose":
            propose_list(actor(), list_id)
            tell(_("The list waits for approval now."))
        elif action == "withdraw":
            withdraw_list(actor(), list_id)
            tell(_("The list can be changed again."))
        elif action == "approve":
            number = approve_list(actor(), list_id, version=version)
            tell(_("Version {n} of the list is approved.", n=number))
        elif action == "reject":
            reject_list(actor(), list_id, version=version, reason=request.form.get("reason", ""))
            tell(_("The list is given back."))
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return shown(list_head(actor(), list_id), status=error.status)
    return go("ordering.list_show", list_id=list_id)


@blueprint.post("/lists/approval")
@requires(Permission.APPROVE_LISTS, scope=Scope.TENANT)
def list_approval() -> Response:
    """Whether the company orders from approved lists only."""
    is_needed = request.form.get("needed") == "1"
    set_list_approval(actor(), is_needed=is_needed)
    tell(_("From now on lists are ordered from when approved.") if is_needed else _("Lists need no approval any more."))
    return go("ordering.lists_index")


def shown(
    head: ListHead,
    *,
    status: int = 200,
    entered: dict[int, str] | None = None,
    problems: dict[int, Any] | None = None,
    clashes: Sequence[Clash] = (),
) -> Response:
    """The page of a list; `entered` are quantities that were refused or clashed, by line."""
    return _page(
        head, list_lines(actor(), head), status=status, entered=entered or {}, wrong=problems or {}, clashes=clashes
    )


def _page(head: ListHead, lines: list[ListLine], *, is_release: bool = False, **more: Any) -> Response:
    search = request.args.get("q", "").strip()[:60]
    only = request.args.get("only") == "problems"
    listed = [line for line in lines if _fits(line, search.casefold()) and not (only and line.is_fine)]
    can_order = actor().can(Permission.FILL_CART) and (is_release or not head.needs_approval)
    return render_page(
        "ordering/list_show.html",
        status=more.pop("status", 200),
        head=head,
        page=_cut(listed),
        sums=figures((line.net, not line.is_fine) for line in lines),
        currency=next((line.today.price.currency for line in lines if line.today), ""),
        is_release=is_release,
        is_filtered=bool(search) or only,
        search=search,
        only="problems" if only else "",
        can_order=can_order,
        may_edit=head.may_edit and not is_release,
        may_approve=actor().can(Permission.APPROVE_LISTS) and head.needs_approval and not is_release,
        chip=state_chip(head) if head.needs_approval else None,
        others=[one for one in editable_lists(actor()) if one.id != head.id],
        events=[(one, happening_words(one.action)) for one in happened(actor(), head)],
        client_ref=str(uuid.uuid4()),
        cart=cart_of_request(),
        **({"entered": {}, "wrong": {}, "clashes": ()} | more),
    )


def _fits(line: ListLine, search: str) -> bool:
    if not search:
        return True
    return any(search in text.casefold() for text in (line.sku, line.name, line.note))


def _cut(lines: Sequence[ListLine]) -> Page[ListLine]:
    keyset = keyset_from_request(size=LINES_SHOWN, parts=(int, int))
    key = tuple(map(int, keyset.after or keyset.before or ()))
    if keyset.before is not None:
        rows = [line for line in lines if (line.position, line.line_id) < key][-keyset.limit :]
    else:
        rows = [line for line in lines if not key or (line.position, line.line_id) > key][: keyset.limit]
    return page_of(rows, keyset, key=lambda line: (line.position, line.line_id), total=len(lines))


def state_chip(head: ListHead) -> tuple[str, str]:
    return TONES[head.state], say(STATE_NAMES[head.state])


def happening_words(action: str) -> str:
    words = {
        "list_made": _("made the list"),
        "list_renamed": _("changed name or note"),
        "list_deleted": _("deleted the list"),
        "list_restored": _("brought the list back"),
        "list_shared": _("changed who shares it"),
        "list_proposed": _("put it forward for approval"),
        "list_withdrawn": _("took it back from approval"),
        "list_approved": _("approved it"),
        "list_rejected": _("rejected it"),
        "list_lines_put": _("put lines on it"),
        "list_lines_changed": _("changed lines"),
        "list_lines_removed": _("took lines off"),
        "list_lines_restored": _("brought lines back"),
        "list_line_moved": _("changed the order of lines"),
        "list_article_replaced": _("took another article instead"),
    }
    return str(words.get(action, action.replace("_", " ")))


def _access(text: str) -> Access:
    return Access(int(text)) if text in {"1", "2"} else Access.NONE


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
