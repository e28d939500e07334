"""What stands below the root of UBL 2.1 documents whose main schema is not at hand: the components' schemas are.

One text a document: each element by its name, `?` for at most one, `*` for any number, `+` for at least one.
"""

from __future__ import annotations

from app.documents.rule_sets import Schema

VERSION = "Kontor 1"
_BASE = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"  # beside it lie the schemas of the components
_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_COMPONENTS = {
    "cac": "CommonAggregateComponents", "cbc": "CommonBasicComponents", "ext": "CommonExtensionComponents",
}  # fmt: skip
_OCCURRENCES = {"?": ("0", "1"), "*": ("0", "unbounded"), "+": ("1", "unbounded")}
_HEAD = "ext:UBLExtensions? cbc:UBLVersionID? cbc:CustomizationID? cbc:ProfileID? cbc:ProfileExecutionID?"
_CONTENT = {
    "Order": (
        "cbc:ID cbc:SalesOrderID? cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:OrderTypeCode? "
        "cbc:Note* cbc:RequestedInvoiceCurrencyCode? cbc:DocumentCurrencyCode? cbc:PricingCurrencyCode? "
        "cbc:TaxCurrencyCode? cbc:CustomerReference? cbc:AccountingCostCode? cbc:AccountingCost? "
        "cbc:LineCountNumeric? cac:ValidityPeriod* cac:QuotationDocumentReference? cac:OrderDocumentReference* "
        "cac:OriginatorDocumentReference? cac:CatalogueReference? cac:AdditionalDocumentReference* cac:Contract* "
        "cac:ProjectReference* cac:Signature* cac:BuyerCustomerParty cac:SellerSupplierParty "
        "cac:OriginatorCustomerParty? cac:FreightForwarderParty? cac:AccountingCustomerParty? cac:Delivery* "
        "cac:DeliveryTerms* cac:PaymentMeans* cac:PaymentTerms* cac:TransactionConditions? cac:AllowanceCharge* "
        "cac:TaxExchangeRate? cac:PricingExchangeRate? cac:PaymentExchangeRate? cac:DestinationCountry? "
        "cac:TaxTotal* cac:AnticipatedMonetaryTotal? cac:OrderLine+"
    ),
    "OrderResponse": (
        "cbc:ID cbc:SalesOrderID? cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? "
        "cbc:OrderResponseCode? cbc:Note* cbc:DocumentCurrencyCode? cbc:PricingCurrencyCode? cbc:TaxCurrencyCode? "
        "cbc:TotalPackagesQuantity? cbc:GrossWeightMeasure? cbc:NetWeightMeasure? cbc:NetNetWeightMeasure? "
        "cbc:GrossVolumeMeasure? cbc:NetVolumeMeasure? cbc:CustomerReference? cbc:AccountingCostCode? "
        "cbc:AccountingCost? cbc:LineCountNumeric? cac:ValidityPeriod* cac:OrderReference+ "
        "cac:OrderDocumentReference* cac:OriginatorDocumentReference? cac:AdditionalDocumentReference* "
        "cac:Contract* cac:Signature* cac:SellerSupplierParty cac:BuyerCustomerParty cac:OriginatorCustomerParty? "
        "cac:FreightForwarderParty? cac:AccountingSupplierParty? cac:AccountingCustomerParty? cac:Delivery* "
        "cac:DeliveryTerms? cac:PaymentMeans* cac:PaymentTerms* cac:AllowanceCharge* cac:TransactionConditions? "
        "cac:TaxExchangeRate? cac:PricingExchangeRate? cac:PaymentExchangeRate? cac:DestinationCountry? "
        "cac:TaxTotal* cac:LegalMonetaryTotal? cac:OrderLine*"
    ),
    "OrderResponseSimple": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:AcceptedIndicator "
        "cbc:RejectionNote* cbc:CustomerReference? cbc:AccountingCostCode? cbc:AccountingCost? cac:OrderReference "
        "cac:AdditionalDocumentReference* cac:Signature* cac:SellerSupplierParty cac:BuyerCustomerParty "
        "cac:OriginatorCustomerParty? cac:AccountingSupplierParty? cac:AccountingCustomerParty?"
    ),
    "OrderChange": (
        "cbc:ID? cbc:SalesOrderID? cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:SequenceNumberID "
        "cbc:Note* cbc:RequestedInvoiceCurrencyCode? cbc:DocumentCurrencyCode? cbc:PricingCurrencyCode? "
        "cbc:TaxCurrencyCode? cbc:CustomerReference? cbc:AccountingCostCode? cbc:AccountingCost? "
        "cbc:LineCountNumeric? cac:ValidityPeriod* cac:OrderReference cac:QuotationDocumentReference? "
        "cac:OriginatorDocumentReference? cac:AdditionalDocumentReference* cac:Contract* cac:Signature* "
        "cac:BuyerCustomerParty cac:SellerSupplierParty cac:OriginatorCustomerParty? cac:FreightForwarderParty? "
        "cac:AccountingCustomerParty? cac:AccountingSupplierParty? cac:Delivery* cac:DeliveryTerms? "
        "cac:PaymentMeans* cac:PaymentTerms* cac:TransactionConditions? cac:AllowanceCharge* cac:TaxExchangeRate? "
        "cac:PricingExchangeRate? cac:PaymentExchangeRate? cac:DestinationCountry? cac:TaxTotal* "
        "cac:AnticipatedMonetaryTotal? cac:OrderLine+"
    ),
    "OrderCancellation": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:CancellationNote+ "
        "cac:OrderReference+ cac:OriginatorDocumentReference? cac:AdditionalDocumentReference* cac:Contract* "
        "cac:Signature* cac:BuyerCustomerParty cac:SellerSupplierParty cac:OriginatorCustomerParty?"
    ),
    "DespatchAdvice": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:DocumentStatusCode? "
        "cbc:DespatchAdviceTypeCode? cbc:Note* cbc:LineCountNumeric? cac:OrderReference* "
        "cac:AdditionalDocumentReference* cac:Signature* cac:DespatchSupplierParty cac:DeliveryCustomerParty "
        "cac:BuyerCustomerParty? cac:SellerSupplierParty? cac:OriginatorCustomerParty? cac:Shipment? "
        "cac:DespatchLine+"
    ),
    "ReceiptAdvice": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:DocumentStatusCode? "
        "cbc:ReceiptAdviceTypeCode? cbc:Note* cbc:LineCountNumeric? cac:OrderReference* "
        "cac:DespatchDocumentReference* cac:AdditionalDocumentReference* cac:Signature* cac:DeliveryCustomerParty "
        "cac:DespatchSupplierParty cac:BuyerCustomerParty? cac:SellerSupplierParty? cac:Shipment? "
        "cac:ReceiptLine+"
    ),
    "Catalogue": (
        "cbc:ID cbc:UUID? cbc:ActionCode? cbc:Name? cbc:IssueDate cbc:IssueTime? cbc:RevisionDate? "
        "cbc:RevisionTime? cbc:Note* cbc:Description* cbc:VersionID? cbc:PreviousVersionID? cbc:LineCountNumeric? "
        "cac:ValidityPeriod* cac:ReferencedContract* cac:SourceCatalogueReference? cac:DocumentReference* "
        "cac:Signature* cac:ProviderParty cac:ReceiverParty cac:SellerSupplierParty? cac:ContractorCustomerParty? "
        "cac:TradingTerms* cac:CatalogueLine+"
    ),
    "CataloguePricingUpdate": (
        "cbc:ID cbc:UUID? cbc:Name? cbc:IssueDate cbc:IssueTime? cbc:RevisionDate? cbc:RevisionTime? cbc:Note* "
        "cbc:Description* cbc:VersionID? cbc:LineCountNumeric? cac:ValidityPeriod* cac:RelatedCatalogueReference "
        "cac:ReferencedContract* cac:Signature* cac:ProviderParty cac:ReceiverParty cac:SellerSupplierParty? "
        "cac:ContractorCustomerParty? cac:TradingTerms? cac:DefaultLanguage? cac:CataloguePricingUpdateLine+"
    ),
    "CatalogueItemSpecificationUpdate": (
        "cbc:ID cbc:UUID? cbc:Name? cbc:IssueDate cbc:IssueTime? cbc:RevisionDate? cbc:RevisionTime? cbc:Note* "
        "cbc:Description* cbc:VersionID? cbc:LineCountNumeric? cac:ValidityPeriod* cac:RelatedCatalogueReference "
        "cac:ReferencedContract* cac:Signature* cac:ProviderParty cac:ReceiverParty cac:SellerSupplierParty? "
        "cac:ContractorCustomerParty? cac:TradingTerms? cac:DefaultLanguage? "
        "cac:CatalogueItemSpecificationUpdateLine+"
    ),
    "RequestForQuotation": (
        "cbc:ID? cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime cbc:SubmissionDueDate? cbc:Note* "
        "cbc:PricingCurrencyCode? cbc:LineCountNumeric? cac:RequestedValidityPeriod? "
        "cac:CatalogueDocumentReference? cac:AdditionalDocumentReference* cac:Signature* "
        "cac:OriginatorCustomerParty? cac:SellerSupplierParty cac:BuyerCustomerParty? cac:Delivery* "
        "cac:DeliveryTerms* cac:DestinationCountry? cac:Contract* cac:RequestForQuotationLine+"
    ),
    "Quotation": (
        "cbc:ID? cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:PricingCurrencyCode? "
        "cbc:LineCountNumeric? cac:ValidityPeriod? cac:RequestForQuotationDocumentReference? "
        "cac:AdditionalDocumentReference* cac:Contract* cac:Signature* cac:SellerSupplierParty "
        "cac:BuyerCustomerParty? cac:OriginatorCustomerParty? cac:Delivery* cac:DeliveryTerms? cac:PaymentMeans? "
        "cac:TransactionConditions? cac:AllowanceCharge* cac:DestinationCountry? cac:TaxTotal* "
        "cac:QuotedMonetaryTotal cac:QuotationLine+"
    ),
    "Statement": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:DocumentCurrencyCode "
        "cbc:TotalDebitAmount? cbc:TotalCreditAmount? cbc:TotalBalanceAmount? cbc:LineCountNumeric? "
        "cbc:StatementTypeCode? cac:StatementPeriod? cac:AdditionalDocumentReference* cac:Signature* "
        "cac:AccountingSupplierParty cac:AccountingCustomerParty cac:BuyerCustomerParty? cac:SellerSupplierParty? "
        "cac:OriginatorCustomerParty? cac:PayeeParty? cac:PaymentMeans* cac:PaymentTerms* cac:AllowanceCharge* "
        "cac:TaxTotal* cac:StatementLine+"
    ),
    "Reminder": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:ReminderTypeCode? "
        "cbc:ReminderSequenceNumeric? cbc:Note* cbc:TaxPointDate? cbc:DocumentCurrencyCode? cbc:TaxCurrencyCode? "
        "cbc:PricingCurrencyCode? cbc:PaymentCurrencyCode? cbc:PaymentAlternativeCurrencyCode? "
        "cbc:AccountingCostCode? cbc:AccountingCost? cbc:LineCountNumeric? cac:ReminderPeriod* "
        "cac:AdditionalDocumentReference* cac:Signature* cac:AccountingSupplierParty cac:AccountingCustomerParty "
        "cac:PayeeParty? cac:TaxRepresentativeParty? cac:PaymentMeans* cac:PaymentTerms* cac:PrepaidPayment* "
        "cac:AllowanceCharge* cac:TaxExchangeRate? cac:PricingExchangeRate? cac:PaymentExchangeRate? "
        "cac:PaymentAlternativeExchangeRate? cac:TaxTotal* cac:LegalMonetaryTotal cac:ReminderLine+"
    ),
    "RemittanceAdvice": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:DocumentCurrencyCode? "
        "cbc:TotalDebitAmount? cbc:TotalCreditAmount? cbc:TotalPaymentAmount? cbc:PaymentOrderReference? "
        "cbc:PayerReference? cbc:InvoicingPartyReference? cbc:LineCountNumeric? cac:InvoicePeriod* "
        "cac:BillingReference? cac:AdditionalDocumentReference* cac:Signature* cac:AccountingCustomerParty "
        "cac:AccountingSupplierParty cac:PayeeParty? cac:PaymentMeans? cac:TaxTotal* cac:RemittanceAdviceLine+"
    ),
    "ApplicationResponse": (
        "cbc:ID cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:ResponseDate? cbc:ResponseTime? cbc:Note* "
        "cbc:VersionID? cac:Signature* cac:SenderParty cac:ReceiverParty cac:DocumentResponse*"
    ),
    "InventoryReport": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:DocumentCurrencyCode? "
        "cac:InventoryPeriod? cac:DocumentReference* cac:Signature* cac:RetailerCustomerParty "
        "cac:InventoryReportingParty cac:SellerSupplierParty? cac:InventoryReportLine+"
    ),
    "StockAvailabilityReport": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:DocumentCurrencyCode? "
        "cac:InventoryPeriod? cac:DocumentReference* cac:Signature* cac:SellerSupplierParty "
        "cac:RetailerCustomerParty? cac:InventoryReportingParty cac:StockAvailabilityReportLine+"
    ),
    "ProductActivity": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:Note* cbc:DocumentCurrencyCode? "
        "cac:ActivityPeriod cac:DocumentReference* cac:Signature* cac:SenderParty cac:ReceiverParty "
        "cac:SupplyChainActivityDataLine+"
    ),
    "SelfBilledInvoice": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:TaxPointDate? cbc:InvoiceTypeCode? "
        "cbc:Note* cbc:DocumentCurrencyCode? cbc:TaxCurrencyCode? cbc:PricingCurrencyCode? "
        "cbc:PaymentCurrencyCode? cbc:PaymentAlternativeCurrencyCode? cbc:AccountingCostCode? cbc:AccountingCost? "
        "cbc:LineCountNumeric? cac:InvoicePeriod* cac:OrderReference? cac:BillingReference* "
        "cac:ContractDocumentReference* cac:DespatchDocumentReference* cac:ReceiptDocumentReference* "
        "cac:StatementDocumentReference* cac:OriginatorDocumentReference* cac:AdditionalDocumentReference* "
        "cac:Signature* cac:AccountingCustomerParty cac:AccountingSupplierParty cac:BuyerCustomerParty? "
        "cac:SellerSupplierParty? cac:PayeeParty? cac:TaxRepresentativeParty? cac:Delivery* cac:DeliveryTerms* "
        "cac:PaymentMeans? cac:PaymentTerms* cac:PrepaidPayment* cac:AllowanceCharge* cac:TaxExchangeRate? "
        "cac:PricingExchangeRate? cac:PaymentExchangeRate? cac:PaymentAlternativeExchangeRate? cac:TaxTotal* "
        "cac:LegalMonetaryTotal cac:InvoiceLine+"
    ),
    "SelfBilledCreditNote": (
        "cbc:ID cbc:CopyIndicator? cbc:UUID? cbc:IssueDate cbc:IssueTime? cbc:TaxPointDate? cbc:Note* "
        "cbc:DocumentCurrencyCode cbc:TaxCurrencyCode? cbc:PricingCurrencyCode? cbc:PaymentCurrencyCode? "
        "cbc:PaymentAlternativeCurrencyCode? cbc:AccountingCostCode? cbc:AccountingCost? cbc:LineCountNumeric? "
        "cac:InvoicePeriod* cac:DiscrepancyResponse* cac:OrderReference? cac:BillingReference* "
        "cac:DespatchDocumentReference* cac:ReceiptDocumentReference* cac:ContractDocumentReference* "
        "cac:StatementDocumentReference* cac:OriginatorDocumentReference* cac:AdditionalDocumentReference* "
        "cac:Signature* cac:AccountingCustomerParty cac:AccountingSupplierParty cac:PayeeParty? "
        "cac:BuyerCustomerParty? cac:SellerSupplierParty? cac:TaxRepresentativeParty? cac:Delivery* "
        "cac:DeliveryTerms* cac:PaymentMeans* cac:PaymentTerms* cac:AllowanceCharge* cac:TaxExchangeRate? "
        "cac:PricingExchangeRate? cac:PaymentExchangeRate? cac:PaymentAlternativeExchangeRate? cac:TaxTotal* "
        "cac:LegalMonetaryTotal cac:CreditNoteLine+"
    ),
}


