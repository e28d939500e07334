"""Three promotions, one of them by coupon; a checked VAT number, an account without VAT, a rule of the place."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.accounts.queries.companies import account_id, buying_terms
from app.core import clock
from app.core.actor import Actor
from app.pricing.service.coupons import Batch, make_coupons
from app.pricing.service.promotions import PromotionRow, TargetRow, upsert_promotion
from app.pricing.service.tax_status import CheckRow, ExemptionRow, add_exemption, record_check
from app.pricing.service.vat import VatRuleRow, set_vat_rule

_FASTENERS = (TargetRow("category", "FA"),)
_ALPEN, _ROSTOCK = "10003", "10002"


def add_promotions(actor: Actor) -> None:
    """Promotions of the last weeks and WELCOME5; what VAT depends on."""
    start = clock.now().replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=40)
    rows = (
        PromotionRow(
            code="FASTENERS", name="Fastener weeks: 5% off from 100", kind="line", effect="percent", value=Decimal(5),
            min_quantity=Decimal(100), starts_at=start, targets=_FASTENERS, priority=10,
        ),
        PromotionRow(
            code="BIG-ORDER", name="2% off orders from 2,500 EUR", kind="cart", effect="percent", value=Decimal(2),
            currency="EUR", min_net=Decimal(2500), starts_at=start, budget_amount=Decimal(5000), priority=50,
        ),
        PromotionRow(
            code="WELCOME", name="Welcome: 5% off", kind="cart", effect="percent", value=Decimal(5), currency="EUR",
            min_net=Decimal(100), needs_coupon=True, account_uses=1, priority=60,
            about="Given on cards at fairs; once for each account.",
        ),
    )  # fmt: skip
    for row in rows:
        key, _ = upsert_promotion(actor, row)
        if row.code == "WELCOME":
            make_coupons(actor, key, Batch(code="WELCOME5", max_uses=None, label="Fair in spring"))


def add_tax_facts(actor: Actor) -> None:
    """A checked number, a certificate, a rule of the place."""
    today = clock.today(actor.time_zone)
    alpen = account_id(actor, _ALPEN)
    number = buying_terms(actor, alpen).vat_id
    record_check(actor, alpen, CheckRow(
        vat_id=number, is_valid=True, checked_on=today - timedelta(days=70), source="vies", reference="WAPIAAAAZ1x7Qd",
    ))  # fmt: skip
    add_exemption(actor, account_id(actor, _ROSTOCK), ExemptionRow(
        certificate="HRO 148/2026-17", valid_from=today - timedelta(days=300), valid_to=today + timedelta(days=200),
        reason="Supplies for sea-going vessels, exempt from VAT", reason_code="VATEX-EU-148",
    ))  # fmt: skip
    set_vat_rule(actor, VatRuleRow("DE", "solar", "Z", today.replace(year=2023, month=1, day=1)))
