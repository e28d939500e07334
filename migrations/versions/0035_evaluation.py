"""Evaluation of bids."""

from __future__ import annotations

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled step by step."""


def downgrade() -> None:
    """Filled step by step."""
