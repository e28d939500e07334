"""The catalogue as a file: what the list shows, with the columns that the importer reads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from flask import Response, request, send_file, stream_with_context

from app.catalog.domain.bulk import Filter
from app.catalog.policy import Permission
from app.catalog.queries.export import export_rows
from app.catalog.queries.selection import filtered_ids
from app.catalog.views import blueprint
from app.core.actor import Actor, Scope
from app.core.tables.writing import csv_chunks, write_xlsx
from app.core.tenancy import acting_as
from app.web.access import actor, requires

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/catalog/articles/export.<any(csv, xlsx):form>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def export_articles(form: str) -> Response:
    wanted = Filter(
        request.args.get("q", "").strip()[:200], request.args.get("category", ""), request.args.get("state") == "all"
    )
    ids = filtered_ids(actor(), wanted)
    name = f"articles.{form}"
    if form == "csv":
        answer = Response(stream_with_context(_pieces(actor(), ids)), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer; a workbook is complete only at its end
    write_xlsx(export_rows(actor(), ids), target, sheet="Articles")
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=name)


def _pieces(person: Actor, ids: list[int]) -> Iterator[bytes]:
    """Made while they are sent: by then the scope around the view is over."""
    with acting_as(person):
        yield from csv_chunks(export_rows(person, ids))
