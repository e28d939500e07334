"""Are the segments of a set there, in their areas and with the elements they must have? The schema step of X12 here.

The tables are Kontor's own and small: no directory of the standard can be shipped. A segment they do not know is a
warning, for partners' guides add some.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.texts import N_, Message
from app.documents.segments import Fault, Segment, Severity
from app.documents.x12.envelope import TransactionSet

NAME, VERSION = "Kontor X12 structure", "1"
_MAX_FAULTS = 100
_TRADE_HEAD = (
    "CUR REF PER TAX FOB CTP PAM CSH SAC ITD DIS INC DTM LDT LIN SI PID MEA PWK PKG TD1 TD5 TD3 TD4 MAN PCT CTB TXI AMT FA1"
    " FA2 N9 MSG NTE N1 N2 N3 N4 NX2 LM LQ SPI CB1 ADV MTX G53 G61 TC2 YNQ RRA CPR QTY"
)
_TRADE_LINE = (
    "LIN SI CUR CN1 PO3 CTP PAM MEA PID PWK PO4 REF PER SAC IT8 CSH ITD DIS INC TAX FOB SDQ IT3 DTM TC2 TD1 TD5 TD3 TD4 PCT MAN"
    " MSG NTE SPI TXI CTB QTY SCH PKG LS LE LDT LM LQ N9 N1 N2 N3 N4 NX2 SLN ADV AMT ACK PD PDD G53 RRA FST CST"
)
_INVOICE_LINE = (
    "CRC QTY CUR IT3 TXI CTP PAM MEA PID PWK PKG PO4 ITD REF YNQ PER SDQ DTM CAD L7 SR SAC SLN TC2 N1 N2 N3 N4 DMG LM LQ V1 R4"
    " FA1 FA2 LIN"
)
_SHIP_LINE = (
    "LIN SN1 SLN PRF PO4 PID MEA PWK PKG TD1 TD5 TD3 TD4 TSD REF PER LH1 LH2 LH3 LFH LEP LH4 LHT LHR LHE CLD DTP MAN DTM FOB PAL"
    " N1 N2 N3 N4 SDQ ETD CUR SAC GF YNQ LM LQ V1 R4"
)

_CATALOGUE_HEAD = "CTP REF YNQ PER DTM CTB CUR ITD LDT SAC TD1 TD5 TD3 TD4 FOB PKG G93 TXI AAA N1 N2 N3 N4 LM LQ N9"
_CATALOGUE_LINE = (
    "PO1 G53 SI DTM REF YNQ PER CRD CTB PID MEA PKG PO4 TD1 TD5 TD3 TD4 ITD LDT SAC FOB AAA TC2 TXI G55 G54 CTP G40 G36 CUR G43"
    " G26 N1 N2 N3 N4 G39 PKL LFG CRC QTY LM LQ SLN PAM"
)
_STOCK_LINE = "PID MEA PKG DTM CTP CUR SAC REF PER SDQ MAN UIT CS DD G53 PCT LDT LM LQ SLN QTY SCH LS LE N1 N2 N3 N4"
_RECEIPT_LINE = "SN1 CUR LIN PID PO4 REF PER DTM PRF MEA FOB TD1 TD5 TD3 TD4 SAC MAN LM LQ SLN NM1 N1 N2 N3 N4"


@dataclass(frozen=True, slots=True)
class _Table:
    """The first segment, the one that begins each line, and the first of the summary; and what else stands in each."""

    head: str
    heading: frozenset[str]
    line: str
    detail: frozenset[str]
    summary: str
    closing: frozenset[str]
    needs_line: bool = True
    needs_summary: bool = False


def _table(head: str, heading: str, line: str, detail: str, *, summary: str = "CTT", closing: str = "AMT",
           needs_line: bool = True, needs_summary: bool = False) -> _Table:  # fmt: skip
    return _Table(
        head, frozenset(heading.split()), line, frozenset(detail.split()), summary, frozenset(closing.split()), needs_line,
        needs_summary,
    )  # fmt: skip


_TABLES = {
    "850": _table("BEG", _TRADE_HEAD, "PO1", _TRADE_LINE),
    "855": _table("BAK", _TRADE_HEAD, "PO1", _TRADE_LINE, needs_line=False),
    "860": _table("BCH", _TRADE_HEAD, "POC", _TRADE_LINE, needs_line=False),
    "865": _table("BCA", _TRADE_HEAD, "POC", _TRADE_LINE, needs_line=False),
    "856": _table("BSN", "DTM", "HL", _SHIP_LINE, closing=""),
    "810": _table(
        "BIG", "NTE CUR REF YNQ PER N1 N2 N3 N4 DMG ITD DTM FOB PID MEA PWK PKG L7 BAL INC PAM LM LQ N9 MSG V1 R4 FA1 FA2 TXI",
        "IT1", _INVOICE_LINE, summary="TDS", closing="TXI CAD AMT SAC ISS PID CTT", needs_line=False, needs_summary=True,
    ),
    "832": _table("BCT", _CATALOGUE_HEAD, "LIN", _CATALOGUE_LINE, closing="", needs_line=False),
    "840": _table("BQT", _TRADE_HEAD, "PO1", _TRADE_LINE, closing=""),
    "843": _table("BQR", _TRADE_HEAD, "PO1", _TRADE_LINE, needs_line=False),
    "846": _table("BIA", "CUR DTM REF PER MEA N1 N2 N3 N4 LM LQ", "LIN", _STOCK_LINE, closing=""),
    "852": _table(
        "XQ", "XPO N9 PER N1 N2 N3 N4 FOB TD5 DTM", "LIN", "CTP PO4 N9 AMT PAL QTY ZA SDQ G95 DTM", closing="", needs_line=False
    ),
    "861": _table(
        "BRA", "CUR REF PER DTM PRF TD1 TD5 TD3 TD4 MEA N1 N2 N3 N4 FOB LM LQ", "RCD", _RECEIPT_LINE, closing="",
        needs_line=False,
    ),
    "997": _table("AK1", "", "AK2", "AK3 AK4 AK5", summary="AK9", closing="", needs_line=False, needs_summary=True),
    "999": _table("AK1", "", "AK2", "IK3 CTX IK4 IK5", summary="AK9", closing="", needs_line=False, needs_summary=True),
}  # fmt: skip
# Elements that must be given; those of the first segment make the set unusable.
_ELEMENTS = {
    "BEG": (1, 2, 3, 5), "BAK": (1, 2, 3, 4), "BCH": (1, 2, 3, 6), "BCA": (1, 3, 6), "BSN": (1, 2, 3), "BIG": (1, 2),
    "HL": (1, 3), "N1": (1,), "REF": (1,), "DTM": (1,), "CUR": (1, 2), "CTT": (1,), "TDS": (1,), "SN1": (2, 3), "LIN": (2, 3),
    "SAC": (1,), "AMT": (1, 2), "POC": (2,), "ACK": (1,), "MSG": (1,), "PID": (1,), "AK1": (1, 2), "AK2": (1, 2), "AK5": (1,),
    "AK9": (1, 2, 3, 4), "TXI": (1,), "BCT": (1,), "BIA": (1, 2, 3, 4), "BQT": (1, 2, 3), "BQR": (1, 2, 3), "BRA": (1, 2, 3, 4), "XQ": (1, 2),
    "PRF": (1,), "ZA": (1,), "QTY": (1,), "G53": (1,), "LDT": (1, 2, 3),
}  # fmt: skip


def is_known(kind: str) -> bool:
    """Whether there is a table for this set."""
    return kind in _TABLES


def check_structure(one: TransactionSet) -> list[Fault]:
    """What is missing, out of place or not of the set, with its place."""
    return _Check(one).run()


class _Check:
    def __init__(self, one: TransactionSet) -> None:
        self._one = one
        self._table = _TABLES[one.type]
        self._faults: list[Fault] = []

    def run(self) -> list[Fault]:
        table = self._table
        content = [segment for segment in self._one.segments if segment.tag not in ("ST", "SE")]
        if not content or content[0].tag != table.head:
            at = content[0] if content else self._one.segments[0]
            message = N_("{tag} must be the first segment of {kind}.", tag=table.head, kind=self._one.type)
            self._fault("MISSING", message, at, Severity.WARNING)
        area, lines = 0, 0
        for index, segment in enumerate(content):
            if len(self._faults) >= _MAX_FAULTS:
                return self._faults
            tag = segment.tag
            if tag == table.head and index:
                self._fault("OVER", N_("{tag} stands more than once.", tag=tag), segment)
            elif tag == table.line:
                lines += 1
                if area > 1:
                    message = N_("{tag} cannot stand here, behind {before}.", tag=tag, before=table.summary)
                    self._fault("SEQUENCE", message, segment)
                area = max(area, 1)
            elif tag == table.summary:
                if area > 1:
                    self._fault("OVER", N_("{tag} stands more than once.", tag=tag), segment)
                area = 2
            elif tag != table.head:
                self._place(segment, tag, area)
            self._elements(segment, tag)
        last = self._one.segments[-1]
        if table.needs_line and not lines:
            self._fault("MISSING", N_("{tag} is missing: the set has no line.", tag=table.line), last)
        if table.needs_summary and area < len(("heading", "detail")):
            self._fault("MISSING", N_("{tag} is missing.", tag=table.summary), last)
        return self._faults

    def _place(self, segment: Segment, tag: str, area: int) -> None:
        table = self._table
        areas = (table.heading, table.detail, table.closing)
        if tag in areas[area]:
            return
        if any(tag in known for known in areas):
            message = N_("{tag} cannot stand in this part of {kind}.", tag=tag, kind=self._one.type)
            self._fault("UNEXPECTED", message, segment, Severity.WARNING)
        else:
            message = N_("{tag} is no segment of {kind}.", tag=tag[:20], kind=self._one.type)
            self._fault("UNKNOWN", message, segment, Severity.WARNING)

    def _elements(self, segment: Segment, tag: str) -> None:
        for element in _ELEMENTS.get(tag, ()):
            if not segment.value(element):
                message = N_("{tag}{element} is missing.", tag=tag, element=f"{element:02}")
                self._fault("ELEMENT", message, segment, Severity.WARNING, element)

    def _fault(
        self, rule: str, message: Message, at: Segment, severity: Severity = Severity.FATAL, element: int = 0
    ) -> None:
        line, column = at.place(min(element, len(at.parts)))
        number = at.number - self._one.segments[0].number + 1
        path = f"{self._one.position}/{number}:{at.tag}" + (f"/{element}.1" if element else "")
        self._faults.append(Fault(rule, message, line, column, path, severity))
