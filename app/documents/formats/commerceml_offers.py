"""CommerceML 2 offers.xml: prices by kind and stock by warehouse (ПакетПредложений), also split into prices and rests."""

from __future__ import annotations

from app.core.texts import N_
from app.core.xml import MAX_BYTES
from app.documents.commerceml.catalogue import fatal_fault, read_catalogue
from app.documents.commerceml.writing import write_offers
from app.documents.formats import Format, FormatError, formats
from app.documents.model.catalogue import Catalogue
from app.documents.reading import Reading


def loads(data: bytes) -> Reading[Catalogue]:
    """The package as a whole; large files are streamed by `commerceml.catalogue`."""
    catalogue, log, head = read_catalogue(data, max_bytes=MAX_BYTES)
    if not head.is_offers:
        raise FormatError(N_("The file holds no ПакетПредложений."), 1)
    if fault := fatal_fault(log):
        raise fault
    return Reading(catalogue, tuple(log.faults), tuple(log.leftovers))


formats.add("commerceml-offers", Format("commerceml-offers", "application/xml", (Catalogue,), write_offers, loads))
