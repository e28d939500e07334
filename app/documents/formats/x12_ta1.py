"""ANSI X12 TA1: acknowledgement of an interchange, outside of every group."""

from __future__ import annotations

from datetime import datetime, time

from app.core.texts import N_
from app.documents.formats import Format, FormatError, formats
from app.documents.model.acknowledgement import Acknowledgement
from app.documents.x12.acknowledgement import read_ta1, ta1_fields
from app.documents.x12.envelope import X12File
from app.documents.x12.exchange import MEDIA_TYPE, default_envelope
from app.documents.x12.writer import write_ta1


def dumps(answer: Acknowledgement) -> bytes:
    envelope = default_envelope(answer, int(answer.number) if answer.number.isdecimal() else 1)
    moment = datetime.combine(answer.issue_date, time()) if answer.issue_date else envelope.prepared
    return write_ta1(ta1_fields(answer, moment), envelope)


def loads(data: bytes) -> Acknowledgement:
    file = X12File.of([data])
    for _ in file.sets():
        continue
    if len(file.answers) != 1:
        raise FormatError(N_("The file should hold one TA1, it holds {count}.", count=len(file.answers)), 1, column=1)
    return read_ta1(*file.answers[0])


formats.add("x12-ta1", Format("x12-ta1", MEDIA_TYPE, (Acknowledgement,), dumps, loads))
