"""What a person chooses for himself: name, language, time zone, colours, whether sales may write."""

from __future__ import annotations

from zoneinfo import available_timezones

from app.accounts.models.people import User
from app.core import audit
from app.core.actor import Actor
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.tenancy import system_scope
from app.core.texts import N_

LOCALES = ("en", "ru", "uk")
THEMES = ("auto", "light", "dark")


def change_profile(actor: Actor, *, name: str, locale: str, time_zone: str, theme: str, may_be_contacted: bool) -> None:
    if not name.strip():
        raise Invalid("name", N_("Enter your name."))
    if locale not in LOCALES:
        raise Invalid("locale", N_("Choose one of the languages."))
    if time_zone and time_zone not in available_timezones():
        raise Invalid("time_zone", N_("Choose one of the time zones."))
    if theme not in THEMES:
        raise Invalid("theme", N_("Choose one of the colour schemes."))
    with system_scope("profile: a person belongs to no company"), transaction() as session:
        user = session.get_one(User, actor.user_id)
        user.name, user.locale, user.time_zone, user.theme = name.strip()[:120], locale, time_zone, theme
        if user.may_be_contacted != may_be_contacted:
            user.may_be_contacted = may_be_contacted
            audit.record(actor, "user", user.id, "contact_permission", {"may_be_contacted": may_be_contacted})


def keep_language(actor: Actor, locale: str) -> None:
    """The language switch of the page, taken over for mails and further browsers."""
    person_id = actor.staff_id or actor.user_id
    if person_id is None or locale not in LOCALES:
        return
    with system_scope("profile: a person belongs to no company"), transaction() as session:
        session.get_one(User, person_id).locale = locale
