"""DATEV format, "EXTF" 700: the batch of bookings (category 21, version 13) as bytes in Windows-1252."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.billing.domain.bookings import Entry
from app.core.errors import Invalid
from app.core.money import round_amount
from app.core.texts import N_

_START = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink",
)  # fmt: skip
_MIDDLE = (
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
)  # fmt: skip
_END = (
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz",
    "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position",
    "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
COLUMNS = (
    *_START,
    *(f"Beleginfo - {what} {place}" for place in range(1, 9) for what in ("Art", "Inhalt")),
    *_MIDDLE,
    *(f"Zusatzinformation - {what} {place}" for place in range(1, 21) for what in ("Art", "Inhalt")),
    *_END,
)
_NOT_IN_DOCUMENT_FIELD = re.compile(r"[^A-Za-z0-9$&%*+\-/]")
_DUE, _FIXED = COLUMNS.index("Fälligkeit"), COLUMNS.index("Festschreibung")


@dataclass(frozen=True, slots=True)
class Batch:
    """What the header says: numbers of the tax consultant and his client, days of the batch, the books' currency."""

    consultant: int
    client: int
    start: date
    end: date
    made_at: datetime
    first_month: int = 1
    account_length: int = 4
    currency: str = "EUR"

    @property
    def year_start(self) -> date:
        """The first day of the fiscal year the batch begins in."""
        year = self.start.year - (self.start.month < self.first_month)
        return date(year, self.first_month, 1)

    def check(self) -> None:
        """Raise Invalid for days of two fiscal years: a booking names its day without the year."""
        first = self.year_start
        if self.end >= first.replace(year=first.year + 1):
            raise Invalid("end", N_("A DATEV file holds days of one fiscal year only."))


def write(batch: Batch, entries: Iterable[Entry]) -> bytes:
    """The whole file: header, names of the columns, a line for each entry; signs outside Windows-1252 become "?"."""
    batch.check()
    lines = [_header(batch), list(COLUMNS), *(_line(entry, batch.currency) for entry in entries)]
    return "".join(";".join(line) + "\r\n" for line in lines).encode("cp1252", errors="replace")


def _header(batch: Batch) -> list[str]:
    return [
        _text("EXTF"), "700", "21", _text("Buchungsstapel"), "13", f"{batch.made_at:%Y%m%d%H%M%S}000", "", _text("RE"),
        _text(""), _text(""), str(batch.consultant), str(batch.client), f"{batch.year_start:%Y%m%d}",
        str(batch.account_length), f"{batch.start:%Y%m%d}", f"{batch.end:%Y%m%d}", _text("Kontor"), _text(""), "1", "0",
        "0", _text(batch.currency), "", _text(""), "", "", _text(""), "", "", _text(""), _text(""),
    ]  # fmt: skip


def _line(entry: Entry, books: str) -> list[str]:
    rate, base, base_currency = "", "", _text("")
    if entry.currency != books and entry.rate:
        rate = _number((1 / entry.rate).quantize(Decimal("0.000001")))
        base, base_currency = _number(round_amount(entry.amount * entry.rate, books)), _text(books)
    line = [
        _number(entry.amount), _text("S" if entry.is_debit else "H"), _text(entry.currency), rate, base, base_currency,
        entry.account, entry.contra, _text(entry.vat_key), f"{entry.day:%d%m}",
        _text(_NOT_IN_DOCUMENT_FIELD.sub("-", entry.document)[:36]), _text(""), "", _text(entry.text[:60]),
        *[""] * (len(COLUMNS) - 14),
    ]  # fmt: skip
    line[_DUE], line[_FIXED] = f"{entry.due_on:%d%m%Y}", "0"
    return line


def _text(value: str) -> str:
    return '"' + re.sub(r"[\r\n;]+", " ", value).replace('"', '""') + '"'


def _number(value: Decimal) -> str:
    """At least two digits after the comma."""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f}".replace(".", ",")
