"""Files that hold files: compressed, archived, signed, mailed. What is inside is taken out within limits, one layer a call.

Nothing here judges a signature: what carries one says so in `unchecked`.
"""

from __future__ import annotations

from collections.abc import Callable

from app.core.texts import N_
from app.documents.containers.archives import bzip2_parts, gzip_parts, xz_parts, zip_parts
from app.documents.containers.mail import is_mail, mail_parts
from app.documents.containers.parts import MAX_PACKED, Container, ContainerFault, Part
from app.documents.containers.signed import is_signed, signed_parts

__all__ = ["Container", "ContainerFault", "Part", "is_container", "open_container"]

_BY_START: dict[bytes, Callable[[bytes], Container]] = {
    b"\x1f\x8b": gzip_parts, b"BZh": bzip2_parts, b"\xfd7zXZ\x00": xz_parts, b"PK\x03\x04": zip_parts, b"PK\x05\x06": zip_parts,
}  # fmt: skip
_REFUSED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"MSCF": "CAB", b"\x28\xb5\x2f\xfd": "Zstandard"}


def is_container(start: bytes) -> bool:
    """By the first bytes of the file."""
    return start.startswith((*_BY_START, *_REFUSED)) or is_signed(start) or is_mail(start)


def open_container(data: bytes) -> Container:
    """What lies in the file, or ContainerFault when it cannot be taken out whole."""
    if len(data) > MAX_PACKED:
        raise ContainerFault(
            "TOO_LARGE", N_("The file has more than {limit} bytes; it is not opened.", limit=MAX_PACKED)
        )
    for start, kind in _REFUSED.items():
        if data.startswith(start):
            text = N_("This is a {kind} archive, which is not opened here; send it as ZIP.", kind=kind)
            raise ContainerFault("FORMAT", text, kind.lower())
    for start, open_it in _BY_START.items():
        if data.startswith(start):
            return open_it(data)
    return signed_parts(data) if is_signed(data) else mail_parts(data)
