"""Statement of account and reconciliation act for any period: the customer's own click, and the operator's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, send_file, url_for

from app.accounts.domain.company import CustomerParty
from app.accounts.queries.companies import account_id, customer_party
from app.billing.documents.receivables import (
    KIND_NAMES,
    reconciliation_document,
    statement_document,
    statement_number,
)
from app.billing.domain.account_statement import AccountStatement
from app.billing.domain.periods import usual_periods
from app.billing.forms.receivables import first_days
from app.billing.policy import Permission
from app.billing.queries.entities import Seller, entity_of
from app.billing.queries.layouts import Layout, effective_layout, paper_language
from app.billing.queries.statements import currencies_of, statement_of
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, today
from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.documents.formats import formats
from app.documents.paper.words import words_in
from app.documents.rendering import render_reconciliation, render_statement
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import here_with
from app.web.texts import LANGUAGES, say, translator

LINES_SHOWN = 500
PAPER_LANGUAGES = {**LANGUAGES, "de": "Deutsch"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD = ("date", "kind", "number", "text", "due_on", "debit", "credit", "balance", "currency")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for."""

    company_id: int
    currency: str
    currencies: Sequence[str]
    start: date
    end: date
    language: str
    party: CustomerParty
    seller: Seller
    layout: Layout

    def statement(self) -> AccountStatement:
        return statement_of(actor(), self.currency, self.start, self.end, self.company_id)


def _asked(code: str | None) -> _Asked:
    company_id = actor().company_id if code is None else account_id(actor(), code)
    party, known = customer_party(actor(), company_id), currencies_of(actor(), company_id)
    seller = entity_of(actor(), company_id)
    layout = effective_layout(actor(), seller.id)
    first, last = first_days(today())
    currency, language = request.args.get("currency", ""), request.args.get("language", "")
    return _Asked(
        company_id,
        currency if currency in known else (party.currency if party.currency in known else known[0]),
        known,
        day_or_none(request.args.get("start", "")) or first,
        day_or_none(request.args.get("end", "")) or last,
        language if language in PAPER_LANGUAGES else paper_language(layout, party.locale, party.country),
        party,
        seller,
        layout,
    )


@blueprint.get("/open-items/statement")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def own_statement() -> Response:
    return _page(None)


@blueprint.get("/receivables/<number:code>/statement")
@requires(Permission.RECEIVABLES, scope=Scope.OPERATOR)
def statement(code: str) -> Response:
    return _page(code)


@blueprint.get("/open-items/statement.<any(pdf, xml, csv, xlsx, act):form>")
@requires(Permission.RECEIVABLES, scope=Scope.TENANT)
def own_statement_file(form: str) -> Response:
    return _file(None, form)


@blueprint.get("/receivables/<number:code>/statement.<any(pdf, xml, csv, xlsx, act):form>")
@requires(Permission.RECEIVABLES, scope=Scope.OPERATOR)
def statement_file(code: str, form: str) -> Response:
    return _file(code, form)


def _page(code: str | None) -> Response:
    asked = _asked(code)
    problem, found = "", None
    try:
        found = asked.statement()
    except Invalid as error:
        problem = say(error.message)
    values: dict[str, Any] = {
        "start": asked.start,
        "end": asked.end,
        "currency": asked.currency,
        "language": asked.language,
    }
    endpoint = "billing.own_statement_file" if code is None else "billing.statement_file"
    there: dict[str, Any] = {} if code is None else {"code": code}
    return render_page(
        "billing/statement_show.html",
        status=422 if problem else 200,
        asked=asked,
        found=found,
        problem=problem,
        code=code,
        lines=() if found is None else found.entries[-LINES_SHOWN:],
        hidden=0 if found is None else max(len(found.entries) - LINES_SHOWN, 0),
        periods=_period_tabs(asked),
        kind_names=KIND_NAMES,
        currency_options=[(currency, currency) for currency in asked.currencies],
        language_options=list(PAPER_LANGUAGES.items()),
        files={form: url_for(endpoint, form=form, **there, **values) for form in ("pdf", "act", "xml", "csv", "xlsx")},
    )


def _period_tabs(asked: _Asked) -> list[tuple[str, str, bool, None]]:
    return [
        (
            say(period.name),
            here_with(start=period.start.isoformat(), end=period.end.isoformat()),
            (asked.start, asked.end) == (period.start, period.end),
            None,
        )
        for period in usual_periods(today())
    ]


def _file(code: str | None, form: str) -> Response:
    asked = _asked(code)
    found = asked.statement()
    name = f"{'reconciliation' if form == 'act' else 'statement'}-{statement_number(asked.party, found)}"
    if form == "csv":
        return _download(b"".join(csv_chunks(_rows(found), delimiter=";")), "text/csv", f"{name}.csv")
    if form == "xlsx":
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
        write_xlsx(_rows(found), target, sheet="statement")
        target.seek(0)
        return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    seller, brand = asked.seller.party, asked.layout.brand
    if form == "xml":
        document = statement_document(found, seller, asked.party, today())
        return _download(formats["ubl-statement"].dumps(document), "application/xml", f"{name}.xml")
    translate = translator(asked.language)
    if form == "act":
        words = words_in(asked.language, translate)
        act = reconciliation_document(found, seller, asked.party, today(), words)
        pdf = render_reconciliation(act, language=asked.language, translate=translate, brand=brand)
    else:
        printed = statement_document(found, seller, asked.party, today(), is_printed=True)
        pdf = render_statement(printed, language=asked.language, translate=translate, brand=brand)
    return _download(pdf, "application/pdf", f"{name}.pdf")


def _download(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _rows(found: AccountStatement) -> Iterator[Sequence[Cell]]:
    """What was brought forward, each line, the sums."""
    yield _HEAD
    yield found.start, "opening", "", "", None, None, None, found.opening, found.currency
    for entry in found.entries:
        row = entry.movement
        yield (
            row.day,
            row.kind,
            row.number,
            row.text,
            row.due_on,
            entry.debit,
            entry.credit,
            entry.balance,
            found.currency,
        )
    yield found.end, "closing", "", "", None, found.debit, found.credit, found.closing, found.currency
