"""Where a view sends the browser after a change."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, url_for


def go(endpoint: str, *, part: str = "", **values: Any) -> Response:
    """See other: the page is opened anew, at `part` of it, so that reloading repeats nothing."""
    return make_response(redirect(url_for(endpoint, **values, _anchor=part or None), code=303))
