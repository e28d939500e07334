"""Pictures drawn by code and small PDFs, for tests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def drawing(
    kind: str = "JPEG",
    size: tuple[int, int] = (400, 200),
    *,
    color: str = "#b4532a",
    turned: int = 0,
    place: bool = False,
) -> bytes:
    """A picture with a dark left half; `turned` is an EXIF orientation, `place` adds what a camera knows."""
    picture = Image.new("RGB", size, color)
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1]), fill="#1a2328")
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    if place:
        exif[0x010F] = "Camera of a spy"
        exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    picture.save(target, kind, exif=exif)
    return target.getvalue()


def sheet(words: str = "Data sheet") -> bytes:
    """The smallest thing that says it is a PDF."""
    return b"%PDF-1.4\n% " + words.encode() + b"\n%%EOF\n"
