"""openTRANS 2.1 DISPATCHNOTIFICATION."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.opentrans.delivery import read_despatch, write_despatch

formats.add(
    "opentrans-despatch",
    Format("opentrans-despatch", "application/xml", (DespatchAdvice,), write_despatch, read_despatch),
)
