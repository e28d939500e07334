"""ANSI X12 832: price and sales catalogue."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.catalogue import Catalogue
from app.documents.x12.catalogue import read_catalogue, write_catalogue
from app.documents.x12.exchange import single_format

formats.add("x12-832", single_format("x12-832", ("832",), (Catalogue,), write_catalogue, read_catalogue))
