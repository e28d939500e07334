"""Auctions."""

from __future__ import annotations

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled step by step."""


def downgrade() -> None:
    """Filled step by step."""
