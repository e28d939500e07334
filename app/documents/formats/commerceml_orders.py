"""CommerceML 2 documents: orders and payments as 1C and the shops around it exchange them, with or without Контейнер."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.texts import N_
from app.core.xml import XmlError, parse
from app.documents.commerceml.node import local
from app.documents.commerceml.order import documents_in, operation_of, read_document
from app.documents.commerceml.values import ROOT
from app.documents.commerceml.writing import write_orders
from app.documents.formats import Format, FormatError, formats
from app.documents.model.order import Order
from app.documents.model.payment_notice import PaymentNotice
from app.documents.reading import Reading
from app.documents.segments import Severity

Documents = Order | PaymentNotice | Iterable[Order | PaymentNotice]


def dumps(documents: Documents) -> bytes:
    """One document or several in one file."""
    return write_orders((documents,) if isinstance(documents, (Order, PaymentNotice)) else documents)


def loads(data: bytes) -> list[Reading[Order] | Reading[PaymentNotice]]:
    """Every document that is read here; FormatError where there is none, or one lacks what it cannot be without."""
    try:
        root = parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    if local(root) != ROOT:
        raise FormatError(N_("This is no CommerceML file."), 1)
    found = []
    for position, element in enumerate(documents_in(root), 1):
        reading = read_document(element, position)
        if reading is None:
            problem = N_("Documents of the kind {kind} are not read.", kind=operation_of(element)[:80])
            raise FormatError(problem, element.sourceline or 0, f"/{local(element)}[{position}]")
        for fault in reading.faults:
            if fault.severity is Severity.FATAL:
                raise FormatError(fault.message, fault.line, fault.path, column=fault.column)
        found.append(reading)
    if not found:
        raise FormatError(N_("The file holds no document."), 1)
    return found


formats.add(
    "commerceml-orders",
    Format("commerceml-orders", "application/xml", (Order, PaymentNotice), dumps, loads),
)
