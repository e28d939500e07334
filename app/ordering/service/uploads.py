"""Order files that people send: read and checked in the background where they are long, columns named where asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code
from app.core import audit, clock, storage
from app.core.actor import Actor, Scope
from app.core.db import command, db, on_commit
from app.core.errors import Conflict, DomainError, NotFound
from app.core.jobs import enqueue, send_now
from app.core.tables.rows import cell_text
from app.core.tenancy import Bounds
from app.core.texts import N_, Message
from app.ordering.domain.carried_rows import Carried, demand_size, dump_rows
from app.ordering.domain.header_words import signature
from app.ordering.domain.order_file import ColumnChoice, read_order_file
from app.ordering.domain.order_file_columns import columns_from, columns_json, look_at
from app.ordering.models.order_files import OrderFileColumns, OrderUpload
from app.ordering.queries.quick_order import judge_rows
from app.ordering.queries.uploads import upload_rules

JOB = "ordering.check_order_file"
BACKGROUND_ROWS = 500  # longer files are not checked while somebody waits
MAX_ATTEMPTS = 3
KEPT = timedelta(days=30)
_LEASE = timedelta(minutes=5)
_CHUNK = 1_000
_GIVEN_UP = N_("The worker ended several times while it read the file. Send it again.")


@dataclass(frozen=True, slots=True)
class _Work:
    """What the job needs of its row."""

    id: int
    name: str
    file_id: int
    choice: dict[str, Any] | None


@command
def receive_file(actor: Actor, data: bytes, name: str, *, client_ref: str, is_asking: bool) -> int:
    """Keep a file to be checked in the background or, if asked, once a person has named its columns; returns its id.

    The same client_ref gives the first one.
    """
    file = storage.keep(actor, data, name=name or "order", media_type="application/octet-stream")
    made: int | None = db.session.scalar(
        insert(OrderUpload)
        .values(
            company_id=actor.company_id, user_id=actor.user_id, client_ref=client_ref, name=(name or "order")[-255:],
            file_id=file.id, state="asking" if is_asking else "waiting", created_at=clock.now(), due_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[OrderUpload.company_id, OrderUpload.client_ref])
        .returning(OrderUpload.id)
    )  # fmt: skip
    if made is None:
        statement = select(OrderUpload.id).where(
            OrderUpload.company_id == actor.company_id, OrderUpload.client_ref == client_ref
        )
        return int(db.session.scalars(statement).one())
    audit.record(actor, "order_upload", made, "order_file_sent", {"file": name})
    if not is_asking:
        enqueue(JOB, made)
    return made


@command
def name_columns(
    actor: Actor, upload_id: int, choice: ColumnChoice, *, is_remembered: bool, is_awaited: bool = False
) -> None:
    """Read a file with these columns; remembered, they hold for every file of the account under the same head.

    `is_awaited`: the caller reads it at once, no job is asked to.
    """
    row = _own(actor, upload_id)
    if is_remembered and choice.header_row:
        _remember(actor, storage.load(storage.find(actor, row.file_id)), row.name, choice)
    row.choice = {"header_row": choice.header_row, "columns": columns_json(choice.columns)}
    row.state, row.due_at, row.attempts, row.last_error = "waiting", clock.now(), 0, None
    if not is_awaited:
        enqueue(JOB, upload_id)


def _own(actor: Actor, upload_id: int) -> OrderUpload:
    row = db.session.scalar(
        select(OrderUpload)
        .where(
            OrderUpload.id == upload_id, OrderUpload.company_id == actor.company_id,
            OrderUpload.user_id == actor.user_id,
        )
        .with_for_update()
    )  # fmt: skip
    if row is None:
        raise NotFound(N_("There is no such file."))
    if row.state == "running":
        raise Conflict(N_("This file is being read at present. Wait until it is done."))
    return row


def _remember(actor: Actor, data: bytes, name: str, choice: ColumnChoice) -> None:
    look = look_at(data, upload_rules(actor), most=choice.header_row)
    head = next((row.cells for row in look.rows if row.number == choice.header_row), None)
    if head is None:
        raise NotFound(N_("There is no such row in the file."))
    values = {
        "user_id": actor.user_id,
        "head": [cell_text(cell) for cell in head],
        "columns": columns_json(choice.columns),
        "file_name": name,
        "created_at": clock.now(),
    }
    made = db.session.scalar(
        insert(OrderFileColumns)
        .values(company_id=actor.company_id, signature=signature(head), **values)
        .on_conflict_do_update(index_elements=[OrderFileColumns.company_id, OrderFileColumns.signature], set_=values)
        .returning(OrderFileColumns.id)
    )
    assert made is not None
    audit.record(actor, "order_file_columns", made, "columns_remembered",
                 {"head": values["head"], "columns": values["columns"], "file": name})  # fmt: skip


@command
def forget_columns(actor: Actor, columns_id: int) -> None:
    """Ask again for files under this head."""
    gone = db.session.execute(
        delete(OrderFileColumns)
        .where(OrderFileColumns.id == columns_id, OrderFileColumns.company_id == actor.company_id)
        .returning(OrderFileColumns.head, OrderFileColumns.columns)
    ).one_or_none()
    if gone is None:
        raise NotFound(N_("These columns are forgotten already."))
    audit.record(actor, "order_file_columns", columns_id, "columns_forgotten",
                 {"head": gone.head, "columns": gone.columns})  # fmt: skip


def check_order_file(actor: Actor, upload_id: int) -> int:
    """Read the file of a row and check what is in it; returns the number of rows. A second run starts afresh.

    Raises Conflict when it is done or another worker is at it.
    """
    work = _start(actor, upload_id)
    try:
        carried = _read(actor, work)
        _note_progress(actor, work, 0, len(carried.order.rows), 0)
        matches = _look_up(actor, work, carried)
        seen = judge_rows(actor, carried, matches)
        questions = sum(1 + len(problem.others) for problem in seen.problems)
        _finish(actor, work, carried, questions)
        return len(carried.order.rows)
    except DomainError as error:
        _note_failure(actor, work, error.message, is_final=not error.is_retryable)
        if error.is_retryable:
            raise
        return 0
    except Exception:
        _note_failure(actor, work, N_("The file could not be read by an error of the program."), is_final=False)
        raise


@command
def _start(actor: Actor, upload_id: int) -> _Work:
    now = clock.now()
    row = db.session.execute(
        update(OrderUpload)
        .where(
            OrderUpload.id == upload_id,
            (OrderUpload.state == "waiting") | ((OrderUpload.state == "running") & (OrderUpload.due_at <= now)),
        )
        .values(state="running", done=0, questions=0, attempts=OrderUpload.attempts + 1, due_at=now + _LEASE)
        .returning(OrderUpload.id, OrderUpload.name, OrderUpload.file_id, OrderUpload.choice)
    ).one_or_none()
    if row is None:
        raise Conflict(N_("This file is read already, or another worker is at it."))
    return _Work(*row)


def _read(actor: Actor, work: _Work) -> Carried:
    rules = upload_rules(actor)
    if work.choice is not None:
        rules = replace(rules, choice=ColumnChoice(work.choice["header_row"], columns_from(work.choice["columns"])))
    order = read_order_file(storage.load(storage.find(actor, work.file_id)), rules)
    demand_size(order)
    return Carried(order, name=work.name)


def _look_up(actor: Actor, work: _Work, carried: Carried) -> dict[str, list[Article]]:
    """Articles part by part, so that somebody who looks on sees how far it is."""
    matches: dict[str, list[Article]] = {}
    rows = carried.order.rows
    done = questions = 0
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        matches |= articles_by_code(actor, {row.sku for row in part if row.sku} - matches.keys())
        done += len(part)
        questions += sum(1 for row in part if row.sku not in matches or row.quantity is None)
        _note_progress(actor, work, done, len(rows), questions)
    return matches


@command
def _note_progress(actor: Actor, work: _Work, done: int, total: int, questions: int) -> None:
    db.session.execute(
        update(OrderUpload)
        .where(OrderUpload.id == work.id)
        .values(done=done, total=total, questions=questions, due_at=clock.now() + _LEASE)
    )


@command
def _finish(actor: Actor, work: _Work, carried: Carried, questions: int) -> None:
    db.session.execute(
        update(OrderUpload)
        .where(OrderUpload.id == work.id, OrderUpload.state == "running")
        .values(
            state="done", rows=dump_rows(carried), finished_at=clock.now(), last_error=None, questions=questions,
            done=OrderUpload.total,
        )
    )  # fmt: skip


@command
def _note_failure(actor: Actor, work: _Work, reason: Message, *, is_final: bool) -> None:
    row = db.session.get_one(OrderUpload, work.id, with_for_update=True, populate_existing=True)
    row.last_error = reason.as_json()
    if is_final or row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at = "failed", clock.now()
    else:
        row.state, row.due_at = "waiting", clock.now() + timedelta(minutes=row.attempts)


@command
def sweep_uploads(actor: Actor) -> int:
    """Ask again for files that wait or whose worker died; returns how many. What is a month old is dropped."""
    overdue = OrderUpload.state.in_(("waiting", "running")) & (
        OrderUpload.due_at <= clock.now() - timedelta(seconds=15)
    )
    db.session.execute(
        update(OrderUpload)
        .where(overdue, OrderUpload.attempts >= MAX_ATTEMPTS)
        .values(state="failed", finished_at=clock.now(), last_error=_GIVEN_UP.as_json())
    )
    db.session.execute(delete(OrderUpload).where(OrderUpload.created_at < clock.now() - KEPT))
    again = db.session.execute(
        update(OrderUpload)
        .where(overdue)
        .values(state="waiting", due_at=clock.now() + timedelta(minutes=1))
        .returning(OrderUpload.id, OrderUpload.company_id)
    ).all()
    for upload_id, company_id in again:
        _send_as(Bounds(Scope.TENANT, company_id), upload_id)
    return len(again)


def _send_as(bounds: Bounds, upload_id: int) -> None:
    on_commit(lambda: send_now(JOB, upload_id, bounds=bounds))
