"""SWIFT MT940 (customer statement) with the structured :86: of German banks (GVC) and with tags in slashes.

:61: marks: C credit, D debit, RC reversal of a credit (money goes), RD reversal of a debit (money comes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.billing.domain.references import creditor_reference, creditor_reference_in
from app.billing.domain.statements.model import (
    MAX_BYTES,
    Movement,
    Statement,
    StatementError,
    account_of,
    amount_of,
    bad_day,
    currency_of,
    demand_few,
    missing,
    plain,
    reference,
)
from app.core.texts import N_

_TAG = re.compile(r":([0-9]{2}[A-Z]?):")
_ENTRY = re.compile(
    r"(?P<value>[0-9]{6})(?P<booked>[0-9]{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>[0-9]+,[0-9]*)"
    r"(?P<type>[A-Z][A-Z0-9]{3})(?P<own>.*?)(?://(?P<bank>.*))?"
)
_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})([0-9]+,[0-9]*)")
_SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1}
_GVC = re.compile(r"([0-9]{3})([?>~^])")
_RETURNS = frozenset({"108", "109", "159", "181", "184"})  # direct debits and transfers that came back
_SEPA = re.compile(r"\b(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RTRN)[+:] ?")
_SLASHED = re.compile(r"/(EREF|REMI|NAME|IBAN|MARF|CSID|RTRN|TRTP|BIC|ORDP|BENM|PREF|TRCD)/")
_WIDTH = 27  # of a sub-field ?20 to ?29
_TEXT = 1000


def looks_like(head: bytes) -> bool:
    """Whether the beginning of a file is this format."""
    return re.search(rb"(^|[\r\n])\s*:20:", head) is not None and b":25:" in head


def read(data: bytes) -> list[Statement]:
    """All statements of a file; StatementError says what is wrong and in which line."""
    if len(data) > MAX_BYTES:
        raise StatementError(N_("The file is larger than {most} bytes.", most=MAX_BYTES))
    reader = _Reader()
    for tag in _tags(_decoded(data)):
        reader.take(tag)
    reader.finish()
    if not reader.statements:
        raise StatementError(N_("The file has no statement (:20:)."))
    demand_few(reader.statements)
    return reader.statements


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


@dataclass(slots=True)
class _Tag:
    name: str
    lines: list[str]
    line: int


def _tags(text: str) -> Iterator[_Tag]:
    """Fields with their further lines; envelopes and the end sign are left out."""
    current: _Tag | None = None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        kept = re.sub(r"^\{1:.*\{4:", "", line.rstrip())
        if kept in ("", "-", "-}") or kept.startswith("-}"):
            continue
        found = _TAG.match(kept)
        if found:
            if current is not None:
                yield current
            current = _Tag(found[1], [kept[found.end() :]], number)
        elif current is not None:
            current.lines.append(kept)
    if current is not None:
        yield current


@dataclass(slots=True)
class _Entry:
    value_on: date
    booked_on: date
    mark: str
    amount: Decimal
    own: str
    bank: str
    kind: str
    line: int


class _Reader:
    """Takes one field after another."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._account, self._number, self._line = "", "", 0
        self._open: Statement | None = None
        self._entry: _Entry | None = None

    def take(self, tag: _Tag) -> None:
        text = tag.lines[0].strip()
        if tag.name == "20":
            self.finish()
            self._account, self._number, self._line = "", "", tag.line
        elif tag.name == "25":
            self._account = account_of(text)
        elif tag.name in ("28C", "28"):
            self._number = plain(text, 60)
        elif tag.name in ("60F", "60M"):
            self._begin(text, tag)
        elif tag.name == "61":
            self._flush("")
            self._entry = self._read_entry(tag)
        elif tag.name == "86" and self._entry is not None:
            self._flush("\n".join(tag.lines))
        elif tag.name in ("62F", "62M"):
            self._flush("")
            self._end(text, tag)

    def finish(self) -> None:
        """What is still open ends here."""
        self._flush("")
        if self._open is not None:
            self._open.check_sums()
            self.statements.append(self._open)
            self._open = None

    def _begin(self, text: str, tag: _Tag) -> None:
        self.finish()
        if not self._account:
            raise missing(":25:", line=tag.line)
        sum_, day, currency = _balance(text, tag)
        self._open = Statement(account=self._account, currency=currency, number=self._number, opening=sum_, from_on=day)

    def _end(self, text: str, tag: _Tag) -> None:
        if self._open is None:
            raise missing(":60F:", line=tag.line)
        self._open.closing, self._open.to_on, _currency = _balance(text, tag)
        self.finish()

    def _read_entry(self, tag: _Tag) -> _Entry:
        if self._open is None:
            raise missing(":60F:", line=tag.line)
        found = _ENTRY.fullmatch(tag.lines[0].strip())
        if found is None:
            raise StatementError(
                N_("Line {line}, {name}: {given} is not read.", line=tag.line, name=":61:",
                   given=plain(tag.lines[0], 40)),
                line=tag.line, name=":61:",
            )  # fmt: skip
        value_on = _day(found["value"], tag.line)
        return _Entry(
            value_on=value_on, booked_on=_booked(found["booked"], value_on, tag.line), mark=found["mark"],
            amount=_amount(found["amount"], self._open.currency, tag), own=reference(found["own"]),
            bank=reference(found["bank"] or "", 80), kind=found["type"], line=tag.line,
        )  # fmt: skip

    def _flush(self, info: str) -> None:
        entry, self._entry = self._entry, None
        if entry is None or self._open is None or not entry.amount:
            return
        told = _told(info)
        is_return = entry.mark.startswith("R") or told.gvc in _RETURNS or bool(told.tags.get("RTRN"))
        words = told.tags.get("SVWZ") or told.tags.get("REMI") or told.text
        self._open.movements.append(Movement(
            booked_on=entry.booked_on, value_on=entry.value_on, amount=entry.amount * _SIGNS[entry.mark],
            currency=self._open.currency,
            payer_name=plain(told.name or told.tags.get("NAME", "") or told.tags.get("ABWA", ""), 200),
            payer_account=account_of(told.account or told.tags.get("IBAN", "")), text=plain(words, _TEXT),
            creditor_reference=creditor_reference(words) or creditor_reference_in(words),
            end_to_end=reference(told.tags.get("EREF", "")),
            mandate=reference(told.tags.get("MREF", "") or told.tags.get("MARF", ""), 35),
            bank_reference=entry.bank or entry.own, code=told.gvc or entry.kind, is_return=is_return,
            return_reason=plain(told.reason if is_return else "", 200), line=entry.line,
        ))  # fmt: skip


