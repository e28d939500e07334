"""Claims and payments in the ledger of open items. Call inside `world()` or `ctx`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from app.accounts.models.companies import Company
from app.billing.models.open_items import OpenItem
from app.billing.service.open_items import NewItem, post, post_invoice
from app.core.actor import Actor
from app.core.db import db
from tests.factories.billing import bare_invoice

DAY = date(2026, 3, 10)
_numbers = count(1)


def item(key: int) -> OpenItem:
    """The row as it is now."""
    found = db.session.get(OpenItem, key, populate_existing=True)
    assert found is not None
    return found


def claim(company: Company, gross: Any = "119.00", **facts: Any) -> OpenItem:
    """A bare invoice, posted."""
    invoice = bare_invoice(company, gross, **facts)
    key = post_invoice(Actor.system(), invoice.id)
    assert key is not None
    return item(key)


def payment(company: Company, amount: Any, **facts: Any) -> OpenItem:
    """Money of the account that is not used yet; `amount` above zero."""
    values: dict[str, Any] = {
        "company_id": company.id, "kind": "payment", "number": f"PAY-{next(_numbers)}", "currency": "EUR",
        "amount": -Decimal(str(amount)), "issued_on": DAY,
    }  # fmt: skip
    return item(post(Actor.system(), NewItem(**(values | facts))))
