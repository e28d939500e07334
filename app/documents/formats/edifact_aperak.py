"""UN/EDIFACT APERAK: the business answer to one document."""

from __future__ import annotations

from app.documents.edifact.acknowledgement import APERAK, read_aperak, write_aperak
from app.documents.edifact.exchange import single_format
from app.documents.formats import formats
from app.documents.model.acknowledgement import Acknowledgement

formats.add(
    "edifact-aperak",
    single_format("edifact-aperak", ("APERAK",), Acknowledgement, write_aperak, read_aperak, directory=APERAK),
)
