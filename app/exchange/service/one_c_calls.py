"""The calls of 1C: sign-in, init, parts of files, imports in steps, orders out and back. Each answers within seconds."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.service.hashing import is_right
from app.core import clock
from app.core.actor import Actor, Via
from app.core.db import command, db, transaction
from app.core.errors import Forbidden, Invalid
from app.core.tenancy import acting_as, system_scope
from app.core.texts import N_, Message
from app.exchange.domain.one_c import PART_BYTES, is_archive, is_xml
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCSession
from app.exchange.service import one_c_work
from app.exchange.service.one_c_files import add_part, drop_unfinished, end_session_files, find_file, unpack_archives
from app.exchange.service.one_c_missing import discontinue_missing
from app.exchange.service.one_c_orders_out import changed_orders, mark_sent

COOKIE = "kontor1c"
CATALOG, SALE = "catalog", "sale"
VERSION = "2.10"
_LIFETIME = timedelta(hours=24)
_CHECKED_BYTES = 20_000_000  # files of orders up to here are worked off as soon as they are whole


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `kind` and `mode` of the query, who signs in, the cookie, the body."""

    kind: str
    mode: str
    filename: str = ""
    version: str = ""
    login: str = ""
    password: str = ""
    token: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """Lines of text, of which the first is the state; or a document with its encoding."""

    lines: tuple[str | Message, ...] = ()
    document: bytes = b""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class _Caller:
    actor: Actor
    connection_id: int
    session_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Asked:
    caller: _Caller
    call: Call
    largest_part: int = PART_BYTES
    facts: Mapping[str, str] = field(default_factory=dict)


def answer(call: Call, *, largest_part: int = PART_BYTES) -> Reply:
    """Do what a call asks for. Raises DomainError, which the caller is told as `failure` with the reason."""
    if call.kind not in (CATALOG, SALE):
        raise Invalid("type", N_("The exchange {kind} is not done here.", kind=call.kind[:40] or "-"))
    if call.mode == "checkauth":
        return _sign_in(call)
    caller = _caller(call)
    done = _MODES[caller.kind].get(call.mode)
    if done is None:
        raise Invalid("mode", N_("The step {mode} is not known.", mode=call.mode[:40] or "-"))
    with acting_as(caller.actor):
        return done(_Asked(caller, call, min(largest_part, PART_BYTES)))


def _sign_in(call: Call) -> Reply:
    token = secrets.token_urlsafe(24)
    with system_scope("1C: who calls is not signed in"), transaction() as session:
        connection = _signed_in(call)
        session.add(
            OneCSession(
                company_id=connection.company_id, connection_id=connection.id, token_hash=_hash(token), kind=call.kind
            )
        )
        connection.seen_at = clock.now()
    return Reply(("success", COOKIE, token))


def _signed_in(call: Call) -> OneCConnection:
    found = db.session.scalar(select(OneCConnection).where(OneCConnection.login == call.login))
    is_known = is_right(found.password_hash if found is not None else "", call.password)
    if found is None or not is_known or not found.is_active:
        raise Forbidden(N_("Name or password is wrong."))
    return found


def _caller(call: Call) -> _Caller:
    """Who calls: by the cookie, or by name and password where 1C has lost it."""
    with system_scope("1C: who calls is not signed in"), transaction():
        statement = (
            select(OneCSession.id, OneCSession.kind, OneCSession.company_id, OneCSession.connection_id)
            .join(OneCConnection, OneCConnection.id == OneCSession.connection_id)
            .where(OneCConnection.is_active, OneCSession.created_at > clock.now() - _LIFETIME)
        )
        if call.token:
            statement = statement.where(OneCSession.token_hash == _hash(call.token))
        elif call.login:
            statement = statement.where(OneCSession.connection_id == _signed_in(call).id)
        else:
            raise Forbidden(N_("Sign in first: checkauth."))
        found = db.session.execute(
            statement.where(OneCSession.kind == call.kind).order_by(OneCSession.id.desc()).limit(1)
        ).one_or_none()
        if found is None:
            raise Forbidden(N_("Sign in first: checkauth."))
        db.session.execute(update(OneCSession).where(OneCSession.id == found.id).values(seen_at=clock.now()))
    actor = Actor.system(found.company_id, via=Via.EDI, locale="ru")
    return _Caller(actor, found.connection_id, found.id, found.kind)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _init(asked: _Asked) -> Reply:
    caller, version = asked.caller, asked.call.version.strip()[:10]
    drop_unfinished(caller.actor, caller.session_id)
    _open(caller.actor, caller.session_id, version)
    lines = ["zip=yes", f"file_limit={asked.largest_part}"]
    if version:
        lines += [f"sessid={asked.call.token}", f"version={VERSION}"]
    return Reply(tuple(lines))


