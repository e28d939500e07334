"""Where a view sends the browser after a change."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, url_for

from app.web.fragments import wants_part


def go(endpoint: str, **values: Any) -> Response:
    """See other: the page is opened anew, so that reloading repeats nothing."""
    return go_to(url_for(endpoint, **values))


def go_to(address: str) -> Response:
    return make_response(redirect(address, code=303))


def turn(endpoint: str, **values: Any) -> Response:
    """The same when a script has asked: it opens the page instead of swapping it into a part."""
    if not wants_part():
        return go(endpoint, **values)
    response = Response(status=204)
    response.headers["HX-Redirect"] = url_for(endpoint, **values)
    return response
