"""gzip, bzip2, xz and ZIP, ASiC containers among the last. The bytes are counted as they come out."""

from __future__ import annotations

import bz2
import lzma
import zipfile
import zlib
from io import BytesIO
from typing import Any

from app.core.texts import N_, Message
from app.documents.containers.parts import (
    MAX_PARTS,
    MAX_UNPACKED,
    Container,
    ContainerFault,
    Part,
    broken,
    too_large,
    too_many,
)

_BLOCK = 262_144
_OFFICE = {
    "xl/workbook.xml": "XLSX",
    "xl/workbook.bin": "XLSB",
    "word/document.xml": "DOCX",
    "ppt/presentation.xml": "PPTX",
}
_ASIC = "application/vnd.etsi.asic"
_NOT_JUDGED: Message = N_("The signature was not checked.")
_SHAPE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    ValueError,
    OSError,
    RuntimeError,
    KeyError,
    lzma.LZMAError,
)


def gzip_parts(data: bytes) -> Container:
    """Several gzip streams one after the other are one file."""
    found: list[bytes] = []
    size, rest = 0, data
    try:
        while rest.startswith(b"\x1f\x8b"):
            unpacker = zlib.decompressobj(wbits=31)
            piece = unpacker.decompress(rest, MAX_UNPACKED - size + 1)
            size += len(piece)
            if size > MAX_UNPACKED:
                raise too_large()
            if not unpacker.eof:
                raise broken("gzip", "it ends too early")
            found.append(piece)
            rest = unpacker.unused_data
    except zlib.error as error:
        raise broken("gzip", error) from None
    return Container("gzip", (Part("", b"".join(found)),))


def bzip2_parts(data: bytes) -> Container:
    return _single("bzip2", data, bz2.BZ2Decompressor())


def xz_parts(data: bytes) -> Container:
    return _single("xz", data, lzma.LZMADecompressor(memlimit=200_000_000))


def _single(kind: str, data: bytes, unpacker: Any) -> Container:
    try:
        found = unpacker.decompress(data, MAX_UNPACKED + 1)
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise broken(kind, error) from None
    if len(found) > MAX_UNPACKED:
        raise too_large()
    if not unpacker.eof:
        raise broken(kind, "it ends too early")
    return Container(kind, (Part("", found),))


def zip_parts(data: bytes) -> Container:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _of_zip(archive)
    except _SHAPE as error:
        raise broken("ZIP", error) from None


def office_kind(data: bytes) -> str:
    """XLSX, DOCX and the like, which are ZIP files; "" for all others."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except _SHAPE:
        return ""
    return next((kind for sign, kind in _OFFICE.items() if sign in names), "")


def _of_zip(archive: zipfile.ZipFile) -> Container:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = {entry.filename for entry in entries}
    for sign, kind in _OFFICE.items():
        if sign in names:
            text = N_("This is a file of an office program ({kind}); import it by the columns of its table.", kind=kind)
            raise ContainerFault("FORMAT", text, kind.lower())
    if len(entries) > MAX_PARTS:
        raise too_many()
    if any(entry.flag_bits & 1 for entry in entries):
        raise ContainerFault("ENCRYPTED", N_("The ZIP file is encrypted."), "zip")
    size = 0
    parts: list[Part] = []
    kind = "zip"
    for entry in entries:
        content = _read(archive, entry, MAX_UNPACKED - size)
        size += len(content)
        if entry.filename == "mimetype" and content.decode("ascii", "replace").startswith(_ASIC):
            kind = "asic"
        elif not entry.filename.startswith(("META-INF/", "__MACOSX/")) and entry.filename != "mimetype":
            parts.append(Part(entry.filename, content))
    is_signed = any(name.startswith("META-INF/") and "signature" in name.lower() for name in names)
    return Container(kind, tuple(parts), (_NOT_JUDGED,) if is_signed else ())


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """What the archive says of the size of an entry is not trusted."""
    found = bytearray()
    with archive.open(entry) as file:
        while block := file.read(_BLOCK):
            found += block
            if len(found) > limit:
                raise too_large()
    return bytes(found)
