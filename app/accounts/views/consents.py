"""Marketing messages: the person agrees or takes it back in his profile, or by the link in a mail."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.accounts.domain.consents import MARKETING_TEXT
from app.accounts.forms.sign_in import ConfirmForm
from app.accounts.service import consents
from app.accounts.views import blueprint
from app.accounts.views.answers import go
from app.accounts.views.sign_in import visitor
from app.web.access import actor, in_person, public
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, language, say


@blueprint.post("/profile/consent")
@in_person
def give_consent() -> Response:
    ip, _browser = visitor()
    consents.give_consent(actor(), text=say(MARKETING_TEXT), locale=language(), ip=ip)
    tell(_("Thank you. We keep that you agreed, with these words and the time."))
    return go("accounts.profile", _anchor="messages")


@blueprint.post("/profile/consent/withdraw")
@in_person
def withdraw_consent() -> Response:
    consents.withdraw_consent(actor())
    tell(_("You get no offers by mail any more."))
    return go("accounts.profile", _anchor="messages")


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@public
def unsubscribe(token: str) -> Response:
    """Opening the link changes nothing, because programs open links of mails too; the button, or the mail program's
    own one (RFC 8058), does.
    """
    found = consents.unsubscriber(token)
    is_done = False
    form = ConfirmForm(meta={"csrf": False})
    if form.is_submitted():
        consents.unsubscribe(token)
        is_done = True
    return render_page("accounts/unsubscribe.html", found=found, form=form, is_done=is_done)


@blueprint.record_once
def _no_token(state: Any) -> None:
    """A mail program posts without our token; the secret of the link stands for it."""
    state.app.extensions["csrf"].exempt(unsubscribe)
