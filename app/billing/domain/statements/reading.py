"""Which format a file is, and reading it; what makes a movement the same one in another file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from app.billing.domain.references import squeezed
from app.billing.domain.statements import camt053, mt940, one_c, table
from app.billing.domain.statements.model import Movement, Statement, StatementError
from app.core.texts import N_

_HEAD = 8192


def read(data: bytes, columns: table.Columns = table.NO_MAPPING) -> tuple[str, list[Statement]]:
    """The format's code and the statements. Raises Invalid("file") with line and field where it is not read."""
    if not data.strip():
        raise StatementError(N_("The file is empty."))
    head = data[:_HEAD]
    if one_c.looks_like(head):
        return "1c", one_c.read(data)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        if camt053.looks_like(head):
            return "camt", camt053.read(data)
        raise StatementError(N_("This XML is no CAMT.053 statement."))
    if mt940.looks_like(head):
        return "mt940", mt940.read(data)
    return "csv", table.read(data, columns)


def fingerprint(account: str, move: Movement) -> str:
    """What stays the same of a movement in every file: account, day, amount, the other side, and the bank's reference.

    Without a reference of the bank the text stands in for it.
    """
    told = [move.payer_account, move.bank_reference or squeezed(move.text)[:200]]
    parts = [
        account, move.booked_on.isoformat(), f"{move.amount.normalize():f}", move.currency, squeezed(move.end_to_end), *told,
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def numbered(account: str, moves: Iterable[Movement]) -> Iterator[tuple[str, int, Movement]]:
    """Fingerprint, how many equal ones came before in the same statement plus one, movement."""
    seen: Counter[str] = Counter()
    for move in moves:
        key = fingerprint(account, move)
        seen[key] += 1
        yield key, seen[key], move
