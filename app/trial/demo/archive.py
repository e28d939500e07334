"""The archive of the demo: the years by law, and a hold in a lawsuit."""

from __future__ import annotations

from datetime import date

from app.accounts.queries.companies import account_id
from app.billing.domain.retention import Hold
from app.billing.service.retention import hold, set_years
from app.core.actor import Actor
from app.core.tenancy import acting_as


def add_archive(actor: Actor, customer_code: str) -> None:
    with acting_as(actor):
        set_years(actor, "invoice", 8, "AO § 147 (3), UStG § 14b")
        set_years(actor, "reminder", 6, "HGB § 257 (4), AO § 147 (3)")
        set_years(actor, "bank_statement", 8, "AO § 147 (3)")
        asked = Hold(("invoice", "reminder"), account_id(actor, customer_code), date(2024, 1, 1), None)
        hold(actor, asked, "Lawsuit about delivery dates, LG Hamburg 412 HKO 7/26", client_ref="demo-hold")
