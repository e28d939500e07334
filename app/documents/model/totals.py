"""VAT and sums of a document, as computed once by `pricing.domain.totals`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class VatCategory(StrEnum):
    """UNTDID 5305, the codes EN 16931 allows."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"
    CANARY_ISLANDS = "L"
    CEUTA_MELILLA = "M"
    SPLIT_PAYMENT = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatBreakdown:
    """One category and rate (BG-23): `base` BT-116, `tax` BT-117.

    `rate` is a percentage (BT-119), None only for O. E, AE, K, G and O need a reason in words (BT-120)
    or as a VATEX code (BT-121).
    """

    category: VatCategory
    rate: Decimal | None
    base: Decimal
    tax: Decimal
    exemption_reason: str = ""
    exemption_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of a document (BG-22).

    line_net BT-106, allowances BT-107, charges BT-108, net BT-109, tax BT-110, gross BT-112, prepaid BT-113,
    rounding BT-114, payable BT-115. None means "not given", which for the optional ones counts as zero.
    `tax_in_tax_currency` is BT-111, in the document's `tax_currency`.
    """

    line_net: Decimal
    net: Decimal
    gross: Decimal
    payable: Decimal
    tax: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    tax_in_tax_currency: Decimal | None = None
