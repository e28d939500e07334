"""Texts in the reader's language: gettext with parameters in braces, `_("Row {row}", row=3)`.

In Python `_` and `ngettext` are lazy (forms are built once, read in many languages); in templates they are eager.
Which language: the person's own, else the cookie of the switch, else what the browser asks for, else the default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from app.core.money import Money, UnitPrice
from app.core.texts import Message
from app.web import catalogues, formats
from app.web.catalogues import TRANSLATIONS, compile_stale

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский", "uk": "Українська"}
LANGUAGE_COOKIE = "kontor_language"


_absent_reader: ContextVar[tuple[str, str] | None] = ContextVar("kontor_absent_reader", default=None)


@contextmanager
def reading_as(code: str, zone: str) -> Iterator[None]:
    """Speak to somebody who is not here, in his language and time zone: mails are written for their recipient."""
    token = _absent_reader.set((code if code in LANGUAGES else "en", zone))
    try:
        yield
    finally:
        _absent_reader.reset(token)


def language() -> str:
    """The language of the present reader: en, ru or uk."""
    absent = _absent_reader.get()
    if absent is not None:
        return absent[0]
    held: str | None = g.get("kontor_language") if g else None
    if held is None:
        locale = get_locale()
        held = locale.language if isinstance(locale, Locale) else "en"
        if g:
            g.kontor_language = held  # a page asks hundreds of times
    return held


def time_zone() -> str:
    """IANA name of the present reader's time zone."""
    absent = _absent_reader.get()
    if absent is not None:
        return absent[1]
    return _reader_time_zone() or str(current_app.config.get("BABEL_DEFAULT_TIMEZONE", "UTC"))


def put_values(text: str, values: Mapping[str, Any]) -> str:
    """Fill the braces; a value that is markup makes the result markup, with every other value escaped."""
    if not values:
        return text
    shown = {name: show(value) for name, value in values.items()}
    if any(hasattr(value, "__html__") for value in shown.values()):
        return Markup(text).format(**shown)  # noqa: S704 -- the text is a constant of ours
    return text.format(**shown)


def show(value: Any) -> Any:
    """How a parameter reads inside a sentence; plain integers stay as they are (row numbers, years)."""
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency, language())
    if isinstance(value, UnitPrice):
        shown = formats.price(value.amount, language())
        return f"{shown}{formats.NBSP}{value.currency}" if value.currency else shown
    if isinstance(value, Decimal):
        return formats.quantity(value, language())
    if isinstance(value, datetime):
        return formats.moment(value, language(), time_zone())
    if isinstance(value, date):
        return formats.day(value, language())
    return value


def gettext(text: str, /, **values: Any) -> str:
    return put_values(catalogues.words(language()).ugettext(text), values)


def ngettext_now(singular: str, plural: str, n: int, /, **values: Any) -> str:
    return put_values(
        catalogues.words(language()).ungettext(singular, plural, n), {"n": formats.number(n, language()), **values}
    )


class LazyText(LazyString):  # type: ignore[misc]  # flask_babel has no types
    """A text put into words when it is shown. Not markup: templates escape it like any string."""

    def __getattr__(self, attr: str) -> Any:
        if attr == "__html__":
            raise AttributeError(attr)
        return super().__getattr__(attr)

    __html__ = property()  # unreadable: hides LazyString.__html__, which would switch escaping off

    def __hash__(self) -> int:
        return hash(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def _(text: str, /, **values: Any) -> str:
    """Lazy gettext."""
    return cast("str", LazyText(gettext, text, **values))


def ngettext(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """Lazy plural; `{n}` is the number, grouped by language."""
    return cast("str", LazyText(ngettext_now, singular, plural, n, **values))


def say(message: Message | str) -> str:
    """Put a message from below the pages into the reader's words."""
    if isinstance(message, Message):
        return put_values(catalogues.words(language()).ugettext(message.text), message.parameters)
    return str(message)


def say_in(message: Message, code: str) -> str:
    """The same in a language that is given, for somebody who is not here."""
    with reading_as(code, "UTC"):
        return say(message)


def translator(code: str) -> Callable[[str], str]:
    """Gettext of one language (en, ru, uk), for printed documents and mail: the recipient's, not the actor's."""
    return cast("Callable[[str], str]", catalogues.words(code if code in LANGUAGES else "en").ugettext)


Reader = Callable[[], tuple[str, str] | None]


def _no_reader() -> tuple[str, str] | None:
    return None


def _reader_language() -> str | None:
    if not has_request_context():
        return None
    reader = current_app.extensions["kontor.reader"]()
    wanted = (reader[0] if reader else None) or request.cookies.get(LANGUAGE_COOKIE)
    if wanted in LANGUAGES:
        return cast("str", wanted)
    return request.accept_languages.best_match(list(LANGUAGES))


def _reader_time_zone() -> str | None:
    if not has_request_context():
        return None
    reader = current_app.extensions["kontor.reader"]()
    return reader[1] if reader else None


def init_app(app: Flask, reader: Reader = _no_reader) -> None:
    """`reader` gives language and time zone of the person signed in, or None."""
    app.extensions["kontor.reader"] = reader
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "UTC")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    compile_stale()
    Babel(app, configure_jinja=False, locale_selector=_reader_language, timezone_selector=_reader_time_zone)
    app.jinja_env.globals.update(
        _=gettext,
        gettext=gettext,
        ngettext=ngettext_now,
        say=say,
        own_shown=show,
        languages=LANGUAGES,
        language=language,
    )
    app.jinja_env.filters["say"] = say
