"""The segments of X12 interchanges, streamed: delimiters from ISA, also a damaged one, and binary segments."""

from __future__ import annotations

import re
from functools import cache

from app.core.texts import N_
from app.documents.segments import Marks, Tokens, literal

_BREAKS = str.maketrans("", "", "\r\n")
_ISA_LENGTH = 106
_LONGEST_ISA = 600
_ELEMENTS = 16


class X12Tokens(Tokens):
    """`is_fixed` is False when an ISA did not have its 106 characters; `isa16_at` says where ISA16 stood then."""

    is_fixed = True
    isa16_at = 104

    def _open(self, text: str, *, is_last: bool) -> int:
        if len(text) < _LONGEST_ISA and not is_last:
            return -1
        if not text.startswith("ISA") or len(text) < 4 or text[3].isalnum():
            raise self.error(N_("The file does not begin as an X12 interchange (ISA)."))
        self.marks = self._by_width(text) or self._by_count(text)
        self.headers.append(self.marks)
        self._skip = 3
        return 0

    def _by_width(self, text: str) -> Marks | None:
        chars = _characters(text[:_LONGEST_ISA])
        element = chars[3]
        bare: list[str] = []
        for at, char in enumerate(chars):
            if len(bare) == _ISA_LENGTH - 1:
                if bare[103] != element or "".join(bare).count(element) != _ELEMENTS:
                    return None
                return self._marks(element, bare[104], char, bare[82])
            if char not in "\r\n":
                bare.append(char)
            elif at < 4:
                return None
        return None

    def _by_count(self, text: str) -> Marks:
        chars = _characters(text[:_LONGEST_ISA])
        element = chars[3]
        elements = "".join(chars).split(element, _ELEMENTS)
        tail = elements[_ELEMENTS] if len(elements) > _ELEMENTS else ""
        after = tail[1:].lstrip(" \t")
        if not tail or not after:
            raise self.error(N_("ISA does not have its 16 elements."))
        self.is_fixed = False
        self.isa16_at = sum(len(part) + 1 for part in elements[:_ELEMENTS])
        return self._marks(element, tail[0], after[0], elements[11].strip()[:1])

    def _marks(self, element: str, component: str, terminator: str, repetition: str) -> Marks:
        if len({element, component, terminator}) < 3 or terminator.isalnum() or component.isalnum():
            raise self.error(
                N_("ISA names delimiters that cannot separate: {chars}", chars=f"{element} {component} {terminator}")
            )
        seen = "" if repetition.isalnum() else repetition
        return Marks(_bytes(element), _bytes(component), _bytes(terminator), "", seen)

    def _prepare(self, text: str, *, is_last: bool) -> tuple[str, int]:
        assert self.marks is not None
        masked = self._mask(text, is_last=is_last)
        found = _header(self.marks).search(masked, self._skip)
        return masked, found.end() if found else -1

    def _mask(self, text: str, *, is_last: bool) -> str:
        """Raw bytes of BIN and BDS hidden; a segment whose bytes are not all there is kept for later."""
        marks = self.marks
        assert marks is not None
        if f"BIN{marks.element}" not in text and f"BDS{marks.element}" not in text:
            return text
        begin = 0
        pieces: list[str] = []
        while found := _binary(marks).search(text, begin):
            size = int(found[1])
            end = found.end() + size
            if end > len(text):
                if is_last:
                    raise self.error(N_("A binary segment says it has {size} bytes, but the file ends.", size=size))
                if found.start() > begin or begin:
                    pieces += (text[begin : found.start()], marks.terminator)
                return "".join(pieces)
            pieces += (text[begin : found.end()], literal(text[found.end() : end]))
            begin = end
        return "".join(pieces) + text[begin:]


def _characters(text: str) -> str:
    """ISA by characters: a name outside ASCII must not shift the positions."""
    data = text.encode("latin-1")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return data[: error.start].decode() if error.start >= 3 * _ISA_LENGTH else text


def _bytes(char: str) -> str:
    """A delimiter as it stands in the stream."""
    return char.encode().decode("latin-1")


@cache
def _header(marks: Marks) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(marks.terminator)}\s*(?=ISA{re.escape(marks.element)}|ISA[^A-Z0-9])")


@cache
def _binary(marks: Marks) -> re.Pattern[str]:
    element = re.escape(marks.element)
    return re.compile(
        rf"(?:^|{re.escape(marks.terminator)})\s*(?:BIN|BDS{element}[^{element}]*){element}([0-9]{{1,9}}){element}"
    )
