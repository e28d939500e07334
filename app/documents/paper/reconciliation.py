"""Reconciliation act: the seller's half filled, the buyer's half empty, the balance in words where that is the custom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.documents.model.party import Party
from app.documents.model.reconciliation import Reconciliation
from app.documents.paper.canvas import LARGE, RIGHT, SMALL, TEXT, Canvas
from app.documents.paper.figures import Figures
from app.documents.paper.grid import GridColumn, draw, grid_of
from app.documents.paper.letter import Voice
from app.documents.paper.spelled import sum_in_words
from app.documents.paper.typeset import MILLIMETRE, POINT, clean

_SPELLED = frozenset({"ru", "uk"})
_ZERO = Decimal(0)


def reconciliation_canvas(document: Reconciliation, voice: Voice) -> Canvas:
    """The act in any language; columns of the buyer are his to fill."""
    canvas, _, figures = Canvas(), voice.words, voice.figures
    canvas.write(_("Reconciliation act"), LARGE)
    period = {"start": figures.day(document.start), "end": figures.day(document.end)}
    number = f"{document.number}, {figures.day(document.issue_date)}"
    canvas.write(number, TEXT, after=6 * POINT)
    between = {"seller": _named(document.seller), "buyer": _named(document.buyer)}
    canvas.write(_("Mutual settlements between {seller} and {buyer}, {start} – {end}", **between, **period))
    if document.contract:
        canvas.write(_("Contract {number}", number=document.contract))
    canvas.write(f"{_('Currency')}: {document.currency}", after=8 * POINT)
    _table(canvas, document, voice)
    _result(canvas, document, voice)
    return canvas


def _named(party: Party) -> str:
    number = party.vat_id or party.tax_number or (party.registration.value if party.registration else "")
    return clean(f"{party.name} ({number})" if number else party.name)


@dataclass(frozen=True, slots=True)
class _Sums:
    """A row of sums over entries, in the seller's columns."""

    document: Reconciliation
    figures: Figures
    label: str
    total: Callable[[tuple[Decimal, Decimal]], tuple[Decimal | None, Decimal | None]]

    def __call__(self, places: Sequence[int]) -> tuple[str, ...]:
        """The first row of the table is the opening balance, which is no turnover."""
        entries = [self.document.entries[place - 1] for place in places if place]
        debit = sum((entry.debit or _ZERO for entry in entries), _ZERO)
        credit = sum((entry.credit or _ZERO for entry in entries), _ZERO)
        shown = [_amount(value, self.figures, self.document.currency) for value in self.total((debit, credit))]
        return ("", self.label, *shown, "", self.label, "", "")


def _amount(value: Decimal | None, figures: Figures, currency: str) -> str:
    return "" if value is None else figures.amount(value, currency)


def _table(canvas: Canvas, document: Reconciliation, voice: Voice) -> None:
    _, figures, currency = voice.words, voice.figures, document.currency
    ours, theirs = (
        _("Books of {name}", name=document.seller.trading_name or document.seller.name),
        _("Books of {name}", name=document.buyer.trading_name or document.buyer.name),
    )
    room = canvas.width // 2
    columns = []
    for group in (ours, theirs):
        columns += [
            GridColumn(_("Date"), 17 * MILLIMETRE, group=group),
            GridColumn(_("Document"), 33 * MILLIMETRE, group=group),
            GridColumn(_("Debit"), 20 * MILLIMETRE, RIGHT, group=group),
            GridColumn(_("Credit"), 20 * MILLIMETRE, RIGHT, group=group),
        ]
    opening = _sides(document.opening, figures, currency)
    label = _("Opening balance")
    rows: list[tuple[str, ...]] = [("", label, *opening, "", label, "", "")]
    for entry in document.entries:
        text = " ".join(part for part in (entry.text, entry.number) if part)
        sides = (_amount(entry.debit, figures, currency), _amount(entry.credit, figures, currency))
        rows.append((_short(entry.date.isoformat()), text, *sides, "", "", "", ""))
    by_page = _Sums(document, figures, _("Turnover on this page"), lambda sums: sums)
    turnover = _Sums(document, figures, _("Turnover"), lambda _sums: (document.total_debit, document.total_credit))
    closing = _Sums(document, figures, _("Closing balance"), lambda _sums: _halves(document.closing))
    columns = _fitted(columns, rows, room)
    draw(
        canvas,
        grid_of(columns, rows, canvas.width),
        rows,
        page_sums=by_page if len(rows) > 40 else None,
        all_sums=(turnover, closing),
    )
    canvas.top += 8 * POINT


def _fitted(columns: list[GridColumn], rows: list[tuple[str, ...]], room: int) -> list[GridColumn]:
    """Both halves equally wide: the texts take what day and amounts leave."""
    settled = grid_of(columns, rows, 0)
    amounts = max(settled.edges[i + 1] - settled.edges[i] for i in (2, 3))
    text = room - columns[0].width - 2 * amounts
    widths = (columns[0].width, text, amounts, amounts) * 2
    return [
        GridColumn(column.label, width, column.align, column.number, column.group)
        for column, width in zip(columns, widths, strict=True)
    ]


def _short(day: str) -> str:
    year, month, number = day.split("-")
    return f"{number}.{month}.{year}"


def _halves(balance: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """A balance on the side it belongs to."""
    return (balance, None) if balance >= 0 else (None, -balance)


def _sides(balance: Decimal, figures: Figures, currency: str) -> tuple[str, str]:
    debit, credit = _halves(balance)
    return _amount(debit, figures, currency), _amount(credit, figures, currency)


def _result(canvas: Canvas, document: Reconciliation, voice: Voice) -> None:
    """Who owes whom how much, and a place to sign for both."""
    _, figures = voice.words, voice.figures
    day, amount = figures.day(document.end), figures.money(abs(document.closing), document.currency)
    canvas.need(110 * POINT)
    if not document.closing:
        canvas.write(_("By the books of {seller} nothing is owed on {date}.", seller=document.seller.name, date=day))
    else:
        owing = document.buyer.name if document.closing > 0 else document.seller.name
        other = document.seller.name if document.closing > 0 else document.buyer.name
        text = _(
            "By the books of {seller}, {debtor} owes {creditor} {amount} on {date}.",
            seller=document.seller.name, debtor=owing, creditor=other, amount=amount, date=day,
        )  # fmt: skip
        canvas.write(text, TEXT.bold)
        language = voice.language.partition("-")[0]
        if language in _SPELLED:
            canvas.write(f"({sum_in_words(abs(document.closing), document.currency, language)})")
    for note in document.notes:
        canvas.write(note.text)
    canvas.top += 10 * POINT
    half = canvas.width // 2
    room = half - 6 * MILLIMETRE
    top = canvas.top
    for at, party, who in (
        (0, document.seller, document.signatory),
        (half, document.buyer, document.buyer_signatory),
    ):
        canvas.top = top + canvas.put(party.name, at, top, room, TEXT.bold) + 16 * POINT
        canvas.sign("", at, room, _("name and signature"), who)
        canvas.put(_("Seal"), at, canvas.top + 12 * POINT, room, SMALL)
    canvas.top += 24 * POINT
