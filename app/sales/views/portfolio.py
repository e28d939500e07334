"""The portfolio: accounts with their figures, filters, saved views, and the same as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request, send_file, url_for

from app.accounts.forms.fields import countries, country_name
from app.accounts.queries.groups import groups, segments
from app.accounts.queries.people import sales_people
from app.core import clock
from app.core.actor import Scope
from app.core.money import round_amount
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.sales.forms.desk import ViewForm
from app.sales.policy import Permission
from app.sales.queries import portfolio as queries
from app.sales.queries.portfolio import PortfolioFilters, PortfolioRow
from app.sales.queries.saved_views import saved_views
from app.sales.service import saved_views as service
from app.sales.views import blueprint
from app.sales.views.words import desk_tabs
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import Sort, keyset_from_request, page_of, sort_from_request
from app.web.texts import _, language

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE = "portfolio"
USUAL = "-turnover"
_KEPT = ("q", "whose", "group", "segment", "country", "only", "silent", "sort")  # what a view keeps
_HEAD = (
    "account", "name", "country", "group", "segments", "manager", "currency", "turnover_12_months", "turnover_before",
    "trend_percent", "last_order", "days_since", "usual_days", "open_carts", "overdue", "open_tasks",
)  # fmt: skip
ONLY = {
    "falling": _("Turnover falls"),
    "overdue": _("Overdue"),
    "quiet": _("Fallen silent"),
}


@blueprint.get("/sales")
@requires(Permission.READ, scope=Scope.OPERATOR)
def portfolio() -> Response:
    return _page(ViewForm(formdata=None, prefix="view-"))


@blueprint.get("/sales/portfolio.<any(csv, xlsx):form>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def portfolio_file(form: str) -> Response:
    """All that the page is narrowed to, in its order."""
    sort = _sort()
    rows = queries.portfolio(
        actor(), _filters(), sort=sort.column, is_descending=sort.is_descending, limit=queries.EVERY
    )
    cells = _cells(rows)
    name = f"accounts-{clock.today(actor().time_zone).isoformat()}"
    if form == "csv":
        answer = Response(b"".join(csv_chunks(cells, delimiter=";")), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write_xlsx(cells, target)
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.post("/sales/views")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def view_save() -> Any:
    """Keep the filters of the page under a name."""
    form = ViewForm(prefix="view-")
    if form.validate_on_submit():
        with form.catching():
            service.save_view(actor(), PAGE, form.name.data, form.query.data or "", is_shared=form.is_shared.data)
            tell(_("The view is saved."))
            return redirect(f"{url_for('sales.portfolio')}?{form.query.data or ''}", code=303)
    return _page(form)


@blueprint.post("/sales/views/<int:view_id>/delete")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def view_delete(view_id: int) -> Any:
    service.delete_view(actor(), view_id)
    tell(_("The view is deleted."))
    return redirect(url_for("sales.portfolio"), code=303)


def _sort() -> Sort:
    return sort_from_request(queries.SORTS, USUAL)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _filters() -> PortfolioFilters:
    whose = request.args.get("whose", "")
    manager = actor().user_id if whose == "mine" else int(whose) if whose.isdecimal() and len(whose) < 10 else None
    only = request.args.get("only", "")
    return PortfolioFilters(
        text=request.args.get("q", "").strip()[:80],
        manager_id=manager,
        is_unmanaged=whose == "nobody",
        has_stand_in=whose == "stand-in",
        group_id=_number("group"),
        segment_id=_number("segment"),
        country=request.args.get("country", "")[:2],
        is_falling=only == "falling",
        is_overdue=only == "overdue",
        has_fallen_silent=only == "quiet",
        silent_days=_number("silent") or 0,
    )


def _page(view_form: ViewForm) -> Response:
    filters, sort, keyset = _filters(), _sort(), keyset_from_request(size=50)
    rows = queries.portfolio(
        actor(), filters, sort=sort.column, is_descending=sort.is_descending, after=keyset.after, before=keyset.before,
        limit=keyset.limit,
    )  # fmt: skip
    kept = {name: value for name in _KEPT if (value := request.args.get(name))}
    if not view_form.is_submitted():
        view_form.query.data = urlencode(kept)
    return render_page(
        "sales/portfolio.html",
        page=page_of(rows, keyset, key=lambda row: (row.key, row.id)),
        sums=queries.portfolio_sums(actor(), filters),
        sort=sort,
        is_sorted=str(sort) != USUAL,
        is_filtered=filters != PortfolioFilters(),
        asked={name: kept.get(name, "") for name in _KEPT},
        kept=kept,
        options=_options(),
        views=saved_views(actor(), PAGE),
        here=urlencode(kept),
        view_form=view_form,
        may_work=actor().can(Permission.WORK),
        tabs_of=desk_tabs("portfolio"),
        country_name=country_name,
        status=view_form.status,
    )


def _options() -> dict[str, list[tuple[str, object]]]:
    """What the filters offer."""
    everything = ("", _("All"))
    return {
        "whose": [
            everything, ("mine", _("My accounts")), ("stand-in", _("With a stand-in")), ("nobody", _("Without a manager")),
            *_as_text(sales_people(actor())),
        ],
        "group": [everything, *_as_text((one.id, one.name) for one in groups(actor()))],
        "segment": [everything, *_as_text((one.id, one.name) for one in segments(actor()))],
        "country": [everything, *countries(language())],
        "only": [everything, *ONLY.items()],
    }  # fmt: skip


def _as_text(pairs: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in pairs]


def _cells(rows: Sequence[PortfolioRow]) -> Iterator[Sequence[Cell]]:
    yield _HEAD
    for row in rows:
        sums = [round_amount(value, row.currency) for value in (row.turnover, row.before)]
        yield (
            row.code, row.name, row.country, row.group, row.segments, row.manager, row.currency, *sums, row.trend,
            row.last_on, None if row.silence is None else Decimal(row.silence), row.rhythm, round_amount(row.worth, row.currency),
            round_amount(row.overdue, row.currency), Decimal(row.tasks),
        )  # fmt: skip
