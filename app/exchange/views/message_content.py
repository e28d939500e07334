"""What stands in a message: its bytes, its text by rows, its document for reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, send_file

from app.core import storage
from app.core.errors import NotFound, Unavailable
from app.core.texts import Message
from app.documents.formats import formats
from app.exchange.domain.rendered import Rendered, rendered
from app.exchange.domain.source_text import TextRow, is_binary, page_of_mark, rows_of, text_of, without_secrets
from app.exchange.mapping.opening import open_file
from app.exchange.queries.message_bytes import stored_message
from app.exchange.queries.messages import known_formats
from app.web.access import actor

if TYPE_CHECKING:
    from app.exchange.models.messages import ExchangeFile, ExchangeMessage

ROWS = 300
LINES = 100
MAX_SHOWN = 4_000_000  # bytes of a message that are read for its page


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of the original. `is_binary`: nothing for people to read; `is_large`: for downloading only."""

    rows: tuple[TextRow, ...] = ()
    page: int = 1
    pages: int = 1
    is_binary: bool = False
    is_large: bool = False
    digits: int = 1


def bytes_of(message: ExchangeMessage) -> bytes | None:
    """The stored bytes; None where nothing is written yet, or the store has lost them."""
    try:
        stored = stored_message(actor(), message.id)
        return storage.load(stored) if stored else None
    except (NotFound, Unavailable):
        return None


def document_of(message: ExchangeMessage, data: bytes) -> tuple[Any, Message | None]:
    """The neutral document, or why there is none."""
    opened = open_file(data, known_formats(actor(), message))
    parts = opened.parts
    part = next((one for one in parts if one.document is not None and _kind(one.document) == message.document), None)
    part = part or next((one for one in parts if one.document is not None), None)
    if part is not None:
        return part.document, None
    fault = parts[0].fault if parts else None
    return None, fault.message if fault else opened.problem


def _kind(document: Any) -> str:
    return str(document.kind)


def view_of(document: Any, page: int) -> Rendered:
    return rendered(document, first=(page - 1) * LINES, limit=LINES)


def text_page(data: bytes, marks: set[tuple[int, int]], wanted: int | None, codes: Sequence[str] = ()) -> TextPage:
    """The wanted page of rows, else the one with the first mark. Without marks, rows with one of the codes are marked."""
    if is_binary(data):
        return TextPage(is_binary=True)
    if len(data) > MAX_SHOWN:
        return TextPage(is_large=True)
    rows = rows_of(without_secrets(text_of(data)), marks)
    if codes and not marks:
        rows = [replace(row, is_marked=any(code in row.text for code in codes)) for row in rows]
    pages = max(1, -(-len(rows) // ROWS))
    page = min(max(wanted or page_of_mark(rows, ROWS), 1), pages)
    shown = tuple(rows[(page - 1) * ROWS : page * ROWS])
    return TextPage(shown, page, pages, digits=len(str(rows[-1].line)) if rows else 1)


def forms_for(document: Any, code: str) -> list[str]:
    """Codes of the formats that have a form for the document, without its own."""
    return [other for other in formats if other != code and isinstance(document, formats[other].documents)]


def file_answer(file: ExchangeFile) -> Response:
    """The bytes of a file as they came, for keeping: never shown by the browser."""
    stored = storage.find(actor(), file.file_id)
    return make_response(
        send_file(
            storage.open_file(stored), mimetype="application/octet-stream", as_attachment=True,
            download_name=file.name or f"file-{file.id}", max_age=0,
        )
    )  # fmt: skip
