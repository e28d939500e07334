"""Error pages: say what happened and what to do, leak nothing, and need neither database nor a signed-in person."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core.errors import DomainError, Unavailable
from app.web.fragments import wants_part
from app.web.texts import _, say

log = logging.getLogger(__name__)

LAST_RESORT = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Kontor</title>"
    "<h1>Something went wrong</h1><p>The error is recorded. Please try again in a minute.</p></html>"
)
_SECRET_FIELDS = ("password", "secret", "code", "csrf_token")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error page shows. `reference` finds the log entry of a bug."""

    status: int
    title: str
    text: str
    reference: str | None = None
    retry_after: int | None = None


def _texts(status: int) -> tuple[str, str]:
    texts: dict[int, tuple[str, str]] = {
        400: (_("This request cannot be read"), _("Go back, open the page again and repeat what you did.")),
        403: (_("This is not open to you"), _("You have no right to open this page. Ask the administrator of your company.")),
        404: (_("There is nothing here"), _("The address may be mistyped, or the thing was removed or belongs to somebody else.")),
        405: (_("This cannot be done here"), _("The page was called in a way it does not know. Go back and use its buttons.")),
        409: (_("Somebody was faster"), _("What you saw has changed. Open the page again and look before you repeat it.")),
        413: (_("The file is too large"), _("Send a smaller file, or split it in two.")),
        422: (_("This cannot be accepted"), _("Something in what was sent does not fit.")),
        429: (_("Too many attempts"), _("Wait a minute, then try again.")),
        503: (_("Not available right now"), _("Something Kontor needs does not answer. Please try again in a minute.")),
    }  # fmt: skip
    if status in texts:
        return texts[status]
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return texts[HTTPStatus.BAD_REQUEST]
    return _("Something went wrong"), _(
        "The error is recorded. Before you repeat what you did, look whether it has arrived."
    )


def _trouble(status: int, text: str | None = None, *, reference: str | None = None, wait: int | None = None) -> Trouble:
    title, usual = _texts(status)
    return Trouble(status, str(title), text or str(usual), reference, wait)


def answer(trouble: Trouble, template: str = "errors/error.html", **context: object) -> Response:
    """As a page, as a banner for htmx, or as problem details for programs."""
    try:
        response = _answer(trouble, template, context)
    except Exception:
        log.exception("the error page itself failed")
        response = Response(LAST_RESORT, trouble.status, mimetype="text/html")
    if trouble.retry_after is not None:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def _answer(trouble: Trouble, template: str, context: dict[str, object]) -> Response:
    if _wants_json():
        body = {"type": "about:blank", "title": trouble.title, "status": trouble.status, "detail": trouble.text}
        response = jsonify(body)
        response.mimetype = "application/problem+json"
        response.status_code = trouble.status
        return response
    if wants_part():
        part = render_template("errors/_trouble.html", trouble=trouble)
        response = make_response(part, trouble.status)
        response.headers.update({"HX-Retarget": "#banners", "HX-Reswap": "beforeend"})
        return response
    return make_response(render_template(template, trouble=trouble, **context), trouble.status)


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(("text/html", "application/json", "application/problem+json"))
    return best is not None and best != "text/html"


def on_domain_error(error: DomainError) -> Response:
    """NotFound, Forbidden, Conflict, Unavailable, and an Invalid that no form has caught."""
    wait = error.retry_after if isinstance(error, Unavailable) else None
    if isinstance(error, Unavailable):
        log.warning("unavailable: %s", error)
    return answer(_trouble(error.status, say(error.message), wait=wait))


def on_http_error(error: HTTPException) -> Response:
    """Flask's own: 404, 405, 413, 429, ... and redirects, which pass."""
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]  # werkzeug names its own base class
    response = answer(_trouble(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def on_csrf_error(error: CSRFError) -> Response:
    """The page was open too long. From this very site the form comes back with all it held, to be sent again."""
    fields = []
    if _is_from_here():
        fields = [
            (name, value)
            for name, value in request.form.items(multi=True)
            if not any(secret in name for secret in _SECRET_FIELDS)
        ]
    text = str(_("The page was open too long, or you signed in again meanwhile. Nothing was changed yet."))
    trouble = Trouble(400, str(_("Please send this once more")), text)
    return answer(trouble, "errors/resend.html", fields=fields, had_files=bool(request.files))


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.referrer
    return origin is not None and urlsplit(origin).netloc == request.host


def on_bug(error: Exception) -> Response:
    """Anything else: logged with a reference that the page shows."""
    reference = secrets.token_hex(4)
    log.error("bug %s at %s %s", reference, request.method, request.path, exc_info=error)
    return answer(_trouble(500, reference=reference))


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(500, on_bug_page)


def on_bug_page(error: HTTPException) -> Response:
    """Flask wraps what nobody caught as InternalServerError and keeps the original."""
    return on_bug(getattr(error, "original_exception", None) or error)
