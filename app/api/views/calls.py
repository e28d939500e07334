"""A call of a program: by a key instead of a session, answered as JSON, refused as problem details."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, request

from app.accounts.service.api_keys import actor_of_key
from app.api.domain.answers import Problem
from app.api.domain.openapi import MOST, USUAL
from app.api.domain.schema import as_json
from app.core.errors import DomainError, Invalid, Unavailable
from app.core.texts import N_, Message
from app.web.access import requires, use_actor
from app.web.pagination import Key, here_with, read_key, write_key
from app.web.texts import say

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")
_DIGITS = 18  # all that fit the ids of the database
_YEARS = range(1900, 3000)
_TITLES = {
    401: N_("A key is needed"), 403: N_("This is not open to you"), 404: N_("There is nothing here"),
    409: N_("Somebody was faster"), 422: N_("This cannot be accepted"), 503: N_("Not available right now"),
}  # fmt: skip
_NO_KEY = N_("Send a key that works in the header Authorization: Bearer.")


def keyed(*permissions: str) -> Callable[[View], View]:
    """Guard an address by a key whose person holds the permission, as far as the key names it. No session counts."""

    def decorate(view: View) -> View:
        guarded = requires(*permissions)(view)

        @wraps(guarded)
        def called(*arguments: Any, **keywords: Any) -> Response:
            login = request.authorization
            token = login.token if login is not None and login.type == "bearer" else None
            found = actor_of_key(token) if token else None
            if found is None:
                refused = _problem(401, _NO_KEY)
                refused.headers["WWW-Authenticate"] = "Bearer"
                return refused
            use_actor(found)
            try:
                return cast("Response", guarded(*arguments, **keywords))
            except DomainError as error:
                return _refused(error)

        return cast("View", called)

    return decorate


def answered(answer: Any, *, after: Sequence[object] | None = None) -> Response:
    """The answer as JSON; `after` is the key of its last row where there is a further page."""
    response = json_of(as_json(answer))
    if after is not None:
        response.headers["Link"] = f'<{here_with(after=write_key(after))}>; rel="next"'
    return response


def json_of(value: Any, status: int = 200, mimetype: str = "application/json") -> Response:
    """Nobody keeps it on the way: it belongs to one account."""
    response = Response(current_app.json.dumps(value), status, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(error: DomainError) -> Response:
    field = error.field if isinstance(error, Invalid) else None
    response = _problem(error.status, error.message, field)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _problem(status: int, detail: Message, field: str | None = None) -> Response:
    problem = Problem("about:blank", say(_TITLES[status]), status, say(detail), field)
    return json_of(as_json(problem), status, "application/problem+json")


def page_asked(*parts: Callable[[str], object]) -> tuple[Key | None, int]:
    """Where to go on and how many rows; `parts` say how the parts of the key must read. Raises Invalid."""
    if any("\0" in text for text in request.args.values()):
        raise Invalid("q", N_("Enter a text."))
    given = request.args.get("after")
    key = read_key(given)
    if given and (key is None or not _fits(key, parts)):
        raise Invalid("after", N_("This address is damaged. Open the list again."))
    text = request.args.get("limit", str(USUAL))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise Invalid("limit", N_("Ask for 1 to {most} rows.", most=MOST))
    return key, int(text)


def _fits(key: Key, parts: Sequence[Callable[[str], object]]) -> bool:
    try:
        return all(
            part(text) is not None and "\0" not in text and text.encode() for text, part in zip(key, parts, strict=True)
        )
    except ValueError:
        return False


def row_number(text: str) -> int:
    """A number as keys of rows hold it; raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise ValueError(text)
    return int(text)


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[object]]) -> tuple[Sequence[Row], Any]:
    """The rows without the one that was read too many, and the key to go on from where it was there."""
    shown = rows[:limit]
    return shown, key(shown[-1]) if len(rows) > limit else None


def day_asked(name: str) -> date | None:
    """A day of the address; raises Invalid."""
    given = request.args.get(name, "")
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        day = date.min
    if day is not None and day.year not in _YEARS:
        raise Invalid(name, N_("“{given}” is no date. Write it as 2026-12-31.", given=given[:40]))
    return day
