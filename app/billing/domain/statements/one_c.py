"""1CClientBankExchange: the text by which Russian banks and 1C exchange payment orders (version 1.02 and 1.03).

Whether a payment came in or went out is told by whose account is ours, not by a sign. Roubles unless the account
number says another currency (digits 6 to 8: 810 and 643 roubles, 978 euro, 840 dollars, 156 yuan).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.billing.domain.references import creditor_reference_in
from app.billing.domain.statements.model import (
    MAX_BYTES,
    Movement,
    Statement,
    StatementError,
    account_of,
    amount_of,
    bad_day,
    demand_few,
    missing,
    plain,
    reference,
)
from app.core.texts import N_

_MARK = "1CClientBankExchange"
_CURRENCIES = {"810": "RUB", "643": "RUB", "978": "EUR", "840": "USD", "156": "CNY", "933": "BYN", "398": "KZT"}
_ENCODINGS = {"windows": "cp1251", "dos": "cp866", "utf-8": "utf-8", "utf8": "utf-8"}


def looks_like(head: bytes) -> bool:
    """Whether the beginning of a file is this format."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_MARK.encode())


@dataclass(slots=True)
class _Section:
    line: int
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        return next((self.fields[name][0] for name in names if self.fields.get(name, ("", 0))[0]), "")

    def line_of(self, name: str) -> int:
        return self.fields.get(name, ("", self.line))[1]

    def day(self, name: str) -> date | None:
        given = self.text(name)
        if not given:
            return None
        try:
            return datetime.strptime(given, "%d.%m.%Y").date()  # noqa: DTZ007 -- a business day, no instant
        except ValueError:
            raise bad_day(given, line=self.line_of(name), name=name) from None


def read(data: bytes) -> list[Statement]:
    """One statement for each of our accounts in the file; StatementError says what is wrong and in which line."""
    if len(data) > MAX_BYTES:
        raise StatementError(N_("The file is larger than {most} bytes.", most=MAX_BYTES))
    head, accounts, documents = _sections(_decoded(data))
    own = [(account_of(one.text("РасчСчет")), one) for one in accounts if one.text("РасчСчет")]
    known = {key for key, _one in own} | {account_of(given) for given in head}
    if not known:
        raise missing("РасчСчет", line=1)
    statements = {key: _statement(key, [one for name, one in own if name == key]) for key in sorted(known)}
    for document in documents:
        _take(document, statements)
    for statement in statements.values():
        statement.check_sums()
    found = list(statements.values())
    demand_few(found)
    return found


def _decoded(data: bytes) -> str:
    head = data[:2000].decode("cp1251", errors="replace")
    named = next((line.partition("=")[2] for line in head.splitlines() if line.startswith("Кодировка=")), "")
    try:
        if data.startswith(b"\xef\xbb\xbf"):
            return data.decode("utf-8-sig")
        if not named:  # the word itself is not in windows-1251: DOS or UTF-8
            for encoding in ("utf-8", "cp866"):
                text = data.decode(encoding, errors="ignore")
                if "СекцияДокумент" in text or "РасчСчет" in text:
                    return data.decode(encoding)
        return data.decode(_ENCODINGS.get(named.strip().lower(), "cp1251"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise StatementError(N_("Line {line} is not in the encoding the file names.", line=line), line=line) from None


def _sections(text: str) -> tuple[list[str], list[_Section], list[_Section]]:
    """Account numbers of the head, sections of accounts, documents."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _MARK:
        raise StatementError(N_("Line {line}: {name} is missing.", line=1, name=_MARK), line=1, name=_MARK)
    head: list[str] = []
    accounts: list[_Section] = []
    documents: list[_Section] = []
    current: _Section | None = None
    is_ended = False
    for number, line in enumerate(lines[1:], start=2):
        name, _, value = (part.strip() for part in line.partition("="))
        if name in ("СекцияРасчСчет", "СекцияДокумент"):
            if current is not None:
                raise StatementError(N_("Line {line}: the section before has no end.", line=number), line=number)
            current = _Section(number)
            (accounts if name == "СекцияРасчСчет" else documents).append(current)
        elif name in ("КонецРасчСчет", "КонецДокумента"):
            current = None
        elif name == "КонецФайла":
            is_ended = True
            break
        elif current is not None and name:
            current.fields.setdefault(name, (value, number))
        elif name == "РасчСчет" and value:
            head.append(value)
    if not is_ended or current is not None:
        raise StatementError(
            N_("Line {line}: {name} is missing.", line=len(lines), name="КонецФайла"),
            line=len(lines),
            name="КонецФайла",
        )
    return head, accounts, documents


def _statement(account: str, parts: list[_Section]) -> Statement:
    """The sections of an account, one a day, as one statement."""
    currency = _currency(account)
    statement = Statement(account=account, currency=currency)
    for part in parts:
        for name, is_opening in (("НачальныйОстаток", True), ("КонечныйОстаток", False)):
            given = part.text(name)
            if given:
                sign = -1 if given.startswith("-") else 1
                amount = sign * amount_of(_point(given.lstrip("-")), currency, line=part.line_of(name), name=name)
                if not is_opening:
                    statement.closing = amount
                elif statement.opening is None:
                    statement.opening = amount
        statement.from_on = statement.from_on or part.day("ДатаНачала")
        statement.to_on = part.day("ДатаКонца") or statement.to_on
    return statement


def _point(text: str) -> str:
    return text.replace(",", ".").replace(" ", "").replace("\xa0", "")


def _currency(account: str) -> str:
    return _CURRENCIES.get(account[5:8], "RUB")


def _take(document: _Section, statements: dict[str, Statement]) -> None:
    """Book a document on the accounts of ours that it names; between two of ours it is in both."""
    payer = account_of(document.text("ПлательщикСчет", "ПлательщикРасчСчет"))
    payee = account_of(document.text("ПолучательСчет", "ПолучательРасчСчет"))
    if payer not in statements and payee not in statements:
        raise StatementError(
            N_("Line {line}: neither account of this document is one of the statement's.", line=document.line),
            line=document.line,
        )
    if payee in statements:
        _book(document, statements[payee], sign=1, other="Плательщик", day="ДатаПоступило", account=payer)
    if payer in statements:
        _book(document, statements[payer], sign=-1, other="Получатель", day="ДатаСписано", account=payee)


def _book(document: _Section, statement: Statement, *, sign: int, other: str, day: str, account: str) -> None:
    booked_on = document.day(day)
    if booked_on is None:
        return  # an order that the bank has not carried out
    given = document.text("Сумма")
    if not given:
        raise missing("Сумма", line=document.line)
    amount = amount_of(_point(given), statement.currency, line=document.line_of("Сумма"), name="Сумма")
    if not amount:
        return
    words = document.text("НазначениеПлатежа") or " ".join(
        document.text(f"НазначениеПлатежа{place}") for place in range(1, 7)
    )
    tax_number = "".join(one for one in document.text(f"{other}ИНН") if one.isdigit())[:20]
    name = document.text(f"{other}1", other).removeprefix(f"ИНН {tax_number}").strip() if tax_number else ""
    statement.movements.append(Movement(
        booked_on=booked_on, value_on=document.day("Дата"), amount=sign * amount, currency=statement.currency,
        payer_name=plain(name or document.text(f"{other}1", other), 200), payer_account=account,
        payer_tax_number=tax_number, text=plain(words, 1000), creditor_reference=creditor_reference_in(words),
        bank_reference=reference(document.text("Номер"), 80), code=plain(document.text("ВидОплаты"), 40),
        line=document.line,
    ))  # fmt: skip
