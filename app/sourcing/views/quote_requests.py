"""Asking for a quote, changing what was asked, and a quote that sales starts for an account."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from app.accounts.queries.addresses import addresses
from app.accounts.queries.companies import account_id, buying_terms
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.units import UNIT_NAMES
from app.sourcing.domain.quote import LineAsk, Request
from app.sourcing.forms.quote_request import QuoteRequestForm
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_numbers import number_of
from app.sourcing.queries.quotes import QuotePage, QuotePageLine, quote
from app.sourcing.service.quote_talk import attach
from app.sourcing.service.quotes import create_by_sales, edit_request, start, submit
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.asked import AskedRow, ShownRow, added_rows, entered_rows, rows_of_source, understood
from app.sourcing.views.quote_words import shown_version
from app.web import formats
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, language, say

BLANK_ROWS = 5
MORE_ROWS = 2
_PARTS = 16_000  # fields of a request of two thousand lines; Flask's own limit is 1,000


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint is not None and endpoint.startswith(("sourcing.quote_", "sourcing.sales_quote")):
        request.max_form_parts = _PARTS


@blueprint.route("/quotes/new", methods=["GET", "POST"])
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_new() -> Response:
    return _entry(None, None)


@blueprint.route("/quotes/<number:number>/edit", methods=["GET", "POST"])
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_edit(number: str) -> Response:
    return _entry(quote(actor(), number), None)


@blueprint.route("/sales/quotes/new", methods=["GET", "POST"])
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_new() -> Response:
    """The account is named first, because its articles, units and currency follow from it."""
    code, refused = request.values.get("account", "").strip()[:40], ""
    try:
        company_id = account_id(actor(), code) if code else None
    except NotFound as error:
        company_id, refused = None, say(error.message)
    if company_id is None:
        status = 422 if refused else 200
        return render_page("sourcing/quote_account.html", code=code, refused=refused, status=status)
    return _entry(None, company_id, code)


def _entry(found: QuotePage | None, company_id: int | None, code: str = "") -> Response:
    form = QuoteRequestForm(data=_held(found))
    form.ship_to.choices = _places(company_id)
    rows, source = _rows(form, found)
    lines, shown = understood(rows, company_id)
    action = request.form.get("do", "")
    is_to_save = action in ("keep", "send") and not form.has_errors
    is_valid = is_to_save and form.validate_on_submit()
    if is_to_save and not _refused(form, shown) and is_valid:
        with form.catching():
            asked = _request(form, lines, source)
            return _gone(_stored(form, found, company_id, asked), is_sent=action == "send")
    if action not in ("keep", "send"):
        shown = [ShownRow(one.row, one.article, one.units) for one in shown]
    return render_page(
        "sourcing/quote_edit.html",
        form=form,
        quote=found,
        row_version=shown_version() if action else found and found.row_version,
        account=code,
        shown=shown,
        blank=BLANK_ROWS if not shown or action == "rows" else MORE_ROWS,
        units=tuple(UNIT_NAMES),
        currency=found.currency if found else buying_terms(actor(), company_id=company_id).currency,
        source=source,
        status=form.status,
    )


def _refused(form: QuoteRequestForm, shown: Sequence[ShownRow]) -> bool:
    """Whether rows have to be put right first; the first ones are named above the form."""
    wrong = [_("Row {row}: {problem}", row=n, problem=one.problem) for n, one in enumerate(shown, 1) if one.problem]
    form.refused.extend(str(text) for text in wrong[:10])
    return form.has_errors


def _request(form: QuoteRequestForm, lines: Sequence[LineAsk], source: str) -> Request:
    place = int(form.ship_to.data) if form.ship_to.data else None
    return Request(
        tuple(lines), form.title.data or "", form.message.data or "", form.need_by.data, place, source
    )  # fmt: skip


def _stored(form: QuoteRequestForm, found: QuotePage | None, company_id: int | None, asked: Request) -> int:
    if found is not None:
        edit_request(actor(), found.id, asked, row_version=shown_version())
        return found.id
    if company_id is not None:
        quote_id = create_by_sales(actor(), company_id, asked, client_ref=form.client_ref.data)
    else:
        quote_id = start(actor(), asked, client_ref=form.client_ref.data)
    attach_files(quote_id)
    return quote_id


def _gone(quote_id: int, *, is_sent: bool) -> Response:
    """To the page of the quote; what kept a draft from being sent is told there."""
    found = quote(actor(), number_of(actor(), quote_id))
    if actor().is_operator:
        return go("sourcing.sales_quote", number=found.number)
    if is_sent:
        try:
            submit(actor(), quote_id, row_version=found.row_version)
            tell(_("The request is sent. You are told when it is answered."))
        except (Invalid, Conflict) as error:
            tell(error.message, "warn")
    else:
        tell(_("The draft is kept. It is not sent yet.") if found.state == "draft" else _("The request is changed."))
    return go("sourcing.quote_show", number=found.number)


def attach_files(quote_id: int, *, is_internal: bool = False) -> int:
    """The files of this form, those that are refused told one by one; how many were taken."""
    taken = 0
    for file in request.files.getlist("files"):
        if not file.filename:
            continue
        try:
            attach(actor(), quote_id, file.filename, file.mimetype or "", file.read(), is_internal=is_internal)
            taken += 1
        except Invalid as error:
            tell(_("{name}: {reason}", name=file.filename, reason=say(error.message)), "warn")
    return taken


def _rows(form: QuoteRequestForm, found: QuotePage | None) -> tuple[list[AskedRow], str]:
    """Rows of the page with those to add; at first those of the source, or of the request that is changed."""
    try:
        if request.method == "POST" and ("do" in request.form or "code" in request.form):
            rows = [*entered_rows(), *added_rows()]
            form.text.data = ""  # they stand in the table now
            return rows, request.form.get("source", "")[:60]
        if request.method == "POST":
            return added_rows(), ""
        return ([_held_row(line) for line in found.lines], found.source) if found else rows_of_source()
    except Invalid as error:
        form.refuse(Invalid("file" if error.field == "file" else "text", error.message))
        return entered_rows(), ""


def _held(found: QuotePage | None) -> dict[str, object]:
    if found is None:
        return {}
    place = found.ship_to.get("id") if found.ship_to else None
    return {"title": found.title, "message": found.note, "need_by": found.need_by, "ship_to": str(place or "")}


def _held_row(line: QuotePageLine) -> AskedRow:
    target = "" if line.target_price is None else formats.quantity(line.target_price, language())
    return AskedRow(
        line.sku or line.text, formats.quantity(line.quantity, language()), line.unit, target,
        line.need_by.isoformat() if line.need_by else "", line.note,
    )  # fmt: skip


def _places(company_id: int | None) -> list[tuple[str, str]]:
    places = addresses(actor(), company_id=company_id)
    return [
        ("", say(_("Our usual address"))),
        *((str(place.id), ", ".join(filter(None, (place.label, place.city)))) for place in places),
    ]
