"""Setting up a partner: itself, its names, what was agreed with it, its codes."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request, url_for

from app.accounts.queries.companies import account_id
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.documents.formats import formats
from app.exchange.forms.messages import CODE_KINDS, CodeForm
from app.exchange.forms.partners import AgreementForm, CodesFileForm, IdentifierForm, PartnerForm
from app.exchange.policy import Permission
from app.exchange.queries import partner_pages as pages
from app.exchange.queries.partners import partner_by_code
from app.exchange.service import partners as service
from app.exchange.service.catalogues import send_catalogue
from app.exchange.service.partner_codes import codes_csv, import_codes
from app.exchange.views import blueprint, partner_words
from app.exchange.views import message_words as words
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _, ngettext

_CODES_SHOWN = 500
_ACKNOWLEDGEMENTS = ("edifact-contrl", "edifact-aperak", "x12-997", "x12-999", "x12-ta1", "ubl-application-response")


def _go(endpoint: str, **values: Any) -> Response:
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})


def _account(code: str | None) -> int | None:
    if not (code or "").strip():
        return None
    try:
        return account_id(actor(), (code or "").strip())
    except NotFound as error:
        raise Invalid("account", error.message) from None


@blueprint.route("/partners/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_new() -> Response:
    return _partner_form(PartnerForm(), None)


@blueprint.route("/partners/<code>/edit", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_edit(code: str) -> Response:
    found = partner_by_code(actor(), code)
    account, _name = pages.company_of(actor(), found.company_id)
    given = {name: getattr(found, name) for name in ("code", "name", "is_test", "is_active", "note")}
    return _partner_form(PartnerForm(data=given | {"account": account}), found.id, code)


def _partner_form(form: PartnerForm, partner_id: int | None, code: str = "") -> Response:
    if form.validate_on_submit():
        with form.catching():
            values = {name: form[name].data for name in ("code", "name", "is_test", "is_active")}
            values |= {"note": form.note.data or "", "company_id": _account(form.account.data)}
            service.save_partner(actor(), partner_id, values)
            tell(_("The partner is kept."))
            return _go("exchange.partner_show", code=form.code.data)
    title = _("Change the partner") if partner_id else _("New partner")
    return render_page("exchange/partner_edit.html", form=form, title=title, code=code, status=form.status)


@blueprint.post("/partners/<code>/catalogue")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def catalogue_send(code: str) -> Response:
    """The account's articles and prices, made by a job: its message shows how far it is."""
    sent = send_catalogue(actor(), partner_by_code(actor(), code).id)
    if sent is None:
        raise Conflict(N_("Nothing was agreed with {partner} about sending {kind}.", partner=code, kind="catalogue"))
    return _go("exchange.message_show", message_id=sent)


