"""What is to be said of an EDI file that came: CONTRL for its interchange, 997 or 999 for each of its groups."""

from __future__ import annotations

from datetime import date

from app.documents.edifact import acknowledgement as edifact
from app.documents.edifact.envelope import EdifactFile
from app.documents.edifact.messages import READERS as EDIFACT_READERS
from app.documents.model.acknowledgement import Acknowledgement
from app.documents.x12 import acknowledgement as x12
from app.documents.x12.documents import READERS as X12_READERS
from app.documents.x12.envelope import X12File


def acknowledgements(family: str, data: bytes, day: date) -> list[Acknowledgement]:
    """Numbered by the caller. The file was read before, so it can be read."""
    return _edifact(data, day) if family == "edifact" else _x12(data)


def _edifact(data: bytes, day: date) -> list[Acknowledgement]:
    file = EdifactFile.of([data])
    found = []
    for message in file.messages():
        reader = EDIFACT_READERS.get(message.type)
        if edifact.wants_answer(message.type):
            found.append((message, reader(message).faults if reader else ()))
    return [edifact.acknowledge(file, found, "1", day)] if found else []


def _x12(data: bytes) -> list[Acknowledgement]:
    file = X12File.of([data])
    found = []
    for one in file.sets():
        reader = X12_READERS.get(one.type)
        found.append((one, reader(one).faults if reader else ()))
    return x12.acknowledge(file, found)
