"""cXML ShipNoticeRequest: what has left the seller."""

from __future__ import annotations

from app.documents.cxml.ship_notice import read_ship_notice, write_ship_notice
from app.documents.formats import Format, formats
from app.documents.model.despatch_advice import DespatchAdvice

formats.add(
    "cxml-ship-notice",
    Format("cxml-ship-notice", "application/xml", (DespatchAdvice,), write_ship_notice, read_ship_notice),
)
