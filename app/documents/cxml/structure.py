"""Do the elements of a cXML document stand in their order, and are those there that must be? The schema step of cXML.

The table is Kontor's own and short: the official DTD cannot be shipped, a rule pack may bring it. It knows the frame and
what Kontor reads. Elements it does not know are not looked into, and are named as not checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from app.core.texts import N_, Message
from app.documents.segments import Fault, Severity
from app.documents.xml_node import address

NAME, VERSION = "Kontor cXML structure", "1"
MAX_FAULTS = 100
_ANY = "*"  # any elements
_XML = "{http://www.w3.org/XML/1998/namespace}"
# Content as name or alternatives (A|B), with ? * + for how often; behind "@" the attributes, those with ! must be there,
# "..." where there may be others.
_TABLE = {
    "cXML": "Header? Message|Request|Response Signature* @ payloadID! timestamp! version signatureVersion",
    "Header": "From To Sender Path? OriginalDocument? @",
    "From": "Credential+ Correspondent? @", "To": "Credential+ Correspondent? @", "Sender": "Credential+ UserAgent @",
    "Credential": "Identity SharedSecret|DigitalSignature|CredentialMac? @ domain! type",
    "Request": "* @ deploymentMode Id", "Message": "* @ deploymentMode Id inReplyTo", "Response": "Status * @ Id",
    "Status": "@ code! text!",
    "PunchOutSetupRequest": "BuyerCookie Extrinsic* BrowserFormPost? Contact* SupplierSetup? ShipTo? SelectedItem? ItemOut* "
                            "@ operation!",
    "BrowserFormPost": "URL @", "StartPage": "URL @", "SelectedItem": "ItemID @", "PunchOutSetupResponse": "StartPage @",
    "PunchOutOrderMessage": "BuyerCookie PunchOutOrderMessageHeader ItemIn* @",
    "PunchOutOrderMessageHeader": "SourcingStatus? Total ShipTo? Shipping? Tax? SupplierOrderInfo? @ operationAllowed! "
                                  "quoteStatus",
    "OrderRequest": "OrderRequestHeader ItemOut+ @",
    "OrderRequestHeader": "Total ShipTo? BillTo BusinessPartner* LegalEntity? OrganizationalUnit* Shipping? Tax? Payment? "
                          "PaymentTerm* Contact* Comments* Followup? ControlKeys? DocumentReference? SupplierOrderInfo? "
                          "TermsOfDelivery? DeliveryPeriod? IdReference* OrderRequestHeaderIndustry? Extrinsic* "
                          "@ orderID! orderDate! ...",
    "ItemOut": "ItemID Path? ItemDetail|BlanketItemDetail? SupplierID|SupplierList? ShipTo? Shipping? Tax? SpendDetail? "
               "Distribution* Contact* TermsOfDelivery? Comments* Indicator* Tolerances? ControlKeys? ScheduleLine* "
               "MasterAgreementReference|MasterAgreementIDInfo? ItemOutIndustry? Packaging* ReleaseInfo? Batch? "
               "@ quantity! ...",
    "ItemIn": "ItemID Path? ItemDetail SupplierID|SupplierList? ShipTo? Shipping? Tax? SpendDetail? Distribution* Contact* "
              "Comments? ScheduleLine* BillTo? Batch? Period? DateInfo* Extrinsic* @ quantity! ...",
    "ItemID": "SupplierPartID SupplierPartAuxiliaryID? BuyerPartID? IdReference* @",
    "ItemDetail": "UnitPrice Description+ OverallLimit? ExpectedLimit? UnitOfMeasure PriceBasisQuantity? Classification+ "
                  "ManufacturerPartID? ManufacturerName? URL? LeadTime? Dimension* ItemDetailIndustry? AttachmentReference* "
                  "PlannedAcceptanceDays? Extrinsic* @",
    "UnitPrice": "Money Modifications? PricingConditions? @", "Total": "Money Modifications? @",
    "Money": "@ currency! alternateAmount alternateCurrency", "PriceBasisQuantity": "UnitOfMeasure Description? "
             "@ quantity! conversionFactor!",
    "Tax": "Money TaxAdjustmentAmount? Description TaxDetail* Distribution* Extrinsic* @",
    "TaxDetail": "TaxableAmount? TaxAmount TaxLocation? TaxAdjustmentAmount? Description? TriangularTransactionLawReference? "
                 "TaxRegime? TaxExemption? Extrinsic* @ category! ...",
    "Shipping": "Money Description Modifications? @ ...", "Distribution": "Accounting Charge @",
    "BillTo": "Address IdReference* @", "ShipTo": "Address CarrierIdentifier* TransportInformation* IdReference* @",
    "Address": "Name PostalAddress? Email? Phone? Fax? URL? @ isoCountryCode addressID addressIDDomain",
    "PostalAddress": "DeliverTo* Street+ City Municipality? State? PostalCode? Country Extrinsic* @ name",
    "Phone": "TelephoneNumber @ name", "TelephoneNumber": "CountryCode AreaOrCityCode Number Extension? @",
    "Country": "@ isoCountryCode!", "CountryCode": "@ isoCountryCode!",
    "Contact": "Name PostalAddress* Email* Phone* Fax* URL* IdReference* Extrinsic* @ role addressID addressIDDomain",
    "IdReference": "Creator? Description? @ identifier! domain!", "Classification": "@ domain! code",
    "Name": "@ lang!", "Description": "ShortName* @ lang! type", "DocumentReference": "@ payloadID!", "Extrinsic": "* @ name!",
    "PaymentTerm": "Discount? Extrinsic* @ payInNumberOfDays!", "Period": "@ startDate! endDate!",
    "ConfirmationRequest": "ConfirmationHeader OrderReference OrderStatusRequestReference|OrderStatusRequestIDInfo* "
                           "ConfirmationItem* @",
    "ConfirmationHeader": "DocumentReference? Total? Shipping? Tax? Contact* Hazard* Comments* IdReference* Extrinsic* "
                          "@ type! noticeDate! ...",
    "OrderReference": "DocumentReference @ orderID orderDate",
    "ConfirmationItem": "UnitOfMeasure Contact* Hazard* ConfirmationStatus+ @ lineNumber! quantity! ...",
    "ConfirmationStatus": "UnitOfMeasure ItemIn|UnitPrice? Tax? Shipping? SupplierBatchID? ScheduleLineReference? "
                          "ComponentConsumptionDetails* Comments* Extrinsic* @ type! quantity! deliveryDate shipmentDate",
    "ShipNoticeRequest": "ShipNoticeHeader ShipControl* ShipNoticePortion* @",
    "ShipNoticeHeader": "ServiceLevel* DocumentReference? Contact* LegalEntity? OrganizationalUnit* Hazard* Comments* "
                        "TermsOfDelivery? TermsOfTransport* Packaging? Extrinsic* IdReference* ReferenceDocumentInfo* "
                        "@ shipmentID! noticeDate! ...",
    "ShipControl": "CarrierIdentifier+ ShipmentIdentifier+ PackageIdentification? Route|TransportInformation* Contact* "
                   "Comments* Extrinsic* @ startDate",
    "ShipNoticePortion": "OrderReference MasterAgreementReference|MasterAgreementIDInfo? Contact* Comments* Extrinsic* "
                         "ShipNoticeItem* ReferenceDocumentInfo* @ ...",
    "ShipNoticeItem": "ItemID? ShipNoticeItemDetail? UnitOfMeasure Packaging* Hazard* Batch|SupplierBatchID* AssetInfo* "
                      "TermsOfDelivery? OrderedQuantity? ShipNoticeItemIndustry? ComponentConsumptionDetails* "
                      "ReferenceDocumentInfo* Comments* Extrinsic* @ lineNumber! quantity! ...",
    "ReceiptRequest": "ReceiptRequestHeader ReceiptOrder+ Total @",
    "ReceiptRequestHeader": "DocumentReference? ShipNoticeIDInfo? Comments? Extrinsic* @ receiptID! receiptDate! ...",
    "ReceiptOrder": "ReceiptOrderInfo ReceiptItem+ @ closeForReceiving",
    "ReceiptItem": "ReceiptItemReference UnitRate ReceivedAmount AssetInfo* DeliveryAddress? Comments? Batch? "
                   "Classification* Extrinsic* @ receiptLineNumber! quantity! ...",
    "InvoiceDetailRequest": "InvoiceDetailRequestHeader InvoiceDetailOrder|InvoiceDetailHeaderOrder+ InvoiceDetailSummary @",
    "InvoiceDetailRequestHeader": "InvoiceDetailHeaderIndicator InvoiceDetailLineIndicator InvoicePartner* DocumentReference? "
                                  "InvoiceIDInfo? PaymentProposalIDInfo? InvoiceDetailShipping? ShipNoticeIDInfo? "
                                  "InvoiceDetailPaymentTerm|PaymentTerm* Period? Comments? IdReference* Extrinsic* "
                                  "@ invoiceID! invoiceDate! ...",
    "InvoiceDetailOrder": "InvoiceDetailOrderInfo InvoiceDetailReceiptInfo? InvoiceDetailShipNoticeInfo? "
                          "InvoiceDetailItem|InvoiceDetailServiceItem+ @",
    "InvoiceDetailItem": "UnitOfMeasure UnitPrice PriceBasisQuantity? InvoiceDetailItemReference ReceiptLineItemReference? "
                         "ShipNoticeLineItemReference? ServiceEntryItemReference|ServiceEntryItemIDInfo? "
                         "ProductMovementItemIDInfo? SubtotalAmount? Tax? InvoiceDetailLineSpecialHandling? "
                         "InvoiceDetailLineShipping? ShipNoticeIDInfo? GrossAmount? InvoiceDetailDiscount? "
                         "InvoiceItemModifications? TotalCharges? TotalAllowances? TotalAmountWithoutTax? NetAmount? "
                         "Distribution* Packaging* InvoiceDetailItemIndustry? Comments? CustomsInfo? Extrinsic* "
                         "@ invoiceLineNumber! quantity! ...",
    "InvoiceDetailSummary": "SubtotalAmount Tax SpecialHandlingAmount? ShippingAmount? GrossAmount? InvoiceDetailDiscount? "
                            "InvoiceHeaderModifications? InvoiceDetailSummaryLineItemModifications? TotalCharges? "
                            "TotalAllowances? TotalAmountWithoutTax? NetAmount DepositAmount? DueAmount? "
                            "InvoiceDetailSummaryIndustry? @",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Slot:
    names: frozenset[str]
    is_needed: bool
    is_many: bool

    @property
    def shown(self) -> str:
        return " | ".join(sorted(self.names))


@dataclass(frozen=True, slots=True)
class _Rule:
    slots: tuple[_Slot, ...]
    is_open: bool
    attributes: frozenset[str]
    needed: tuple[str, ...]
    has_more: bool


def _rule(text: str) -> _Rule:
    content, _, attributes = text.partition("@")
    slots = []
    for item in content.split():
        if item == _ANY:
            continue
        names, often = (item[:-1], item[-1]) if item[-1] in "?*+" else (item, "")
        slots.append(_Slot(frozenset(names.split("|")), often in ("", "+"), often in ("*", "+")))
    named = attributes.split()
    return _Rule(
        tuple(slots), _ANY in content.split(), frozenset(name.rstrip("!") for name in named),
        tuple(name[:-1] for name in named if name.endswith("!")), "..." in named,
    )  # fmt: skip


_RULES = {name: _rule(text) for name, text in _TABLE.items()}


def structure_faults(root: etree._Element) -> list[Fault]:
    """What is wrong, in the order of the file, up to a limit."""
    found: list[Fault] = []
    for element in root.iter(etree.Element):
        rule = _RULES.get(str(element.tag))
        if rule is not None:
            found += islice(_attributes(element, rule), MAX_FAULTS)
            found += islice(_children(element, rule), MAX_FAULTS)
        if len(found) >= MAX_FAULTS:
            break
    return found[:MAX_FAULTS]


def _attributes(element: etree._Element, rule: _Rule) -> Iterator[Fault]:
    for name in rule.needed:
        if element.get(name) is None and element.get(f"{_XML}{name}") is None:
            yield _fault("MISSING", N_("{path} is missing.", path=f"{element.tag!s}/@{name}"), element)
    if rule.has_more:
        return
    for name in element.attrib:
        plain = str(name).removeprefix(_XML)
        if plain not in rule.attributes and not (plain == "lang" and plain != name):
            message = N_("{name} is not known at {element}.", name=f"@{plain}", element=str(element.tag))
            yield _fault("UNKNOWN", message, element)


def _children(element: etree._Element, rule: _Rule) -> Iterator[Fault]:
    """Each child takes the next slot that has its name; slots passed over must be ones that may be empty."""
    at, taken = 0, [0] * len(rule.slots)
    for child in element.iterchildren(etree.Element):
        name = str(child.tag)
        places = [position for position, slot in enumerate(rule.slots) if name in slot.names]
        later = next((position for position in places if position >= at), None)
        if later is not None:
            at = later
            taken[at] += 1
            if taken[at] > 1 and not rule.slots[at].is_many:
                message = N_("{name} stands more than once in {element}.", name=name, element=str(element.tag))
                yield _fault("REPEATED", message, child)
        elif places:
            taken[places[0]] += 1
            after = rule.slots[at].shown
            yield _fault("ORDER", N_("{name} must stand before {other}.", name=name, other=after), child)
        elif not rule.is_open:
            message = N_("{name} is not known at {element}.", name=name, element=str(element.tag))
            yield _fault("UNKNOWN", message, child)
    for count, slot in zip(taken, rule.slots, strict=True):
        if slot.is_needed and not count:
            yield _fault("MISSING", N_("{path} is missing.", path=f"{element.tag!s}/{slot.shown}"), element)


def _fault(rule: str, message: Message, element: etree._Element) -> Fault:
    return Fault(rule, message, element.sourceline or 0, 0, address(element, {}), Severity.FATAL)
