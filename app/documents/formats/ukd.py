"""Russian UKD (ON_NKORSCHFDOPPR, ON_KORSCHFDOPPR): the correction of an invoice."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.invoice import CreditNote, Invoice
from app.documents.upd.correction import read_correction
from app.documents.upd.correction_out import write_correction

formats.add("ukd", Format("ukd", "application/xml", (CreditNote, Invoice), write_correction, read_correction))
