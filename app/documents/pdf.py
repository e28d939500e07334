"""HTML to PDF/A-3b by WeasyPrint, with the electronic invoice inside by factur-x. Same input, same bytes."""

from __future__ import annotations

import atexit
import base64
import gc
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import cssselect2
import pikepdf
from facturx import generate_from_binary
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from app.documents.paper.fonts import faces, families, font_face_rules
from app.documents.pdf_check import Label, check_pdfa3

STYLES = Path(__file__).resolve().parents[2] / "templates" / "documents" / "paper.css"
# Without lines, the XML is only data for what the paper says.
LABELS = {
    "minimum": Label(level="MINIMUM", relationship="/Data"),
    "basicwl": Label(level="BASIC WL", relationship="/Data"),
    "basic": Label(level="BASIC"),
    "en16931": Label(),
    "extended": Label(level="EXTENDED"),
}
_PICTURE = "data:image/png;base64,iVBORw0KGgo"  # begins as every PNG does
_PNG = {"Content-Type": "image/png"}
_XMP_DATE = re.compile(rb"(<xmp:(?:CreateDate|ModifyDate|MetadataDate)>)[^<]*(<)")


class _ProjectFiles(URLFetcher):  # type: ignore[misc]
    """Gives our fonts and the logo that stands in the document itself, nothing else: no network, no file."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith(_PICTURE):
            return URLFetcherResponse(url, base64.b64decode(url.removeprefix("data:image/png;base64,")), _PNG)
        for face in faces():
            if face.url == url:
                return URLFetcherResponse(url, face.data, {"Content-Type": "font/ttf"})
        raise FatalURLFetchingError(f"documents load nothing from outside: {url}")


class _Sheets(HTML):  # type: ignore[misc]
    """A document whose HTML is read as XML, and whose only styles are ours; both save a good part of the time."""

    def __init__(self, html: str) -> None:
        self.base_url = None
        self.url_fetcher = _ProjectFiles()
        self.media_type = "print"
        root = ET.fromstring(html)  # written by our own templates
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_styles()]


@cache
def _fonts() -> FontConfiguration:
    """Holds a folder of font files, which it removes only if it ends before the interpreter does."""
    atexit.register(_fonts.cache_clear)
    return FontConfiguration()


@cache
def _styles() -> CSS:
    """Fonts and styles of printed documents, read once per process."""
    css = f"{font_face_rules()}\n{STYLES.read_text(encoding='utf-8')}\nhtml {{ font-family: {families()} }}"
    return CSS(string=css, font_config=_fonts(), url_fetcher=_ProjectFiles(), media_type="print")


def html_to_pdf(html: str) -> bytes:
    """PDF/A-3b of well-formed HTML that `documents/paper.css` styles; ValueError if it asks for anything from outside."""
    _styles()  # makes the fonts known to the configuration
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    try:
        with _no_collection():
            pdf: bytes = _Sheets(html).write_pdf(
                font_config=_fonts(), pdf_variant="pdf/a-3b", pdf_identifier=identifier
            )
    except FatalURLFetchingError as error:
        raise ValueError(str(error)) from None
    return pdf


@contextmanager
def _no_collection() -> Iterator[None]:
    """Layout makes hundreds of thousands of objects that all live to its end: looking for garbage among them is vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def embed_invoice(
    pdf: bytes, cii: bytes, *, language: str, title: str, author: str, subject: str, day: date, profile: str = "en16931"
) -> bytes:
    """The PDF as Factur-X: `cii`, in the profile, inside as factur-x.xml, every date in it the given day.

    Raises RuntimeError rather than return a file that does not carry its label rightly.
    """
    label = LABELS[profile]
    metadata = {"author": author, "keywords": f"Factur-X, {label.level}", "title": title, "subject": subject}
    combined = generate_from_binary(
        pdf,
        cii,
        flavor="factur-x",
        level=profile,
        check_xsd=False,
        pdf_metadata=metadata,
        lang=language,
        afrelationship=label.relationship.lower().removeprefix("/"),
        xmp_compression=False,
    )
    result = _dated(combined, day)
    faults = check_pdfa3(result, label)
    if faults:
        raise RuntimeError(f"not a PDF/A-3b with an invoice: {'; '.join(faults)}")
    return result


def _dated(data: bytes, day: date) -> bytes:
    """The libraries write the moment of their run into the file; the document's own date tells more and stays equal."""
    stamp = f"D:{day:%Y%m%d}000000Z"
    with pikepdf.open(BytesIO(data)) as pdf:
        for name in ("/CreationDate", "/ModDate"):
            pdf.docinfo[name] = stamp
        xmp = pdf.Root.Metadata.read_bytes()
        moment = f"{day:%Y-%m-%d}T00:00:00+00:00".encode()
        pdf.Root.Metadata.write(_XMP_DATE.sub(rb"\g<1>" + moment + rb"\g<2>", xmp))
        names: Any = pdf.Root.Names.EmbeddedFiles.Names
        for spec in list(names)[1::2]:
            spec.EF.F.Params["/ModDate"] = stamp
        out = BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()
