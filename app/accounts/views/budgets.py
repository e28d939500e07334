"""Budgets of the own company: what is left now, one with its entries, editing, spend against budget as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal

from flask import Response, send_file

from app.accounts.domain.budget import BudgetRule, PeriodKind, forecast
from app.accounts.forms.money import BudgetChangeForm, BudgetForm, FiscalYearForm
from app.accounts.policy import Permission
from app.accounts.queries import budgets as queries
from app.accounts.queries.companies import buying_terms, fiscal_month
from app.accounts.queries.cost_centres import cost_centres
from app.accounts.service import budgets as service
from app.accounts.service.budgets import BudgetChange, BudgetFacts
from app.accounts.service.cost_centres import set_fiscal_month
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.money_labels import month_options, period_text, shown, told
from app.core import audit, clock
from app.core.actor import Scope
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

HEAD = ("cost_centre", "name", "period", "from", "to", "currency", "rule", "budget", "carried", "taken", "reserved",
        "left")  # fmt: skip
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/company/budgets")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def budgets() -> Response:
    """What is left now."""
    today = clock.today(buying_terms(actor()).time_zone)
    form = FiscalYearForm(month=fiscal_month(actor()))
    form.month.choices = choices(month_options())
    return render_page(
        "accounts/budgets.html",
        budgets=[shown(line) for line in queries.current_budgets(actor(), today)],
        form=form,
        has_centres=bool(cost_centres(actor())),
        may_edit=actor().can(Permission.BUDGETS),
        may_edit_centres=actor().can(Permission.COST_CENTRES),
    )


@blueprint.get("/company/budgets/all")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def all_budgets() -> Response:
    """Every period, the past ones and those switched off, too."""
    return render_page(
        "accounts/budgets_all.html", budgets=[shown(line) for line in queries.all_budgets(actor())]
    )  # fmt: skip


@blueprint.get("/company/budgets/spending.<any(csv, xlsx):form>")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def budget_spending(form: str) -> Response:
    """Spend against budget, every period."""
    name = f"budgets-{clock.today(actor().time_zone).isoformat()}.{form}"
    if form == "csv":
        answer = Response(b"".join(csv_chunks(_spending())), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write_xlsx(_spending(), target, sheet="budgets")
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=name)


def _spending() -> Iterator[Sequence[Cell]]:
    yield HEAD
    for one in queries.spending(actor()):
        yield (one.code, one.name, str(one.kind), one.starts_on, one.ends_on, one.currency, str(one.rule), one.amount,
               one.carried, one.taken, one.reserved, one.left)  # fmt: skip


@blueprint.route("/company/budgets/new", methods=["GET", "POST"])
@requires(Permission.BUDGETS, scope=Scope.TENANT)
def new_budget() -> Response:
    terms = buying_terms(actor())
    form = BudgetForm(starts_on=clock.today(terms.time_zone), kind="month", rule="warn")
    form.cost_centre_id.choices = choices([(one.id, f"{one.code} {one.name}") for one in cost_centres(actor())])
    if form.validate_on_submit():
        with form.catching():
            facts = BudgetFacts(
                form.cost_centre_id.data, PeriodKind(form.kind.data), form.starts_on.data, form.amount.data or Decimal(0),
                BudgetRule(form.rule.data), form.ends_on.data, form.is_recurring.data, form.carries_over.data,
            )  # fmt: skip
            budget_id = service.set_budget(actor(), facts)
            tell(_("The budget is in force."))
            return go("accounts.budget", budget_id=budget_id)
    return render_page(
        "accounts/budget_new.html", form=form, currency=terms.currency, has_centres=bool(form.cost_centre_id.choices),
        status=form.status,
    )  # fmt: skip


@blueprint.get("/company/budgets/<int:budget_id>")
@requires(Permission.READ_BUDGETS, scope=Scope.TENANT)
def budget(budget_id: int) -> Response:
    line = queries.budget(actor(), budget_id)
    keyset = keyset_from_request(parts=(int,))
    rows = queries.entries(
        actor(), budget_id, after=int(keyset.after[0]) if keyset.after else None,
        before=int(keyset.before[0]) if keyset.before else None, limit=keyset.limit,
    )  # fmt: skip
    today = clock.today(buying_terms(actor()).time_zone)
    return render_page(
        "accounts/budget_show.html",
        budget=shown(line),
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        forecast=forecast(line.state, today) if today in line.state.period else None,
        history=told(audit.history(actor(), "budget", budget_id)),
        may_edit=actor().can(Permission.BUDGETS),
    )


@blueprint.route("/company/budgets/<int:budget_id>/edit", methods=["GET", "POST"])
@requires(Permission.BUDGETS, scope=Scope.TENANT)
def edit_budget(budget_id: int) -> Response:
    line = queries.budget(actor(), budget_id)
    state = line.state
    form = BudgetChangeForm(
        amount=state.amount, rule=str(state.rule), is_recurring=state.is_recurring, carries_over=state.carries_over,
        is_active=line.is_active,
    )  # fmt: skip
    if form.validate_on_submit():
        with form.catching():
            change = BudgetChange(
                form.amount.data or Decimal(0), BudgetRule(form.rule.data), form.is_recurring.data, form.carries_over.data,
                form.is_active.data,
            )  # fmt: skip
            service.edit_budget(actor(), budget_id, change)
            tell(_("Saved."))
            return go("accounts.budget", budget_id=budget_id)
    return render_page(
        "accounts/budget_edit.html", form=form, line=line, period=period_text(state), status=form.status
    )  # fmt: skip


@blueprint.post("/company/budgets/fiscal-year")
@requires(Permission.BUDGETS, scope=Scope.TENANT)
def budget_fiscal_year() -> Response:
    form = FiscalYearForm()
    form.month.choices = choices(month_options())
    if form.validate():
        set_fiscal_month(actor(), form.month.data)
        tell(_("Saved. New budgets follow it; those that are there keep their periods."))
    else:
        tell(_("Choose a month."), "bad")
    return go("accounts.budgets")
