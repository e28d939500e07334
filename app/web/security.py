"""Headers that keep pages to themselves. No inline script or style anywhere, so nothing unsafe is allowed."""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

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


def policy(form_targets: tuple[str, ...] = (), frame_origin: str = "") -> str:
    """The Content-Security-Policy, with further origins that forms of this page may be sent to, and whose frame it is in."""
    rules = POLICY | {"form-action": " ".join((POLICY["form-action"], *form_targets))}
    if frame_origin:
        rules["frame-ancestors"] = f"'self' {frame_origin}"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def allow_form_to(origin: str) -> None:
    """Let the forms of this one page go to another site (punch-out)."""
    if any(sign in origin for sign in " ;,'") or not origin.startswith(("https://", "http://")):
        raise ValueError(f"not an origin: {origin!r}")
    g.setdefault("kontor_form_targets", []).append(origin)


def allow_frame_of(origin: str) -> None:
    """Let pages of another site show this one in a frame; the session's cookie then goes along to there, too."""
    if any(sign in origin for sign in " ;,'") or not origin.startswith("https://"):
        raise ValueError(f"not an origin: {origin!r}")
    g.kontor_frame_origin = origin


def allow_own_frame() -> None:
    """Let a page of this portal show this answer in a frame (a preview)."""
    g.kontor_own_frame = True


class SessionCookies(SecureCookieSessionInterface):
    """Cookies of a session in a foreign frame need other marks, or the browser does not send them."""

    def get_cookie_samesite(self, app: Flask) -> str | None:
        return "None" if g.get("kontor_frame_origin") else super().get_cookie_samesite(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        return bool(g.get("kontor_frame_origin")) or super().get_cookie_secure(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        return bool(g.get("kontor_frame_origin")) or super().get_cookie_partitioned(app)


def _secure(response: Response) -> Response:
    frame = g.get("kontor_frame_origin", "")
    response.headers["Content-Security-Policy"] = policy(tuple(g.get("kontor_form_targets", ())), frame)
    if g.get("kontor_own_frame"):
        own = {**POLICY, "frame-ancestors": "'self'"}
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in own.items())
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    for name, value in HEADERS.items():
        if not (frame and name == "X-Frame-Options"):
            response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache, private")
    return response


def init_app(app: Flask) -> None:
    app.session_interface = SessionCookies()
    app.after_request(_secure)
