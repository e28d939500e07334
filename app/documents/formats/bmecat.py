"""BMEcat catalogues and price updates, read in 1.2 and 2005, written in 2005."""

from __future__ import annotations

from app.documents.bmecat.stream import read_catalogue
from app.documents.bmecat.writing import write_catalogue
from app.documents.formats import Format, formats
from app.documents.model.catalogue import Catalogue

formats.add("bmecat", Format("bmecat", "application/xml", (Catalogue,), write_catalogue, read_catalogue))
