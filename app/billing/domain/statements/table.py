"""Bank statements as tables (CSV, XLSX): every bank names the columns differently, so a mapping says which is which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.billing.domain.references import creditor_reference_in
from app.billing.domain.statements.model import (
    MAX_BYTES,
    MAX_MOVEMENTS,
    Movement,
    Statement,
    StatementError,
    account_of,
    amount_of,
    bad_day,
    currency_of,
    missing,
    plain,
    reference,
)
from app.core.tables.opening import open_table
from app.core.tables.rows import UPLOAD_LIMITS, Row, cell_text
from app.core.texts import N_

# What banks call the columns, in small letters; the first that is there is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "booked_on": ("buchungstag", "buchungsdatum", "buchung", "booking date", "date", "datum", "дата", "дата операции",
                  "дата проводки", "дата операції", "transaction date"),
    "value_on": ("valutadatum", "valuta", "wertstellung", "value date", "дата валютирования"),
    "amount": ("betrag", "amount", "umsatz", "betrag (eur)", "сумма", "сума", "сумма операции"),
    "came_in": ("haben", "credit", "gutschrift", "einzahlung", "paid in", "приход", "кредит", "поступление", "надходження"),
    "went_out": ("soll", "debit", "lastschrift", "auszahlung", "paid out", "расход", "дебет", "списание", "списання"),
    "sign": ("soll/haben", "s/h", "credit/debit", "cdtdbtind", "дебет/кредит"),
    "currency": ("währung", "waehrung", "currency", "валюта"),
    "payer_name": ("beguenstigter/zahlungspflichtiger", "name zahlungsbeteiligter", "auftraggeber/empfänger", "auftraggeber",
                   "zahlungspflichtige*r", "name", "payer", "counterparty", "плательщик", "контрагент", "платник"),
    "payer_account": ("kontonummer/iban", "iban zahlungsbeteiligter", "iban", "counterparty iban", "account number",
                      "payer iban", "счет плательщика", "счёт плательщика", "счет контрагента", "рахунок контрагента"),
    "payer_tax_number": ("инн", "инн плательщика", "инн контрагента", "єдрпоу", "код єдрпоу"),
    "text": ("verwendungszweck", "purpose", "description", "reference", "text", "buchungstext", "назначение платежа",
             "назначение", "призначення платежу"),
    "end_to_end": ("end-to-end-referenz", "kundenreferenz (end-to-end)", "end to end id", "e2e"),
    "mandate": ("mandatsreferenz", "mandate", "mandate reference"),
    "bank_reference": ("bankreferenz", "bank reference", "transaction id", "umsatz-id", "номер документа", "номер"),
    "account": ("auftragskonto", "iban auftragskonto", "own account", "our iban", "счет", "номер счета", "рахунок"),
}  # fmt: skip
_CREDITS = frozenset({"h", "haben", "c", "cr", "crdt", "credit", "+", "кредит", "приход", "к"})
_DEBITS = frozenset({"s", "soll", "d", "dr", "dbit", "debit", "-", "дебет", "расход", "д"})
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*[+-]?")
_HEADER_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How a bank's table is read where its header does not say. `columns`: what -> the header's words.

    `account` and `currency` (ours) for tables that name neither; `decimal` "," or "." where "1.234" may be either.
    `day_format`: "" (2026-03-10 or 10.03.2026), "dmy" (10/03/2026) or "mdy" (03/10/2026).
    """

    columns: Mapping[str, str]
    account: str = ""
    currency: str = ""
    decimal: str = ""
    day_format: str = ""


NO_MAPPING = Columns(columns={})


def read(data: bytes, mapping: Columns = NO_MAPPING) -> list[Statement]:
    """A statement for each of our accounts in the table; StatementError names row and column."""
    if len(data) > MAX_BYTES:
        raise StatementError(N_("The file is larger than {most} bytes.", most=MAX_BYTES))
    rows: list[Row] = []
    with open_table(data, is_header=lambda cells: _is_header(cells, mapping), limits=UPLOAD_LIMITS) as table:
        for row in table.rows():
            rows.append(row)
            if len(rows) > MAX_MOVEMENTS + _HEADER_ROWS:
                raise StatementError(N_("A file may have {most} movements at most.", most=MAX_MOVEMENTS))
    start = next((place for place, row in enumerate(rows[:_HEADER_ROWS]) if _is_header(row.cells, mapping)), None)
    if start is None:
        raise StatementError(N_("No row has columns for the day and the amount. Say below how the columns are called."))
    reader = _Reader(_columns(rows[start].cells, mapping), mapping)
    for row in rows[start + 1 :]:
        reader.take(row)
    return reader.finished()


def _is_header(cells: Sequence[object], mapping: Columns) -> bool:
    found = _columns(cells, mapping)
    return "booked_on" in found and bool({"amount", "came_in", "went_out"} & found.keys())


def _columns(cells: Sequence[object], mapping: Columns) -> dict[str, int]:
    """What -> place in the row."""
    names = [" ".join(str(cell or "").lower().split()) for cell in cells]
    found: dict[str, int] = {}
    for what, usual in NAMES.items():
        given = mapping.columns.get(what, "")
        wanted = (" ".join(given.lower().split()),) if given else usual
        place = next((names.index(name) for name in wanted if name in names), None)
        if place is not None and (given or place not in found.values()):
            found[what] = place
    return found


