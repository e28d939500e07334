"""BMEcat 1.2, for partners whose systems take nothing newer."""

from __future__ import annotations

from app.documents.bmecat.stream import read_catalogue
from app.documents.bmecat.writing import BmecatOptions, write_catalogue
from app.documents.formats import Format, formats
from app.documents.model.catalogue import Catalogue


def _dumps(catalogue: Catalogue) -> bytes:
    return write_catalogue(catalogue, BmecatOptions("1.2"))


formats.add("bmecat-12", Format("bmecat-12", "application/xml", (Catalogue,), _dumps, read_catalogue))
