"""UN/EDIFACT ORDCHG, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.change import read_change, write_change
from app.documents.edifact.exchange import single_format
from app.documents.formats import formats
from app.documents.model.order_change import OrderChange

formats.add("edifact-ordchg", single_format("edifact-ordchg", ("ORDCHG",), OrderChange, write_change, read_change))
