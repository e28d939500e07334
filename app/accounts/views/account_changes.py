"""What the operator changes about an account: decision, terms, facts, block, hold, end."""

from __future__ import annotations

from flask import Response, url_for

from app.accounts.domain.roles import CompanyKind
from app.accounts.forms.company import DecisionForm, FactsForm, NewAccountForm, ReasonForm, TermsForm
from app.accounts.policy import Permission
from app.accounts.queries.accounts import Account, account
from app.accounts.queries.companies import operator_party
from app.accounts.queries.groups import groups, segments, standing
from app.accounts.queries.people import sales_people
from app.accounts.service import companies, registration
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, choices
from app.web.fragments import render_page
from app.web.texts import _

_FACTS = tuple(companies.Facts.__dataclass_fields__)
_TERMS = ("currency", "payment_days", "credit_limit", "vat_mode", "stock_display", "locale", "time_zone")


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.CREATE_ACCOUNTS, scope=Scope.OPERATOR)
def new_account() -> Response:
    seller = operator_party(actor())
    form = NewAccountForm(country=seller.country, currency=seller.currency)
    if form.validate_on_submit():
        with form.catching():
            companies.create_account(
                actor(), _facts(form), kind=CompanyKind(form.kind.data), currency=form.currency.data,
                email=form.email.data or "",
            )  # fmt: skip
            tell(_("The account is there. Invite its first person."))
            return go("accounts.show", code=form.code.data.strip())
    return render_page("accounts/account_new.html", form=form, status=form.status)


@blueprint.route("/accounts/<number:code>/decision", methods=["GET", "POST"])
@requires(Permission.DECIDE_REGISTRATIONS, scope=Scope.OPERATOR)
def decide(code: str) -> Response:
    """Approve or refuse a registration; the reason goes to the applicant."""
    found = account(actor(), code)
    form = DecisionForm(code=found.code)
    if form.validate_on_submit():
        with form.catching():
            return _decided(form, found)
    return render_page("accounts/account_decide.html", form=form, account=found, status=form.status)


def _decided(form: DecisionForm, found: Account) -> Response:
    reason = form.reason.data or ""
    if form.decision.data == "reject":
        registration.reject_company(actor(), found.id, reason=reason)
        tell(_("{name} is refused. The applicant reads the reason.", name=found.name))
        return go("accounts.show", code=found.code)
    if form.decision.data != "approve":
        raise Invalid("", N_("Approve or refuse."))
    days = 30 if form.payment_days.data is None else form.payment_days.data
    registration.approve_company(
        actor(), found.id, code=form.code.data or "", payment_days=days, reason=reason
    )  # fmt: skip
    tell(_("{name} is a customer now. The applicant gets a mail.", name=found.name))
    return go("accounts.show", code=(form.code.data or "").strip() or found.code)


