"""Runs of reminders: proposed by a job, reviewed and approved by a person; their rules and base rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, redirect, request, url_for

from app.billing.domain.dunning import MOST_LEVELS
from app.billing.forms.receivables import BaseRateForm, LeaveOutForm, RuleForm, RunForm, fields_of
from app.billing.policy import Permission
from app.billing.queries import reminders as queries
from app.billing.queries.dunning import base_rates, rules
from app.billing.service import dunning as service
from app.billing.service.dunning_rules import RuleEntry, remove_base_rate, remove_rule, save_rule, set_base_rates
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, today
from app.billing.views.receivable_labels import LETTER_STATES, RUN_STATES, reason_text
from app.core.actor import Scope
from app.core.errors import DomainError, NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page, wants_part
from app.web.texts import _, ngettext, say

SHOWN = 200  # letters on a page of the review


@blueprint.route("/reminders", methods=["GET", "POST"])
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def reminder_runs() -> Any:
    """The runs, and the form that asks for a proposal."""
    form = RunForm() if request.method == "POST" else RunForm(formdata=None, as_of=today())
    if form.validate_on_submit():
        with form.catching():
            run_id = service.start_run(actor(), form.as_of.data, client_ref=form.client_ref.data)
            return redirect(url_for("billing.reminder_run", run_id=run_id), code=303)
    return render_page(
        "billing/reminders_index.html",
        runs=queries.runs(actor()),
        form=form,
        states=RUN_STATES,
        has_rules=bool(rules(actor())),
        status=form.status,
    )


@blueprint.get("/reminders/<int:run_id>")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def reminder_run(run_id: int) -> Response:
    """What one run proposes, or has sent."""
    if wants_part() and queries.run(actor(), run_id).state not in ("waiting", "approved"):
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    return _run_page(run_id, LeaveOutForm(formdata=None))


def _run_page(run_id: int, form: LeaveOutForm) -> Response:
    run = queries.run(actor(), run_id)
    after = request.args.get("after", "")
    letters = queries.letters_of(actor(), run_id, after=int(after) if after.isdecimal() else None, limit=SHOWN + 1)
    return render_page(
        "billing/reminder_run.html",
        part="billing/_reminder_run.html",
        run=run,
        letters=letters[:SHOWN],
        more=letters[SHOWN - 1].id if len(letters) > SHOWN else None,
        form=form,
        states=RUN_STATES,
        letter_states=LETTER_STATES,
        reason_text=reason_text,
        is_busy=run.state in ("waiting", "approved"),
        status=form.status,
    )


@blueprint.post("/reminders/<int:run_id>/review")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def review_run(run_id: int) -> Any:
    """Leave the chosen letters out, or take them in again."""
    chosen = [int(value) for value in request.form.getlist("letter") if value.isdecimal()]
    form = LeaveOutForm()
    if form.validate():
        with form.catching():
            if "back" in request.form:
                count = service.take_in(actor(), run_id, chosen)
                tell(ngettext("{n} letter is in again.", "{n} letters are in again.", count))
            else:
                count = service.leave_out(actor(), run_id, chosen, form.reason.data or "")
                tell(ngettext("{n} letter is left out.", "{n} letters are left out.", count))
            return redirect(url_for("billing.reminder_run", run_id=run_id), code=303)
    return _run_page(run_id, form)


@blueprint.post("/reminders/<int:run_id>/approve")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def approve_run(run_id: int) -> Any:
    service.approve(actor(), run_id)
    tell(_("The letters are being numbered and sent. This goes on when the page is closed."), "info")
    return redirect(url_for("billing.reminder_run", run_id=run_id), code=303)


@blueprint.post("/reminders/<int:run_id>/drop")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def drop_run(run_id: int) -> Any:
    service.drop(actor(), run_id)
    tell(_("Nothing of this run is sent."))
    return redirect(url_for("billing.reminder_runs"), code=303)


@blueprint.get("/reminders/rules")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def reminder_rules() -> Response:
    return _rules_page(BaseRateForm(formdata=None))


def _rules_page(form: BaseRateForm) -> Response:
    return render_page(
        "billing/reminder_rules.html",
        rules=rules(actor()),
        rates=base_rates(actor())[::-1],
        form=form,
        status=form.status,
    )


@blueprint.post("/reminders/rules/rates")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def add_base_rate() -> Any:
    form = BaseRateForm()
    if form.validate():
        with form.catching():
            set_base_rates(actor(), [(form.valid_from.data, form.percent.data or Decimal(0), form.source.data or "")])
            tell(_("Saved."))
            return redirect(url_for("billing.reminder_rules"), code=303)
    return _rules_page(form)


@blueprint.post("/reminders/rules/rates/remove")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def drop_base_rate() -> Any:
    day = day_or_none(request.form.get("day", ""))
    if day is None:
        raise NotFound
    remove_base_rate(actor(), day)
    tell(_("Removed."))
    return redirect(url_for("billing.reminder_rules"), code=303)


@blueprint.route("/reminders/rules/new", methods=["GET", "POST"])
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def new_reminder_rule() -> Any:
    return _rule_page(None, RuleForm() if request.method == "POST" else RuleForm(formdata=None))


@blueprint.route("/reminders/rules/<int:rule_id>", methods=["GET", "POST"])
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def reminder_rule(rule_id: int) -> Any:
    found = next((row for row in rules(actor()) if row.id == rule_id), None)
    if found is None:
        raise NotFound
    rule = found.rule
    entry = RuleEntry(
        found.name, rule.currency, rule.levels, rule.minimum, rule.gap_days, found.points, found.basis,
        found.is_default,
    )  # fmt: skip
    return _rule_page(rule_id, RuleForm() if request.method == "POST" else RuleForm(formdata=None, **fields_of(entry)))


def _rule_page(rule_id: int | None, form: RuleForm) -> Any:
    if form.validate_on_submit():
        with form.catching():
            save_rule(actor(), form.entry(), rule_id)
            tell(_("The rule holds from the next run on."))
            return redirect(url_for("billing.reminder_rules"), code=303)
    return render_page(
        "billing/reminder_rule.html", rule_id=rule_id, form=form, places=range(1, MOST_LEVELS + 1), status=form.status
    )


@blueprint.post("/reminders/rules/<int:rule_id>/remove")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def drop_reminder_rule(rule_id: int) -> Any:
    try:
        remove_rule(actor(), rule_id)
        tell(_("Removed."))
    except NotFound:
        raise
    except DomainError as error:
        tell(say(error.message), "bad")
    return redirect(url_for("billing.reminder_rules"), code=303)
