"""ANSI X12 856: ship notice, with the full tree of levels."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.x12.despatch import read_despatch_advice
from app.documents.x12.despatch_out import write_despatch_advice
from app.documents.x12.exchange import single_format

formats.add(
    "x12-856", single_format("x12-856", ("856",), (DespatchAdvice,), write_despatch_advice, read_despatch_advice)
)
