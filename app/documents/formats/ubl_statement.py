"""UBL 2.1 Statement: an account between two parties. What was brought forward is a line of its own there."""

from __future__ import annotations

from datetime import date

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.codes import number
from app.documents.formats import Format, formats
from app.documents.model.statement import Statement, StatementLine
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.trade import read_role, write_role
from app.documents.ubl.values import NAMESPACES, day, root_namespace
from app.documents.xml_node import Node, Paths, read_root

_NAME = "Statement"
_OPENING = "0"  # the number of the line with what was brought forward
_BILLING = {"invoice": "cac:InvoiceDocumentReference", "credit-note": "cac:CreditNoteDocumentReference",
            "reminder": "cac:ReminderDocumentReference"}  # fmt: skip
_PATHS = Paths(NAMESPACES)


def dumps(statement: Statement) -> bytes:
    writer, currency = XmlWriter(_NAME, {"": root_namespace(_NAME), **NAMESPACES}), statement.currency
    writer.leaf("cbc:ID", statement.number)
    writer.leaf("cbc:IssueDate", day(statement.issue_date))
    write_notes(writer, statement.notes)
    writer.leaf("cbc:DocumentCurrencyCode", currency)
    writer.leaf("cbc:TotalDebitAmount", number(statement.total_debit), currencyID=currency)
    writer.leaf("cbc:TotalCreditAmount", number(statement.total_credit), currencyID=currency)
    writer.leaf("cbc:TotalBalanceAmount", number(statement.closing), currencyID=currency)
    with writer.group("cac:StatementPeriod"):
        writer.leaf("cbc:StartDate", day(statement.start))
        writer.leaf("cbc:EndDate", day(statement.end))
    write_role(writer, "cac:AccountingSupplierParty", statement.seller, keep=True)
    write_role(writer, "cac:AccountingCustomerParty", statement.buyer, keep=True)
    if statement.opening is not None:
        with writer.group("cac:StatementLine"):
            writer.leaf("cbc:ID", _OPENING)
            writer.leaf("cbc:BalanceBroughtForwardIndicator", "true")
            writer.leaf("cbc:BalanceAmount", number(statement.opening), currencyID=currency)
    for line in statement.lines:
        _write_line(writer, line, currency)
    return writer.finish()


def _write_line(writer: XmlWriter, line: StatementLine, currency: str) -> None:
    with writer.group("cac:StatementLine"):
        writer.leaf("cbc:ID", line.position)
        writer.leaf("cbc:Note", line.note)
        writer.leaf("cbc:DebitLineAmount", number(line.debit), currencyID=currency)
        writer.leaf("cbc:CreditLineAmount", number(line.credit), currencyID=currency)
        writer.leaf("cbc:BalanceAmount", number(line.balance), currencyID=currency)
        with writer.group("cac:PaymentTerms"):
            writer.leaf("cbc:PaymentDueDate", day(line.due_on))
        tag = _BILLING.get(line.document_type)
        if tag and line.document_number:
            with writer.group("cac:BillingReference"), writer.group(tag):
                _write_document(writer, line, "")
        elif line.document_number:
            with writer.group("cac:DocumentReference"):
                _write_document(writer, line, line.document_type)


def _write_document(writer: XmlWriter, line: StatementLine, kind: str) -> None:
    writer.leaf("cbc:ID", line.document_number)
    writer.leaf("cbc:IssueDate", day(line.date))
    writer.leaf("cbc:DocumentType", kind)


def loads(data: bytes) -> Statement:
    root = read_root(data, _PATHS)
    if root.element.tag != f"{{{root_namespace(_NAME)}}}{_NAME}":
        raise root.fault(N_("This is no UBL statement."))
    nodes = list(root.all("cac:StatementLine"))
    opening = next((node for node in nodes if _is_opening(node)), None)
    return Statement(
        number=root.need_text("cbc:ID"),
        issue_date=root.day("cbc:IssueDate"),
        currency=root.need_text("cbc:DocumentCurrencyCode"),
        lines=tuple(_line(node) for node in nodes if node is not opening),
        seller=read_role(root, "cac:AccountingSupplierParty"),
        buyer=read_role(root, "cac:AccountingCustomerParty"),
        start=root.day("cac:StatementPeriod/cbc:StartDate"),
        end=root.day("cac:StatementPeriod/cbc:EndDate"),
        opening=opening.number("cbc:BalanceAmount") if opening else None,
        closing=root.number("cbc:TotalBalanceAmount"),
        total_debit=root.number("cbc:TotalDebitAmount"),
        total_credit=root.number("cbc:TotalCreditAmount"),
        notes=read_notes(root),
    )


def _is_opening(node: Node) -> bool:
    return node.text("cbc:BalanceBroughtForwardIndicator") in ("true", "1")


def _line(node: Node) -> StatementLine:
    billing = node.find("cac:BillingReference")
    kind, found = "", None
    for name, tag in _BILLING.items():
        if billing is not None and (found := billing.find(tag)) is not None:
            kind = name
            break
    if found is None and (found := node.find("cac:DocumentReference")) is not None:
        kind = found.text("cbc:DocumentType") or found.text("cbc:DocumentTypeCode")
    return StatementLine(
        position=node.need_text("cbc:ID"), document_type=kind, document_number=found.text("cbc:ID") if found else "",
        date=found.day("cbc:IssueDate") if found else None, due_on=_due(node), debit=node.number("cbc:DebitLineAmount"),
        credit=node.number("cbc:CreditLineAmount"), balance=node.number("cbc:BalanceAmount"),
        note="\n".join(text for one in node.all("cbc:Note") if (text := one.own_text())),
    )  # fmt: skip


def _due(node: Node) -> date | None:
    return node.day("cac:PaymentTerms/cbc:PaymentDueDate") or node.day("cac:PaymentMeans/cbc:PaymentDueDate")


formats.add("ubl-statement", Format("ubl-statement", "application/xml", (Statement,), dumps, loads))
