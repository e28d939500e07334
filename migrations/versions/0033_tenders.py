"""Tenders, their lots, participants and questions."""

from __future__ import annotations

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled step by step."""


def downgrade() -> None:
    """Filled step by step."""
