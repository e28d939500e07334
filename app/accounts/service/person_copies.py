"""A copy of everything held on a person: a ZIP of JSON with a page to read, made by a job that may be killed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from html import escape
from typing import Any

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models.privacy import PersonExport
from app.accounts.queries.companies import operator_id
from app.accounts.queries.privacy import Subject, person_declarations, subject
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import Base, command, db, transaction
from app.core.errors import Forbidden, NotFound, Unavailable
from app.core.jobs import enqueue
from app.core.models import StoredFile
from app.core.personal_data import AREAS, SECRETS, Fate, Personal
from app.core.tenancy import system_scope
from app.core.texts import N_, Message

JOB = "accounts.copy_person"
KEPT = timedelta(days=7)
MAX_ROWS = 20_000  # of one table
MAX_ATTEMPTS = 5
_LEASE = timedelta(minutes=10)
_TITLE = N_("What is held on you")
_HINT = N_("Everything stands in the JSON files, too. A table with {count} rows shows the first {shown} here.")
_SHOWN = 200
_HEAD = (
    "<!doctype html><html><head><meta charset='utf-8'><title>{title}</title><style>"
    "body{{font:15px sans-serif;margin:2em}}td,th{{border:1px solid #ccc;padding:2px 6px;text-align:left;vertical-align:top}}"
    "table{{border-collapse:collapse;font-size:13px}}</style></head><body><h1>{title}</h1>"
)
Say = Callable[[Message], str]


def ask_own_copy(actor: Actor, *, client_ref: str) -> int:
    """The person asks for a copy of his data."""
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("Only the person himself can ask for this here."))
    with system_scope("privacy: a person belongs to no company"), transaction():
        return _ask(actor, actor.user_id, client_ref)


@command
def ask_copy(actor: Actor, user_id: int, *, client_ref: str) -> int:
    """The operator's administrator makes one for a person who asked by letter."""
    subject(user_id)
    return _ask(actor, user_id, client_ref)


def _ask(actor: Actor, user_id: int, client_ref: str) -> int:
    waiting = db.session.scalar(
        select(PersonExport.id).where(PersonExport.user_id == user_id, PersonExport.state == "waiting").limit(1)
    )
    if waiting is not None:
        return waiting
    values = {
        "client_ref": f"{actor.user_id}:{client_ref}"[:80], "user_id": user_id, "requested_by_id": actor.user_id,
        "requested_by_name": actor.name, "requested_at": clock.now(), "due_at": clock.now(),
        "steps": len(person_declarations()),
    }  # fmt: skip
    made: int | None = db.session.scalar(
        insert(PersonExport).values(values).on_conflict_do_nothing().returning(PersonExport.id)
    )
    if made is None:  # the same form was sent twice
        known = select(PersonExport.id).where(PersonExport.client_ref == values["client_ref"])
        return int(db.session.scalars(known).one())
    audit.record(actor, "person_export", made, "copy_asked", {})
    enqueue(JOB, made)
    return made


def due_copies() -> list[int]:
    """Those no job is at, or whose worker died."""
    statement = select(PersonExport.id).where(PersonExport.state == "waiting", PersonExport.due_at <= clock.now())
    return list(db.session.scalars(statement.order_by(PersonExport.id)))


def make_copy(actor: Actor, export_id: int, say: Say) -> bool:
    """Read table by table, write the archive, note it; False when there is nothing to do. Safe to repeat."""
    person = _begin(export_id)
    if person is None:
        return False
    tables: list[tuple[Personal, list[dict[str, Any]]]] = []
    for place, one in enumerate(person_declarations(), 1):
        tables.append((one, _rows(one, person)))
        if not place % 10:
            _progress(export_id, place)
    data = _archive(person, tables, say)
    _finish(actor, export_id, data)
    return True


@command
def _begin(export_id: int) -> Subject | None:
    """Claim it for some minutes, after which the sweep asks again; gives up after some tries."""
    row = db.session.scalar(select(PersonExport).where(PersonExport.id == export_id).with_for_update(skip_locked=True))
    if row is None or row.state != "waiting" or (row.due_at is not None and row.due_at > clock.now()):
        return None
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.finished_at = "failed", clock.now()
        return None
    row.attempts, row.due_at, row.done_steps = row.attempts + 1, clock.now() + _LEASE, 0
    row.steps = len(person_declarations())
    return subject(row.user_id)


