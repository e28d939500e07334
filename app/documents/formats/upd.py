"""Russian UPD (ON_NSCHFDOPPR 5.01 to 5.03): an invoice as СЧФ or СЧФДОП, a despatch advice as ДОП."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.model.invoice import Invoice
from app.documents.upd.reading import read_upd
from app.documents.upd.writing import write_upd

formats.add("upd", Format("upd", "application/xml", (Invoice, DespatchAdvice), write_upd, read_upd))
