"""Bank statements from files: each movement is kept once, whatever files bring it; what is sure is booked at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.signing import signed
from app.billing.domain.matching import SURE, Proposal
from app.billing.domain.statements.model import Statement
from app.billing.domain.statements.reading import numbered, read
from app.billing.domain.statements.table import NO_MAPPING, Columns
from app.billing.models.statements import BankLine, BankStatement
from app.billing.policy import Permission
from app.billing.queries.bank_matching import propose, propose_back
from app.billing.queries.by_hand import with_recorded
from app.billing.service.bank_booking import book_line, book_refund, book_return
from app.billing.service.by_hand import book_recorded
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.locks import lock_rows
from app.core.texts import N_

_AT_ONCE = 500
_MEDIA = {"camt": "application/xml", "mt940": "text/plain", "csv": "text/csv", "1c": "text/plain"}
# The same day and amount on the same account, but told differently by another kind of file: somebody should look.
_TWINS = text("""
UPDATE bank_lines l SET twin_id = t.id
FROM (
    SELECT n.id AS line, min(o.id) AS id
    FROM bank_lines n JOIN bank_statements ns ON ns.id = n.statement_id
    JOIN bank_lines o ON o.account = n.account AND o.booked_on = n.booked_on AND o.amount = n.amount
        AND o.currency = n.currency AND o.id < n.id
    JOIN bank_statements os ON os.id = o.statement_id AND os.format <> ns.format
    WHERE n.statement_id = ANY(CAST(:statements AS bigint[])) GROUP BY n.id
) t WHERE l.id = t.line""")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought. `is_repeat`: the very same file was here before, nothing was done."""

    statement_ids: tuple[int, ...]
    new: int = 0
    known: int = 0
    booked: int = 0
    is_repeat: bool = False


def import_file(actor: Actor, data: bytes, name: str, *, columns: Columns = NO_MAPPING) -> Imported:
    """Read a file, keep what is new in it, book what is sure (each line in a transaction of its own).

    Raises Invalid("file") naming line and field; nothing is kept then. A second run, also of an overlapping file,
    books nothing twice.
    """
    _demand(actor)
    code, statements = read(data, columns)
    kept = _keep(actor, data, name, code, statements)
    if kept.is_repeat:
        return kept
    match_lines(actor, kept.statement_ids)
    booked = book_sure(actor, kept.statement_ids)
    return Imported(kept.statement_ids, kept.new, kept.known, booked)


@command
def _keep(actor: Actor, data: bytes, name: str, code: str, statements: Sequence[Statement]) -> Imported:
    digest = hashlib.sha256(data).hexdigest()
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"bank_statements {digest}", 0))))
    before = db.session.scalars(
        select(BankStatement.id).where(BankStatement.sha256 == digest).order_by(BankStatement.position)
    ).all()
    if before:
        return Imported(tuple(before), is_repeat=True)
    file = storage.keep(actor, data, name=name[:255] or "statement", media_type=_MEDIA[code])
    ids, new, known = [], 0, 0
    for position, one in enumerate(statements, start=1):
        row = BankStatement(
            sha256=digest, position=position, file_id=file.id, file_name=name[:255], format=code, account=one.account,
            number=one.number, currency=one.currency, opening=one.opening, closing=one.closing, from_on=one.from_on,
            to_on=one.to_on, line_count=len(one.movements), problems=[problem.as_json() for problem in one.problems],
            imported_at=clock.now(), user_name=signed(actor),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        fresh = _insert(row.id, one)
        row.known_count = len(one.movements) - fresh
        ids.append(row.id)
        new, known = new + fresh, known + row.known_count
        audit.record(actor, "bank_statement", row.id, "imported",
                     {"account": one.account, "lines": fresh, "known": row.known_count})  # fmt: skip
    db.session.flush()
    db.session.execute(_TWINS, {"statements": ids})
    return Imported(tuple(ids), new, known)


def _insert(statement_id: int, statement: Statement) -> int:
    """Keep the movements that no file brought before; two imports at once wait for each other line by line."""
    rows = [
        {
            "statement_id": statement_id, "position": position, "fingerprint": key, "occurrence": occurrence,
            "account": statement.account, "booked_on": move.booked_on, "value_on": move.value_on, "amount": move.amount,
            "currency": move.currency, "payer_name": move.payer_name, "payer_account": move.payer_account,
            "payer_tax_number": move.payer_tax_number, "text": move.text,
            "creditor_reference": move.creditor_reference[:35], "end_to_end": move.end_to_end, "mandate": move.mandate,
            "bank_reference": move.bank_reference, "code": move.code, "is_return": move.is_return,
            "return_reason": move.return_reason,
        }
        for position, (key, occurrence, move) in enumerate(numbered(statement.account, statement.movements), start=1)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["fingerprint"], row["occurrence"]))
    fresh = 0
    for start in range(0, len(rows), _AT_ONCE):
        made = insert(BankLine).values(rows[start : start + _AT_ONCE])
        kept = made.on_conflict_do_nothing(index_elements=[BankLine.fingerprint, BankLine.occurrence])
        fresh += len(db.session.scalars(kept.returning(BankLine.id)).all())
    return fresh


