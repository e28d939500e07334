"""UN/EDIFACT CONTRL: that an interchange arrived, and which messages of it were wrong where."""

from __future__ import annotations

from app.documents.edifact.acknowledgement import CONTRL, read_contrl, write_contrl
from app.documents.edifact.exchange import single_format
from app.documents.formats import formats
from app.documents.model.acknowledgement import Acknowledgement

formats.add(
    "edifact-contrl",
    single_format("edifact-contrl", ("CONTRL",), Acknowledgement, write_contrl, read_contrl, directory=CONTRL),
)
