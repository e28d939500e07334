"""Words of the operator as HTML: escaped, with paragraphs, line breaks and links, and nothing else."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# [words](https://address), or an address that stands alone
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\((https?://[^\s()<>\"']{1,500}|/[^\s()<>\"'/\\][^\s()<>\"']{0,300})\)")


def operator_text(text: str) -> Markup:
    """Paragraphs of a text; what looks like a tag is shown as it was written."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines(part)) for part in paragraphs)


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> Markup:
    parts, last = [], 0
    for found in _LINK.finditer(line):
        parts.append(escape(line[last : found.start()]))
        parts.append(Markup('<a href="{}">{}</a>').format(found[2], found[1]))
        last = found.end()
    parts.append(escape(line[last:]))
    return Markup("").join(parts)
