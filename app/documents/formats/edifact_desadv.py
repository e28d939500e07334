"""UN/EDIFACT DESADV, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.despatch import read_despatch
from app.documents.edifact.despatch_out import write_despatch
from app.documents.edifact.exchange import single_format
from app.documents.formats import formats
from app.documents.model.despatch_advice import DespatchAdvice

formats.add(
    "edifact-desadv", single_format("edifact-desadv", ("DESADV",), DespatchAdvice, write_despatch, read_despatch)
)
