"""ANSI X12 999: implementation acknowledgement of a group, the 005010 form of 997."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.acknowledgement import Acknowledgement
from app.documents.x12.acknowledgement import read_acknowledgement, write_999
from app.documents.x12.exchange import single_format

formats.add(
    "x12-999",
    single_format("x12-999", ("999",), (Acknowledgement,), write_999, read_acknowledgement, version="005010X231A1"),
)
