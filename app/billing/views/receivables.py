"""What is owed: the age list of all accounts, one account with all that can be done about its debts, the own company."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, redirect, request, send_file, url_for

from app.accounts.queries.accounts import Account, account
from app.accounts.queries.companies import account_id
from app.billing.documents.receivables import KIND_NAMES
from app.billing.domain.ageing import NAMES
from app.billing.forms.receivables import InsuranceForm, PromiseForm, RuleChoiceForm, StopForm, WriteOffForm
from app.billing.policy import Permission
from app.billing.queries import receivables as queries
from app.billing.queries import reminders as reminder_queries
from app.billing.queries.dunning import rules
from app.billing.queries.receivables import ItemLine
from app.billing.queries.statements import currencies_of
from app.billing.service import receivables as service
from app.billing.service.open_items import stop
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, may_pay, send_stored, today
from app.billing.views.receivable_labels import PROMISE_STATES, until_text
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.money import round_amount
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, choices
from app.web.fragments import render_page
from app.web.pagination import Page, keyset_from_request, page_of
from app.web.texts import _, say

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = ("account", "name", "currency", "not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90",
         "unallocated", "balance")  # fmt: skip
_ALL = 100_000  # rows of a download


def _day() -> date:
    return day_or_none(request.args.get("day", "")) or today()


@blueprint.get("/receivables")
@requires(Permission.RECEIVABLES, scope=Scope.OPERATOR)
def receivables() -> Response:
    """All accounts by age, as of any day."""
    day, search, currency = _day(), request.args.get("q", "").strip()[:80], request.args.get("currency", "")[:3]
    keyset = keyset_from_request(size=50)
    rows = queries.ageing(
        actor(), day, search=search, currency=currency, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "billing/receivables_index.html",
        page=page_of(rows, keyset, key=queries.key_of),
        totals=queries.ageing_totals(actor(), day, search=search, currency=currency),
        day=day,
        search=search,
        currency=currency,
        names=NAMES,
        until_text=until_text,
        may_remind=actor().can(Permission.DUNNING),
    )


@blueprint.get("/receivables.<any(csv, xlsx):form>")
@requires(Permission.RECEIVABLES, scope=Scope.OPERATOR)
def receivables_file(form: str) -> Response:
    """The age list as a table: all that the page is narrowed to."""
    day = _day()
    found = queries.ageing(
        actor(), day, search=request.args.get("q", "").strip()[:80], currency=request.args.get("currency", "")[:3],
        limit=_ALL,
    )  # fmt: skip
    return table_answer(_age_rows(found), form, f"receivables-{day.isoformat()}")


def _age_rows(found: Sequence[queries.AccountAge]) -> Iterator[Sequence[Cell]]:
    yield _HEAD
    for row in found:
        age = row.ageing
        sums = (round_amount(value, row.currency) for value in (*age.classes, age.unallocated, age.balance))
        yield row.code, row.name, row.currency, *sums


def table_answer(rows: Iterator[Sequence[Cell]], form: str, name: str) -> Response:
    """Rows as a CSV or XLSX download."""
    if form == "csv":
        answer = Response(b"".join(csv_chunks(rows, delimiter=";")), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    write_xlsx(rows, target)
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.get("/open-items")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def own_items() -> Response:
    """What the own company owes, and the letters it got."""
    day = _day()
    return render_page(
        "billing/open_items.html",
        day=day,
        ages=queries.account_ageing(actor(), day),
        page=_items(day, None),
        names=NAMES,
        kind_names=KIND_NAMES,
        letters=reminder_queries.letters_to(actor()),
        until_text=until_text,
        company=None,
        may_pay=may_pay(),
    )


def _items(day: date, company_id: int | None) -> Page[ItemLine]:
    keyset = keyset_from_request(size=50)
    rows = queries.open_items(
        actor(), day, company_id, after=keyset.after, before=keyset.before, limit=keyset.limit
    )  # fmt: skip
    return page_of(rows, keyset, key=lambda row: (row.due_on, row.id))


@blueprint.get("/open-items/reminders/<number:number>")
@requires(Permission.RECEIVABLES)
def reminder_file(number: str) -> Response:
    """The PDF of a reminder, for the account it was sent to and for the operator."""
    return send_stored(reminder_queries.letter_file(actor(), number))


@blueprint.get("/receivables/<number:code>")
@requires(Permission.RECEIVABLES, scope=Scope.OPERATOR)
def account_receivables(code: str) -> Response:
    return _page(code)


@blueprint.post("/receivables/<number:code>/stop")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def stop_account(code: str) -> Response:
    form = StopForm(prefix="stop-")

    def act(company_id: int) -> None:
        service.stop_account(actor(), company_id, form.until.data or service.FOREVER, form.reason.data)
        tell(_("No reminders to this account {until}.", until=until_text(form.until.data or service.FOREVER)))

    return _done(code, form, "stop", act)


@blueprint.post("/receivables/<number:code>/go-on")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def unstop_account(code: str) -> Any:
    service.stop_account(actor(), account_id(actor(), code), None, "")
    tell(_("Reminders go on."))
    return redirect(url_for("billing.account_receivables", code=code), code=303)


@blueprint.post("/receivables/items/<int:item_id>/stop")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def stop_item(item_id: int) -> Any:
    """The stop button of one item: until further notice, or on again."""
    goes_on = "on" in request.form
    stop(actor(), item_id, None if goes_on else service.FOREVER)
    tell(_("Reminders go on.") if goes_on else _("This item is not reminded any more."))
    return redirect(url_for("billing.account_receivables", code=request.form.get("code", "-")), code=303)


@blueprint.post("/receivables/<number:code>/promises")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def add_promise(code: str) -> Response:
    form = PromiseForm(prefix="promise-")

    def act(company_id: int) -> None:
        service.promise(
            actor(), company_id, form.currency.data, form.amount.data or Decimal(0), form.promised_on.data,
            item_id=form.item_id.data or None, note=form.note.data or "", client_ref=form.client_ref.data,
        )  # fmt: skip
        tell(_("The promise is noted. Until then the account is not reminded of it."))

    return _done(code, form, "promise", act)


@blueprint.post("/receivables/<number:code>/promises/<int:promise_id>/withdraw")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def withdraw_promise(code: str, promise_id: int) -> Any:
    service.withdraw_promise(actor(), promise_id)
    tell(_("The promise does not count any more."))
    return redirect(url_for("billing.account_receivables", code=code), code=303)


@blueprint.post("/receivables/<number:code>/insurance")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def insure(code: str) -> Response:
    form = InsuranceForm(prefix="insurance-")

    def act(company_id: int) -> None:
        service.insure(
            actor(), company_id, form.limit.data, form.currency.data, insurer=form.insurer.data or "",
            until=form.until.data, is_binding=form.is_binding.data,
        )  # fmt: skip
        tell(_("Saved."))

    return _done(code, form, "insurance", act)


@blueprint.post("/receivables/<number:code>/rule")
@requires(Permission.DUNNING, scope=Scope.OPERATOR)
def choose_rule(code: str) -> Response:
    form = RuleChoiceForm(prefix="rule-")

    def act(company_id: int) -> None:
        service.choose_rule(actor(), company_id, form.rule_id.data or None)
        tell(_("Saved."))

    return _done(code, form, "rule", act)


def _done(code: str, form: Form, name: str, act: Callable[[int], None]) -> Response:
    """Do what the form asks and go back to the account; a form with errors is shown again with the page."""
    found = account(actor(), code)
    _fill({name: form}, found)
    if form.validate():
        with form.catching():
            act(found.id)
            return redirect(url_for("billing.account_receivables", code=code), code=303)  # type: ignore[return-value]
    return _page(code, **{name: form})


def _fill(forms: dict[str, Any], found: Account) -> None:
    """The choices of the selects: currencies and open claims of the account, rules of the house."""
    known = choices((currency, currency) for currency in currencies_of(actor(), found.id))
    for name in ("promise", "insurance"):
        if name in forms:
            forms[name].currency.choices = known
    if "promise" in forms:
        items = queries.open_items(actor(), today(), found.id, limit=200)
        forms["promise"].item_id.choices = choices(
            [(0, say(_("all that is owed"))), *((row.id, row.number) for row in items if row.open > 0)]
        )
    if "rule" in forms:
        named = [(row.id, f"{row.name} ({row.rule.currency})") for row in rules(actor())]
        forms["rule"].rule_id.choices = choices([(0, say(_("the usual one"))), *named])


def _page(code: str, **sent: Form) -> Response:
    """All about the debts of an account; the form that was sent keeps what was entered, with its errors."""
    found, day = account(actor(), code), _day()
    if found.kind != "customer":
        raise NotFound
    terms = reminder_queries.terms_of(actor(), found.id)
    forms: dict[str, Form] = {
        "stop": StopForm(formdata=None, prefix="stop-"),
        "promise": PromiseForm(formdata=None, prefix="promise-", currency=found.currency),
        "insurance": InsuranceForm(
            formdata=None, prefix="insurance-", limit=terms.insured_limit, insurer=terms.insurer,
            currency=terms.insured_currency or found.currency, until=terms.insured_until,
            is_binding=terms.is_binding,
        ),
        "rule": RuleChoiceForm(formdata=None, prefix="rule-", rule_id=terms.rule_id or 0),
    }  # fmt: skip
    _fill(forms, found)
    return render_page(
        "billing/receivables_show.html",
        account=found,
        day=day,
        ages=queries.account_ageing(actor(), day, found.id),
        page=_items(day, found.id),
        names=NAMES,
        kind_names=KIND_NAMES,
        terms=terms,
        letters=reminder_queries.letters_to(actor(), found.id),
        promises=reminder_queries.promises_of(actor(), found.id),
        promise_states=PROMISE_STATES,
        until_text=until_text,
        forms=forms | sent,
        may_remind=actor().can(Permission.DUNNING),
        may_write_off=actor().can(Permission.WRITE_OFF),
        may_use=actor().can(Permission.PAYMENTS),
        company=found.code,
        status=next((form.status for form in sent.values()), 200),
    )


@blueprint.route("/receivables/<number:code>/items/<int:item_id>/write-off", methods=["GET", "POST"])
@requires(Permission.WRITE_OFF, scope=Scope.OPERATOR)
def write_off(code: str, item_id: int) -> Any:
    """Give up a claim, or a part of it."""
    item = queries.open_item(actor(), account_id(actor(), code), item_id)
    form = WriteOffForm() if request.method == "POST" else WriteOffForm(formdata=None, amount=item.open)
    if form.validate_on_submit():
        with form.catching():
            service.write_off(
                actor(), item.id, form.amount.data or Decimal(0), form.reason.data, client_ref=form.client_ref.data
            )
            tell(_("{number} is written off.", number=item.number))
            return redirect(url_for("billing.account_receivables", code=code), code=303)
    return render_page("billing/write_off.html", item=item, code=code, form=form, status=form.status)
