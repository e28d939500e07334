"""Sealed bids, keys and openings."""

from __future__ import annotations

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled step by step."""


def downgrade() -> None:
    """Filled step by step."""
