"""The fonts every document is printed with: IBM Plex Sans as installed with the front-end files, with spaces added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from app.core.errors import Unavailable
from app.core.texts import N_

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor" / "fonts"
REGULAR, BOLD = 400, 600
SCHEME = "kontor-font:"

_SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese")
_REQUIRED = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
_UNITS_PER_EM = 1000

# Unicode's spaces (without the thin space, which Plex has), each twice as wide as the one before, in 1/1000 em.
SPACES = tuple(
    (chr(code), 4 << power)
    for power, code in enumerate((0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x200A))
)


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: `data` as TrueType, `advances` by character in 1/1000 em."""

    family: str
    weight: int
    data: bytes
    advances: Mapping[str, int]

    @property
    def url(self) -> str:
        return f"{SCHEME}{self.family.replace(' ', '-')}-{self.weight}"


@cache
def faces() -> tuple[Face, ...]:
    """All faces, read and unpacked once per process. Raises Unavailable when `make install` has not run."""
    found = []
    for weight in (REGULAR, BOLD):
        for subset in _SUBSETS:
            path = FOLDER / f"ibm-plex-sans-{subset}-{weight}-normal.woff2"
            if path.is_file():
                found.append(_unpack(path, f"Plex {subset}", weight))
            elif subset in _REQUIRED:
                raise Unavailable(N_("The font {name} is missing. Run make install.", name=path.name))
    return tuple(found)


def families() -> str:
    """The value of CSS `font-family`: WeasyPrint does not know unicode-range, so every subset is a family."""
    return ", ".join(dict.fromkeys(f'"{face.family}"' for face in faces()))


def font_face_rules() -> str:
    """CSS that declares all faces under our own scheme."""
    return "\n".join(
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url("{face.url}"); }}'
        for face in faces()
    )


@cache
def advances(weight: int) -> Mapping[str, int]:
    """Width of every character in 1/1000 em; as in the page, the first family that has it counts."""
    widths: dict[str, int] = {}
    for face in reversed(faces()):
        if face.weight == weight:
            widths.update(face.advances)
    return widths


def _unpack(path: Path, family: str, weight: int) -> Face:
    font = TTFont(path, recalcTimestamp=False)
    _add_spaces(font)
    units = font["head"].unitsPerEm
    widths = font["hmtx"].metrics
    by_char = {chr(code): widths[name][0] * _UNITS_PER_EM // units for code, name in font.getBestCmap().items()}
    font.flavor = None
    file = BytesIO()
    font.save(file, reorderTables=False)
    return Face(family, weight, file.getvalue(), by_char)


def _add_spaces(font: TTFont) -> None:
    """Text layout takes a space from the font of the sign before it, so every face must have ours."""
    units = font["head"].unitsPerEm
    glyphs, metrics = font["glyf"], font["hmtx"].metrics
    for char, advance in SPACES:
        name = f"kontor.space{advance}"
        glyphs[name] = Glyph()
        metrics[name] = (advance * units // _UNITS_PER_EM, 0)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(char)] = name
