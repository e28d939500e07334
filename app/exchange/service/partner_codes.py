"""Codes of a partner from and into a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.partners import CodeKind
from app.exchange.queries.partner_pages import code_rows
from app.exchange.service.partners import save_code

HEAD = ("kind", "theirs", "ours")
_MOST = 20_000


def codes_csv(actor: Actor, partner_id: int) -> bytes:
    """All codes as CSV, in UTF-8 with a mark that spreadsheets know."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEAD)
    writer.writerows((row.kind, _safe(row.theirs), _safe(row.ours)) for row in code_rows(actor, partner_id))
    return target.getvalue().encode("utf-8-sig")


def _safe(value: str) -> str:
    """A spreadsheet must not take a code for a formula; a leading apostrophe is taken off again on reading."""
    return f"'{value}" if value[:1] in "=+-@'" else value


@command
def import_codes(actor: Actor, partner_id: int, data: bytes) -> int:
    """Take a table as `codes_csv` writes it; returns how many rows it has. All rows or none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("file", N_("The file is not in UTF-8.")) from None
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=dialect) if any(cell.strip() for cell in row)]
    if rows and [cell.strip().lower() for cell in rows[0][:3]] == list(HEAD):
        rows = rows[1:]
        first = 2
    else:
        first = 1
    if not rows:
        raise Invalid("file", N_("The file holds no rows."))
    if len(rows) > _MOST:
        raise Invalid("file", N_("At most {n} rows.", n=_MOST))
    _check(rows, first)
    for row in rows:
        kind, theirs, ours = (cell.strip().removeprefix("'") for cell in row[:3])
        save_code(actor, partner_id, kind, theirs, ours)
    return len(rows)


def _check(rows: Iterable[list[str]], first: int) -> None:
    kinds = {kind.value for kind in CodeKind}
    for number, row in enumerate(rows, first):
        if len(row) < 3 or not all(cell.strip() for cell in row[:3]):
            raise Invalid("file", N_("Row {row}: kind, their code and our code are needed.", row=number))
        if row[0].strip() not in kinds:
            known = ", ".join(sorted(kinds))
            raise Invalid(
                "file", N_("Row {row}: “{kind}” is none of {known}.", row=number, kind=row[0][:40], known=known)
            )
        if len(row[1]) > 120 or len(row[2]) > 120:
            raise Invalid("file", N_("Row {row}: a code has at most 120 characters.", row=number))
