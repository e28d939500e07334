"""ANSI X12 997: functional acknowledgement of a group."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.acknowledgement import Acknowledgement
from app.documents.x12.acknowledgement import read_acknowledgement, write_997
from app.documents.x12.exchange import single_format

formats.add("x12-997", single_format("x12-997", ("997",), (Acknowledgement,), write_997, read_acknowledgement))
