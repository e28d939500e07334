"""Where a view sends the browser after a change, and files it answers with."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, make_response, redirect, url_for

from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx


def go(endpoint: str, **values: Any) -> Response:
    """See other: the page is opened anew, so that reloading repeats nothing."""
    return go_to(url_for(endpoint, **values))


def go_to(address: str) -> Response:
    return make_response(redirect(address, code=303))


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of_rows(rows: Iterable[Sequence[Cell]], name: str, kind: str) -> Response:
    """Rows with their head as a file to save; `kind` is csv or xlsx."""
    if kind == "xlsx":
        target = io.BytesIO()
        write_xlsx(rows, target)
        response = Response(target.getvalue(), mimetype=_SHEET)
    else:
        response = Response(b"".join(csv_chunks(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    return response
