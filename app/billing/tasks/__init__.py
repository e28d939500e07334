"""Work of billing in the background."""

from __future__ import annotations

from app.billing.tasks import collective, documents, payments, receivables

TOPICS = (collective, documents, receivables, payments)
