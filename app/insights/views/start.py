"""The page everybody starts on: the dashboard of the role, as the person arranged it. Higher slices add figures by slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from app.accounts.views.sign_in import person
from app.core import clock
from app.core.activity import note
from app.core.actor import Actor
from app.insights.domain.start_layout import Layout, arranged, changed
from app.insights.queries.start_layouts import saved_layout
from app.insights.service.start_layouts import keep_layout, reset_layout
from app.insights.views import blueprint, start_customer, start_operator
from app.insights.views.start_parts import MOST_SHOWN, WAITING, Figure, Scene, Sheet, offered
from app.ordering.policy import Permission as Ordering
from app.web.access import actor, in_person, signed_in
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import render_slot
from app.web.texts import _


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person may have on the start page, and how it stands."""

    figures: Mapping[str, Figure]
    sheets: Mapping[str, Sheet]
    layout_of_figures: Layout
    layout_of_sheets: Layout

    def title(self, code: str) -> str:
        if code == WAITING:
            return _("What waits for you")
        return (self.figures.get(code) or self.sheets[code]).title


def _offer(me: Actor) -> Offer:
    side: Any = start_operator if me.is_operator else start_customer
    saved = dict(saved_layout(me))
    own = [*offered(me, person().role, side.FIGURES), WAITING]
    usual = {*own[:MOST_SHOWN], WAITING}
    figures = arranged(own, list(saved.items()))
    return Offer(
        side.FIGURES,
        side.SHEETS,
        tuple((code, is_shown if code in saved else code in usual) for code, is_shown in figures),
        arranged([code for code, sheet in side.SHEETS.items() if sheet.may(me)], list(saved.items())),
    )


@blueprint.get("/start")
@signed_in
def start() -> Response:
    me = actor()
    note(me, "visit")
    zone = me.time_zone or "UTC"
    scene, offer = Scene(me, clock.today(zone), zone), _offer(me)
    codes = [code for code, is_shown in offer.layout_of_figures if is_shown]
    scene.count(codes)
    return render_page(
        "insights/start.html",
        today=scene.today,
        tiles=[tile for code in codes if code != WAITING for tile in offer.figures[code].tiles(scene)],
        waiting=render_slot("insights.start.figures") if WAITING in codes else "",
        sheets=[
            (offer.sheets[code].is_wide, markup)
            for code, is_shown in offer.layout_of_sheets
            if is_shown and (markup := _sheet(offer.sheets[code], scene))
        ],
        may_order=not me.is_operator and me.can(Ordering.FILL_CART),
        may_arrange=me.staff_id is None,
    )


def _sheet(sheet: Sheet, scene: Scene) -> Markup | None:
    context = sheet.context(scene)
    return Markup(render_template(sheet.template, **context)) if context is not None else None  # noqa: S704 -- a template


@blueprint.get("/start/arrange")
@in_person
def arrange() -> Response:
    """What stands on the start page, and in which order."""
    offer = _offer(actor())
    return render_page(
        "insights/start_arrange.html",
        parts=[(_("Figures"), offer.layout_of_figures), (_("Below them"), offer.layout_of_sheets)],
        title_of=offer.title,
    )


@blueprint.post("/start/arrange")
@in_person
def arrange_start() -> Response:
    """Move, hide or show one item, or let all be as it came."""
    code, change = request.form.get("code", ""), request.form.get("do", "")
    if change == "reset":
        reset_layout(actor())
        tell(_("The start page is as it came again."))
    else:
        offer = _offer(actor())
        keep_layout(
            actor(), (*changed(offer.layout_of_figures, code, change), *changed(offer.layout_of_sheets, code, change))
        )
    return Response(status=303, headers={"Location": url_for("insights.arrange")})
