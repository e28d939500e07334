"""init_web(): wires the web base into Flask, in the order the parts need each other."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from app.core.texts import Message
from app.web import (
    access,
    activity,
    assets,
    banners,
    converters,
    errors,
    filters,
    fragments,
    navigation,
    pagination,
    preferences,
    security,
    slots,
    styleguide,
    texts,
)


class JSONProvider(DefaultJSONProvider):
    """Lazy texts and messages become words, also in the session; decimals become strings."""

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, (texts.LazyText, Message)):
            return texts.say(value)
        return DefaultJSONProvider.default(value)


def init_web(app: Flask, *, pages: bool = True) -> None:
    """`pages=False` gives templates their texts and filters only (mails and printed documents in workers)."""
    app.json = JSONProvider(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    texts.init_app(app, access.reader)
    filters.init_app(app)
    if not pages:
        return
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session
    CSRFProtect(app)
    for part in (
        assets,
        security,
        converters,
        access,
        slots,
        navigation,
        fragments,
        banners,
        pagination,
        errors,
        activity,
    ):
        part.init_app(app)
    preferences.init_app(app)
    styleguide.init_app(app)