def _day(text: str, line: int) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise bad_day(text, line=line, name=":61:") from None


def _booked(text: str | None, value_on: date, line: int) -> date:
    """The entry day has no year: the one nearest to the value day."""
    if not text:
        return value_on
    days = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    if not days:
        raise bad_day(text, line=line, name=":61:")
    return min(days, key=lambda day: abs(day - value_on))


def _amount(text: str, currency: str, tag: _Tag) -> Decimal:
    kept = text.replace(",", ".").removesuffix(".")
    return amount_of(kept, currency, line=tag.line, name=f":{tag.name}:")


def _balance(text: str, tag: _Tag) -> tuple[Decimal, date, str]:
    found = _BALANCE.fullmatch(text)
    if found is None:
        raise StatementError(
            N_("Line {line}, {name}: {given} is not read.", line=tag.line, name=f":{tag.name}:", given=plain(text, 40)),
            line=tag.line, name=f":{tag.name}:",
        )  # fmt: skip
    currency = currency_of(found[3], line=tag.line, name=f":{tag.name}:")
    return _amount(found[4], currency, tag) * _SIGNS[found[1]], _day(found[2], tag.line), currency


@dataclass(slots=True)
class _Told:
    """What :86: tells."""

    gvc: str
    text: str
    name: str
    account: str
    reason: str
    tags: dict[str, str]


def _told(info: str) -> _Told:
    whole = info.replace("\n", "")
    found = _GVC.match(whole)
    if found is None:
        spaced = info.replace("\n", " ")
        tags = _tagged(_SLASHED, whole) or _tagged(_SEPA, spaced)
        return _Told("", spaced, "", "", tags.get("RTRN", ""), tags)
    fields: dict[str, str] = {}
    for part in whole[found.end(1) :].split(found[2])[1:]:
        fields[part[:2]] = fields.get(part[:2], "") + part[2:]
    text = "".join(
        fields[key] + ("" if len(fields[key]) >= _WIDTH else " ")
        for key in sorted(fields)
        if key in _PURPOSE
    )  # fmt: skip
    return _Told(
        gvc=found[1], text=text, name=f"{fields.get('32', '')}{fields.get('33', '')}", account=fields.get("31", ""),
        reason=f"{fields.get('00', '')} {fields.get('34', '')}", tags=_tagged(_SEPA, text),
    )  # fmt: skip


_PURPOSE = frozenset(str(number) for number in (*range(20, 30), *range(60, 64)))


def _tagged(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    """Tag -> text until the next tag; the first of each."""
    marks = list(pattern.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=False):
        found.setdefault(mark[1], text[mark.end() : end].strip(" /"))
    return found