class _Reader:
    def __init__(self, columns: dict[str, int], mapping: Columns) -> None:
        self._columns, self._mapping = columns, mapping
        self._statements: dict[tuple[str, str], Statement] = {}

    def _text(self, row: Row, what: str) -> str:
        place = self._columns.get(what)
        return "" if place is None else cell_text(row.cell(place))

    def take(self, row: Row) -> None:
        line = row.number
        if not self._text(row, "booked_on"):
            return  # sums and remarks below the table
        currency = currency_of(
            self._text(row, "currency") or self._mapping.currency, line=line, name=str(N_("Currency"))
        )
        amount = self._amount(row, currency)
        booked_on = self._day(row, "booked_on")
        if booked_on is None or not amount:
            return
        account = account_of(self._text(row, "account")) or account_of(self._mapping.account)
        if not account:
            raise StatementError(N_("The table does not say which account of ours it is of. Enter the account below."),
                                 line=line, name="account")  # fmt: skip
        words = self._text(row, "text")
        statement = self._statements.setdefault(
            (account, currency), Statement(account=account, currency=currency)
        )  # fmt: skip
        statement.movements.append(Movement(
            booked_on=booked_on, value_on=self._day(row, "value_on"), amount=amount, currency=currency,
            payer_name=plain(self._text(row, "payer_name"), 200), payer_account=account_of(self._text(row, "payer_account")),
            payer_tax_number="".join(one for one in self._text(row, "payer_tax_number") if one.isdigit())[:20],
            text=plain(words, 1000), creditor_reference=creditor_reference_in(words),
            end_to_end=reference(self._text(row, "end_to_end")), mandate=reference(self._text(row, "mandate"), 35),
            bank_reference=reference(self._text(row, "bank_reference"), 80), line=line,
        ))  # fmt: skip

    def finished(self) -> list[Statement]:
        for statement in self._statements.values():
            days = [move.booked_on for move in statement.movements]
            statement.from_on, statement.to_on = min(days), max(days)
        return list(self._statements.values())

    def _amount(self, row: Row, currency: str) -> Decimal:
        if "amount" in self._columns:
            amount = self._number(row, "amount", currency)
            given = self._text(row, "sign").lower()
            if "sign" not in self._columns:
                return amount
            if given not in _CREDITS | _DEBITS:
                raise StatementError(
                    N_("Line {line}, {name}: {given} is neither credit nor debit.", line=row.number, name="+/-",
                       given=plain(given, 20) or "?"),
                    line=row.number, name="sign",
                )  # fmt: skip
            return abs(amount) if given in _CREDITS else -abs(amount)
        return abs(self._number(row, "came_in", currency)) - abs(self._number(row, "went_out", currency))

    def _number(self, row: Row, what: str, currency: str) -> Decimal:
        given = self._text(row, what).replace("\xa0", "").replace("\u202f", "").replace("\u2212", "-").strip()
        given = re.sub(r"\s*(?:[A-Z]{3}|€|₽|₴)$", "", given)
        if not given:
            if what == "amount":
                raise missing(what, line=row.number)
            return Decimal(0)
        sign = -1 if "-" in given else 1
        if not _NUMBER.fullmatch(given):
            raise StatementError(
                N_("Line {line}, {name}: {given} is no amount in {currency}.", line=row.number, name=what,
                   given=plain(given, 30), currency=currency),
                line=row.number, name=what,
            )  # fmt: skip
        digits = re.sub(r"[+' -]", "", given)
        return sign * amount_of(_pointed(digits, self._mapping.decimal, row.number, what), currency, line=row.number,
                                name=what)  # fmt: skip

    def _day(self, row: Row, what: str) -> date | None:
        given = self._text(row, what)
        if not given:
            return None
        formats = {"dmy": ("%d/%m/%Y", "%d/%m/%y"), "mdy": ("%m/%d/%Y", "%m/%d/%y")}.get(self._mapping.day_format, ())
        for one in (*_DAYS, *formats):
            try:
                return datetime.strptime(given[:10].strip(), one).date()  # noqa: DTZ007 -- a business day, no instant
            except ValueError:
                continue
        raise bad_day(given, line=row.number, name=what)


def _pointed(digits: str, decimal: str, line: int, name: str) -> str:
    """The digits with a point; a single separator before three digits may be either, so it must be told."""
    marks = [one for one in digits if one in ".,"]
    if not marks:
        return digits
    last = marks[-1]
    if decimal:
        return digits.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    behind = len(digits) - digits.rindex(last) - 1
    if len(set(marks)) == 2 or (len(marks) == 1 and behind != 3):
        return digits.replace("," if last == "." else ".", "").replace(last, ".")
    if len(marks) > 1:  # 1.234.567: separators of thousands
        return digits.replace(last, "")
    raise StatementError(
        N_("Line {line}, {name}: {given} may be thousands or decimals. Say below which sign is the decimal one.",
           line=line, name=name, given=digits),
        line=line, name=name,
    )  # fmt: skip
