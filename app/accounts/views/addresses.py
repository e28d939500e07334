"""The address book of the own company."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from flask import Response, url_for

from app.accounts.forms.company import AddressForm
from app.accounts.policy import Permission
from app.accounts.queries.addresses import BookEntry, book_entry
from app.accounts.queries.companies import buying_terms
from app.accounts.service.addresses import AddressEntry, add_address, change_address, remove_address, restore_address
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/company/addresses/new", methods=["GET", "POST"])
@requires(Permission.EDIT_ADDRESSES)
def new_address() -> Response:
    terms = buying_terms(actor())
    form = AddressForm(country=terms.country, name=terms.legal_name)
    if form.validate_on_submit():
        with form.catching():
            entry = _entry(form)
            add_address(actor(), entry)
            tell(_("“{label}” is in the address book.", label=entry.label))
            return _to_company()
    return render_page("accounts/address_edit.html", form=form, address_id=None, status=form.status)


@blueprint.route("/company/addresses/<int:address_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_ADDRESSES)
def edit_address(address_id: int) -> Response:
    form = AddressForm(obj=_as_object(book_entry(actor(), address_id)))
    if form.validate_on_submit():
        with form.catching():
            entry = _entry(form)
            change_address(actor(), address_id, entry)
            tell(_("“{label}” is changed.", label=entry.label))
            return _to_company()
    return render_page("accounts/address_edit.html", form=form, address_id=address_id, status=form.status)


@blueprint.post("/company/addresses/<int:address_id>/remove")
@requires(Permission.EDIT_ADDRESSES)
def remove_address_from_book(address_id: int) -> Response:
    label = remove_address(actor(), address_id)
    tell(
        _("“{label}” is removed.", label=label),
        undo=url_for("accounts.restore_address_to_book", address_id=address_id),
    )
    return _to_company()


@blueprint.post("/company/addresses/<int:address_id>/restore")
@requires(Permission.EDIT_ADDRESSES)
def restore_address_to_book(address_id: int) -> Response:
    restore_address(actor(), address_id)
    return _to_company()


def _entry(form: AddressForm) -> AddressEntry:
    values: dict[str, Any] = {name: "" if value is None else value for name, value in form.values().items()}
    return AddressEntry(**values)


def _as_object(entry: BookEntry) -> SimpleNamespace:
    flags = {name: value for name, value in asdict(entry).items() if name != "address"}
    return SimpleNamespace(**(asdict(entry.address) | flags))


def _to_company() -> Response:
    return go("accounts.company", _anchor="addresses")
