"""What a table holds: which column is which field, how dates and numbers are written, what is the same in every row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core.tables.rows import Cell, cell_text, plain_number
from app.core.texts import N_
from app.documents.formats import FormatError
from app.documents.tabular.fields import DOCUMENTS, Leaf, leaf_of

_TOKENS = {
    "yyyy": r"(?P<year>[0-9]{4})",
    "yy": r"(?P<short>[0-9]{2})",
    "MM": r"(?P<month>[0-9]{1,2})",
    "dd": r"(?P<day>[0-9]{1,2})",
}
_TOKEN = re.compile("yyyy|yy|MM|dd")
_DIRECTIVES = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,12})?|[+-]?\.[0-9]{1,12}", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f']")
YES = frozenset({"true", "yes", "1", "x", "ja", "да", "так"})


@dataclass(frozen=True, slots=True)
class Column:
    """`path` is a field of the document (`number`, `buyer.name`, `lines.quantity`, `items.prices.1.amount`).

    `titles` are the names the column may have in the header row, the first is written; `index` (1-based) is used where
    the table has no header. A value is needed in each row where `is_needed`.
    """

    path: str
    titles: tuple[str, ...] = ()
    index: int = 0
    is_needed: bool = False

    @property
    def title(self) -> str:
        return self.titles[0] if self.titles else self.path


@dataclass(frozen=True, slots=True)
class TableMapping:
    """`document` is the kind of the neutral document. `constants` are values by path that no column holds.

    `date_format` is made of yyyy, yy, MM and dd. `decimal_mark` is a point or a comma; the other one separates thousands.
    `encoding`, `delimiter` and `sheet` are told by the file itself where they are empty.
    """

    document: str
    columns: tuple[Column, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    has_header: bool = True
    date_format: str = "yyyy-MM-dd"
    decimal_mark: str = "."
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> TableMapping:
        """From plain settings, such as JSON; FormatError names what is wrong in them."""
        columns = tuple(
            Column(str(one["path"]), tuple(str(text) for text in one.get("titles", ())), int(one.get("index", 0)),
                   bool(one.get("is_needed", False)))
            for one in settings.get("columns", ())
        )  # fmt: skip
        known = ("has_header", "date_format", "decimal_mark", "delimiter", "encoding", "sheet")
        values = {name: settings[name] for name in known if name in settings}
        return cls(str(settings.get("document", "")), columns, dict(settings.get("constants", {})), **values).checked()

    def checked(self) -> TableMapping:
        if self.document not in DOCUMENTS:
            known = ", ".join(DOCUMENTS)
            raise FormatError(
                N_("There is no table of {kind}; known are {known}.", kind=self.document or "-", known=known)
            )
        if not self.columns:
            raise FormatError(N_("The mapping has no columns."))
        for path in (*(one.path for one in self.columns), *self.constants):
            if leaf_of(self.document, path) is None:
                raise FormatError(N_("{kind} has no field {path}.", kind=self.document, path=path))
        if self.decimal_mark not in (".", ","):
            raise FormatError(N_("The decimal mark is a point or a comma."))
        if sorted(token[0] for token in _TOKEN.findall(self.date_format)) != ["M", "d", "y"]:
            raise FormatError(N_("A date format is made of yyyy, MM and dd, such as {example}.", example="dd.MM.yyyy"))
        return self

    def value(self, cell: Cell, leaf: Leaf) -> Any:
        """The cell as the field takes it; ValueError where it is none of its kind, None where it is blank."""
        text = cell_text(cell)
        if not text:
            return None
        if leaf is Leaf.TEXT:
            return text[1:] if text[:2] in _GUARDED else text
        if leaf is Leaf.DAY:
            return self._day(cell, text)
        if leaf is Leaf.FLAG:
            return cell if isinstance(cell, bool) else text.casefold() in YES
        number = cell if isinstance(cell, Decimal) else self._number(text)
        if leaf is Leaf.COUNT:
            if number != number.to_integral_value():
                raise ValueError(text)
            return int(number)
        return number

    def _number(self, text: str) -> Decimal:
        plain = _SPACES.sub("", text)
        plain = plain.replace(".", "").replace(",", ".") if self.decimal_mark == "," else plain.replace(",", "")
        if not _NUMBER.fullmatch(plain):
            raise ValueError(text)
        return Decimal(plain)

    def _day(self, cell: Cell, text: str) -> date:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        pattern = _TOKEN.sub(lambda token: _TOKENS[token[0]], re.escape(self.date_format))
        found = re.fullmatch(pattern + r"(?:[T ].*)?", text)
        if found is None:
            raise ValueError(text)
        parts = found.groupdict()
        year = int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"])
        return date(year, int(parts["month"]), int(parts["day"]))

    def text(self, value: Any) -> str:
        """A value as CSV has it."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return plain_number(value).replace(".", self.decimal_mark)
        if isinstance(value, date):
            return _TOKEN.sub(lambda token: f"{value:{_DIRECTIVES[token[0]]}}", self.date_format)
        return str(value)


_GUARDED = ("'=", "'+", "'-", "'@")
