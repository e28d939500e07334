"""XML: held against the schemas and rules that are here for it; what is not here is said. The head is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from lxml import etree

from app.core.xml import XmlError, XmlFault, parse
from app.documents.business_terms import terms_in
from app.documents.cii.values import NAMESPACES as CII_NAMESPACES
from app.documents.inspection.report import RULES, SCHEMA, SYNTAX, DocumentHead, Inspection, InspectionFinding
from app.documents.rule_choice import Checks, checks_for, family_of
from app.documents.rule_packs import Packs, read_packs
from app.documents.rule_sets import RuleSet, RulesUnavailable, Schema, known_profile, order_profile_of, version
from app.documents.segments import Severity
from app.documents.ubl.values import NAMESPACES as UBL_NAMESPACES
from app.documents.validation import Finding, RanRules, rule_findings, schema_findings
from app.documents.validation import Severity as RuleSeverity

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
_DAYS = (
    "/IssueDate", "/ExchangedDocument/IssueDateTime/DateTimeString", "/HeaderExchangedDocument/IssueDateTime/DateTimeString",
)  # fmt: skip
_LINES = ("IncludedSupplyChainTradeLineItem",)


def inspect_xml(data: bytes, rules: Path | None = None) -> Inspection:
    """`rules` is a folder of rule packs."""
    try:
        root = parse(data)
    except XmlError as error:
        rule = "XML" if error.fault is XmlFault.MALFORMED else error.fault.upper()
        finding = InspectionFinding(SYNTAX, "XML", rule, Severity.FATAL, error.line, 0, "", str(error))
        return Inspection("xml", findings=[finding])
    customization = _customization(root)
    found = Inspection(family_of(root), customization or _text(root, "/UBLVersionID"))
    found.documents.append(_head(root, etree.QName(root).localname))
    packs = read_packs(rules)
    found.profile = _profile(found)
    _check(found, root, checks_for(root, customization, packs), _hashes(packs))
    return found


def _profile(found: Inspection) -> str:
    known = {"cii": known_profile, "order-x": order_profile_of}.get(found.format)
    profile = known(found.version) if known else None
    return profile[0].name.rpartition(" ")[2].lower() if profile else ""


def _hashes(packs: Packs) -> dict[RuleSet | Schema, str]:
    return {entry.rules: entry.sha256 for entry in packs.entries}


def _check(found: Inspection, root: etree._Element, checks: Checks, hashes: dict[RuleSet | Schema, str]) -> None:
    """Schemas first, then rules; each that does not run to its end is named."""
    found.unchecked += [str(text) for text in checks.missing]
    namespaces = _namespaces(found.format, root)
    for schema in (*checks.schemas, *((checks.narrow,) if checks.narrow else ())):
        with _told(found):
            items = list(schema_findings(root, schema, namespaces))
            found.rule_sets.append(RanRules(schema.name, version(schema), hashes.get(schema, "")))
            is_warning = schema is checks.narrow
            found.findings += [_finding(item, SCHEMA, schema.name, is_warning=is_warning) for item in items]
    for rules in checks.rules:
        with _told(found):
            failed = rule_findings(root, rules, namespaces)
            found.rule_sets.append(RanRules(rules.name, version(rules), hashes.get(rules, "")))
            found.findings += [_finding(item, RULES, rules.name, is_foreign=checks.is_foreign) for item in failed]


@contextmanager
def _told(found: Inspection) -> Iterator[None]:
    try:
        yield
    except RulesUnavailable as error:
        found.unchecked.append(str(error))


def _namespaces(family: str, root: etree._Element) -> dict[str, str]:
    known = {"ubl": UBL_NAMESPACES, "cii": CII_NAMESPACES}.get(family)
    return known or {prefix: uri for prefix, uri in root.nsmap.items() if prefix}


def _finding(
    item: Finding, step: str, ruleset: str, *, is_warning: bool = False, is_foreign: bool = False
) -> InspectionFinding:
    severity = Severity.WARNING if is_warning else _SEVERITIES[item.severity]
    return InspectionFinding(
        step, ruleset, item.rule, severity, item.line, 0, item.xpath, item.message, terms_in(item.message),
        decides=not is_foreign or item.rule.startswith("BR-"),
    )  # fmt: skip


def _head(root: etree._Element, kind: str) -> DocumentHead:
    return DocumentHead(
        kind,
        _text(root, "/ID", "/ExchangedDocument/ID", "/HeaderExchangedDocument/ID"),
        _day(_text(root, *_DAYS)),
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


def _customization(root: etree._Element) -> str:
    context = "/GuidelineSpecifiedDocumentContextParameter/ID"
    return _text(
        root, "/CustomizationID", f"/ExchangedDocumentContext{context}", f"/SpecifiedExchangedDocumentContext{context}"
    )
