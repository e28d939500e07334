"""The segments of EDIFACT interchanges, streamed: UNA, release characters, character sets UNOA to UNOY."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from app.core.texts import N_
from app.documents.segments import BLOCK, FILL, LINE_FEED, RETURN, Marks, Segment, Tokens, literal

DEFAULT = Marks("+", ":", "'", "?", "", ".")
CHARSETS = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOL": "iso8859-15", "UNOW": "utf-8", "UNOX": "utf-8", "UNOY": "utf-8",
}  # fmt: skip
_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"U\x00N\x00", "utf-16-le"), (b"\x00U\x00N", "utf-16-be"))
_UNOX = re.compile(rb"UNB.UNOX")
_STARTS = ("UNA", "UNB", "UNG", "UNH")
MAX_RELEASES = 100  # looked at before a terminator, to tell whether it is released
_CONTROLS = re.compile("[\x80-\x9f]")


class EdifactTokens(Tokens):
    """`charset` is what the last UNB declares; `charsets` are the codecs that bytes outside ASCII really fitted."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__(_utf8(chunks))
        self.charset = ""
        self.charsets: set[str] = set()
        self.advices: list[str] = []
        self._codec = "ascii"

    def _open(self, text: str, *, is_last: bool) -> int:
        if len(text) < 10 and not is_last:
            return -1
        if text.startswith(("STX=", "MHD=")):
            raise self.error(N_("This is a TRADACOMS file, which is not read."))
        if not text.startswith(_STARTS):
            raise self.error(N_("The file does not begin as an EDIFACT interchange (UNA, UNB or UNH)."))
        used = 0
        if text.startswith("UNA"):
            self.marks, used = self._advice(text)
        elif text[3:4] not in ("+", ""):
            raise self.error(N_("{tag} is not followed by +; other service characters need UNA.", tag=text[:3]))
        else:
            self.marks = DEFAULT
        self.headers.append(self.marks)
        self._skip = 1
        return used

    def _advice(self, text: str) -> tuple[Marks, int]:
        if len(text) < 9:
            raise self.error(N_("UNA has fewer than 9 characters."))
        used = 8 if text[8] == "U" and text[7] not in " *" else 9
        chars = text[3:used] if used == 9 else f"{text[3:7]} {text[7]}"
        component, element, decimal, release, repetition, terminator = (chars[at] for at in range(6))
        separators = {component, element, terminator}
        if len(separators) < 3 or release in separators or any(char.isalnum() for char in separators):
            raise self.error(N_("UNA names service characters that cannot separate: {chars}", chars=chars))
        self.advices.append(chars)
        return Marks(element, component, terminator, release.strip(), repetition.strip(), decimal), used

    def _prepare(self, text: str, *, is_last: bool) -> tuple[str, int]:
        border = self._border(text)
        return self._mask(text if border < 0 else text[:border]), border

    def _border(self, text: str) -> int:
        marks = self.marks
        assert marks is not None
        for found in _header(marks).finditer(text, self._skip):
            before = text[max(0, found.start() - MAX_RELEASES) : found.start()]
            releases = len(before) - len(before.rstrip(marks.release)) if marks.release else 0
            if releases % 2 == 0:
                return found.end()
        return -1

    def _mask(self, text: str) -> str:
        marks = self.marks
        assert marks is not None
        release = marks.release
        if not release or release not in text:
            return text
        service = dict.fromkeys(release + marks.element + marks.component + marks.terminator + marks.repetition)
        if f"{release}\n" in text or f"{release}\r" in text:
            return self._mask_across_lines(text, "".join(service))
        for char in service:  # the release character itself comes first
            text = text.replace(release + char, FILL + literal(char))
        return text.replace(release, FILL)

    def _mask_across_lines(self, text: str, service: str) -> str:
        """The same where a line break may stand between a release character and what it releases."""
        assert self.marks is not None

        def hide(found: re.Match[str]) -> str:
            breaks, char = found[1], found[2]
            hidden = breaks.replace("\n", LINE_FEED).replace("\r", RETURN)
            return FILL + hidden + (literal(char) if char in service else char)

        return _released(self.marks).sub(hide, text)

    def _refuse_open_end(self, tail: str) -> None:
        assert self.marks is not None
        if self.marks.release and tail.endswith((self.marks.release, FILL)):
            raise self.error(N_("The file ends after a release character."))

    def _seen(self, segment: Segment) -> None:
        if segment.parts[0] == "UNB":
            self.charset = segment.value(1, 1).upper()
            self._codec = CHARSETS.get(self.charset, "ascii")

    def _decoded(self, run: re.Match[str]) -> str:
        """By the declared set; UTF-8 and windows-1252, which partners send under any name, where that cannot be."""
        data = run[0].encode("latin-1")
        declared = () if self._codec == "ascii" else (self._codec,)
        for codec in ("utf-8", *declared, "cp1252"):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                continue
            if not _CONTROLS.search(text):
                self.charsets.add(codec)
                return text
        self.charsets.add("cp1252")
        return data.decode("cp1252", "replace")


@cache
def _released(marks: Marks) -> re.Pattern[str]:
    breaks = "()" if marks.terminator in "\r\n" else r"([\r\n]*)"
    return re.compile(re.escape(marks.release) + breaks + "(.)", re.DOTALL)


@cache
def _header(marks: Marks) -> re.Pattern[str]:
    """Just before UNA, or before UNB with another element separator, at the start of a segment."""
    return re.compile(rf"(?:^|{re.escape(marks.terminator)})\s*(?=UNA|UNB[^{re.escape(marks.element)}])")


def _utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Wide (UCS-2) and switching (ISO 2022) character sets as UTF-8; all others as they are."""
    source = iter(chunks)
    first = b""
    for chunk in source:
        first += chunk
        if len(first) >= 512:
            break
    codec = next((name for start, name in _WIDE if first.startswith(start)), "")
    if not codec and _UNOX.search(first[:512]):
        codec = "iso2022_jp_2"
    data = chain([first], source)
    if not codec:
        return data
    return _transcoded(data, codec)


def _transcoded(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for chunk in chunks:
        for start in range(0, len(chunk), BLOCK):
            yield decoder.decode(chunk[start : start + BLOCK]).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
