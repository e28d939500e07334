"""Reactions of billing to what happens elsewhere."""

from __future__ import annotations

from app.billing.handlers import invoices, open_items

TOPICS = (invoices, open_items)
