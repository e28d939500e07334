"""A quote under a link: what somebody without an account sees and does, and how sales makes and ends such links."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, render_template, request, send_file, url_for

from app.core import storage
from app.core.actor import Actor, Scope
from app.core.errors import NotFound, Unavailable
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.sourcing.forms.quote_links import GuestAcceptForm, GuestAskForm, LinkForm
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_links import Guest, guest_of, link_by_id, links_of
from app.sourcing.queries.quote_papers import quote_paper
from app.sourcing.queries.quote_rules import quote_rules
from app.sourcing.queries.quotes import QuotePage, quote, quote_id_of
from app.sourcing.service.quote_links import accept_by_link, make_link, note_opened, revoke_link, take_acceptance
from app.sourcing.service.quote_talk import post_message
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_buyer import chosen_offers
from app.sourcing.views.quote_pages import attempt
from app.sourcing.views.quote_words import shown_version
from app.web.access import actor, public, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import LANGUAGES, _, language, reading_as


@blueprint.get("/q/<token>")
@public
def quote_guest(token: str) -> Response:
    guest = guest_of(token)
    with acting_as(Actor.system()):
        note_opened(Actor.system(), guest.link_id)
    return _guest_page(token, guest, GuestAcceptForm(formdata=None), GuestAskForm(formdata=None))


@blueprint.post("/q/<token>/accept")
@public
def quote_guest_accept(token: str) -> Response:
    """A yes, which sales takes over."""
    guest = guest_of(token)
    form = GuestAcceptForm()
    if form.validate():
        with acting_as(guest.actor):
            found = quote(guest.actor, guest.number)
        with form.catching():
            choices = {} if "all" in request.form else chosen_offers(found)
            with acting_as(Actor.system()):
                accept_by_link(
                    Actor.system(), guest.link_id, choices, version=_version(), name=form.name.data or "",
                    note=form.note.data or "",
                )  # fmt: skip
            return go("sourcing.quote_guest", token=token)
    return _guest_page(token, guest, form, GuestAskForm(formdata=None))


@blueprint.post("/q/<token>/ask")
@public
def quote_guest_ask(token: str) -> Response:
    guest = guest_of(token)
    form = GuestAskForm()
    if form.validate():
        with form.catching(), acting_as(guest.actor):
            name = (form.who.data or "").strip()
            author = replace(guest.actor, name=name)
            post_message(author, quote_id_of(author, guest.number), form.text.data or "")
            return go("sourcing.quote_guest", token=token, part="talk")
    return _guest_page(token, guest, GuestAcceptForm(formdata=None), form)


@blueprint.get("/q/<token>/<int:version>.pdf")
@public
def quote_guest_pdf(token: str, version: int) -> Response:
    guest = guest_of(token)
    with acting_as(guest.actor):
        file_id = quote_paper(guest.actor, guest.number, version).version.file_id
        if file_id is None:
            raise Unavailable(N_("The PDF is being made. Try again in a moment."), retry_after=5)
        file = storage.find(guest.actor, file_id)
        answer = send_file(storage.open_file(file), mimetype="application/pdf", download_name=file.name)
    return _hidden(answer)


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _guest_page(token: str, guest: Guest, form: GuestAcceptForm, ask: GuestAskForm) -> Response:
    with acting_as(guest.actor), reading_as(language(), guest.actor.time_zone):
        found = quote(guest.actor, guest.number)
        return _hidden(
            render_page(
                "sourcing/quote_guest.html",
                quote=found,
                version=found.shown,
                guest=guest,
                token=token,
                form=form,
                ask=ask,
                entered=request.form,
                can_accept=found.is_acceptable and found.state != "accepted" and guest.accepted_at is None,
                messages=[one for one in found.messages if one.at >= guest.since and one.line_id is None],
                status=max(form.status, ask.status),
            )
        )


def _hidden(answer: Response) -> Response:
    """Nothing under a link is for search engines, nor told to the pages that are opened from it."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/sales/quotes/<number:number>/links")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def quote_link_make(number: str) -> Response:
    form = LinkForm()
    if form.validate():
        return attempt(
            number,
            lambda: make_link(
                actor(), quote_id_of(actor(), number), email=form.email.data or "", locale=form.locale.data
            ),
            _("The link is sent.") if form.email.data else _("The link is made. Copy it from the list."),
            part="links",
        )
    tell(_("This is not an e-mail address."), "bad")
    return go("sourcing.sales_quote", number=number, part="links")


@blueprint.post("/sales/quotes/<number:number>/links/<int:link_id>/end")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def quote_link_end(number: str, link_id: int) -> Response:
    _demand_of(number, link_id)
    return attempt(number, lambda: revoke_link(actor(), link_id), _("The link opens nothing any more."), part="links")


@blueprint.post("/sales/quotes/<number:number>/links/<int:link_id>/take")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def quote_link_take(number: str, link_id: int) -> Response:
    """Make the yes under a link the acceptance of the quote."""
    _demand_of(number, link_id)
    return attempt(
        number,
        lambda: take_acceptance(actor(), link_id, row_version=shown_version()),
        _("The offer is accepted. Its prices are fixed now."),
    )


def _demand_of(number: str, link_id: int) -> None:
    if link_by_id(actor(), link_id).quote_id != quote_id_of(actor(), number):
        raise NotFound


@slot("sourcing.quote.side", order=50)
def links_panel(*, quote: QuotePage, is_sales: bool) -> str | None:
    """The links of a quote, for sales; one statement where something was offered."""
    if not is_sales or not quote.current_version or not actor().can(Permission.ANSWER):
        return None
    return render_template(
        "sourcing/_quote_links.html",
        quote=quote,
        links=links_of(actor(), quote.id),
        languages=LANGUAGES.items(),
        rules=quote_rules(actor()),
        address=lambda link: url_for("sourcing.quote_guest", token=link.token, _external=True),
    )


@slot("sourcing.quote.next", order=20)
def accepted_by_link(*, quote: QuotePage, is_sales: bool) -> str | None:
    """A yes that waits for sales."""
    if not is_sales or quote.state == "accepted" or not quote.is_acceptable or not actor().can(Permission.ANSWER):
        return None
    waiting = [one for one in links_of(actor(), quote.id) if one.accepted_version == quote.current_version]
    if not waiting:
        return None
    return render_template("sourcing/_quote_link_accepted.html", quote=quote, links=waiting)
