"""Notices of public tenders: for everybody, without signing in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Response

from app.sourcing.domain.tender_machine import state_word
from app.sourcing.queries.tender_notices import public_notice, public_notices
from app.sourcing.views import blueprint
from app.sourcing.views.tender_words import TONES
from app.web.access import public
from app.web.fragments import render_page
from app.web.texts import say


@blueprint.get("/notices/tenders")
@public
def tender_notices() -> Response:
    return render_page("sourcing/notices_index.html", notices=public_notices())


@blueprint.get("/notices/tenders/<number:number>")
@public
def tender_notice(number: str) -> Response:
    notice = public_notice(number)
    return render_page(
        "sourcing/notice_show.html",
        notice=notice,
        head=notice.content["head"],
        lots=[
            (lot, [line for line in notice.content["lines"] if line["lot_id"] == lot["id"]])
            for lot in notice.content["lots"]
        ],
        state=(TONES[notice.state], say(state_word(notice.state, for_supplier=True))),
        number_of=Decimal,
        day_of=date.fromisoformat,
    )
