"""The own company: facts, contact details, and the operator's bank account."""

from __future__ import annotations

from flask import Response

from app.accounts.forms.company import BankForm, ContactForm, FactsForm
from app.accounts.forms.fields import country_name
from app.accounts.policy import Permission
from app.accounts.queries.addresses import address_book
from app.accounts.queries.companies import buying_terms, customer_party, operator_party
from app.accounts.service.companies import Bank, Contact, Facts, edit_bank, edit_contact, edit_facts
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/company")
@requires(Permission.READ_COMPANY)
def company() -> Response:
    is_operator = actor().is_operator
    return render_page(
        "accounts/company.html",
        party=operator_party(actor()) if is_operator else customer_party(actor()),
        terms=None if is_operator else buying_terms(actor()),
        book=address_book(actor()),
        country_name=country_name,
        can_edit=actor().can(Permission.EDIT_COMPANY),
        can_edit_addresses=actor().can(Permission.EDIT_ADDRESSES),
        is_operator=is_operator,
    )


@blueprint.route("/company/contact", methods=["GET", "POST"])
@requires(Permission.EDIT_COMPANY)
def edit_company_contact() -> Response:
    form = ContactForm(obj=customer_party(actor()))
    if form.validate_on_submit():
        with form.catching():
            edit_contact(actor(), Contact(**{name: value or "" for name, value in form.values().items()}))
            tell(_("Saved."))
            return go("accounts.company")
    return render_page("accounts/company_contact.html", form=form, status=form.status)


@blueprint.route("/company/facts", methods=["GET", "POST"])
@requires(Permission.EDIT_COMPANY, scope=Scope.OPERATOR)
def edit_company_facts() -> Response:
    """The operator about itself; customers ask the operator."""
    form = FactsForm(obj=operator_party(actor()))
    if form.validate_on_submit():
        with form.catching():
            facts = Facts(**{name: value or "" for name, value in form.values().items()})
            edit_facts(actor(), actor().company_id, facts)
            tell(_("Saved."))
            return go("accounts.company")
    return render_page("accounts/company_facts.html", form=form, status=form.status)


@blueprint.route("/company/bank", methods=["GET", "POST"])
@requires(Permission.EDIT_COMPANY, scope=Scope.OPERATOR)
def edit_company_bank() -> Response:
    form = BankForm(obj=operator_party(actor()))
    if form.validate_on_submit():
        with form.catching():
            edit_bank(actor(), Bank(**{name: value or "" for name, value in form.values().items()}))
            tell(_("Saved. The next invoice shows this account."))
            return go("accounts.company")
    return render_page("accounts/company_bank.html", form=form, status=form.status)
