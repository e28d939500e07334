"""Credit: where the own company stands; for the operator the accounts by use of their limit, and each ledger."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.accounts.forms.money import AskLimitForm, HoldRuleForm, LimitForm, RefundForm, ReleaseForm
from app.accounts.policy import Permission
from app.accounts.queries import credit as queries
from app.accounts.queries.accounts import Account, account
from app.accounts.service import credit as service
from app.accounts.service import credit_holds
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.money_labels import kind_chip
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.pagination import Page, keyset_from_request, page_of
from app.web.texts import _

_FILTERS = {"": _("All"), "tight": _("Limit nearly used"), "held": _("On credit hold"), "asked": _("Ask for more")}


@blueprint.get("/company/credit")
@requires(Permission.READ_CREDIT, scope=Scope.TENANT)
def credit() -> Response:
    return _own_page(AskLimitForm(formdata=None))


@blueprint.post("/company/credit/ask")
@requires(Permission.READ_CREDIT, scope=Scope.TENANT)
def ask_credit() -> Response:
    form = AskLimitForm()
    if form.validate():
        with form.catching():
            service.ask_limit(actor(), actor().company_id, form.limit.data or Decimal(0), form.note.data or "")
            tell(_("Your wish is with our accountants."))
            return go("accounts.credit")
    return _own_page(form)


def _own_page(form: AskLimitForm) -> Response:
    return render_page(
        "accounts/credit.html",
        standing=queries.standing(actor()),
        terms=queries.credit_terms(actor()),
        page=_ledger(actor().company_id),
        kind_chip=kind_chip,
        form=form,
        status=form.status,
    )


def _ledger(company_id: int) -> Page[queries.LedgerLine]:
    keyset = keyset_from_request(parts=(int,))
    rows = queries.ledger(
        actor(), company_id, after=int(keyset.after[0]) if keyset.after else None,
        before=int(keyset.before[0]) if keyset.before else None, limit=keyset.limit,
    )  # fmt: skip
    return page_of(rows, keyset, key=lambda row: (row.id,))


@blueprint.get("/credit")
@requires(Permission.READ_CREDIT, scope=Scope.OPERATOR)
def credit_accounts() -> Response:
    """The accountant's list: who has used most of the limit, who is held, who asks for more."""
    keyset = keyset_from_request(parts=(Decimal, int))
    search, state = request.args.get("q", "").strip(), request.args.get("state", "")
    state = state if state in _FILTERS else ""
    rows = queries.credit_accounts(
        actor(), search=search, state=state, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    counts = queries.credit_counts(actor())
    return render_page(
        "accounts/credit_accounts.html",
        page=page_of(rows, keyset, key=queries.key_of),
        search=search,
        state=state,
        filters=[(code, name, counts[code]) for code, name in _FILTERS.items()],
    )


@blueprint.get("/accounts/<number:code>/credit")
@requires(Permission.READ_CREDIT, scope=Scope.OPERATOR)
def account_credit(code: str) -> Response:
    return _page(account(actor(), code))


@blueprint.post("/accounts/<number:code>/credit/limit")
@requires(Permission.CREDIT, scope=Scope.OPERATOR)
def set_credit_limit(code: str) -> Response:
    found, form = account(actor(), code), LimitForm()
    if form.validate():
        with form.catching():
            service.set_limit(
                actor(), found.id, form.limit.data, reason=form.reason.data, may_exceed=form.may_exceed.data
            )
            tell(_("Saved. The next order is measured by it."))
            return go("accounts.account_credit", code=code)
    return _page(found, limit=form)


@blueprint.post("/accounts/<number:code>/credit/refunds")
@requires(Permission.CREDIT, scope=Scope.OPERATOR)
def record_credit_refund(code: str) -> Response:
    found, form = account(actor(), code), RefundForm(prefix="refund-")
    if form.validate():
        with form.catching():
            done = service.record_refund(
                actor(), found.id, form.amount.data or Decimal(0), form.reference.data, comment=form.comment.data or ""
            )
            tell(_("This refund was recorded before.") if done.is_repeat else _("The refund is in the ledger."),
                 "info" if done.is_repeat else "good")  # fmt: skip
            return go("accounts.account_credit", code=code)
    return _page(found, refund=form)


@blueprint.post("/accounts/<number:code>/credit/rule")
@requires(Permission.CREDIT, scope=Scope.OPERATOR)
def set_credit_rule(code: str) -> Response:
    found, form = account(actor(), code), HoldRuleForm()
    if form.validate():
        with form.catching():
            credit_holds.set_hold_rule(actor(), found.id, form.hold_after_days.data)
            tell(_("Saved."))
            return go("accounts.account_credit", code=code)
    return _page(found, rule=form)


@blueprint.post("/accounts/<number:code>/credit/release")
@requires(Permission.HOLD, scope=Scope.OPERATOR)
def release_credit(code: str) -> Response:
    """Lift the hold, with the reason; says what is free now, because the limit holds on."""
    found, form = account(actor(), code), ReleaseForm(prefix="release-")
    if form.validate():
        with form.catching():
            now = credit_holds.release(actor(), found.id, form.reason.data, spared_days=form.spared_days.data or 0)
            if now.available is not None and now.available <= 0:
                tell(_("{name} is released, but nothing of the limit is free: raise it or wait for a payment.",
                       name=found.name), "warn")  # fmt: skip
            else:
                tell(_("{name} can buy on account again.", name=found.name))
            return go("accounts.account_credit", code=code)
    return _page(found, release=form)


def _page(found: Account, **sent: Form) -> Response:
    """The credit of an account; the form that was sent keeps what was entered, with its errors."""
    if found.kind != "customer":
        raise NotFound
    standing, terms = queries.standing(actor(), found.id), queries.credit_terms(actor(), found.id)
    forms: dict[str, Form] = {
        "limit": LimitForm(formdata=None, limit=terms.asked_limit or standing.limit, may_exceed=standing.may_exceed),
        "refund": RefundForm(formdata=None, prefix="refund-"),
        "rule": HoldRuleForm(formdata=None, hold_after_days=terms.hold_after_days),
        "release": ReleaseForm(formdata=None, prefix="release-"),
    } | sent
    return render_page(
        "accounts/account_credit.html",
        account=found,
        standing=standing,
        terms=terms,
        page=_ledger(found.id),
        kind_chip=kind_chip,
        forms=forms,
        may_change=actor().can(Permission.CREDIT),
        may_hold=actor().can(Permission.HOLD),
        status=next((form.status for form in sent.values()), 200),
    )
