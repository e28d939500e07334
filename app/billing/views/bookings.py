"""The journal of a period: on the page, as a table, for DATEV; and the accounts it books to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for

from app.accounts.queries.companies import account_id, operator_party
from app.billing.documents.invoice import seller_party
from app.billing.documents.one_c_books import write_books
from app.billing.documents.receivables import KIND_NAMES
from app.billing.domain import saft
from app.billing.domain.account_statement import check_period
from app.billing.domain.bookings import Entry
from app.billing.domain.extf import Batch, write
from app.billing.domain.periods import usual_periods
from app.billing.forms.bookings import BooksForm, account_lines
from app.billing.policy import Permission
from app.billing.queries import bookings as queries
from app.billing.queries.books import issued, money
from app.billing.service.bookings import save_books
from app.billing.views import blueprint
from app.billing.views.invoices import day_or_none, today
from app.billing.views.receivables import table_answer
from app.core import clock
from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.core.tables.rows import Cell
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import here_with
from app.web.texts import _, say

SHOWN = 200
_HEAD = (
    "date", "document", "kind", "account", "contra_account", "debit", "credit", "currency", "vat_case", "vat", "vat_key",
    "text", "customer_code", "customer", "due_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for."""

    start: date
    end: date
    currency: str
    code: str

    @property
    def company_id(self) -> int | None:
        return account_id(actor(), self.code) if self.code else None

    def values(self) -> dict[str, Any]:
        return {"start": self.start.isoformat(), "end": self.end.isoformat(), "currency": self.currency or None,
                "customer": self.code or None}  # fmt: skip

    def journal(self, limit: int = 0) -> Iterator[Entry]:
        return queries.journal(
            actor(), self.start, self.end, company_id=self.company_id, currency=self.currency, limit=limit
        )


def _asked() -> _Asked:
    """Without a period the last month, which is what is handed over."""
    last_month = usual_periods(today())[1]
    start, end = day_or_none(request.args.get("start", "")), day_or_none(request.args.get("end", ""))
    return _Asked(
        start or end or last_month.start,
        end or start or last_month.end,
        request.args.get("currency", "").strip()[:3].upper(),
        request.args.get("customer", "").strip()[:40],
    )


@blueprint.get("/bookings")
@requires(Permission.EXPORT, scope=Scope.OPERATOR)
def bookings() -> Response:
    asked, problem = _asked(), ""
    entries: Sequence[Entry] = ()
    sums: Sequence[queries.KindSum] = ()
    try:
        check_period(asked.start, asked.end)
        sums = queries.sums(actor(), asked.start, asked.end, company_id=asked.company_id, currency=asked.currency)
        entries = tuple(asked.journal(limit=SHOWN))
    except Invalid as error:
        problem = say(error.message)
    except NotFound:
        problem = _("There is no account {code}.", code=asked.code)
    tabs = [
        (
            say(period.name),
            here_with(start=period.start.isoformat(), end=period.end.isoformat()),
            (asked.start, asked.end) == (period.start, period.end),
            None,
        )
        for period in usual_periods(today())
    ]
    return render_page(
        "billing/bookings_index.html",
        status=422 if problem else 200,
        asked=asked,
        entries=entries,
        sums=sums,
        is_cut=sum(one.count for one in sums) > SHOWN,
        problem=problem,
        periods=tabs,
        kind_names=KIND_NAMES,
        files={
            form: url_for("billing.bookings_file", form=form, **asked.values())
            for form in ("csv", "xlsx", "datev", "1c", "saft")
        },
        may_set=actor().can(Permission.RULES),
    )


@blueprint.get("/bookings.<any(csv, xlsx, datev, 1c, saft):form>")
@requires(Permission.EXPORT, scope=Scope.OPERATOR)
def bookings_file(form: str) -> Response:
    asked = _asked()
    name = f"bookings-{asked.start.isoformat()}-{asked.end.isoformat()}"
    if form in ("csv", "xlsx"):
        return table_answer(_rows(asked.journal()), form, name)
    if form == "1c":
        return _file(_one_c(asked), f"1c-{asked.start.isoformat()}-{asked.end.isoformat()}.xml")
    if form == "saft":
        return _file(_saft(asked), f"saft-{asked.start.isoformat()}-{asked.end.isoformat()}.xml")
    books = queries.books(actor())
    batch = Batch(
        books.consultant, books.client, asked.start, asked.end, clock.now(), books.first_month, books.account_length
    )
    return _file(write(batch, asked.journal()), f"EXTF_Buchungsstapel_{asked.start:%Y%m%d}.csv", "octet-stream")


def _file(data: bytes, name: str, kind: str = "xml") -> Response:
    answer = Response(data, mimetype=f"application/{kind}")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _one_c(asked: _Asked) -> bytes:
    """Documents and money of the period for 1C."""
    narrowed: dict[str, Any] = {"company_id": asked.company_id, "currency": asked.currency}
    documents = issued(actor(), asked.start, asked.end, **narrowed)
    moves = money(actor(), asked.start, asked.end, **narrowed)
    return write_books(documents, moves, seller_party(operator_party(actor())))


def _saft(asked: _Asked) -> bytes:
    """The journal as an audit file."""
    house = operator_party(actor())
    place = house.address
    firm = saft.Firm(
        house.legal_name or house.name, house.registration_number, house.vat_id, place.street if place else "",
        place.city if place else "", place.postcode if place else "", house.country, house.currency,
    )  # fmt: skip
    period = saft.Period(asked.start, asked.end, today())
    return saft.write(firm, period, queries.chart(actor()), asked.journal())


def _rows(entries: Iterable[Entry]) -> Iterator[Sequence[Cell]]:
    yield _HEAD
    for one in entries:
        sides = (one.amount, None) if one.is_debit else (None, one.amount)
        yield (
            one.day, one.document, one.kind, one.account, one.contra, *sides, one.currency, one.case, one.vat, one.vat_key,
            one.text, one.customer_code, one.customer_name, one.due_on,
        )  # fmt: skip


@blueprint.route("/bookings/accounts", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def booking_accounts() -> Any:
    """The accounts and the numbers of the tax consultant."""
    if request.method == "POST":
        form = BooksForm()
        if form.validate():
            with form.catching():
                values = {name: form[name].data for name in asdict(queries.Books())}
                save_books(actor(), queries.Books(**values), form.chart(), form.debtors_by_code())
                tell(_("Saved."))
                return redirect(url_for("billing.bookings"), code=303)
    else:
        known = account_lines(dict(queries.chart(actor()).accounts))
        own = "\n".join(f"{code} {number}" for code, number in queries.own_debtors(actor()).items())
        form = BooksForm(formdata=None, **asdict(queries.books(actor())), accounts=known, own_debtors=own)
    return render_page("billing/booking_accounts.html", form=form, status=form.status)
