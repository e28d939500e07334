"""Templates put into words for somebody who is not here: mails, in the recipient's language and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from app.core.texts import Message
from app.web.texts import reading_as, say


def render_letter(template: str, locale: str, zone: str, facts: Mapping[str, Any]) -> str:
    """A template outside of any request: its addresses are given to it as facts."""
    with reading_as(locale, zone):
        return current_app.jinja_env.get_template(template).render(**facts)


def say_to(message: Message, locale: str, zone: str) -> str:
    with reading_as(locale, zone):
        return say(message)