def structure_of(name: str) -> Schema | None:
    """The schema of a document type, made of the table and the official components."""
    content = _CONTENT.get(name)
    return Schema(f"UBL 2.1 {name} structure", _BASE, VERSION, text=_schema(name, content)) if content else None


def structures() -> tuple[Schema, ...]:
    return tuple(schema for name in _CONTENT if (schema := structure_of(name)))


def _schema(name: str, content: str) -> str:
    spaces = "".join(f' xmlns:{prefix}="{_SPACE}{space}-2"' for prefix, space in _COMPONENTS.items())
    imports = "".join(
        f'<xs:import namespace="{_SPACE}{space}-2" schemaLocation="../common/UBL-{space}-2.1.xsd"/>'
        for space in _COMPONENTS.values()
    )
    elements = "".join(_element(item) for item in f"{_HEAD} {content}".split())
    return (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"{spaces} xmlns="{_SPACE}{name}-2" '
        f'targetNamespace="{_SPACE}{name}-2" elementFormDefault="qualified">{imports}<xs:element name="{name}">'
        f"<xs:complexType><xs:sequence>{elements}</xs:sequence></xs:complexType></xs:element></xs:schema>"
    )


def _element(item: str) -> str:
    least, most = _OCCURRENCES.get(item[-1], ("1", "1"))
    return f'<xs:element ref="{item.rstrip("?*+")}" minOccurs="{least}" maxOccurs="{most}"/>'