@command
def match_lines(actor: Actor, statement_ids: Sequence[int] = (), *, limit: int = 20_000) -> int:
    """Look for who paid the lines that wait: of these statements, or all of them. Returns how many have a proposal."""
    _demand(actor)
    statement = select(BankLine.id).where(BankLine.state.in_(("open", "proposed")))
    if statement_ids:
        statement = statement.where(BankLine.statement_id.in_(statement_ids))
    lines = lock_rows(BankLine, db.session.scalars(statement.order_by(BankLine.id).limit(limit)).all())
    lines = [line for line in lines if line.state in ("open", "proposed")]
    went = propose_back(actor, lines)
    came = with_recorded(actor, lines, propose(actor, lines))
    rows = []
    for line in lines:
        found = came.get(line.id, [])
        back = went.get(line.id)
        if back is not None:
            found = [{"company_id": back.company_id, "confidence": back.confidence, "line_id": back.line_id,
                      "item_id": back.item_id, "reasons": [str(one) for one in back.reasons], "parts": []}]  # fmt: skip
        confidence = found[0]["confidence"] if found else 0
        rows.append({"id": line.id, "proposal": found, "confidence": confidence,
                     "company_id": found[0]["company_id"] if found else None,
                     "state": "proposed" if found else "open"})  # fmt: skip
    if rows:
        db.session.execute(update(BankLine), rows)
    return sum(row["state"] == "proposed" for row in rows)


def book_sure(actor: Actor, statement_ids: Sequence[int] = ()) -> int:
    """Book the lines whose best proposal is sure, each in a transaction of its own; returns how many.

    One that does not fit any more (another line paid the claim) waits with a new proposal.
    """
    _demand(actor)
    statement = select(BankLine.id, BankLine.proposal).where(
        BankLine.state == "proposed", BankLine.confidence >= SURE, BankLine.twin_id.is_(None)
    )
    if statement_ids:
        statement = statement.where(BankLine.statement_id.in_(statement_ids))
    booked, stale = 0, False
    for line_id, found in db.session.execute(statement.order_by(BankLine.id)).all():
        try:
            book_proposal(actor, line_id, found[0], sure=found[0]["confidence"])
            booked += 1
        except (Conflict, Invalid):
            stale = True
    if stale:
        match_lines(actor, statement_ids)
    return booked


@command
def book_proposal(actor: Actor, line_id: int, found: dict[str, object], *, sure: int = 0) -> None:
    """Book a line as a proposal says."""
    if found.get("recorded_id"):
        book_recorded(actor, line_id, int(str(found["recorded_id"])))
    elif found.get("line_id"):
        book_return(actor, line_id, int(str(found["line_id"])))
    elif found.get("item_id"):
        book_refund(actor, line_id, int(str(found["item_id"])))
    else:
        proposal = Proposal.from_json(found)
        book_line(actor, line_id, proposal.company_id, proposal.parts, sure=sure)


@command
def accept(actor: Actor, line_id: int, place: int = 0) -> None:
    """A person takes one of the proposals of a line; Conflict when it is gone or booked meanwhile."""
    _demand(actor)
    lines = lock_rows(BankLine, [line_id])
    if not lines or not 0 <= place < len(lines[0].proposal):
        raise Conflict(N_("This proposal is gone. Look at the line again."))
    book_proposal(actor, line_id, lines[0].proposal[place])


def _demand(actor: Actor) -> None:
    actor.demand(Permission.PAYMENTS)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
