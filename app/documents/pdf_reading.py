"""XML out of a PDF by others: found by its name, read within limits whatever the file says of itself."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.core.xml import MAX_BYTES
from app.documents.pdf_check import embedded_files, file_name

MAX_PDF_BYTES = 50_000_000
MAX_UNPACKED = 60_000_000  # one stream, where reading a file needs it: its objects, metadata, colours
_PREFERRED = ("factur-x.xml", "xrechnung.xml", "order-x.xml", "zugferd-invoice.xml", "cii.xml")
# For the whole process, before any file is read.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_UNPACKED, png_max_memory=MAX_UNPACKED, tiff_max_memory=MAX_UNPACKED,
    run_length_max_memory=MAX_UNPACKED, max_stream_filters=2, parser_max_container_size=1_000_000,
)  # fmt: skip
_SHAPE = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError)


class PdfFault(Invalid):
    """A PDF that is not read: the named limit or mistake (`rule`) and why."""

    def __init__(self, rule: str, message: Message) -> None:
        self.rule = rule
        super().__init__("file", message)


@dataclass(frozen=True, slots=True)
class EmbeddedXml:
    """The XML file of a PDF, the name it has there, and the names of other XML files."""

    name: str
    data: bytes
    others: tuple[str, ...]


@contextmanager
def opened(data: bytes) -> Iterator[pikepdf.Pdf]:
    """The PDF, or PdfFault for what is too large, encrypted or none; also for what breaks while it is used."""
    if len(data) > MAX_PDF_BYTES:
        raise PdfFault("TOO_LARGE", N_("PDF files of more than {limit} bytes are not read.", limit=MAX_PDF_BYTES))
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            yield pdf
    except pikepdf.PasswordError:
        raise PdfFault("ENCRYPTED", N_("The PDF is encrypted.")) from None
    except _SHAPE as error:
        raise PdfFault("PDF", N_("The PDF is broken: {reason}", reason=str(error).rpartition(">: ")[2][:300])) from None


def embedded_xml(pdf: pikepdf.Pdf) -> EmbeddedXml | None:
    """The invoice or order inside: the one with an agreed name, else the only XML there is."""
    specs = {file_name(spec): spec for spec in (*_associated(pdf), *embedded_files(pdf))}
    names = [name for name in specs if name.lower().endswith(".xml") and _stream(specs[name]) is not None]
    known = sorted(
        (name for name in names if name.lower() in _PREFERRED), key=lambda name: _PREFERRED.index(name.lower())
    )
    if not known and len(names) != 1:
        return None
    chosen = (known or names)[0]
    data = stream_bytes(_stream(specs[chosen]), MAX_BYTES)
    return EmbeddedXml(chosen, data, tuple(name for name in names if name != chosen))


def _associated(pdf: pikepdf.Pdf) -> list[Any]:
    listed = pdf.Root.get("/AF")
    return list(listed)[:1000] if isinstance(listed, pikepdf.Array) else []


def _stream(spec: Any) -> Any:
    files = spec.get("/EF") if isinstance(spec, pikepdf.Dictionary) else None
    if not isinstance(files, pikepdf.Dictionary):
        return None
    found = files.get("/F", files.get("/UF"))
    return found if isinstance(found, pikepdf.Stream) else None


def stream_bytes(stream: Any, limit: int) -> bytes:
    """The content, or PdfFault when it is larger than the limit or packed in a way that cannot be limited."""
    filters = stream.get("/Filter")
    names = [] if filters is None else list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    data = bytes(stream.read_raw_bytes())
    for name in names:
        data = _unpacked(data, str(name), limit)
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _unpacked(data: bytes, name: str, limit: int) -> bytes:
    if name in ("/FlateDecode", "/Fl"):
        machine = zlib.decompressobj()
        try:
            unpacked = machine.decompress(data, limit + 1)
        except zlib.error as error:
            raise PdfFault("PDF", N_("The PDF is broken: {reason}", reason=str(error))) from None
        if len(unpacked) > limit:
            raise _too_large(limit)
        return unpacked
    try:
        if name == "/ASCIIHexDecode":
            digits = b"".join(data.partition(b">")[0].split())
            return binascii.unhexlify(digits + b"0" * (len(digits) % 2))
        if name == "/ASCII85Decode":
            return base64.a85decode(data.partition(b"~>")[0])
    except ValueError as error:
        raise PdfFault("PDF", N_("The PDF is broken: {reason}", reason=str(error))) from None
    raise PdfFault("FILTERS", N_("Files packed by {name} in a PDF are not read.", name=name))


def _too_large(limit: int) -> PdfFault:
    return PdfFault("TOO_LARGE", N_("The XML in the PDF has more than {limit} bytes, which is not read.", limit=limit))
