"""A form drawn part by part on A4: texts and lines at their places, tables that go over pages.

Each row of a table is one text and each upright line of a page one box, so that a form of a thousand rows costs what an
invoice of a thousand rows does. Lengths are thousandths of a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.paper.fonts import BOLD, REGULAR
from app.documents.paper.typeset import MILLIMETRE, POINT, length, wrap

THIN = 350
LEFT, CENTRE, RIGHT = "left", "center", "right"


@dataclass(frozen=True, slots=True)
class Mark:
    """One box of the page: its class and place in CSS, its text or the set rows in it."""

    css: str
    style: str
    text: str = ""
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Type:
    """Size, line height and weight of a text."""

    size: int
    leading: int
    weight: int = REGULAR

    @property
    def bold(self) -> Type:
        return Type(self.size, self.leading, BOLD)


TINY, SMALL, TEXT, LARGE = Type(6_000, 7_200), Type(7_500, 9_500), Type(9_000, 11_500), Type(13_000, 17_000, BOLD)


class Canvas:
    """Pages in order. `top` is where the next part goes, measured from the upper edge of the printed area."""

    def __init__(self, *, is_wide: bool = False) -> None:
        self.is_wide = is_wide
        self.left, self.margin_top = (
            (10 * MILLIMETRE, 9 * MILLIMETRE) if is_wide else (17 * MILLIMETRE, 12 * MILLIMETRE)
        )
        self.width = 277 * MILLIMETRE if is_wide else 180 * MILLIMETRE
        self.height = 188 * MILLIMETRE if is_wide else 266 * MILLIMETRE
        self.pages: list[list[Mark]] = [[]]
        self.top = 0

    @property
    def room(self) -> int:
        """What is left of the page."""
        return self.height - self.top

    def turn(self) -> None:
        """Begin the next page."""
        self.pages.append([])
        self.top = 0

    def need(self, height: int) -> None:
        """Turn the page unless so much is left of it."""
        if height > self.room and self.pages[-1]:
            self.turn()

    def put(self, text: str, at: int, top: int, room: int, kind: Type = TEXT, *, align: str = LEFT) -> int:
        """Lines of a text within `room` from `at`, their first at `top`; returns the height they take."""
        lines = [line for part in text.split("\n") for line in wrap(part, room, kind.size, kind.weight)]
        style = (
            f"left:{length(self.left + at)};top:{length(self.margin_top + top)};width:{length(room)};"
            f"font-size:{length(kind.size)};line-height:{length(kind.leading)};text-align:{align}"
        )
        self.pages[-1].append(Mark("strong" if kind.weight == BOLD else "", style, "\n".join(lines)))
        return len(lines) * kind.leading

    def write(self, text: str, kind: Type = TEXT, align: str = LEFT, *, at: int = 0, after: int = 0) -> None:
        """A paragraph below what was written before."""
        room = self.width - at
        for part in text.split("\n"):
            for line in wrap(part, room, kind.size, kind.weight):
                self.need(kind.leading)
                self.put(line, at, self.top, room, kind, align=align)
                self.top += kind.leading
        self.top += after

    def rule(self, at: int, top: int, span: int, thickness: int = THIN) -> None:
        """A level line."""
        self._line(at, top, span, thickness)

    def upright(self, at: int, top: int, span: int, thickness: int = THIN) -> None:
        self._line(at, top, thickness, span)

    def frame(self, at: int, top: int, span: int, height: int, thickness: int = THIN) -> None:
        """A box with four sides."""
        self.rule(at, top, span, thickness)
        self.rule(at, top + height, span, thickness)
        self.upright(at, top, height, thickness)
        self.upright(at + span, top, height + thickness, thickness)

    def rows(self, texts: Sequence[str], top: int, span: int, kind: Type) -> None:
        """Set rows of a table below each other; each draws the line below itself."""
        style = (
            f"top:{length(self.margin_top + top)};width:{length(span)};"
            f"font-size:{length(kind.size)};line-height:{length(kind.leading)}"
        )
        self.pages[-1].append(Mark("rows", style, rows=tuple(texts)))

    def set_line(self, text: str, top: int, kind: Type) -> None:
        """One text whose parts stand at their places."""
        style = f"top:{length(self.margin_top + top)};font-size:{length(kind.size)};line-height:{length(kind.leading)}"
        self.pages[-1].append(Mark("set", style, text))

    def _line(self, at: int, top: int, span: int, height: int) -> None:
        style = (
            f"left:{length(self.left + at)};top:{length(self.margin_top + top)};"
            f"width:{length(span)};height:{length(height)}"
        )
        self.pages[-1].append(Mark("line", style))

    def sign(self, label: str, at: int, room: int, caption: str, name: str = "") -> None:
        """A label, a line to sign on with its caption below, and a name behind it; the cursor does not move."""
        from_left = at + room * 2 // 5
        self.put(label, at, self.top, room * 2 // 5 - 2 * POINT, SMALL)
        line_at = self.top + SMALL.leading
        self.rule(from_left, line_at, room * 3 // 5)
        self.put(caption, from_left, line_at + 500, room * 3 // 5, TINY, align=CENTRE)
        if name:
            self.put(name, from_left + room * 3 // 10, self.top, room * 3 // 10, SMALL, align=CENTRE)

    def numbered(self, title: str, label: str) -> list[list[Mark]]:
        """The pages, each with the document's title and its number in the foot where there are several.

        `label` is "Page {page} of {pages}" in the language of the form.
        """
        if len(self.pages) > 1:
            for number, page in enumerate(self.pages, 1):
                text = f"{title} · {label.format(page=number, pages=len(self.pages))}"
                style = (
                    f"left:{length(self.left)};top:{length(self.margin_top + self.height + 4 * POINT)};"
                    f"width:{length(self.width)};font-size:{length(TINY.size)};line-height:{length(TINY.leading)};"
                    "text-align:right"
                )
                page.append(Mark("", style, text))
        return self.pages
