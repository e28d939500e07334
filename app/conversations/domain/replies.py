"""What somebody has written in a mail, apart from what he quotes and how he signs. Nothing is lost: the rest is kept.

An attribution ("On Monday Ann wrote:"), a head as Outlook writes it, or a line such as "-----Original Message-----"
ends the text; so does a signature. Answers between quoted lines are kept with the lines they answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_MOST_LINES = 4  # of an attribution that a program has wrapped

_ATTRIBUTION = re.compile(
    r"^(?:"
    r"on\b.{4,300}\bwrote|"
    r"am\b.{4,300}\bschrieb\b.{0,200}|"
    r".{4,300}\bschrieb am\b.{4,120}|"
    r"le\b.{4,300}\ba écrit|"
    r"el\b.{4,300}\bescribió|"
    r"w dniu\b.{4,300}\bnapisał(?:\(a\)|a)?|"
    r".{4,300}\b(?:пишет|написал(?:\(а\)|а|и)?|писал(?:\(а\)|а|и)?)|"
    r".{4,300}\b(?:пише|написав(?:\(ла\)|ла)?|написала|писав(?:\(ла\)|ла)?|писала)|"
    r".{0,200}\d{1,2}[:.]\d{2}.{0,200}<\s?[^<>@\s]+@[^<>\s]+>"
    r")\s*:\s*$",
    re.IGNORECASE | re.DOTALL,
)
_DIVIDER = re.compile(
    r"^\s*-{2,}\s*(?:original(?: message|nachricht|-nachricht)?|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"forwarded message|message d'origine|исходное сообщение|пересылаемое сообщение|"
    r"початкове повідомлення|вихідне повідомлення|переслане повідомлення)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_HEAD_FROM = re.compile(r"^\s*[*_]*(?:from|von|de|от|від|od)\s*:[*_]*\s*\S", re.IGNORECASE)
_HEAD_MORE = re.compile(
    r"^\s*[*_]*(?:sent|date|gesendet|datum|envoyé|отправлено|дата|надіслано|to|an|à|кому|subject|betreff|objet|тема)"
    r"\s*:[*_]*\s*\S",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_\u2014\u2013-]{10,}\s*$")
_SIGNATURE = re.compile(r"^--\s?$")
_MOBILE = re.compile(
    r"^\s*(?:sent from (?:my|outlook|mail|yahoo)\b.{0,60}|get outlook for .{0,80}|von meinem .{2,40} gesendet|"
    r"gesendet (?:von|mit) .{2,60}|отправлено (?:с|из) .{2,60}|надіслано (?:з|із) .{2,60})\.?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is what was written, `cut` what was quoted and signed; both in the order of the mail."""

    text: str
    cut: str


def cut_reply(mail: str) -> Reply:
    """Part a mail's plain text; where nothing would be left, the whole of it is the text."""
    lines = mail.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").split("\n")
    kept, cut = _without_quotes(lines)
    kept, signed = _without_signature(kept)
    text = _joined(kept)
    if not text:
        return Reply(_joined(lines), "")
    return Reply(text, _joined([*signed, *cut]))


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    for place in range(len(lines)):
        length = _opening(lines, place)
        if not length:
            continue
        begin = place - 1 if place and _RULE.match(lines[place - 1]) else place
        rest = lines[place + length :]
        if not any(_is_quote(line) for line in rest):
            return lines[:begin], lines[begin:]
        after = _after_quotes(rest)
        if after is None:  # nothing but the quotation follows
            return lines[:begin], lines[begin:]
        if _joined(lines[:begin]) or any(_is_quote(line) for line in after):
            break  # he answers between the lines
        return after, lines[begin : len(lines) - len(after)]
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quote(lines[end - 1])):
        end -= 1
    return lines[:end], lines[end:]


def _opening(lines: list[str], place: int) -> int:
    """How many lines the beginning of a quotation takes here; 0: there is none."""
    if not lines[place].strip() or _is_quote(lines[place]):
        return 0
    if _DIVIDER.match(lines[place]):
        return 1
    if _HEAD_FROM.match(lines[place]):
        following = [line for line in lines[place + 1 : place + 8] if line.strip()][:5]
        if sum(bool(_HEAD_MORE.match(line)) for line in following) >= 2:
            return 1
    for count in range(1, _MOST_LINES + 1):
        window = lines[place : place + count]
        if len(window) < count or not window[-1].strip() or _is_quote(window[-1]):
            return 0
        if window[-1].rstrip().endswith(":") and _ATTRIBUTION.match(" ".join(window).strip()):
            return count
    return 0


def _after_quotes(rest: list[str]) -> list[str] | None:
    """What stands below the first block of quoted lines; None where that is nothing, or a signature."""
    place = next(place for place, line in enumerate(rest) if _is_quote(line))
    while place < len(rest) and (_is_quote(rest[place]) or not rest[place].strip()):
        place += 1
    after = rest[place:]
    kept, _signed = _without_signature(after)
    return after if _joined(kept) else None


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for place, line in enumerate(lines):
        if _SIGNATURE.match(line):
            return lines[:place], lines[place:]
    end = len(lines)
    while end and (not lines[end - 1].strip() or _MOBILE.match(lines[end - 1]) or _RULE.match(lines[end - 1])):
        end -= 1
    return lines[:end], lines[end:]


class _Reader(HTMLParser):
    """Text of HTML with its line breaks; block quotes get ">" as in plain mails."""

    _BREAKS = frozenset({"p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "pre"})
    _HIDDEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.depth = 0
        self.hidden = 0

    def _break(self) -> None:
        if self.lines[-1].strip(" >"):
            self.lines.append("")
        self.lines[-1] = "> " * self.depth

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self.hidden += 1
        elif tag == "br":
            self.lines.append("> " * self.depth)
        elif tag == "hr":
            self._break()
            self.lines[-1] += "_" * 32
            self._break()
        elif tag in self._BREAKS:
            self.depth += tag == "blockquote"
            self._break()
            if tag == "li":
                self.lines[-1] += "- "

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        elif tag in self._BREAKS:
            self.depth = max(self.depth - (tag == "blockquote"), 0)
            self._break()
            if tag == "p":
                self.lines.append("> " * self.depth)
        elif tag in ("td", "th"):
            self.lines[-1] += " "

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            words = re.sub(r"[ \t\r\n\xa0]+", " ", data)
            here = self.lines[-1]
            self.lines[-1] = here + (words.lstrip() if not here.strip(" >") else words)


def text_of_html(html: str) -> str:
    """HTML of a mail as plain text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _joined([line.rstrip() for line in reader.lines])
