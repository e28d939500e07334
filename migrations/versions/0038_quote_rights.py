"""Rights of salespeople in quotes, and links to quotes."""

from __future__ import annotations

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled step by step."""


def downgrade() -> None:
    """Filled step by step."""
