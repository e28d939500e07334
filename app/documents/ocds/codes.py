"""Field names and codes of OCDS 1.1 and the extensions Kontor uses, for what the official schema does not check."""

from __future__ import annotations

from collections.abc import Mapping

ROLES = frozenset({
    "buyer", "procuringEntity", "supplier", "tenderer", "funder", "enquirer", "payer", "payee", "reviewBody",
    "interestedParty", "invitedSupplier",
})  # fmt: skip
SUBMISSION_METHODS = frozenset({"electronicAuction", "electronicSubmission", "written", "inPerson"})
AWARD_CRITERIA = frozenset({
    "priceOnly", "costOnly", "qualityOnly", "ratedCriteria", "lowestCost", "bestProposal", "bestValueToGovernment",
    "singleBidOnly",
})  # fmt: skip
MEASURES = frozenset({
    "requests", "bids", "validBids", "disqualifiedBids", "bidders", "qualifiedBidders", "disqualifiedBidders",
    "electronicBids", "smeBids", "foreignBids", "foreignBidsFromEU", "tenderAbnormallyLow", "lowestValidBidValue",
    "highestValidBidValue",
})  # fmt: skip
UNIT_SCHEMES = frozenset({"UNCEFACT", "QUDT"})
ITEM_SCHEMES = frozenset({
    "CPC", "CPV", "CPVS", "GSIN", "NIGP", "UNSPSC", "EANBarcode", "GTIN", "HS", "ICPC", "WebPageURL", "ATC", "GMDN",
    "ISO 3166-2",
})  # fmt: skip

_REFERENCE = "id name identifier address additionalIdentifiers contactPoint"
_PAPERS = "documents milestones amendments amendment"
# The fields of each object, by where it stands; what is not listed here is not looked at.
FIELDS: Mapping[str, frozenset[str]] = {
    where: frozenset(names.split())
    for where, names in {
        "release": "ocid id date tag initiationType parties buyer planning tender bids awards contracts language"
        " relatedProcesses links",
        "party": "name id identifier additionalIdentifiers address contactPoint roles details",
        "reference": _REFERENCE,
        "tender": "id title description status procuringEntity items value minValue procurementMethod"
        " procurementMethodDetails procurementMethodRationale mainProcurementCategory additionalProcurementCategories"
        " awardCriteria awardCriteriaDetails submissionMethod submissionMethodDetails tenderPeriod enquiryPeriod"
        " hasEnquiries eligibilityCriteria awardPeriod contractPeriod numberOfTenderers tenderers lots lotDetails"
        f" lotGroups enquiries techniques competitive criteria selectionCriteria submissionTerms bidOpening {_PAPERS}",
        "lot": "id identifiers title description status value minimumValue tenderPeriod contractPeriod buyer"
        " additionalClassifications mainProcurementCategory additionalProcurementCategories enquiryPeriod milestones"
        " submissionMethodDetails submissionTerms techniques selectionCriteria awardCriteria bidOpening",
        "item": "id description classification additionalClassifications quantity unit relatedLot",
        "bid": "id identifiers submissionType date description status items tenderers value validityPeriod documents"
        " relatedLots countriesOfOrigin hasRank rank variant requirementResponses",
        "statistic": "id measure date value currency notes relatedLot requirement",
        "award": "id title description status date value suppliers items contractPeriod relatedLots relatedBid"
        f" relatedBids {_PAPERS}",
        "contract": "id awardID title description status period value items dateSigned implementation relatedProcesses"
        f" relatedBids {_PAPERS}",
        "value": "amount currency",
        "period": "startDate endDate maxExtentDate durationInDays",
    }.items()
}
