"""The operator's own words: on the start page, under every page of customers, at checkout and under mails."""

from __future__ import annotations

from app.core.operator_setting_kinds import Setting, declare_setting
from app.core.texts import N_

_HOW = N_("Plain text. An empty line begins a paragraph; [words](https://...) makes a link.")

WELCOME = declare_setting(
    Setting("texts.welcome", N_("Welcome on the start page of customers"), {}, "texts", "texts", help=_HOW)
)
FOOTER = declare_setting(
    Setting("texts.footer", N_("Foot of customers' pages"), {}, "texts", "texts", help=_HOW, maximum=500)
)
CHECKOUT_NOTE = declare_setting(
    Setting("texts.checkout", N_("Note at checkout"), {}, "texts", "texts", help=_HOW, maximum=1000)
)
MAIL_SIGNATURE = declare_setting(
    Setting("texts.mail", N_("Signature under mails"), {}, "texts", "texts", help=N_("Plain text."), maximum=500)
)
