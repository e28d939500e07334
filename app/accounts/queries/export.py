"""Accounts as rows of a file, with the columns that the importer of accounts reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.accounts.domain.own_fields import COLUMN, OwnField
from app.accounts.queries.accounts import accounts
from app.core.actor import Actor
from app.core.tables.rows import Cell

_BATCH = 500
_HEAD = ("Customer number", "Name", "Country", "Currency", "Payment days")


def account_export(
    actor: Actor,
    fields: Mapping[str, OwnField],
    *,
    search: str = "",
    state: str = "",
    field: tuple[str, str] | None = None,
) -> Iterator[Sequence[Cell]]:
    """Head and rows in batches; own fields stand in columns own_<code>, as they are kept."""
    yield (*_HEAD, *(f"{COLUMN}{code}" for code in fields))
    after: tuple[str, str] | None = None
    while True:
        lines = accounts(actor, search=search, state=state, field=field, after=after, limit=_BATCH)
        for line in lines:
            own = (line.own.get(code, "") for code in fields)
            yield (line.code, line.name, line.country, line.currency, str(line.payment_days), *own)
        if len(lines) < _BATCH:
            return
        after = (lines[-1].name, str(lines[-1].id))
