"""How states of runs and rows are named."""

from __future__ import annotations

from app.exchange.domain.outcome import RowState
from app.exchange.domain.runs import RunState
from app.web.texts import _

STATE_CHIPS = {
    RunState.UPLOADED: ("seal", _("Choose columns")),
    RunState.CHECKING: ("info", _("Being checked")),
    RunState.CHECKED: ("seal", _("Checked")),
    RunState.WAITING: ("info", _("Waiting")),
    RunState.RUNNING: ("info", _("Running")),
    RunState.DONE: ("good", _("Done")),
    RunState.FAILED: ("bad", _("Failed")),
    RunState.CANCELLED: ("plain", _("Cancelled")),
}
ROW_CHIPS = {
    RowState.CREATED: ("good", _("new")),
    RowState.CHANGED: ("info", _("changed")),
    RowState.SAME: ("plain", _("same")),
    RowState.REFUSED: ("bad", _("refused")),
}
KINDS = {"csv": "CSV", "tsv": "TSV", "xlsx": "XLSX", "ods": "ODS"}
DELIMITERS = {",": _("comma"), ";": _("semicolon"), "\t": _("tabulator"), "|": _("vertical bar")}
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1251": "Windows-1251", "cp1252": "Windows-1252"}
SIGNS = {".": _("point"), ",": _("comma")}
