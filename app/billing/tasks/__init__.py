"""Work of billing in the background."""

from __future__ import annotations

from app.billing.tasks import archive, collective, documents, payments, receivables

TOPICS = (archive, collective, documents, receivables, payments)
