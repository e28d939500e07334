"""Terms, means of payment and delivery."""

from __future__ import annotations

from datetime import date

from app.core.xml import XmlWriter
from app.documents.model.invoice import Delivery
from app.documents.model.payment import PaymentMeans, PaymentTerms
from app.documents.payment_text import join_terms, split_terms
from app.documents.ubl.party import read_address, write_address
from app.documents.ubl.values import day, read_identifier, write_identifier
from app.documents.xml_node import Node

_NO_NETWORK = "NA"  # the schema demands the card's network, which EN 16931 does not know
_NO_MEANS = "1"  # UNTDID 4461 "instrument not defined": carries nothing but a credit note's due date


def write_payment(
    writer: XmlWriter, terms: PaymentTerms | None, means: tuple[PaymentMeans, ...], *, due: date | None
) -> None:
    """`due` is given for credit notes, whose due date stands inside the means of payment.

    One mandate (BG-19) is allowed: it stands with the first means that has it.
    """
    mandated = next((item for item in means if item.mandate or item.debited_account), None)
    for item in means or ((PaymentMeans(code=_NO_MEANS),) if due else ()):
        with writer.group("cac:PaymentMeans"):
            writer.leaf("cbc:PaymentMeansCode", item.code, name=item.text)
            writer.leaf("cbc:PaymentDueDate", day(due))
            writer.leaf("cbc:PaymentID", item.reference)
            if item.card:
                with writer.group("cac:CardAccount"):
                    writer.leaf("cbc:PrimaryAccountNumberID", item.card)
                    writer.leaf("cbc:NetworkID", _NO_NETWORK)
                    writer.leaf("cbc:HolderName", item.card_holder)
            with writer.group("cac:PayeeFinancialAccount"):
                writer.leaf("cbc:ID", item.account)
                writer.leaf("cbc:Name", item.account_name)
                with writer.group("cac:FinancialInstitutionBranch"):
                    writer.leaf("cbc:ID", item.bic)
            if item is mandated:
                with writer.group("cac:PaymentMandate"):
                    writer.leaf("cbc:ID", item.mandate)
                    with writer.group("cac:PayerFinancialAccount"):
                        writer.leaf("cbc:ID", item.debited_account)
    if terms is not None:
        with writer.group("cac:PaymentTerms"):
            writer.leaf("cbc:Note", join_terms(terms.text, terms.discounts))


def read_terms(root: Node) -> PaymentTerms | None:
    text, discounts = split_terms("\n".join(item.text("cbc:Note") for item in root.all("cac:PaymentTerms")))
    due = root.day("cbc:DueDate") or root.day("cac:PaymentMeans/cbc:PaymentDueDate")
    terms = PaymentTerms(due_date=due, text=text, discounts=discounts)
    return None if terms == PaymentTerms() else terms


def read_means(root: Node, creditor_id: str) -> tuple[PaymentMeans, ...]:
    means = (_read_means(item, creditor_id) for item in root.all("cac:PaymentMeans"))
    return tuple(item for item in means if item != PaymentMeans(code=_NO_MEANS))


def _read_means(item: Node, creditor_id: str) -> PaymentMeans:
    mandate = item.text("cac:PaymentMandate/cbc:ID")
    debited = item.text("cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID")
    return PaymentMeans(
        code=item.text("cbc:PaymentMeansCode"),
        text=item.attribute("cbc:PaymentMeansCode", "name"),
        reference=item.text("cbc:PaymentID"),
        account=item.text("cac:PayeeFinancialAccount/cbc:ID"),
        account_name=item.text("cac:PayeeFinancialAccount/cbc:Name"),
        bic=item.text("cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID"),
        mandate=mandate,
        creditor_id=creditor_id if mandate or debited else "",
        debited_account=debited,
        card=item.text("cac:CardAccount/cbc:PrimaryAccountNumberID"),
        card_holder=item.text("cac:CardAccount/cbc:HolderName"),
    )


def write_delivery(writer: XmlWriter, delivery: Delivery | None) -> None:
    if delivery is None:
        return
    with writer.group("cac:Delivery"):
        writer.leaf("cbc:ActualDeliveryDate", day(delivery.date))
        with writer.group("cac:DeliveryLocation"):
            write_identifier(writer, "cbc:ID", delivery.location)
            write_address(writer, "cac:Address", delivery.address)
        with writer.group("cac:DeliveryParty"), writer.group("cac:PartyName"):
            writer.leaf("cbc:Name", delivery.name)


def read_delivery(root: Node) -> Delivery | None:
    found = root.find("cac:Delivery")
    if found is None:
        return None
    delivery = Delivery(
        date=found.day("cbc:ActualDeliveryDate"),
        name=found.text("cac:DeliveryParty/cac:PartyName/cbc:Name"),
        location=read_identifier(found, "cac:DeliveryLocation/cbc:ID"),
        address=read_address(found, "cac:DeliveryLocation/cac:Address"),
    )
    return None if delivery == Delivery() else delivery
