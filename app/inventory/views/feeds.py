"""Feeds of stock: how fresh they are, and setting them."""

from __future__ import annotations

from flask import Response

from app.core.actor import Scope
from app.inventory.forms import FeedForm
from app.inventory.policy import Permission
from app.inventory.queries import feeds
from app.inventory.service.feeds import FeedRow, remove_feed, set_feed
from app.inventory.views import blueprint
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/stock-feeds")
@requires(Permission.READ, scope=Scope.OPERATOR)
def stock_feeds() -> Response:
    return render_page("inventory/feeds.html", feeds=feeds.feeds(actor()), may_adjust=actor().can(Permission.RULES))


@blueprint.route("/stock-feeds/new", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def new_feed() -> Response:
    return _edited(FeedForm(), "")


@blueprint.route("/stock-feeds/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.RULES, scope=Scope.OPERATOR)
def edit_feed(code: str) -> Response:
    return _edited(FeedForm(obj=feeds.feed(actor(), code)), code)


@blueprint.post("/stock-feeds/<number:code>/remove")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def drop_feed(code: str) -> Response:
    remove_feed(actor(), code)
    tell(_("This feed is no longer read."))
    return go("inventory.stock_feeds")


def _edited(form: FeedForm, code: str) -> Response:
    if form.validate_on_submit():
        with form.catching():
            row = FeedRow(
                code or (form.code.data or "").strip(), (form.address.data or "").strip(),
                (form.warehouse.data or "").strip(), form.stale_minutes.data or 0, bool(form.is_active.data),
            )  # fmt: skip
            set_feed(actor(), row)
            tell(_("Saved."))
            return go("inventory.stock_feeds")
    return render_page("inventory/feed_edit.html", form=form, code=code, status=form.status)
