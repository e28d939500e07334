"""Pictures: what is accepted, cleaned of what is not the picture, and made smaller. Pure, by Pillow."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from app.core.errors import Invalid
from app.core.texts import N_

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 16
# what fits into a square of so many pixels
SIZES: Mapping[str, int] = MappingProxyType({"thumb": 96, "card": 320, "page": 960})
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_LOSSY: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True},
    "WEBP": {"quality": 90, "method": 4},
    "PNG": {"optimize": False},
}
_DERIVED: Mapping[str, Any] = {"quality": 82, "method": 4}
_SWITCH = threading.Lock()


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """An original without metadata, upright, in the colours of the web (sRGB)."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Derived:
    """A smaller picture made of an original."""

    data: bytes
    width: int
    height: int
    media_type: str = "image/webp"


def clean(data: bytes) -> CleanPicture:
    """Check what somebody sent by its content and strip it. Raises Invalid("file", ...) with what to do."""
    if len(data) > MAX_BYTES:
        raise Invalid("file", N_("The picture is larger than {limit} MB. Make it smaller.", limit=MAX_BYTES >> 20))
    picture, kind = _opened(data)
    if picture.width * picture.height > MAX_PIXELS:
        raise Invalid(
            "file", N_("The picture has more than {limit} million pixels. Make it smaller.", limit=MAX_PIXELS // 10**6)
        )
    if min(picture.size) < MIN_SIDE:
        raise Invalid("file", N_("The picture is smaller than {limit} pixels.", limit=MIN_SIDE))
    try:
        with _whole_only():
            upright = _upright(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _unreadable() from None
    target = io.BytesIO()
    upright.save(target, kind, **_LOSSY[kind])
    return CleanPicture(target.getvalue(), MEDIA_TYPES[kind], upright.width, upright.height)


@contextmanager
def _whole_only() -> Iterator[None]:
    """Refuse pictures that are cut off. Pillow has one switch for the process, and WeasyPrint sets it the other way."""
    with _SWITCH:
        held, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = held


def smaller(data: bytes) -> dict[str, Derived]:
    """The derived sizes of a cleaned original, as WebP; never larger than it is."""
    picture, _kind = _opened(data)
    source = picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB")
    made: dict[str, Derived] = {}
    for name, side in sorted(SIZES.items(), key=lambda entry: -entry[1]):
        source = source.copy()
        source.thumbnail(
            (side, side), Image.Resampling.LANCZOS
        )  # each from the next larger: the eye sees no difference
        target = io.BytesIO()
        source.save(target, "WEBP", **_DERIVED)
        made[name] = Derived(target.getvalue(), source.width, source.height)
    return made


def measure(data: bytes) -> tuple[int, int]:
    """Width and height of a cleaned original."""
    return _opened(data)[0].size


def _opened(data: bytes) -> tuple[Image.Image, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=tuple(MEDIA_TYPES))
    except UnidentifiedImageError:
        raise Invalid("file", N_("This is no picture that is taken here. Take JPEG, PNG or WebP.")) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _unreadable() from None
    return picture, str(picture.format)


def _upright(picture: Image.Image) -> Image.Image:
    """All pixels read, turned as the camera says, in sRGB, and nothing else kept: neither place nor camera."""
    turned = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    has_alpha = "A" in turned.getbands() or "transparency" in turned.info
    plain = turned.convert("RGBA" if has_alpha else "RGB")
    if profile and turned.mode in ("RGB", "RGBA"):
        plain = _in_srgb(plain, profile)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return picture  # a damaged profile says nothing
    return changed or picture


def _unreadable() -> Invalid:
    return Invalid("file", N_("This picture is damaged. Save it anew and send it again."))