def _rows(one: Personal, person: Subject) -> list[dict[str, Any]]:
    """Rows as JSON shows them: all of what is the person's own, of others' documents what leads to him."""
    table: Table = Base.metadata.tables[one.table]
    names = [column.name for column in table.columns if column.name not in SECRETS]
    if one.fate in (Fate.POINTER, Fate.KEEP):
        names = [name for name in names if name in one.columns or _tells_when_or_which(name)]
    chosen = ", ".join(f'"{name}"' for name in names)
    inner = f"SELECT {chosen} FROM {one.table} WHERE {one.condition} LIMIT {MAX_ROWS}"  # noqa: S608 -- constants of ours
    values = {"user_id": person.user_id, "email": person.email.lower()}
    return list(db.session.scalars(text(f"SELECT to_jsonb(t) FROM ({inner}) t"), values))  # noqa: S608 -- the same


def _tells_when_or_which(name: str) -> bool:
    return name in ("id", "number", "code", "name", "kind", "state", "action", "at", "role", "email") or name.endswith(
        ("_at", "_on")
    )


@command
def _progress(export_id: int, done: int) -> None:
    db.session.execute(update(PersonExport).where(PersonExport.id == export_id).values(done_steps=done))


def _archive(person: Subject, tables: Iterable[tuple[Personal, list[dict[str, Any]]]], say: Say) -> bytes:
    files: dict[str, dict[str, dict[str, Any]]] = {}  # rows by what they say: two declarations may find the same
    areas: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for one, rows in tables:
        if rows:
            known = files.setdefault(f"{one.area}/{one.table}.json", {})
            known.update({_json(row): row for row in rows})
            areas.setdefault(one.area, {})[one.table] = list(known.values())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        facts = {"name": person.name, "email": person.email, "companies": [name for _code, name in person.companies]}
        archive.writestr("person.json", _json(facts))
        for name, found in files.items():
            archive.writestr(name, _json(list(found.values())))
        archive.writestr("index.html", _page(person, areas, say))
    return target.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _page(person: Subject, areas: Mapping[str, Mapping[str, list[dict[str, Any]]]], say: Say) -> str:
    title = escape(say(_TITLE))
    parts = [_HEAD.format(title=title), f"<p>{escape(person.name)}, {escape(person.email)}</p>"]
    for area, tables in areas.items():
        parts.append(f"<h2>{escape(say(AREAS[area]))}</h2>")
        for table, rows in tables.items():
            parts.append(f"<h3>{escape(table)}: {len(rows)}</h3>")
            if len(rows) > _SHOWN:
                hint = Message(_HINT.text, {"count": len(rows), "shown": _SHOWN})
                parts.append(f"<p>{escape(say(hint))}</p>")
            parts.append(_table(rows[:_SHOWN]))
    return "\n".join([*parts, "</body></html>"])


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{escape('' if row.get(name) is None else str(row[name]))}</td>" for name in names)
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


@command
def _finish(actor: Actor, export_id: int, data: bytes) -> None:
    row = db.session.scalar(select(PersonExport).where(PersonExport.id == export_id).with_for_update())
    if row is None or row.state != "waiting":
        return
    house = operator_id()
    if house is None:
        raise NotFound
    file = storage.keep(actor, data, name="personal-data.zip", media_type="application/zip", company_id=house)
    row.file_id, row.state, row.done_steps = file.id, "done", row.steps
    row.finished_at = clock.now()
    row.expires_at = clock.now() + KEPT
    audit.record(actor, "person_export", row.id, "copy_made", {"bytes": len(data)})


@command
def drop_expired(actor: Actor) -> int:
    """Remove archives that were there for a week."""
    rows = db.session.scalars(
        select(PersonExport).where(PersonExport.state == "done", PersonExport.expires_at <= clock.now()).limit(100)
    ).all()
    for row in rows:
        file = db.session.get(StoredFile, row.file_id) if row.file_id is not None else None
        row.state, row.file_id = "expired", None
        db.session.flush()
        if file is not None:
            _forget(file)
    return len(rows)


def _forget(file: StoredFile) -> None:
    db.session.execute(delete(StoredFile).where(StoredFile.id == file.id))
    storage.store().remove(file.sha256)


def own_copy(actor: Actor, export_id: int) -> StoredFile:
    """The archive, for the person it is about; NotFound for everybody else."""
    with system_scope("privacy: a person belongs to no company"):
        return copy_file(actor, export_id, user_id=actor.user_id)


def copy_file(actor: Actor, export_id: int, *, user_id: int | None = None) -> StoredFile:
    statement = select(PersonExport).where(PersonExport.id == export_id, PersonExport.state == "done")
    row = db.session.scalar(statement if user_id is None else statement.where(PersonExport.user_id == user_id))
    file = db.session.get(StoredFile, row.file_id) if row is not None and row.file_id is not None else None
    if file is None:
        raise NotFound
    if row is not None and row.expires_at is not None and row.expires_at <= clock.now():
        raise Unavailable(N_("The file has expired. Ask for a new one."))
    db.session.expunge(file)
    return file
