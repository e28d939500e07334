"""SEPA direct debits: collection days and the file for the bank, pain.008.001.02 and pain.008.001.08 (ISO 20022).

The structure follows the EPC implementation guidelines: EPC130-08 (Core) and EPC131-08 (B2B).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from lxml import etree

from app.billing.domain.references import squeezed

VERSIONS = ("pain.008.001.02", "pain.008.001.08")
SCHEMES = ("CORE", "B2B")
_SATURDAY = 5
_TEXT = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")  # EPC217-08: the characters every bank takes
_SPELLED = str.maketrans({"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "&": "+"})


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who collects: name, account, and the creditor identifier (CI) that mandates name."""

    name: str
    iban: str
    bic: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Debit:
    """One collection in euro. `is_first`: the mandate was never used before (FRST), else RCUR."""

    end_to_end: str
    amount: Decimal
    mandate: str
    signed_on: date
    holder: str
    iban: str
    bic: str
    scheme: str
    is_first: bool
    text: str

    @property
    def sequence(self) -> str:
        return "FRST" if self.is_first else "RCUR"


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Butcher's rule)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def is_bank_day(day: date) -> bool:
    """Whether TARGET settles that day: no weekend, 1 January, Good Friday, Easter Monday, 1 May, 25 or 26 December."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in {(1, 1), (5, 1), (12, 25), (12, 26)}:
        return False
    return day - easter(day.year) not in {timedelta(days=-2), timedelta(days=1)}


def bank_day(day: date, ahead: int = 0) -> date:
    """The first day on or after `day` on which banks settle, and so many of such days later."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    for _step in range(ahead):
        day = bank_day(day + timedelta(days=1))
    return day


def is_creditor_identifier(text: str) -> bool:
    """Whether the check digits of a creditor identifier (EPC262-08) fit; the business code (places 5 to 7) is left out."""
    kept = squeezed(text)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}", kept):
        return False
    return int("".join(str(int(one, 36)) for one in kept[7:] + kept[:4])) % 97 == 1


def plain(text: str, length: int) -> str:
    """A text in the characters that every bank takes."""
    spelled = unicodedata.normalize("NFKD", text.translate(_SPELLED)).encode("ascii", "ignore").decode()
    return " ".join(_TEXT.sub(" ", spelled).split())[:length].strip()


def pain008(
    version: str, message_id: str, *, made_at: datetime, collect_on: date, creditor: Creditor, debits: Sequence[Debit]
) -> bytes:
    """The file: a payment block for each scheme and sequence, amounts in euro with two digits."""
    space = f"urn:iso:std:iso:20022:tech:xsd:{version}"
    root = etree.Element(f"{{{space}}}Document", nsmap={None: space})
    whole = _Writer(etree.SubElement(root, f"{{{space}}}CstmrDrctDbtInitn"), space, version)
    head = whole.into("GrpHdr")
    head.put("MsgId", message_id)
    head.put("CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    head.sums(debits)
    head.into("InitgPty").put("Nm", plain(creditor.name, 70))
    ordered = sorted(debits, key=lambda one: (one.scheme, one.sequence, one.end_to_end))
    for place, (kind, found) in enumerate(groupby(ordered, key=lambda one: (one.scheme, one.sequence)), start=1):
        _block(
            whole.into("PmtInf"),
            f"{message_id}-{place}",
            kind,
            collect_on=collect_on,
            creditor=creditor,
            debits=list(found),
        )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@dataclass(frozen=True, slots=True)
class _Writer:
    element: etree._Element
    space: str
    version: str

    def into(self, *names: str) -> _Writer:
        found = self.element
        for name in names:
            found = etree.SubElement(found, f"{{{self.space}}}{name}")
        return _Writer(found, self.space, self.version)

    def put(self, name: str, value: str) -> None:
        self.into(name).element.text = value

    def sums(self, debits: Sequence[Debit]) -> None:
        self.put("NbOfTxs", str(len(debits)))
        self.put("CtrlSum", f"{sum((one.amount for one in debits), Decimal(0)):.2f}")

    def bank(self, name: str, bic: str) -> None:
        """A bank by its BIC; without one the IBAN is enough."""
        at = self.into(name, "FinInstnId")
        if bic:
            at.put("BIC" if self.version.endswith(".02") else "BICFI", bic)
        else:
            at.into("Othr").put("Id", "NOTPROVIDED")


def _block(
    block: _Writer,
    block_id: str,
    kind: tuple[str, str],
    *,
    collect_on: date,
    creditor: Creditor,
    debits: Sequence[Debit],
) -> None:
    scheme, sequence = kind
    block.put("PmtInfId", block_id)
    block.put("PmtMtd", "DD")
    block.put("BtchBookg", "false")
    block.sums(debits)
    how = block.into("PmtTpInf")
    how.into("SvcLvl").put("Cd", "SEPA")
    how.into("LclInstrm").put("Cd", scheme)
    how.put("SeqTp", sequence)
    block.put("ReqdColltnDt", collect_on.isoformat())
    block.into("Cdtr").put("Nm", plain(creditor.name, 70))
    block.into("CdtrAcct", "Id").put("IBAN", creditor.iban)
    block.bank("CdtrAgt", creditor.bic)
    block.put("ChrgBr", "SLEV")
    other = block.into("CdtrSchmeId", "Id", "PrvtId", "Othr")
    other.put("Id", creditor.identifier)
    other.into("SchmeNm").put("Prtry", "SEPA")
    for debit in debits:
        entry = block.into("DrctDbtTxInf")
        entry.into("PmtId").put("EndToEndId", debit.end_to_end)
        entry.put("InstdAmt", f"{debit.amount:.2f}")
        entry.element[-1].set("Ccy", "EUR")
        mandate = entry.into("DrctDbtTx", "MndtRltdInf")
        mandate.put("MndtId", debit.mandate)
        mandate.put("DtOfSgntr", debit.signed_on.isoformat())
        entry.bank("DbtrAgt", debit.bic)
        entry.into("Dbtr").put("Nm", plain(debit.holder, 70))
        entry.into("DbtrAcct", "Id").put("IBAN", debit.iban)
        entry.into("RmtInf").put("Ustrd", plain(debit.text, 140))
