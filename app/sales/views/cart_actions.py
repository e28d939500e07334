"""One step about a cart left behind: each form of its page, sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for

from app.accounts.queries.companies import operator_party
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.settings import settings
from app.core.texts import N_
from app.insights.policy import Permission as Insights
from app.insights.queries.carts import AbandonedRow, abandoned_row
from app.insights.service.carts import set_cart_limit
from app.sales.policy import Permission
from app.sales.service import cart_actions as service
from app.sales.service import cart_offers
from app.sales.views import blueprint
from app.sales.views.carts import FORMS, cart_page
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.letters import render_letter, say_to
from app.web.texts import _


def _done(abandonment_id: int, name: str, act: Callable[[Form], Any], words: Any) -> Any:
    """Check the form, act, and go back to the cart; or the page again with what is wrong."""
    form = FORMS[name](prefix=f"{name}-")
    if form.validate_on_submit():
        with form.catching():
            act(form)
            tell(words)
            return redirect(url_for("sales.cart", abandonment_id=abandonment_id), code=303)
    return cart_page(abandonment_id, name, form)


@blueprint.post("/abandoned-carts/<int:abandonment_id>/message")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_message(abandonment_id: int) -> Any:
    """First as the buyer will read it, then off."""
    form = FORMS["message"](prefix="message-")
    if "send" in request.form or not form.validate_on_submit():
        return _done(
            abandonment_id, "message",
            lambda sent: service.write_message(
                actor(), abandonment_id, sent.text.data, client_ref=sent.client_ref.data
            ),
            _("The message goes out."),
        )  # fmt: skip
    row = abandoned_row(actor(), abandonment_id)
    return render_page("sales/cart_message.html", row=row, form=form, mail=_mail(row, form.text.data))


def _mail(row: AbandonedRow, text: str) -> dict[str, str]:
    """The mail as the buyer gets it, in his language."""
    zone, locale = actor().time_zone, row.buyer_locale
    base = settings().base_url
    try:
        party = operator_party(actor())
        sender = {"name": party.legal_name, "email": party.email, "phone": party.phone, "place": ""}
    except NotFound:
        sender = {"name": "Kontor", "email": "", "phone": "", "place": ""}
    subject = say_to(N_("About your cart"), locale, zone)
    facts = {
        "name": row.buyer, "paragraphs": text.splitlines(), "who": actor().name, "subject": subject,
        "url": f"{base}/cart", "base_url": base, "sender": sender, "locale": locale,
    }  # fmt: skip
    return {"subject": subject, "text": render_letter("emails/cart_message.txt", locale, zone, facts).strip()}


@blueprint.post("/abandoned-carts/<int:abandonment_id>/call")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_call(abandonment_id: int) -> Any:
    def act(form: Any) -> None:
        service.plan_call(
            actor(), abandonment_id, form.text.data, form.due_on.data, client_ref=form.client_ref.data
        )  # fmt: skip

    return _done(abandonment_id, "call", act, _("The call stands on the list of tasks."))


@blueprint.post("/abandoned-carts/<int:abandonment_id>/substitute")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_substitute(abandonment_id: int) -> Any:
    def act(form: Any) -> None:
        instead = {
            int(name.removeprefix("instead-")): value
            for name, value in request.form.items()
            if name.startswith("instead-") and name.removeprefix("instead-").isdecimal()
        }
        cart_offers.offer_substitutes(
            actor(), abandonment_id, instead, form.text.data, client_ref=form.client_ref.data
        )  # fmt: skip

    return _done(abandonment_id, "substitute", act, _("A cart is prepared, and the buyer hears of it."))


@blueprint.post("/abandoned-carts/<int:abandonment_id>/parts")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_split(abandonment_id: int) -> Any:
    def act(form: Any) -> None:
        cart_offers.offer_parts(actor(), abandonment_id, form.text.data, client_ref=form.client_ref.data)

    return _done(abandonment_id, "split", act, _("A cart is prepared, and the buyer hears of it."))


@blueprint.post("/abandoned-carts/<int:abandonment_id>/quote")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_quote(abandonment_id: int) -> Any:
    form: Any = FORMS["quote"](prefix="quote-")
    if form.validate_on_submit():
        with form.catching():
            number = cart_offers.make_quote(
                actor(), abandonment_id, form.percent.data, client_ref=form.client_ref.data
            )  # fmt: skip
            tell(_("Quote {number} is made.", number=number))
            return redirect(url_for("sales.cart", abandonment_id=abandonment_id), code=303)
    return cart_page(abandonment_id, "quote", form)


@blueprint.post("/abandoned-carts/<int:abandonment_id>/limit")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_limit(abandonment_id: int) -> Any:
    def act(form: Any) -> None:
        service.ask_for_limit(
            actor(), abandonment_id, form.limit.data, form.note.data or "", client_ref=form.client_ref.data
        )  # fmt: skip

    return _done(abandonment_id, "limit", act, _("Accounting sees the request in its list."))


@blueprint.post("/abandoned-carts/<int:abandonment_id>/close")
@requires(Insights.CLOSE_CARTS, scope=Scope.OPERATOR)
def cart_close(abandonment_id: int) -> Any:
    form: Any = FORMS["close"](prefix="close-")
    if form.validate_on_submit():
        with form.catching():
            service.close_cart(
                actor(), abandonment_id, reason=form.reason.data, note=form.note.data or "",
                client_ref=form.client_ref.data,
            )  # fmt: skip
            tell(_("The cart is closed."))
            return redirect(url_for("sales.carts"), code=303)
    return cart_page(abandonment_id, "close", form)


@blueprint.post("/abandoned-carts/<int:abandonment_id>/hours")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_hours(abandonment_id: int) -> Any:
    """After how many hours carts of this account count as abandoned."""

    def act(form: Any) -> None:
        set_cart_limit(actor(), abandoned_row(actor(), abandonment_id).company_id, form.hours.data)

    return _done(abandonment_id, "hours", act, _("The limit of the account is kept."))


@blueprint.post("/abandoned-carts/<int:abandonment_id>/steps/<int:action_id>")
@requires(Permission.ACT_ON_CARTS, scope=Scope.OPERATOR)
def cart_outcome(abandonment_id: int, action_id: int) -> Any:
    """What the buyer said to a step."""
    service.set_outcome(actor(), abandonment_id, action_id, request.form.get("outcome", ""))
    return redirect(url_for("sales.cart", abandonment_id=abandonment_id), code=303)
