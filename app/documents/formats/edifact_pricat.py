"""UN/EDIFACT PRICAT, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.catalogue import read_catalogue, write_catalogue
from app.documents.edifact.exchange import single_format
from app.documents.formats import formats
from app.documents.model.catalogue import Catalogue

formats.add("edifact-pricat", single_format("edifact-pricat", ("PRICAT",), Catalogue, write_catalogue, read_catalogue))