@blueprint.route("/accounts/<number:code>/facts", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def edit_facts(code: str) -> Response:
    found = account(actor(), code)
    form = FactsForm(obj=found)
    if form.validate_on_submit():
        with form.catching():
            companies.edit_facts(actor(), found.id, _facts(form))
            tell(_("Saved."))
            return go("accounts.show", code=form.code.data.strip())
    return render_page("accounts/account_facts.html", form=form, account=found, status=form.status)


@blueprint.route("/accounts/<number:code>/terms", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def edit_terms(code: str) -> Response:
    found = account(actor(), code)
    held = standing(actor(), found.id)
    form = TermsForm(
        data={**{name: getattr(found, name) for name in _TERMS},
              "parent_code": found.parent.code if found.parent else "", "manager_id": found.manager_id or 0,
              "group_id": held.group.id if held.group else 0, "segment_ids": [one.id for one in held.segments]}
    )  # fmt: skip
    form.manager_id.choices = choices([(0, str(_("nobody"))), *sales_people(actor())])
    form.group_id.choices = choices([(0, str(_("none"))), *((one.id, one.name) for one in groups(actor()))])
    form.segment_ids.choices = choices([(one.id, one.name) for one in segments(actor())])
    if form.validate_on_submit():
        with form.catching():
            companies.edit_terms(actor(), found.id, _terms(form, has_sets=found.kind == CompanyKind.CUSTOMER))
            tell(_("Saved. New carts and orders follow these terms."))
            return go("accounts.show", code=code)
    return render_page("accounts/account_terms.html", form=form, account=found, status=form.status)


@blueprint.route("/accounts/<number:code>/block", methods=["GET", "POST"])
@requires(Permission.BLOCK, scope=Scope.OPERATOR)
def block(code: str) -> Response:
    found = account(actor(), code)
    form = ReasonForm(reason=found.block_reason)
    if form.validate_on_submit():
        with form.catching():
            companies.set_block(actor(), found.id, is_blocked=True, reason=form.reason.data or "")
            tell(
                _("{name} is blocked and cannot buy.", name=found.name), "warn",
                undo=url_for("accounts.unblock", code=code),
            )  # fmt: skip
            return go("accounts.show", code=code)
    return render_page("accounts/account_block.html", form=form, account=found, status=form.status)


@blueprint.post("/accounts/<number:code>/unblock")
@requires(Permission.BLOCK, scope=Scope.OPERATOR)
def unblock(code: str) -> Response:
    found = account(actor(), code)
    companies.set_block(actor(), found.id, is_blocked=False)
    tell(_("{name} can buy again.", name=found.name))
    return go("accounts.show", code=code)


@blueprint.route("/accounts/<number:code>/hold", methods=["GET", "POST"])
@requires(Permission.HOLD, scope=Scope.OPERATOR)
def hold(code: str) -> Response:
    found = account(actor(), code)
    form = ReasonForm(reason=found.hold_reason)
    if form.validate_on_submit():
        with form.catching():
            companies.set_credit_hold(actor(), found.id, is_on_hold=True, reason=form.reason.data or "")
            tell(
                _("{name} cannot buy on account.", name=found.name), "warn",
                undo=url_for("accounts.release", code=code),
            )  # fmt: skip
            return go("accounts.show", code=code)
    return render_page("accounts/account_hold.html", form=form, account=found, status=form.status)


@blueprint.post("/accounts/<number:code>/release")
@requires(Permission.HOLD, scope=Scope.OPERATOR)
def release(code: str) -> Response:
    found = account(actor(), code)
    companies.set_credit_hold(actor(), found.id, is_on_hold=False)
    tell(_("{name} can buy on account again.", name=found.name))
    return go("accounts.show", code=code)


@blueprint.route("/accounts/<number:code>/close", methods=["GET", "POST"])
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def close(code: str) -> Response:
    """Asked before, because everybody of the account is signed out."""
    found = account(actor(), code)
    form = Form()
    if form.validate_on_submit():
        with form.catching():
            companies.set_active(actor(), found.id, is_active=False)
            tell(_("{name} is closed.", name=found.name), undo=url_for("accounts.reopen", code=code))
            return go("accounts.show", code=code)
    return render_page("accounts/account_close.html", form=form, account=found, status=form.status)


@blueprint.post("/accounts/<number:code>/reopen")
@requires(Permission.EDIT_TERMS, scope=Scope.OPERATOR)
def reopen(code: str) -> Response:
    found = account(actor(), code)
    companies.set_active(actor(), found.id, is_active=True)
    tell(_("{name} is open again.", name=found.name))
    return go("accounts.show", code=code)


def _facts(form: FactsForm) -> companies.Facts:
    return companies.Facts(**{name: form[name].data or "" for name in _FACTS})


def _terms(form: TermsForm, *, has_sets: bool) -> companies.Terms:
    sets = companies.Sets(form.group_id.data or None, frozenset(form.segment_ids.data or ()))
    return companies.Terms(
        currency=form.currency.data,
        payment_days=form.payment_days.data,
        credit_limit=form.credit_limit.data,
        vat_mode=form.vat_mode.data,
        locale=form.locale.data,
        time_zone=form.time_zone.data,
        manager_id=form.manager_id.data or None,
        parent_code=form.parent_code.data or "",
        stock_display=form.stock_display.data,
        sets=sets if has_sets else None,
    )
