"""How a text file is encoded: byte order mark, valid UTF-8, else windows-1251 or windows-1252."""

from __future__ import annotations

import codecs
import re
from typing import IO

_SAMPLE = 64 * 1024
_VALIDATED_AT_ONCE = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


def detect(stream: IO[bytes]) -> str:
    """Python's name of the encoding. The whole stream is checked, because one late byte can rule out UTF-8."""
    stream.seek(0)
    head = stream.read(_SAMPLE)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked and (marked != "utf-8-sig" or _is_utf8(stream)):
        return marked
    if not marked and (unmarked := _utf16_without_mark(head)):
        return unmarked
    if not marked and _is_utf8(stream):
        return "utf-8"
    return "cp1251" if _reads_as_cyrillic(head) else "cp1252"


def _is_utf8(stream: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while chunk := stream.read(_VALIDATED_AT_ONCE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(head: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in every other byte, which no other encoding of a table has."""
    pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if pairs and odd * 10 > pairs * 7 and not even:
        return "utf-16-le"
    if pairs and even * 10 > pairs * 7 and not odd:
        return "utf-16-be"
    return None


def _reads_as_cyrillic(head: bytes) -> bool:
    """Read as windows-1251, Russian gives Cyrillic words; German and French give words that mix both alphabets."""
    cyrillic = mixed = 0
    for word in _WORD.findall(head.decode("cp1251", "replace")):
        if _CYRILLIC_WORD.fullmatch(word):
            cyrillic += 1
        elif _CYRILLIC.search(word):
            mixed += 1
    return cyrillic > mixed
