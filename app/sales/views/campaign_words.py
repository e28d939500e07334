"""Tabs and words that the pages of segments, offers, start pages and the order of the shop share."""

from __future__ import annotations

from flask import url_for

from app.sales.policy import Permission
from app.web.access import actor
from app.web.texts import _

TABS = (
    ("sales.offers", _("Offers"), Permission.EDIT_OFFERS),
    ("sales.segments", _("Segments"), Permission.EDIT_SEGMENTS),
    ("sales.start_pages", _("Start pages"), Permission.EDIT_OFFERS),
    ("sales.ranking_start", _("Order of the shop"), Permission.EDIT_RANKING),
)
GOODS_KINDS = {"article": _("Article"), "category": _("Category and below"), "brand": _("Brand")}
AUDIENCE_KINDS = {"account": _("Account"), "group": _("Group"), "segment": _("Segment")}


def campaign_tabs(current: str) -> list[tuple[str, str, bool, int]]:
    """The pages of campaigns that the person may open."""
    return [
        (name, url_for(endpoint), endpoint == current, 0)
        for endpoint, name, permission in TABS
        if actor().can(permission)
    ]
