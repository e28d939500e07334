"""The addresses that partners' systems call: one for each channel, and one for all that speak AS2."""

from __future__ import annotations

from flask import Response, request
from flask.blueprints import BlueprintSetupState

from app.exchange.service.calls import answer_as2, answer_call
from app.exchange.transports import Answer, Call
from app.exchange.views import blueprint
from app.web.access import public


@blueprint.post("/edi/<key>")
@public
def edi(key: str) -> Response:
    """Whatever the transport of the channel understands. Too large a body is refused before it is read (413)."""
    return _response(answer_call(key[:64], _call()))


@blueprint.post("/as2")
@public
def as2() -> Response:
    return _response(answer_as2(_call()))


def _call() -> Call:
    return Call(
        request.method, request.path, request.args.to_dict(), {name.lower(): value for name, value in request.headers},
        request.get_data(cache=False), request.remote_addr or "",
    )  # fmt: skip


def _response(answer: Answer) -> Response:
    response = Response(answer.body, status=answer.status, content_type=answer.media_type)
    for name, value in answer.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.record_once
def _without_form_token(state: BlueprintSetupState) -> None:
    """Partners' systems know no token of our forms; each call proves itself in the way of its transport."""
    for view in (edi, as2):
        state.app.extensions["csrf"].exempt(view)
