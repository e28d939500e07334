"""XML: UBL and CII invoices are checked by schema and rules; of other documents the head is shown."""

from __future__ import annotations

from datetime import date

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, parse
from app.documents.inspection.report import RULES, SCHEMA, SYNTAX, DocumentHead, Inspection, InspectionFinding
from app.documents.segments import Severity
from app.documents.validation import Finding, ValidationReport, validate_cii, validate_ubl
from app.documents.validation import Severity as RuleSeverity

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"
_SEVERITIES = {
    RuleSeverity.ERROR: Severity.FATAL, RuleSeverity.WARNING: Severity.WARNING, RuleSeverity.INFORMATION: Severity.INFO,
}  # fmt: skip
_PARTIES = {
    "buyer": ("AccountingCustomerParty/Party", "BuyerCustomerParty/Party", "BuyerTradeParty"),
    "seller": ("AccountingSupplierParty/Party", "SellerSupplierParty/Party", "SellerTradeParty"),
    "ship_to": ("DeliveryCustomerParty/Party", "ShipToTradeParty"),
}
_NAMES = ("PartyLegalEntity/RegistrationName", "PartyName/Name", "Name")
_IDENTIFIERS = ("PartyIdentification/ID", "GlobalID", "ID", "EndpointID")
_VAT_IDS = ("PartyTaxScheme/CompanyID", "SpecifiedTaxRegistration/ID[@schemeID='VA']")
_TOTALS = {
    "net": ("TaxExclusiveAmount", "TaxBasisTotalAmount"), "tax": ("TaxTotal/TaxAmount", "TaxTotalAmount"),
    "total": ("TaxInclusiveAmount", "GrandTotalAmount"), "payable": ("PayableAmount", "DuePayableAmount"),
}  # fmt: skip
_LINES = ("IncludedSupplyChainTradeLineItem",)


def inspect_xml(data: bytes) -> Inspection:
    try:
        root = parse(data)
    except XmlError as error:
        finding = InspectionFinding(SYNTAX, "XML", "XML", Severity.FATAL, error.line, 0, "", str(error))
        return Inspection("xml", findings=[finding])
    name = etree.QName(root)
    is_ubl, is_cii = (name.namespace or "").startswith(_UBL), (name.namespace or "").startswith(_CII)
    found = Inspection("ubl" if is_ubl else "cii" if is_cii else "xml", _version(root))
    found.documents.append(_head(root, name.localname))
    if is_ubl and name.localname in ("Invoice", "CreditNote"):
        _add(found, validate_ubl(data))
    elif is_cii:
        _add(found, validate_cii(data))
    else:
        found.unchecked.append(str(N_("There is no schema and no rule set for {name}.", name=name.localname)))
    return found


def _add(found: Inspection, report: ValidationReport) -> None:
    found.rule_sets += report.rule_sets
    names = [ran.name for ran in report.rule_sets]
    for item in report.findings:
        step = {"XML": SYNTAX, "XSD": SCHEMA}.get(item.rule, RULES)
        ruleset = {SYNTAX: "XML", SCHEMA: names[0] if names else "XSD"}.get(step, names[-1] if names else "")
        found.findings.append(_finding(item, step, ruleset))
    if report.reason:
        found.unchecked.append(report.reason)


def _finding(item: Finding, step: str, ruleset: str) -> InspectionFinding:
    severity = _SEVERITIES[item.severity]
    return InspectionFinding(step, ruleset, item.rule, severity, item.line, 0, item.xpath, item.message)


def _head(root: etree._Element, kind: str) -> DocumentHead:
    return DocumentHead(
        kind,
        _text(root, "/ID", "/ExchangedDocument/ID"),
        _day(_text(root, "/IssueDate", "/ExchangedDocument/IssueDateTime/DateTimeString")),
        _text(root, "/DocumentCurrencyCode", "//InvoiceCurrencyCode", "//OrderCurrencyCode", "/PricingCurrencyCode"),
        parties=_parties(root),
        lines=sum(1 for element in root.iterdescendants() if _is_line(element, root)),
        totals={
            name: text for name, paths in _TOTALS.items() if (text := _text(root, *(f"//{path}" for path in paths)))
        },
    )


def _is_line(element: etree._Element, root: etree._Element) -> bool:
    name = etree.QName(element).localname
    return name in _LINES or (name.endswith("Line") and element.getparent() is root)


def _parties(root: etree._Element) -> dict[str, dict[str, str]]:
    found = {}
    for role, paths in _PARTIES.items():
        party = next((element for path in paths for element in _all(root, f"//{path}")), None)
        if party is not None:
            values = {
                "name": _text(party, *(f"/{path}" for path in _NAMES)), "id": _text(party, *(f"/{path}" for path in _IDENTIFIERS)),
                "vat_id": _text(party, *(f"/{path}" for path in _VAT_IDS)),
            }  # fmt: skip
            found[role] = {name: value for name, value in values.items() if value}
    return found


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements by local names: `/A/B` from here, `//A/B` anywhere below."""
    start = ".//" if path.startswith("//") else "./"
    steps = [_step(name) for name in path.strip("/").split("/")]
    found = element.xpath(start + "/".join(steps))
    return found if isinstance(found, list) else []


def _step(name: str) -> str:
    name, bracket, condition = name.partition("[")
    return f"*[local-name()='{name}']{bracket}{condition}"


def _text(element: etree._Element, *paths: str) -> str:
    texts = ((found.text or "").strip() for path in paths for found in _all(element, path))
    return next((text for text in texts if text), "")


def _day(text: str) -> date | None:
    digits = text.replace("-", "")[:8]
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return None


def _version(root: etree._Element) -> str:
    path = "/ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"
    return _text(root, "/CustomizationID", path, "/UBLVersionID")
