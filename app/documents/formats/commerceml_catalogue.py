"""CommerceML 2 import.xml: groups, properties and articles of a catalogue (Классификатор, Каталог)."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import MAX_BYTES
from app.documents.commerceml.catalogue import fatal_fault, read_catalogue
from app.documents.commerceml.writing import write_catalogue
from app.documents.formats import Format, FormatError, formats
from app.documents.model.catalogue import Catalogue
from app.documents.reading import Reading


def loads(data: bytes) -> Reading[Catalogue]:
    """The catalogue as a whole; large files are streamed by `commerceml.catalogue`."""
    catalogue, log, head = read_catalogue(data, max_bytes=MAX_BYTES)
    if head.is_offers or not (head.has_catalogue or head.groups or head.features):
        raise FormatError(N_("The file holds no Каталог."), 1)
    if fault := fatal_fault(log):
        raise fault
    return Reading(catalogue, tuple(log.faults), tuple(log.leftovers))


formats.add(
    "commerceml-catalogue",
    Format("commerceml-catalogue", "application/xml", (Catalogue,), write_catalogue, loads),
)
