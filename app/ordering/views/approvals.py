"""Requests for approval: the inbox, one request with its decision, absences."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, render_template, request

from app.accounts.queries.people import people
from app.core.actor import Scope
from app.core.errors import Conflict, DomainError, Forbidden
from app.ordering.domain.approval_request import STATE_NAMES, RequestState
from app.ordering.forms.approvals import AbsenceForm, ApprovalLineForm, DecisionForm
from app.ordering.policy import Permission
from app.ordering.queries import approvals as queries
from app.ordering.queries.approval_people import deputies
from app.ordering.queries.approval_words import of_cart, of_order
from app.ordering.queries.approvals import Filters, RequestPage
from app.ordering.service import approval_decisions as service
from app.ordering.service.approval_decisions import Decided
from app.ordering.service.approval_lines import change_line, note_line
from app.ordering.service.approval_rules import add_deputy, end_deputy
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import waiting_of_request
from app.web.access import actor, actor_or_none, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, say

TABS = ("waiting", "mine", "company")
TONES = {
    RequestState.WAITING: "seal",
    RequestState.ORDERED: "good",
    RequestState.REJECTED: "bad",
    RequestState.WITHDRAWN: "plain",
    RequestState.RETURNED: "warn",
    RequestState.EXPIRED: "plain",
}
_HAPPENED = {
    "asked": _("Asked for approval"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
    "commented": _("Comment"),
    "delegated": _("Handed over"),
    "reminded": _("Reminded"),
    "escalated": _("Further people were asked, because nobody decided"),
    "expired": _("Expired"),
    "returned": _("Back to the buyer"),
    "line_changed": _("Line changed"),
    "line_noted": _("Note at a line"),
}


def chip_of(state: RequestState) -> tuple[str, str]:
    return TONES[state], say(STATE_NAMES[state])


@blueprint.get("/approvals")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def approvals() -> Response:
    filters = _filters()
    keyset = keyset_from_request(size=20)
    rows = queries.requests(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "ordering/approvals_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        counts=queries.counts(actor()),
        states=[("", _("All"))] + [(str(state), say(name)) for state, name in STATE_NAMES.items()],
        chip_of=chip_of,
        may_keep_rules=actor().can(Permission.APPROVAL_RULES),
    )


def _filters() -> Filters:
    tab, state = request.args.get("tab", ""), request.args.get("state", "")
    if tab not in TABS:
        tab = "waiting"
    return Filters(
        tab, state if state in {str(one) for one in RequestState} else "", request.args.get("q", "")[:60].strip()
    )


@blueprint.post("/approvals/decide")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def decide_approvals() -> Response:
    """Several at once: each is decided for itself, and each has its own answer."""
    numbers = request.form.getlist("number")[:100]
    reason = request.form.get("reason", "")
    is_approved = request.form.get("decision") == "approve"
    if not numbers:
        tell(_("Choose at least one request."), "warn")
    for number in numbers:
        try:
            found = queries.approval_id(actor(), number)
            done = service.approve(actor(), found) if is_approved else service.reject(actor(), found, reason)
        except DomainError as error:
            tell(_("{number}: {reason}", number=number, reason=say(error.message)), "bad")
        else:
            tell(_("{number}: {reason}", number=number, reason=answer_of(done)), level_of(done))
    return go("ordering.approvals")


def answer_of(done: Decided) -> str:
    """What became of a request, in one sentence."""
    if done.order:
        return str(_("Approved and ordered as {number}.", number=done.order))
    if done.is_repeat and done.state is RequestState.WAITING:
        return str(_("You have approved this already; it waits for others."))
    if done.state is RequestState.WAITING:
        return str(_("Approved. It waits for others now."))
    if done.state is RequestState.RETURNED:
        return str(_("Approved, but something has moved meanwhile: it went back to the buyer."))
    return say(STATE_NAMES[done.state])


def level_of(done: Decided) -> str:
    return "warn" if done.state is RequestState.RETURNED else "good"


@blueprint.get("/approvals/<number:number>")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def approval(number: str) -> Response:
    return _show(queries.request(actor(), number), DecisionForm(formdata=None))


def _show(found: RequestPage, form: DecisionForm) -> Response:
    me = actor()
    if found.may_decide:
        form.colleague_id.choices = [
            (one.user_id, one.name)
            for one in people(me)
            if one.is_active and one.user_id not in (me.user_id, found.user_id)
        ]
    is_own = found.user_id == me.user_id
    return render_page(
        "ordering/approval_show.html",
        found=found,
        form=form,
        state=chip_of(found.state),
        events=happenings(found),
        is_own=is_own,
        may_withdraw=found.is_waiting and (is_own or me.can(Permission.APPROVAL_RULES)),
        status=form.status,
    )


def happenings(found: RequestPage) -> list[dict[str, Any]]:
    """The timeline, the newest first."""
    rows = [
        {
            "at": entry.at,
            "what": _HAPPENED.get(entry.action, entry.action),
            "who": entry.user_name,
            "note": _note(entry.changes),
            "tone": {"approved": "good", "rejected": "bad", "returned": "warn"}.get(entry.action, ""),
        }
        for entry in queries.history(actor(), found.id)
    ]
    return rows[::-1]


def _note(changes: dict[str, Any]) -> str:
    parts = []
    if changes.get("sku"):
        before, after = changes.get("quantity") or ("", "")
        parts.append(f"{changes['sku']}: {_plain(before)} → {_plain(after)}" if before else str(changes["sku"]))
    if changes.get("to"):
        parts.append(str(_("to {name}", name=changes["to"])))
    if changes.get("for"):
        parts.append(str(_("for {names}", names=", ".join(changes["for"]))))
    if changes.get("note"):
        parts.append(str(changes["note"]))
    return " · ".join(parts)


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _acted(number: str, work: Callable[[int, DecisionForm], str | None]) -> Response:
    """Do one thing with a request; what is refused stands beside its field."""
    form = DecisionForm()
    found = queries.approval_id(actor(), number)
    form.colleague_id.choices = []
    if form.is_submitted():
        with form.catching():
            try:
                words = work(found, form)
            except Forbidden as error:
                raise Conflict(error.message) from error
            if words:
                tell(words)
            return go("ordering.approval", number=number)
    return _show(queries.request(actor(), number), form)


@blueprint.post("/approvals/<number:number>/approve")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def approve(number: str) -> Response:
    def work(found: int, form: DecisionForm) -> None:
        done = service.approve(actor(), found, note=form.note.data or "")
        tell(answer_of(done), level_of(done))

    return _acted(number, work)


@blueprint.post("/approvals/<number:number>/reject")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def reject(number: str) -> Response:
    def work(found: int, form: DecisionForm) -> str:
        service.reject(actor(), found, form.reason.data or "")
        return _("Request {number} is rejected. The buyer is told why.", number=number)

    return _acted(number, work)


@blueprint.post("/approvals/<number:number>/withdraw")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def withdraw(number: str) -> Response:
    def work(found: int, _form: DecisionForm) -> str:
        service.withdraw(actor(), found)
        return _("Request {number} is withdrawn. Its cart can be changed again.", number=number)

    return _acted(number, work)


@blueprint.post("/approvals/<number:number>/remind")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def remind(number: str) -> Response:
    def work(found: int, _form: DecisionForm) -> str:
        service.remind(actor(), found)
        return _("They are reminded.")

    return _acted(number, work)


@blueprint.post("/approvals/<number:number>/comment")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def comment(number: str) -> Response:
    def work(found: int, form: DecisionForm) -> None:
        service.comment(actor(), found, form.comment.data or "")

    return _acted(number, work)


@blueprint.post("/approvals/<number:number>/delegate")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def delegate(number: str) -> Response:
    def work(found: int, form: DecisionForm) -> str:
        service.delegate(actor(), found, form.colleague_id.data or 0, note=form.note.data or "")
        return _("Your colleague decides on {number} now.", number=number)

    return _acted(number, work)


@blueprint.route("/approvals/<number:number>/lines/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.APPROVE, scope=Scope.TENANT)
def approval_line(number: str, line_id: int) -> Response:
    """One line for an approver: fewer, none, or a word to it."""
    found = queries.request(actor(), number)
    line = queries.request_line(found, line_id)
    form = ApprovalLineForm(quantity=line.quantity)
    if form.validate_on_submit():
        with form.catching():
            if form.quantity.data == line.quantity:
                note_line(actor(), found.id, line_id, form.reason.data)
            else:
                change_line(actor(), found.id, line_id, form.quantity.data or Decimal(0), form.reason.data)
            tell(_("{sku} is changed. The buyer is told.", sku=line.sku))
            return go("ordering.approval", number=number)
    return render_page("ordering/approval_line.html", found=found, line=line, form=form, status=form.status)


@blueprint.route("/approvals/absences", methods=["GET", "POST"])
@requires(Permission.APPROVE, scope=Scope.TENANT)
def absences() -> Response:
    """Who decides for whom while somebody is away; also for days to come."""
    me = actor()
    form = AbsenceForm(user_id=me.user_id)
    active = [(one.user_id, one.name) for one in people(me) if one.is_active]
    form.deputy_id.choices = active
    keeps_all = me.can(Permission.APPROVAL_RULES)
    form.user_id.choices = active if keeps_all else [one for one in active if one[0] == me.user_id]
    if form.validate_on_submit():
        with form.catching():
            add_deputy(
                me, form.deputy_id.data, form.starts_on.data, form.ends_on.data, note=form.note.data or "",
                user_id=form.user_id.data,
            )  # fmt: skip
            tell(_("It is noted."))
            return go("ordering.absences")
    return render_page(
        "ordering/approval_absences.html", form=form, rows=deputies(me), keeps_all=keeps_all,
        own_id=me.user_id, status=form.status,
    )  # fmt: skip


@blueprint.post("/approvals/absences/<int:row_id>/end")
@requires(Permission.APPROVE, scope=Scope.TENANT)
def end_absence(row_id: int) -> Response:
    end_deputy(actor(), row_id)
    tell(_("The entry is removed."))
    return go("ordering.absences")


def to_request(approval_id: int) -> Response:
    """Where a buyer is sent whose order waits for approval."""
    number = queries.number_of(actor(), approval_id)
    tell(_("Your order needs an approval. Request {number} was sent.", number=number), "info")
    return go("ordering.approval", number=number)


def waiting_request(cart_id: int) -> Response | None:
    """The request a cart waits for, if it does."""
    word = of_cart(actor(), actor().company_id, cart_id)
    if word is None or word.state is not RequestState.WAITING:
        return None
    tell(_("This cart waits for approval."), "info")
    return go("ordering.approval", number=word.number)


@slot("accounts.account.side", order=60)
def account_rules(*, account: Any, **_context: Any) -> str | None:
    """The way to an account's rules of approval, for staff."""
    if not actor().can(Permission.APPROVAL_RULES):
        return None
    return render_template("ordering/_account_approvals.html", code=account.code)


@slot("layout.top.notices", order=50)
def waiting_chip(**_context: Any) -> str | None:
    """How many requests wait for the person."""
    me = actor_or_none()
    n = waiting_of_request() if me is not None and queries.may_decide(me) else 0
    return render_template("ordering/_approvals_chip.html", n=n) if n else None


@slot("ordering.order.side", order=10)
def approved_by(*, order: Any, **_context: Any) -> str | None:
    """Who approved an order."""
    rows = of_order(actor(), order.id)
    is_own = actor().scope is Scope.TENANT
    return render_template("ordering/_approved_by.html", rows=rows, is_own=is_own) if rows else None


@slot("ordering.cart.top")
def cart_word(*, cart_id: int, **_context: Any) -> str | None:
    """That a cart waits for approval, or why it came back."""
    word = of_cart(actor(), actor().company_id, cart_id)
    return render_template("ordering/_cart_approval.html", word=word) if word else None
