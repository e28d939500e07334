"""A pick list on paper, for those who walk without a device."""

from __future__ import annotations

from app.core.units import unit_name
from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.paper.figures import figures
from app.documents.paper.words import Translate, Words
from app.documents.rendering import print_record
from app.fulfilment.queries.waves import ListPage


def pick_paper(page: ListPage, language: str, translate: Translate) -> bytes:
    """PDF with the stops in the order of the walk, and room for what was taken."""
    _, write = Words(translate), figures(language)
    columns = (
        RecordColumn(_("Bin")), RecordColumn(_("Article")), RecordColumn(_("Description"), 3), RecordColumn(_("Batch")),
        RecordColumn(_("Delivery"), is_number=True), RecordColumn(_("Quantity"), is_number=True),
        RecordColumn(_("Unit")), RecordColumn(_("Taken"), is_number=True),
    )  # fmt: skip
    rows = tuple(
        (
            line.bin_code or "–", line.sku, line.name, line.batch or "–", str(line.delivery), write.quantity(line.quantity),
            _(unit_name(line.unit).text), "……",
        )
        for line in page.lines
    )  # fmt: skip
    facts = [(_("Warehouse"), page.warehouse), (_("Lines"), str(len(page.lines)))]
    if page.zone:
        facts.append((_("Zone"), page.zone))
    record = RecordDocument(
        title=_("Pick list"), number=f"{page.wave}/{page.position}", issuer="", facts=tuple(facts),
        sections=(RecordSection(_("Stops"), (), columns, rows),),
    )  # fmt: skip
    return print_record(record, language=language)
