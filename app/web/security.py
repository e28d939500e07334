"""Headers that keep pages to themselves. No inline script or style anywhere, so nothing unsafe is allowed."""

from __future__ import annotations

from flask import Flask, Response, g, request

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's and tom-select's own small pictures are data: addresses in their style sheets
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy, with further origins that forms of this page may be sent to."""
    rules = POLICY | {"form-action": " ".join((POLICY["form-action"], *form_targets))}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def allow_form_to(origin: str) -> None:
    """Let the forms of this one page go to another site (punch-out)."""
    if any(sign in origin for sign in " ;,'") or not origin.startswith(("https://", "http://")):
        raise ValueError(f"not an origin: {origin!r}")
    g.setdefault("kontor_form_targets", []).append(origin)


def _secure(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(tuple(g.get("kontor_form_targets", ())))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def init_app(app: Flask) -> None:
    app.after_request(_secure)
