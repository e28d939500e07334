"""Tenders as open data: published ones out, others' in as drafts."""

from __future__ import annotations

from flask import Response, request

from app.core import clock
from app.core.errors import Invalid
from app.core.settings import settings
from app.documents.ocds import numbers
from app.documents.ocds.writing import record_package
from app.sourcing.documents.ocds import procurements
from app.sourcing.policy import Permission
from app.sourcing.queries.published import published_tender
from app.sourcing.queries.tenders import own_tender
from app.sourcing.service.tender_import import Imported, import_ocds
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.texts import _, say

_MOST_NOTES = 20


@blueprint.get("/tenders/<number:number>/ocds")
@requires(Permission.READ_TENDERS)
def tender_ocds(number: str) -> Response:
    """The record of a published tender: every release and what they come to."""
    own_tender(actor(), number)
    facts = published_tender(actor(), number)
    releases = procurements(facts, prefix=settings().OCDS_PREFIX, language="en")
    package = record_package(
        releases, uri=request.base_url, publisher=facts.tender.buyer_name, at=clock.now()
    )  # fmt: skip
    answer = Response(numbers.write(package), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{number}-ocds.json")
    return answer


@blueprint.post("/tenders/from-ocds")
@requires(Permission.RUN)
def tender_from_ocds() -> Response:
    """A draft for each tender of the file; what was changed on the way is said."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("file", str(_("Choose a file.")))
        made = import_ocds(actor(), file.read())
    except Invalid as error:
        tell(error.message, "bad")
        return go("sourcing.tender_new")
    drafts = [one for one in made if one.number]
    if not drafts:
        tell(_("There is no tender in this file: nothing was made."), "warn")
        return go("sourcing.tender_new")
    _tell_notes(drafts)
    return go("sourcing.tender_show", number=drafts[0].number) if len(drafts) == 1 else go("sourcing.tenders_index")


def _tell_notes(drafts: list[Imported]) -> None:
    for one in drafts[:_MOST_NOTES]:
        tell(_("Draft {number} is made of {ocid}. Look it through.", number=one.number, ocid=one.ocid))
    notes = [note for one in drafts for note in one.notes]
    if notes:
        tell(" ".join(say(note) for note in notes[:_MOST_NOTES]), "warn")
    if len(notes) > _MOST_NOTES:
        tell(_("And {n} more remarks.", n=len(notes) - _MOST_NOTES), "warn")
