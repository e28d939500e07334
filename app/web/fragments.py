"""Whole pages and parts of them: htmx gets the same `_part.html` that the page includes."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, render_template, request


def wants_part() -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def render_page(template: str, /, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or only `part` when htmx asks. Waiting banners travel along with a part."""
    if part is None or not wants_part():
        return make_response(render_template(template, **context), status)
    body = render_template(part, **context) + render_template("components/_banners_swap.html")
    return make_response(body, status)


def render_part(template: str, /, status: int = 200, **context: Any) -> Response:
    """A part for an address that only htmx asks for."""
    return render_page(template, template, status, **context)


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(("HX-Request", "HX-Request-Type", "Cookie", "Accept-Language"))
    return response


def init_app(app: Flask) -> None:
    app.after_request(_vary)
