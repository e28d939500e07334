"""Where buyers meet offers: on the start page, in the shop, and where a click leads. Nothing of it is for others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, render_template, send_file

from app.accounts.policy import Permission as Accounts
from app.catalog.queries.media import open_bytes
from app.core.actor import Actor, Scope
from app.core.errors import NotFound
from app.insights.queries.reorder import due_of
from app.ordering.policy import Permission as Ordering
from app.sales.domain.start_blocks import ALIKE_NAMES
from app.sales.policy import Permission
from app.sales.queries.offers import Card, card, cards, offer
from app.sales.queries.start_pages import likeness, own_blocks
from app.sales.service.offer_people import note_clicked, note_shown
from app.sales.service.offer_pictures import MEDIA_TYPE
from app.sales.views import blueprint
from app.web.access import actor, requires
from app.web.slots import slot

ON_START = 12
IN_SHOP = 2
DUE = 5


@slot("insights.start.top")
def offers_on_start(**_context: Any) -> str | None:
    """The blocks of the account's start page in their order; those without anything to show are left out."""
    me = actor()
    if me.is_operator or not me.can(Ordering.SHOP):
        return None
    blocks = own_blocks(me)
    found = _shown(me, [code for code in blocks if code != "due"], ON_START)
    due = due_of(me, me.company_id, limit=DUE) if "due" in blocks and me.can(Ordering.FILL_CART) else []
    filled = [(code, [one for one in found if one.kind == code]) for code in blocks]
    filled = [(code, rows) for code, rows in filled if rows or (code == "due" and due)]
    return render_template("sales/_start_blocks.html", blocks=filled, due=due) if filled else None


@slot("ordering.shop.top")
def banners_in_shop(**_context: Any) -> str | None:
    """Banners and price actions above the articles."""
    me = actor()
    found = _shown(me, ("banner", "price", "promotion"), IN_SHOP) if not me.is_operator else []
    return render_template("sales/_shop_banners.html", cards=found) if found else None


@slot("accounts.account.side")
def looks_like(*, account: Any, **_context: Any) -> str | None:
    """For staff: the segment whose start page a new account gets, and why."""
    if not actor().can(Permission.READ):
        return None
    found = likeness(actor(), account.id)
    return render_template("sales/_likeness.html", found=found, alike=ALIKE_NAMES) if found else None


@blueprint.get("/offers/<int:offer_id>/open")
@requires(Ordering.SHOP, scope=Scope.TENANT)
def offer_open(offer_id: int) -> Response:
    """Count the click and go where the offer leads."""
    found = card(actor(), offer_id)
    note_clicked(actor(), offer_id)
    return redirect(found.link or "/shop", code=303)  # type: ignore[return-value]  # werkzeug's and flask's are one


@blueprint.get("/offers/<int:offer_id>/picture")
@requires(Accounts.READ_COMPANY)
def offer_picture(offer_id: int) -> Response:
    """The picture of an offer: for accounts it reaches, and for the desk."""
    sha256 = offer(actor(), offer_id).picture if actor().is_operator else card(actor(), offer_id).picture
    if not sha256:
        raise NotFound
    answer = send_file(open_bytes(sha256), mimetype=MEDIA_TYPE, etag=sha256)
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer


def _shown(me: Actor, kinds: Sequence[str], limit: int) -> list[Card]:
    found = cards(me, kinds, limit=limit) if kinds else []
    note_shown(me, [one.id for one in found])
    return found
