"""The one address that 1C calls. Answers are plain text: the state, then what belongs to it."""

from __future__ import annotations

from flask import Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.errors import DomainError, Unavailable
from app.exchange.service.one_c_calls import COOKIE, Call, Reply, answer
from app.exchange.views import blueprint
from app.web.access import public
from app.web.texts import reading_as, say

_ENCODING = "windows-1251"
_TOO_LARGE = "failure\nThe part is larger than {n} bytes."


@blueprint.route("/1c/exchange", methods=["GET", "POST"])
@public
def one_c_exchange() -> Response:
    largest = current_app.config["MAX_CONTENT_LENGTH"]
    try:
        reply = answer(_call(), largest_part=largest)
    except RequestEntityTooLarge:
        return _text(_TOO_LARGE.format(n=largest))
    except DomainError as error:
        if isinstance(error, Unavailable):  # 1C knows no "try again", but an import that goes on
            return _text("progress\n" if request.args.get("mode") == "import" else "failure\n")
        with reading_as("ru", "UTC"):
            return _text(f"failure\n{say(error.message)}")
    return _response(reply)


def _call() -> Call:
    query, login = request.args, request.authorization
    return Call(
        kind=query.get("type", ""), mode=query.get("mode", ""), filename=query.get("filename", ""),
        version=query.get("version", ""), token=request.cookies.get(COOKIE, "") or query.get("sessid", ""),
        login=(login.username or "") if login else "", password=(login.password or "") if login else "",
        body=request.get_data(cache=False) if request.method == "POST" else b"",
    )  # fmt: skip


def _response(reply: Reply) -> Response:
    if reply.document:
        response = Response(reply.document, content_type=f"application/xml; charset={reply.encoding}")
    else:
        with reading_as("ru", "UTC"):
            response = _text("\n".join(line if isinstance(line, str) else say(line) for line in reply.lines))
        if reply.lines[1:2] == (COOKIE,):
            token = str(reply.lines[2])
            response.set_cookie(
                COOKIE, token, path=request.path, httponly=True, secure=request.is_secure, samesite="Lax"
            )
    response.headers["Cache-Control"] = "no-store"
    return response


def _text(words: str) -> Response:
    """1C reads windows-1251; what that cannot say is left out with a question mark."""
    data = words.encode(_ENCODING, "replace")
    return Response(data, content_type=f"text/plain; charset={_ENCODING}")


@blueprint.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    """1C is no page of ours: it signs in with every exchange and knows no token of forms."""
    state.app.extensions["csrf"].exempt(one_c_exchange)
