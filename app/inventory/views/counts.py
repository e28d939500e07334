"""Counts: planned, counted blind, looked through, approved; and the journal of adjustments."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.inventory.forms import FoundForm, LinesForm, NewCountForm
from app.inventory.policy import Permission
from app.inventory.queries import papers
from app.inventory.queries.shelves import warehouses
from app.inventory.service.counts import (
    NewCount,
    add_found,
    approve_count,
    cancel_count,
    enter_counts,
    finish_count,
    plan_count,
    recount,
)
from app.inventory.views import blueprint
from app.inventory.views.entered import entered_number
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, ngettext

_ONE = "/stock-counts/<int:count_id>"
_SHEET = 50


@blueprint.get("/stock-counts")
@requires(Permission.READ, scope=Scope.OPERATOR)
def counts() -> Response:
    return render_page("inventory/counts.html", rows=papers.counts(actor()), may_count=actor().can(Permission.COUNT))


@blueprint.route("/stock-counts/new", methods=["GET", "POST"])
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def new_count() -> Response:
    form = NewCountForm(planned_on=clock.today())
    form.warehouse.choices = choices((place.code, place.name) for place in warehouses(actor()))
    if form.validate_on_submit():
        with form.catching():
            new = NewCount(
                form.warehouse.data or "", form.planned_on.data, (form.zone.data or "").strip(),
                (form.words.data or "").strip(), (form.note.data or "").strip(),
            )  # fmt: skip
            count_id = plan_count(actor(), new, client_ref=form.client_ref.data)
            return go("inventory.show_count", count_id=count_id)
    return render_page("inventory/count_new.html", form=form, status=form.status)


@blueprint.get(_ONE)
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def show_count(count_id: int) -> Response:
    return _shown(count_id, LinesForm(formdata=None), FoundForm(formdata=None, prefix="f-"))


@blueprint.post(_ONE)
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def save_count(count_id: int) -> Response:
    """What was counted of the lines on the sheet; empty fields stay uncounted."""
    form = LinesForm()
    if form.validate():
        with form.catching():
            found = {}
            for line in papers.count_lines(actor(), count_id, only_open=True, limit=_SHEET):
                counted = entered_number(line.id, "counted", line.sku)
                if counted is not None:
                    found[line.id] = counted
            enter_counts(actor(), count_id, found)
            tell(ngettext("{n} line is counted.", "{n} lines are counted.", len(found), n=len(found)))
            return go("inventory.show_count", count_id=count_id)
    return _shown(count_id, form, FoundForm(formdata=None, prefix="f-"))


@blueprint.post(f"{_ONE}/found")
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def add_to_count(count_id: int) -> Response:
    form = FoundForm(prefix="f-")
    if form.validate():
        with form.catching():
            add_found(
                actor(), count_id, form.sku.data or "", form.counted.data or Decimal(0),
                bin_code=(form.bin.data or "").strip(), batch=(form.batch.data or "").strip(),
            )  # fmt: skip
            tell(_("Saved."))
            return go("inventory.show_count", count_id=count_id)
    return _shown(count_id, LinesForm(formdata=None), form)


@blueprint.post(f"{_ONE}/finish")
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def end_count(count_id: int) -> Response:
    return _after(count_id, lambda: finish_count(actor(), count_id))


@blueprint.post(f"{_ONE}/recount")
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def count_again(count_id: int) -> Response:
    chosen = [int(value) for value in request.form.getlist("line") if value.isdigit() and len(value) < 18]
    return _after(count_id, lambda: recount(actor(), count_id, chosen))


@blueprint.post(f"{_ONE}/approve")
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def approve(count_id: int) -> Response:
    return _after(count_id, lambda: approve_count(actor(), count_id))


@blueprint.post(f"{_ONE}/cancel")
@requires(Permission.COUNT, scope=Scope.OPERATOR)
def drop_count(count_id: int) -> Response:
    cancel_count(actor(), count_id)
    tell(_("The count is cancelled. Nothing was booked."))
    return go("inventory.counts")


def _after(count_id: int, step: Callable[[], object]) -> Response:
    form = LinesForm()
    if form.validate():
        with form.catching():
            step()
            tell(_("Saved."))
            return go("inventory.show_count", count_id=count_id)
    return _shown(count_id, form, FoundForm(formdata=None, prefix="f-"))


def _shown(count_id: int, form: LinesForm, found: FoundForm) -> Response:
    """While it is counted: the lines still open, without what the books say. Afterwards the differences."""
    paper, sums = papers.count(actor(), count_id)
    is_open = paper.state == "counting"
    lines = papers.count_lines(
        actor(), count_id, only_open=is_open, only_differing=not is_open, limit=_SHEET if is_open else 500
    )
    return render_page(
        "inventory/count_show.html", paper=paper, sums=sums, lines=lines, form=form, found=found, sent=request.form,
        status=max(form.status, found.status),
    )  # fmt: skip


@blueprint.get("/stock-journal")
@requires(Permission.READ, scope=Scope.OPERATOR)
def stock_journal() -> Response:
    words, keyset = request.args.get("q", "").strip()[:80], keyset_from_request(parts=(int,))
    rows = papers.journal(actor(), words=words, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page("inventory/journal.html", page=page_of(rows, keyset, key=lambda row: (row.id,)), words=words)
