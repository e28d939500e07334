"""Bank statements: import, the work list, one line with what may be done about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for

from app.accounts.queries.companies import account_id
from app.billing.domain.matching import Part
from app.billing.domain.statements.model import MAX_BYTES
from app.billing.forms.bank import BookForm, NoteForm, RefundForm, StatementForm
from app.billing.policy import Permission
from app.billing.queries import bank as queries
from app.billing.service import bank_booking, bank_import, refunds
from app.billing.views import blueprint
from app.billing.views.bank_labels import REASONS, STATES, TABS, told
from app.core.actor import Scope
from app.core.errors import DomainError, Invalid, NotFound
from app.core.texts import N_, Message
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, ngettext, say


@blueprint.route("/bank", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank() -> Any:
    """The work list and the import of a file."""
    form = StatementForm()
    if form.validate_on_submit():
        with form.catching():
            done = bank_import.import_file(
                actor(),
                form.file.data.stream.read(MAX_BYTES + 1),
                form.file.data.filename or "",
                columns=form.mapping(),
            )
            if done.is_repeat:
                tell(_("This file was imported before. Nothing was changed."), "info")
            else:
                tell(
                    _("{new} new lines, {known} known from other files, {booked} booked at once.",
                      new=done.new, known=done.known, booked=done.booked),
                    "good",
                )  # fmt: skip
            return redirect(url_for("billing.bank"), code=303)
    state = request.args.get("state", "waiting")
    if state not in queries.STATES:
        raise NotFound
    search = request.args.get("q", "").strip()[:80]
    keyset = keyset_from_request(size=50)
    rows = queries.lines(
        actor(), state, search=search, after=keyset.after, before=keyset.before, limit=keyset.limit
    )  # fmt: skip
    found = queries.counts(actor())
    return render_page(
        "billing/bank_index.html",
        form=form,
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        state=state,
        search=search,
        tabs=[(label, url_for("billing.bank", state=name), name == state, found[name]) for name, label in TABS.items()],
        statements=[(row, [Message.from_json(one) for one in row.problems]) for row in queries.statements(actor())],
        states=STATES,
        reasons=REASONS,
        status=form.status,
    )


@blueprint.post("/bank/match")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_match() -> Any:
    """Look again for who paid the lines that wait."""
    found = bank_import.match_lines(actor())
    booked = bank_import.book_sure(actor())
    tell(ngettext("{n} line has a proposal", "{n} lines have a proposal", found) + f" ({booked})", "info")
    return redirect(url_for("billing.bank"), code=303)


@blueprint.get("/bank/lines/<int:line_id>")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_line(line_id: int) -> Any:
    return _line(line_id, BookForm(formdata=None, data={"account": request.args.get("account", "")[:40]}), NoteForm())


def _line(line_id: int, form: BookForm, note: NoteForm, status: int = 200) -> Any:
    page = queries.line(actor(), line_id)
    code = (form.account.data or "").strip() or (page.offers[0].company_code if page.offers else "")
    if not form.account.data:
        form.account.data = code
    claims, is_unknown = [], False
    if code and page.line.state in queries.STATES["waiting"] and page.line.amount > 0:
        try:
            claims = queries.open_claims(actor(), account_id(actor(), code), page.line.currency)
        except NotFound:
            is_unknown = True
    return render_page(
        "billing/bank_line.html",
        page=page,
        line=page.line,
        form=form,
        note=note,
        claims=claims,
        is_unknown=is_unknown,
        states=STATES,
        reasons=REASONS,
        events=told(page.history),
        status=status,
    )


@blueprint.post("/bank/lines/<int:line_id>/accept")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_accept(line_id: int) -> Any:
    """Take a proposal."""
    place = request.form.get("place", "0")
    bank_import.accept(actor(), line_id, int(place) if place.isdecimal() else -1)
    tell(_("Booked."), "good")
    return redirect(url_for("billing.bank"), code=303)


@blueprint.post("/bank/lines/<int:line_id>/book")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_book(line_id: int) -> Any:
    """Book for an account, by hand."""
    form = BookForm()
    if form.validate_on_submit():
        try:
            code = form.account.data.strip()
            bank_booking.book_line(actor(), line_id, account_id(actor(), code), parts_given())
        except Invalid as error:
            form.account.errors = [say(error.message)]
        except NotFound:
            form.account.errors = [str(_("There is no such account."))]
        else:
            tell(_("Booked."), "good")
            return redirect(url_for("billing.bank"), code=303)
    return _line(line_id, form, NoteForm(formdata=None), 422)


def parts_given() -> list[Part]:
    """The amounts entered beside claims (fields `amount-<item>`); Invalid for one that is no amount."""
    parts = []
    for name, given in request.form.items():
        item_id = name.removeprefix("amount-")
        if item_id != name and item_id.isdecimal() and given.strip():
            try:
                amount = parse_decimal(given, language())
            except ValueError:
                raise Invalid("amount", N_("{given} is no amount.", given=given.strip()[:30])) from None
            if amount > 0:
                parts.append(Part(int(item_id), amount))
    return parts


@blueprint.post("/bank/lines/<int:line_id>/ignore")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_ignore(line_id: int) -> Any:
    """Put a line aside."""
    note = NoteForm()
    if not note.validate_on_submit():
        return _line(line_id, BookForm(formdata=None), note, 422)
    bank_booking.ignore_line(actor(), line_id, note.note.data)
    tell(_("Put aside."), "info")
    return redirect(url_for("billing.bank"), code=303)


@blueprint.post("/bank/lines/<int:line_id>/heed")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_heed(line_id: int) -> Any:
    """A line that was put aside waits again."""
    bank_booking.heed_line(actor(), line_id)
    return redirect(url_for("billing.bank_line", line_id=line_id), code=303)


@blueprint.post("/bank/lines/<int:line_id>/undo")
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_undo(line_id: int) -> Any:
    """Take the booking back."""
    note = NoteForm()
    if not note.validate_on_submit():
        return _line(line_id, BookForm(formdata=None), note, 422)
    bank_booking.unbook_line(actor(), line_id, note.note.data)
    tell(_("The booking was taken back. The line waits again."), "info")
    return redirect(url_for("billing.bank_line", line_id=line_id), code=303)


@blueprint.route("/bank/lines/<int:line_id>/refund", methods=["GET", "POST"])
@requires(Permission.PAYMENTS, scope=Scope.OPERATOR)
def bank_refund(line_id: int) -> Any:
    """Pay back what is left of a payment."""
    page = queries.line(actor(), line_id)
    if page.left <= 0 or page.line.item_id is None:
        raise NotFound
    form = RefundForm(data={"amount": _short(page.left)})
    if form.validate_on_submit() and form.amount.data is not None:
        with form.catching():
            try:
                refunds.refund(
                    actor(), page.line.item_id, form.amount.data, form.note.data or "", client_ref=form.client_ref.data
                )
            except Invalid:
                raise
            except DomainError as error:
                raise Invalid("amount", error.message) from None
            tell(_("Noted. The bank's next statement confirms it."), "good")
            return redirect(url_for("billing.bank_line", line_id=line_id), code=303)
    return render_page("billing/bank_refund.html", page=page, line=page.line, form=form, status=form.status)


def _short(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount
