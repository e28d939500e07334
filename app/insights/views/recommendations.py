"""Recommended articles beside an article and a cart, and putting one into the cart."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from app.core.activity import note
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.operator_settings import setting_value
from app.insights.domain.recommend_settings import SHOW
from app.insights.queries.recommendations import Kind, Offered, at_prices, cart_articles, of_articles, recommendations
from app.insights.service.recommendations import add_recommended
from app.insights.views import blueprint
from app.ordering.domain.cart import WantedLine
from app.ordering.policy import Permission
from app.ordering.views.panels import forget_cart
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.slots import slot
from app.web.texts import _, language, say

TITLES = {
    "complement": _("Goes with it"),
    "together": _("Often bought together"),
    "substitute": _("Similar articles"),
    "missing": _("You usually also order"),
    "next": _("New for you"),
}
_BESIDE: tuple[Kind, ...] = ("complement", "together", "substitute")
_EACH = 4
_IN_CART = 6
_SPARE = 3  # so many more are looked at, for those that cannot be ordered today


@slot("ordering.article.beside")
def beside_article(*, article: Any, **_context: object) -> str | None:
    """What goes with an article and what can stand for it."""
    who = actor()
    if who.is_operator or not setting_value(SHOW):
        return None
    found = of_articles(who, who.company_id, _BESIDE, [article.id], _EACH + _SPARE)
    once: set[int] = set()
    asked = []
    for kind in _BESIDE:
        fresh = [one for one in found[kind] if one.article_id not in once][: _EACH + _SPARE]
        once.update(one.article_id for one in fresh)
        asked += [(kind, one) for one in fresh]
    if not asked:
        return None
    kinds = {one.article_id: kind for kind, one in asked}
    offered = at_prices(who, [one for _kind, one in asked], len(asked))
    groups = [(kind, [one for one in offered if kinds[one.today.article.id] == kind][:_EACH]) for kind in _BESIDE]
    return _panel([(kind, rows) for kind, rows in groups if rows], "article", article.id)


@slot("ordering.cart.after", order=10)
def beside_cart(*, cart_id: int, **_context: object) -> str | None:
    """What is usually ordered with what is in the cart."""
    who = actor()
    if who.is_operator or not who.can(Permission.FILL_CART) or not setting_value(SHOW):
        return None
    ids = cart_articles(who, cart_id)
    if not ids:
        return None
    found = recommendations(who, who.company_id, "missing", ids, _IN_CART + _SPARE)
    rows = at_prices(who, found, _IN_CART)
    return _panel([("missing", rows)], "cart", cart_id) if rows else None


def _panel(groups: Sequence[tuple[Kind, Sequence[Offered]]], subject: str, subject_id: int) -> str | None:
    if not groups:
        return None
    note(
        actor(), "recommendation_shown", subject=subject, subject_id=subject_id,
        facts={kind: len(rows) for kind, rows in groups},
    )  # fmt: skip
    return render_template(
        "insights/_recommended.html",
        groups=groups,
        titles=TITLES,
        may_add=actor().can(Permission.FILL_CART),
        client_ref=str(uuid.uuid4()),
    )


@blueprint.post("/recommended/add/<int:article_id>")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def recommended_add(article_id: int) -> Response:
    """Put one into the cart, in the quantity beside it."""
    back = safe_next(request.form.get("next", "")) or url_for("ordering.cart")
    kind = request.form.get("kind", "")
    ref = f"{request.form.get('client_ref', '')[:60]}-{article_id}"
    try:
        given = request.form.get(f"quantity-{article_id}", "")
        quantity = parse_decimal(given, language())
        line = WantedLine(article_id, quantity, request.form.get(f"unit-{article_id}", "")[:3])
        add_recommended(actor(), line, kind=kind if kind in TITLES else "", client_ref=ref, page="/recommended")
    except ValueError:
        tell(_("“{given}” is not a number.", given=given), "bad")
    except Invalid as error:
        problems = error.details or ()
        tell(say(problems[0][1].message if problems else error.message), "bad")
    except Conflict as error:
        tell(say(error.message), "bad")
    else:
        forget_cart()
        tell(_("It is in the cart."))
    return make_response(redirect(back, code=303))
