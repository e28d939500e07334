"""Formats with the settings of one partner: version, ids with the operator of UPD, mapping of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.documents.bmecat.writing import VERSIONS as BMECAT_VERSIONS
from app.documents.bmecat.writing import BmecatOptions, write_catalogue
from app.documents.formats import formats
from app.documents.tabular.mapping import TableMapping
from app.documents.tabular.reading import read_table
from app.documents.tabular.writing import write_csv_table, write_xlsx_table
from app.documents.upd.answer import write_answer
from app.documents.upd.correction_out import write_correction
from app.documents.upd.title import VERSIONS as UPD_VERSIONS
from app.documents.upd.title import UpdOptions
from app.documents.upd.writing import write_upd

TABLE = "table"  # the key of a mapping among the settings
_TABLES = ("csv-", "xlsx-")
_UPD: dict[str, Callable[[Any, UpdOptions], bytes]] = {
    "upd": write_upd, "ukd": write_correction, "upd-answer": write_answer,
}  # fmt: skip


def dumps_with(
    code: str, document: Any, *, version: str = "", options: Mapping[str, Any] | None = None, at: datetime | None = None
) -> bytes:
    """As `formats[code].dumps`; `at` is when the file is made, which a UPD says. Raises FormatError."""
    options = options or {}
    if code in _UPD:
        return _UPD[code](document, _upd_options(version, options, at))
    if code.startswith(_TABLES) and isinstance(options.get(TABLE), Mapping):
        mapping = TableMapping.of(options[TABLE])
        return write_csv_table(document, mapping) if code.startswith("csv-") else write_xlsx_table(document, mapping)
    if code == "bmecat" and version in BMECAT_VERSIONS:
        return write_catalogue(document, BmecatOptions(version))
    return formats[code].dumps(document)


def loads_with(code: str, data: bytes, options: Mapping[str, Any] | None = None) -> Any:
    """As `formats[code].loads`, a table by the mapping among the settings."""
    settings = (options or {}).get(TABLE)
    if code.startswith(_TABLES) and isinstance(settings, Mapping):
        return read_table(data, TableMapping.of(settings))
    return formats[code].loads(data)


def _upd_options(version: str, options: Mapping[str, Any], at: datetime | None) -> UpdOptions:
    texts = {name: value for name, value in options.items() if isinstance(value, str) and name != "made_on"}
    found = UpdOptions.of(texts)
    if version in UPD_VERSIONS:
        found = replace(found, version=version)
    return replace(found, made_on=at.date(), made_at=f"{at:%H.%M.%S}") if at is not None else found
