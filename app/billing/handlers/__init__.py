"""Reactions of billing to what happens elsewhere."""

from __future__ import annotations

from app.billing.handlers import disputes, invoices, open_items

TOPICS = (disputes, invoices, open_items)
