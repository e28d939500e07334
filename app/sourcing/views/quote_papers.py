"""What a quote is taken away as: the PDF of each sent version, and files for other systems."""

from __future__ import annotations

from io import BytesIO

from flask import Response, render_template, send_file

from app.core import storage
from app.core.errors import NotFound, Unavailable
from app.core.texts import N_
from app.documents.formats import formats
from app.sourcing.documents.quotes import quote_document, request_document
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_papers import quote_paper, request_paper
from app.sourcing.queries.quote_versions import VersionPage
from app.sourcing.queries.quotes import QuotePage
from app.sourcing.views import blueprint
from app.web.access import actor, requires
from app.web.slots import slot

_READ = (Permission.READ_QUOTES, Permission.ASK, Permission.ANSWER, Permission.RELEASE)
_QUOTES = {"edifact": ("edifact-quotes", "edi"), "ubl": ("ubl-quotation", "xml")}
_REQUESTS = {"edifact": ("edifact-reqote", "edi"), "ubl": ("ubl-request", "xml")}


@blueprint.get("/quotes/<number:number>/versions/<int:version>/pdf")
@requires(*_READ)
def quote_pdf(number: str, version: int) -> Response:
    """The paper as it was printed when the version was sent."""
    file_id = quote_paper(actor(), number, version).version.file_id
    if file_id is None:
        raise Unavailable(N_("The PDF is being made. Try again in a moment."), retry_after=5)
    file = storage.find(actor(), file_id)
    return send_file(storage.open_file(file), mimetype="application/pdf", download_name=file.name)


@blueprint.get("/quotes/<number:number>/versions/<int:version>/<form>")
@requires(*_READ)
def quote_as_file(number: str, version: int, form: str) -> Response:
    """A sent version as EDIFACT QUOTES or UBL Quotation."""
    code, suffix = _form(_QUOTES, form)
    document = quote_document(quote_paper(actor(), number, version))
    return _sent(formats[code].dumps(document), formats[code].media_type, f"{number}-{version}.{suffix}")


@blueprint.get("/quotes/<number:number>/request/<form>")
@requires(*_READ)
def quote_request_as_file(number: str, form: str) -> Response:
    """The request as EDIFACT REQOTE or UBL RequestForQuotation."""
    code, suffix = _form(_REQUESTS, form)
    document = request_document(request_paper(actor(), number))
    return _sent(formats[code].dumps(document), formats[code].media_type, f"{number}.{suffix}")


@slot("sourcing.quote.versions")
def version_files(*, quote: QuotePage, version: VersionPage, is_sales: bool) -> str:
    return render_template("sourcing/_quote_files.html", quote=quote, version=version, is_sales=is_sales)


@slot("sourcing.quote.side", order=90)
def request_files(*, quote: QuotePage, is_sales: bool) -> str | None:
    if quote.state == "draft" or quote.is_hidden:
        return None
    return render_template("sourcing/_quote_request_files.html", quote=quote, is_sales=is_sales)


def _form(known: dict[str, tuple[str, str]], form: str) -> tuple[str, str]:
    if form not in known:
        raise NotFound
    return known[form]


def _sent(data: bytes, media_type: str, name: str) -> Response:
    return send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
