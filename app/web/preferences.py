"""Language and theme: a cookie, and for people signed in also their own row, written by `accounts`."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, make_response, redirect, request

from app.core.actor import Actor
from app.web.access import actor_or_none, public, safe_next
from app.web.texts import LANGUAGE_COOKIE, LANGUAGES

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "kontor_theme"
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)

LanguageKeeper = Callable[[Actor, str], None]
_keepers: list[LanguageKeeper] = []


def keep_language_with(keeper: LanguageKeeper) -> None:
    """`accounts` stores the language a signed-in person chose."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def theme() -> str:
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@blueprint.post("/preferences")
@public
def choose() -> Response:
    """Take over `language` or `theme` and go back to the page."""
    response = make_response(redirect(safe_next(request.form.get("next")) or "/", code=303))
    language, chosen = request.form.get("language", ""), request.form.get("theme", "")
    if language in LANGUAGES:
        _set_cookie(response, LANGUAGE_COOKIE, language)
        _store(language)
    if chosen in THEMES:
        _set_cookie(response, THEME_COOKIE, chosen)
    return response


def _store(language: str) -> None:
    found = actor_or_none()
    if found is None:
        return
    for keeper in _keepers:
        keeper(found, language)


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR, secure=request.is_secure, samesite="Lax")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["theme"] = theme
    app.register_blueprint(blueprint)
