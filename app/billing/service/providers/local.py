"""The test provider: pages of our own where a click says what a bank would. No money moves."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.billing.models.payments import OnlinePayment
from app.billing.service.providers import Asked, Begun, Standing
from app.core.db import db
from app.core.errors import NotFound


class Local:
    """Keeps what was clicked on the payment's own row."""

    code = "test"

    def begin(self, asked: Asked) -> Begun:
        return Begun(f"test-{asked.payment_id}", f"/pay/test/{asked.payment_id}")

    def standing(self, reference: str) -> Standing:
        row = db.session.execute(
            select(OnlinePayment.test_state, OnlinePayment.amount, OnlinePayment.currency).where(
                OnlinePayment.provider == "test", OnlinePayment.provider_ref == reference
            )
        ).one_or_none()
        if row is None:
            raise NotFound
        return Standing(row[0] or "open", Decimal(row[1]), row[2])
