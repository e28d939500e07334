"""What is due to reorder."""

from __future__ import annotations

import uuid

from flask import Response, make_response, redirect, render_template, url_for

from app.core.actor import Scope
from app.insights.queries.reorder import due
from app.insights.service.reorder import dismiss, suggest_again
from app.insights.views import blueprint
from app.ordering.policy import Permission
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _


@blueprint.get("/reorder")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def reorder_due() -> Response:
    return render_page("insights/reorder.html", rows=due(actor()), client_ref=str(uuid.uuid4()))


@blueprint.post("/reorder/dismiss/<int:article_id>")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def reorder_dismiss(article_id: int) -> Response:
    """Not any more."""
    dismiss(actor(), article_id)
    tell(_("It is not suggested any more."), undo=url_for("insights.reorder_again", article_id=article_id))
    return _list()


@blueprint.post("/reorder/again/<int:article_id>")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def reorder_again(article_id: int) -> Response:
    suggest_again(actor(), article_id)
    tell(_("It is suggested again."))
    return _list()


@slot("ordering.bought.head")
def due_link(**_context: object) -> str | None:
    """The way from everything bought to what is due."""
    return render_template("insights/_reorder_link.html") if actor().can(Permission.FILL_CART) else None


def _list() -> Response:
    return make_response(redirect(url_for("insights.reorder_due"), code=303))
