"""Start pages: who gets which blocks, in which order."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.sales.domain.start_blocks import AUDIENCES, BLOCKS, USUAL
from app.sales.policy import Permission
from app.sales.queries.start_pages import blocks_of, layouts
from app.sales.service.start_pages import set_blocks
from app.sales.views import blueprint
from app.sales.views.campaign_words import campaign_tabs
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.get("/sales/start-pages")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def start_pages() -> Response:
    return render_page(
        "sales/start_pages.html",
        rows=layouts(actor()),
        tabs_of=campaign_tabs("sales.start_pages"),
        audiences={code: say(name) for code, name in AUDIENCES.items()},
        names={code: say(name) for code, name in BLOCKS.items()},
    )


@blueprint.route("/sales/start-pages/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def start_page_edit() -> Response:
    """The blocks of one audience: a number each for its place, and whether it is shown."""
    audience = request.values.get("audience", "everybody")
    code = request.values.get("code", "").strip() if audience != "everybody" else ""
    form = Form()
    rows = list(blocks_of(actor(), audience, code) or [(one, True) for one in USUAL])
    if form.validate_on_submit():
        with form.catching():
            rows = _entered()
            set_blocks(actor(), audience, code, [] if request.form.get("do") == "remove" else rows)
            tell(_("Saved. It holds from the next page on."))
            return make_response(redirect(url_for("sales.start_pages"), code=303))
    return render_page(
        "sales/start_page_edit.html",
        form=form,
        audience=audience,
        code=code,
        rows=rows,
        is_known=blocks_of(actor(), audience, code) is not None,
        audiences={one: say(name) for one, name in AUDIENCES.items()},
        names={one: say(name) for one, name in BLOCKS.items()},
        status=form.status,
    )


def _entered() -> list[tuple[str, bool]]:
    places = []
    for place, code in enumerate(USUAL, 1):
        given = request.form.get(f"place-{code}", str(place)).strip()
        if not given.isdecimal() or len(given) > 3:
            raise Invalid("blocks", N_("Enter a whole number."))
        places.append((int(given), place, code))
    return [(code, request.form.get(f"on-{code}") == "1") for _place, _usual, code in sorted(places)]
