"""Where the bytes come from: one seekable stream for bytes, paths and uploads, unpacked when it is compressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias

from app.core.errors import Invalid
from app.core.tables.rows import Limits
from app.core.texts import N_

Source: TypeAlias = bytes | Path | BinaryIO

CHUNK = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_XZ_MEMORY = 128 * 1024 * 1024
_NESTING = 2


def _gzip(packed: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=packed)  # type: ignore[return-value]


def _bzip2(packed: IO[bytes]) -> IO[bytes]:
    return bz2.BZ2File(packed)


def _xz(packed: IO[bytes]) -> IO[bytes]:
    """The first block tells how large a dictionary unpacking takes; LZMAFile itself knows no limit."""
    lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY).decompress(packed.read(CHUNK), max_length=1)
    packed.seek(0)
    return lzma.LZMAFile(packed)


_PACKED: tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...] = (
    (b"\x1f\x8b\x08", _gzip),
    (b"\xfd7zXZ\x00", _xz),
    (b"BZh", _bzip2),
)


def damaged() -> Invalid:
    return Invalid(
        "file",
        N_(
            "The file is damaged and cannot be read. Open it in your spreadsheet program, save it again as XLSX or CSV "
            "and send that file."
        ),
    )


def too_large(limit: int) -> Invalid:
    message = N_("Unpacked, the file has more than {size} MB. Split it into smaller files.", size=limit // 1024**2)
    return Invalid("file", message)


def opened(source: Source, limits: Limits) -> tuple[IO[bytes], bool]:
    """The content as a seekable stream at its start, unpacked within the limits, and whether it is ours to close."""
    stream, is_ours = _opened(source, limits.unpacked_bytes)
    for _ in range(_NESTING):
        unpack = _unpacker(stream)
        if unpack is None:
            break
        packed, packed_is_ours = stream, is_ours
        try:
            stream, is_ours = _unpacked(packed, unpack, limits.unpacked_bytes), True
        finally:
            if packed_is_ours:
                packed.close()
    if stream.seek(0, io.SEEK_END) > limits.unpacked_bytes:
        raise too_large(limits.unpacked_bytes)
    stream.seek(0)
    return stream, is_ours


def _opened(source: Source, limit: int) -> tuple[IO[bytes], bool]:
    """A seekable stream and whether it is ours to close."""
    if isinstance(source, Path):
        return source.open("rb"), True
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source), True
    if source.seekable():
        source.seek(0)
        return source, False
    copy = _scratch()
    while chunk := source.read(CHUNK):
        if copy.tell() + len(chunk) > limit:
            raise too_large(limit)
        copy.write(chunk)
    copy.seek(0)
    return copy, True


def _scratch() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


def _unpacker(stream: IO[bytes]) -> Callable[[IO[bytes]], IO[bytes]] | None:
    head = stream.read(8)
    stream.seek(0)
    return next((unpack for magic, unpack in _PACKED if head.startswith(magic)), None)


def _unpacked(packed: IO[bytes], unpack: Callable[[IO[bytes]], IO[bytes]], limit: int) -> IO[bytes]:
    target = _scratch()
    try:
        plain = unpack(packed)
        while chunk := plain.read(CHUNK):
            if target.tell() + len(chunk) > limit:
                raise too_large(limit)
            target.write(chunk)
    except (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError) as error:
        target.close()
        if isinstance(error, OSError) and error.errno:
            raise  # the disk, not the file
        raise damaged() from error
    except Invalid:
        target.close()
        raise
    target.seek(0)
    return target