@command
def _open(actor: Actor, session_id: int, version: str) -> None:
    db.session.execute(
        update(OneCSession)
        .where(OneCSession.id == session_id)
        .values(is_open=True, version=version or OneCSession.version)
    )


def _session(asked: _Asked) -> OneCSession:
    session = db.session.get_one(OneCSession, asked.caller.session_id, populate_existing=True)
    if not session.is_open:
        raise Invalid("mode", N_("The exchange has not begun: init."))
    return session


def _connection(asked: _Asked) -> OneCConnection:
    return db.session.get_one(OneCConnection, asked.caller.connection_id)


def _demand_catalogue(asked: _Asked) -> None:
    connection = _connection(asked)
    if not (connection.takes_articles or connection.takes_prices or connection.takes_stock):
        raise Forbidden(N_("This connection takes no catalogue."))


def _demand_orders(asked: _Asked) -> None:
    if not _connection(asked).takes_orders:
        raise Forbidden(N_("This connection takes no orders."))


def _catalog_file(asked: _Asked) -> Reply:
    _session(asked)
    _demand_catalogue(asked)
    _part(asked)
    return Reply(("success",))


def _part(asked: _Asked) -> int:
    if len(asked.call.body) > asked.largest_part:
        raise Invalid("file", N_("The part is larger than {n} bytes.", n=asked.largest_part))
    return add_part(asked.caller.actor, asked.caller.session_id, asked.call.filename, asked.call.body)


def _catalog_import(asked: _Asked) -> Reply:
    _session(asked)
    _demand_catalogue(asked)
    return _import(asked)


def _import(asked: _Asked) -> Reply:
    actor, session_id = asked.caller.actor, asked.caller.session_id
    unpack_archives(actor, session_id)
    file = find_file(actor, session_id, asked.call.filename)
    return _go_on(asked, file.id)


def _go_on(asked: _Asked, file_id: int) -> Reply:
    actor = asked.caller.actor
    one_c_work.work_off(actor, file_id, seconds=one_c_work.STEP_SECONDS)
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    if file.state == "failed":
        return Reply(("failure", Message.from_json(file.last_error) if file.last_error else ""))
    if file.state == "done":
        return Reply(("success",))
    return Reply(("progress", one_c_work.progress_of(actor, file)))


def _deactivate(asked: _Asked) -> Reply:
    """After a full export: what it left out is discontinued, where the connection says so."""
    _session(asked)
    _demand_catalogue(asked)
    file_id = discontinue_missing(asked.caller.actor, asked.caller.session_id)
    return Reply(("success",)) if file_id is None else _go_on(asked, file_id)


def _complete(asked: _Asked) -> Reply:
    _session(asked)
    end_session_files(asked.caller.actor, asked.caller.session_id)
    return Reply(("success",))


def _query(asked: _Asked) -> Reply:
    _session(asked)
    if not _connection(asked).sends_orders:
        raise Forbidden(N_("This connection is sent no orders."))
    data, encoding = changed_orders(asked.caller.actor, asked.caller.session_id)
    return Reply(document=data, encoding=encoding)


def _sent(asked: _Asked) -> Reply:
    _session(asked)
    mark_sent(asked.caller.actor, asked.caller.session_id)
    return Reply(("success",))


def _sale_file(asked: _Asked) -> Reply:
    """Orders that come back. Older 1C never asks for an import: what is whole is worked off at once."""
    _session(asked)
    _demand_orders(asked)
    file_id = _part(asked)
    file = db.session.get_one(OneCFile, file_id, populate_existing=True)
    if file.size > _CHECKED_BYTES:
        return Reply(("success",))
    if is_archive(file.name) and one_c_work.is_whole_archive(asked.caller.actor, file_id):
        unpack_archives(asked.caller.actor, asked.caller.session_id)
        inside = db.session.scalars(
            select(OneCFile.id).where(OneCFile.archive_id == file_id).order_by(OneCFile.id)
        ).all()
        return _all_of(asked, list(inside))
    if is_xml(file.name) and one_c_work.is_whole_xml(asked.caller.actor, file_id):
        return _all_of(asked, [file_id])
    return Reply(("success",))


def _all_of(asked: _Asked, file_ids: list[int]) -> Reply:
    """The first failure is told; what is not finished in time goes on by the sweep or by `import`."""
    for file_id in file_ids:
        reply = _go_on(asked, file_id)
        if reply.lines[:1] == ("failure",):
            return reply
    return Reply(("success",))


def _sale_import(asked: _Asked) -> Reply:
    _session(asked)
    _demand_orders(asked)
    return _import(asked)


_MODES: Mapping[str, Mapping[str, Callable[[_Asked], Reply]]] = {
    CATALOG: {
        "init": _init, "file": _catalog_file, "import": _catalog_import, "deactivate": _deactivate, "complete": _complete,
    },
    SALE: {"init": _init, "query": _query, "success": _sent, "file": _sale_file, "import": _sale_import, "complete": _complete},
}  # fmt: skip
