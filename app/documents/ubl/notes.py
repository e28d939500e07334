"""Notes whose subject (UNTDID 4451) stands in front of them, as EN 16931 has it for UBL: #AAI#text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.core.xml import XmlWriter
from app.documents.model.invoice import Note
from app.documents.xml_node import Node

_WITH_SUBJECT = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def write_notes(writer: XmlWriter, notes: Iterable[Note]) -> None:
    for note in notes:
        writer.leaf("cbc:Note", f"#{note.subject}#{note.text}" if note.subject else note.text)


def read_notes(node: Node) -> tuple[Note, ...]:
    return tuple(_note(one.own_text()) for one in node.all("cbc:Note") if one.own_text())


def _note(text: str) -> Note:
    match = _WITH_SUBJECT.fullmatch(text)
    return Note(match[2].strip(), match[1]) if match else Note(text)