@blueprint.route("/partners/<code>/names/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def identifier_new(code: str) -> Response:
    found = partner_by_code(actor(), code)
    form = IdentifierForm()
    form.side.choices = choices(partner_words.SIDES.items())
    form.scheme.choices = choices((scheme.value, word) for scheme, word in partner_words.SCHEMES.items())
    if form.validate_on_submit():
        with form.catching():
            service.save_identifier(
                actor(), found.id, form.scheme.data, form.value.data, side=form.side.data,
                company_id=_account(form.account.data),
            )  # fmt: skip
            tell(_("The name is kept."))
            return _go("exchange.partner_show", code=code)
    return render_page("exchange/partner_edit.html", form=form, title=_("New name"), code=code, status=form.status)


@blueprint.post("/partners/<code>/names/<int:identifier_id>/remove")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def identifier_remove(code: str, identifier_id: int) -> Response:
    found = partner_by_code(actor(), code)
    if identifier_id not in {row.id for row in pages.identifier_rows(actor(), found.id)}:
        raise NotFound
    service.remove(actor(), "identifier", identifier_id)
    tell(_("The name is removed."))
    return _go("exchange.partner_show", code=code)


@blueprint.route("/partners/<code>/agreements/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def agreement_new(code: str) -> Response:
    return _agreement(code, None)


@blueprint.route("/partners/<code>/agreements/<int:agreement_id>", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def agreement_edit(code: str, agreement_id: int) -> Response:
    return _agreement(code, agreement_id)


def _agreement(code: str, agreement_id: int | None) -> Response:
    found = partner_by_code(actor(), code)
    given: dict[str, Any] = {}
    if agreement_id is not None:
        row = pages.agreement_row(actor(), found.id, agreement_id)
        given = {name: getattr(row, name) for name in ("direction", "document", "format", "version", "acknowledge",
                                                       "acknowledge_format", "is_active")}  # fmt: skip
        given |= {
            "channel": str(row.channel_id or ""),
            "person": str(row.user_id or ""),
            "unknown": "answer",
            **row.options,
        }
    form = AgreementForm(data=given)
    _offer(form, found.id, found.company_id)
    if form.validate_on_submit():
        with form.catching():
            service.save_agreement(actor(), found.id, agreement_id, _agreed(form, given))
            tell(_("The agreement is kept."))
            return _go("exchange.partner_show", code=code)
    return render_page(
        "exchange/agreement_edit.html",
        form=form,
        found=found,
        agreement_id=agreement_id,
        title=_("Change the agreement") if agreement_id else _("New agreement"),
        status=form.status,
    )


def _offer(form: AgreementForm, partner_id: int, company_id: int | None) -> None:
    form.direction.choices = choices(words.DIRECTIONS.items())
    form.document.choices = choices(
        (kind, word) for kind, word in words.DOCUMENTS.items() if kind not in ("acknowledgement", "payment-notice")
    )
    form.format.choices = choices((code, words.format_name(code)) for code in formats)
    none = ("", _("none"))
    channels = pages.channels_for(actor(), partner_id)
    form.channel.choices = choices([none, *((str(one.id), one.name) for one in channels)])
    form.acknowledge.choices = choices((term.value, word) for term, word in partner_words.TERMS.items())
    known = [(code, words.format_name(code)) for code in _ACKNOWLEDGEMENTS if code in formats]
    form.acknowledge_format.choices = choices([none, *known])
    form.person.choices = choices([none, *pages.people_of(actor(), company_id)])
    form.on_invalid.choices = choices(partner_words.ON_INVALID)
    form.ship_to.choices = choices(partner_words.SHIP_TO)
    form.unknown.choices = choices(partner_words.UNKNOWN)
    form.quantities.choices = choices(partner_words.QUANTITIES)


def _agreed(form: AgreementForm, given: dict[str, Any]) -> dict[str, Any]:
    """Options that the form does not know stay."""
    fields = {
        "direction",
        "document",
        "format",
        "version",
        "channel",
        "person",
        "acknowledge",
        "acknowledge_format",
        "is_active",
    }
    options = {name: value for name, value in given.items() if name not in fields}
    options |= {name: form[name].data for name in ("on_invalid", "ship_to", "unknown", "quantities")}
    return {
        **{name: form[name].data for name in ("direction", "document", "format", "acknowledge", "is_active")},
        "version": (form.version.data or "").strip(), "acknowledge_format": form.acknowledge_format.data or "",
        "channel_id": int(form.channel.data) if form.channel.data else None,
        "user_id": int(form.person.data) if form.person.data else None, "options": options,
    }  # fmt: skip


@blueprint.post("/partners/<code>/agreements/<int:agreement_id>/remove")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def agreement_remove(code: str, agreement_id: int) -> Response:
    found = partner_by_code(actor(), code)
    pages.agreement_row(actor(), found.id, agreement_id)
    service.remove(actor(), "agreement", agreement_id)
    tell(_("The agreement is removed."))
    return _go("exchange.partner_show", code=code)


@blueprint.route("/partners/<code>/codes", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_codes(code: str) -> Response:
    return _codes(code, CodeForm())


def _codes(code: str, form: CodeForm, file_form: CodesFileForm | None = None) -> Response:
    found = partner_by_code(actor(), code)
    if file_form is None and form.validate_on_submit():
        with form.catching():
            service.save_code(actor(), found.id, form.kind.data, form.theirs.data, form.ours.data)
            tell(_("The code is kept."))
            return _go("exchange.partner_codes", code=code)
    text, kind = request.args.get("q", "").strip()[:80], request.args.get("kind", "")
    rows = pages.code_rows(actor(), found.id, text=text, kind=kind, limit=_CODES_SHOWN + 1)
    return render_page(
        "exchange/partner_codes.html",
        found=found,
        form=form,
        file_form=file_form or CodesFileForm(formdata=None),
        rows=rows[:_CODES_SHOWN],
        has_more=len(rows) > _CODES_SHOWN,
        shown=_CODES_SHOWN,
        text=text,
        kind=kind,
        kinds=[("", _("All")), *CODE_KINDS],
        kind_names=dict(CODE_KINDS),
        status=(file_form or form).status,
    )


@blueprint.post("/partners/<code>/codes/import")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_codes_import(code: str) -> Response:
    found = partner_by_code(actor(), code)
    form = CodesFileForm()
    if form.validate():
        with form.catching():
            n = import_codes(actor(), found.id, form.file.data.read())
            tell(ngettext("{n} code is kept.", "{n} codes are kept.", n))
            return _go("exchange.partner_codes", code=code)
    return _codes(code, CodeForm(formdata=None), form)


@blueprint.get("/partners/<code>/codes.csv")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_codes_export(code: str) -> Response:
    found = partner_by_code(actor(), code)
    response = make_response(codes_csv(actor(), found.id))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="codes-{found.code}.csv"'
    return response


@blueprint.post("/partners/<code>/codes/<int:code_id>/remove")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_code_remove(code: str, code_id: int) -> Response:
    found = partner_by_code(actor(), code)
    if not any(row.id == code_id for row in pages.code_rows(actor(), found.id)):
        raise NotFound
    service.remove(actor(), "code", code_id)
    tell(_("The code is removed."))
    return _go("exchange.partner_codes", code=code)
