"""What the smaller profiles of Factur-X have no place for, of what is written for EN 16931."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.xml import XmlWriter
from app.documents.invoice_profiles import BASIC, BASIC_WL, MINIMUM


def _elements(text: str) -> frozenset[str]:
    """`Parent/Child` pairs, or children wherever they stand."""
    return frozenset("/".join(f"ram:{name}" for name in one.split("/")) for one in text.split())


_BEYOND_BASIC = _elements(
    "SellerTradeParty/Description BuyerTradeParty/Description DefinedTradeContact SellerOrderReferencedDocument "
    "AdditionalReferencedDocument SpecifiedProcuringProject ReceivingAdviceReferencedDocument "
    "SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument "
    "SpecifiedLineTradeSettlement/ReceivableSpecifiedTradeAccountingAccount "
    "SellerAssignedID BuyerAssignedID SpecifiedTradeProduct/Description ApplicableProductCharacteristic "
    "DesignatedProductClassification OriginTradeCountry RoundingAmount Information AccountName "
    "ApplicableTradeSettlementFinancialCard "
    "PayeeSpecifiedCreditorFinancialInstitution TaxPointDate"
)
_BEYOND_BASIC_WL = _BEYOND_BASIC | _elements("IncludedSupplyChainTradeLineItem")
_BEYOND_MINIMUM = _BEYOND_BASIC_WL | _elements(
    "IncludedNote SellerTaxRepresentativeTradeParty ContractReferencedDocument TradingBusinessName "
    "SellerTradeParty/ID BuyerTradeParty/ID GlobalID URIUniversalCommunication "
    "BuyerTradeParty/PostalTradeAddress BuyerTradeParty/SpecifiedTaxRegistration "
    "PostcodeCode LineOne LineTwo LineThree CityName CountrySubDivisionName ShipToTradeParty "
    "ActualDeliverySupplyChainEvent DespatchAdviceReferencedDocument CreditorReferenceID PaymentReference "
    "TaxCurrencyCode PayeeTradeParty SpecifiedTradeSettlementPaymentMeans ApplicableTradeTax BillingSpecifiedPeriod "
    "SpecifiedTradeAllowanceCharge SpecifiedTradePaymentTerms InvoiceReferencedDocument "
    "ReceivableSpecifiedTradeAccountingAccount LineTotalAmount ChargeTotalAmount AllowanceTotalAmount TotalPrepaidAmount"
)
_BEYOND = {BASIC: _BEYOND_BASIC, BASIC_WL: _BEYOND_BASIC_WL, MINIMUM: _BEYOND_MINIMUM}


class ProfileWriter(XmlWriter):
    """Leaves out what the profile of the guideline has no place for."""

    def __init__(self, root: str, namespaces: Mapping[str, str], guideline: str) -> None:
        super().__init__(root, namespaces)
        self._beyond = _BEYOND.get(guideline, frozenset())
        self._path = [root]
        self._skipped = 0  # groups inside one that is left out, that one included

    def leaf(self, tag: str, text: str, **attributes: str) -> None:
        if not self._skipped and not self._is_beyond(tag):
            super().leaf(tag, text, **attributes)

    def group(self, tag: str, *, keep: bool = False, **attributes: str) -> XmlWriter:
        if self._skipped or self._is_beyond(tag):
            self._skipped += 1
            return self
        self._path.append(tag)
        return super().group(tag, keep=keep, **attributes)

    def __exit__(self, *about: object) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._path.pop()
        super().__exit__(*about)

    def _is_beyond(self, tag: str) -> bool:
        return tag in self._beyond or f"{self._path[-1]}/{tag}" in self._beyond


def writer_for(guideline: str, root: str, namespaces: Mapping[str, str]) -> XmlWriter:
    """The plain writer, which is faster, where the profile has a place for everything."""
    return ProfileWriter(root, namespaces, guideline) if guideline in _BEYOND else XmlWriter(root, namespaces)


def holds_rounding(guideline: str) -> bool:
    """MINIMUM has only sums of which none needs it."""
    return guideline == MINIMUM or guideline not in _BEYOND
